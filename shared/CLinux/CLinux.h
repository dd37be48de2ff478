#ifndef CLINUX_H
#define CLINUX_H
// What Swift's Glibc module leaves out (epoll, eventfd, signalfd, pidfd) and C functions it cannot call (variadic ones).
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <pthread.h>
#include <unistd.h>

#endif
