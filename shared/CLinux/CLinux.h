#ifndef CLINUX_H
#define CLINUX_H
// What Swift's Glibc module leaves out (epoll, eventfd, signalfd, pidfd), and C functions that Swift can't call because they are variadic.
// No _GNU_SOURCE: with it fd_set differs from the one that Swift's Glibc module has, and the two modules can't be used together.
#include <malloc.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

// Declared here because their headers want _GNU_SOURCE.
long syscall(long number, ...);
int pipe2(int ends[2], int flags);

// At most 15 bytes; shown by top(1) and perf(1).
static inline int clinux_set_thread_name(const char *name) { return prctl(PR_SET_NAME, name, 0, 0, 0); }

static inline int clinux_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// The signal that this process gets when the thread that started it ends.
static inline int clinux_die_with_parent(int signal) { return prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0); }

#endif
