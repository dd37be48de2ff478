#ifndef CSPEECH_H
#define CSPEECH_H
#include <espeak-ng/speak_lib.h>
#endif
