#ifndef CREDIS_H
#define CREDIS_H
#include <hiredis/hiredis.h>
#include <hiredis/async.h>
#endif
