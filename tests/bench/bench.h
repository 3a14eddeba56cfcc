/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The benchmark program: what an operation of the kernel costs a program.
 *
 * An operation is timed in batches of a fixed number of rounds, and the fastest batch counts: it is
 * one without a timer tick in it and, where several domains share the machine, one in which the
 * virtual CPU was not taken away.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>

struct bench_op {
    const char *name;
    unsigned long rounds;              /* in a batch; a batch takes 1 to 6 ms on an ARM926 */
    void (*set_up)(void);              /* before the first batch; or NULL */
    void (*run)(unsigned long rounds); /* or NULL, and then: */
    uint64_t (*measure)(unsigned long rounds); /* runs a batch; returns its time in ns */
    void (*clean_up)(void);                    /* after the last batch; or NULL */
};

/* One array for each file of operations; the last entry has no name. */
extern const struct bench_op ops_system_calls[], ops_signals[], ops_ipc[], ops_processes[],
    ops_memory[], ops_compute[];

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t bench_now(void);

/* Times what op->run or op->measure does with op->rounds. */
uint64_t bench_batch(const struct bench_op *op);

/* Ends the program, and says why, unless @result is 0 or more; returns it. */
long bench_check(const char *what, long result);

/* mmap() of @bytes of private (or shared) anonymous memory; never NULL. */
void *bench_memory(unsigned long bytes, int shared);

/* fork() of a process that calls @body and exits; returns its id.  It dies when this process
 * ends. */
int bench_helper(void (*body)(void));
/* Ends what bench_helper() made. */
void bench_helper_end(int pid);

/*
 * Two instructions each that do nothing and that no compiler makes, for tools/plugin to see:
 * userland was reached; what is profiled begins; it ends.
 */
void mark_userland(void);
void mark_begin(void);
void mark_end(void);

/* As the first process: file systems, the console, the loopback network. */
void start_as_init(void);
/* As the first process: ends the machine or the domain.  Does not return. */
void start_end(void) __attribute__((noreturn));
/* The value of bench.<name>= on the kernel's command line, in memory of its own, or NULL. */
const char *start_option(const char *name);

#endif
