/* SPDX-License-Identifier: GPL-2.0-only */
/* System calls that neither sleep nor change memory maps. */
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define FDS 10

static int zero, null;
static int pipes[FDS][2];

static void run_loop(unsigned long n) {
    while (n--) {
        __asm__ volatile("" ::: "memory");
    }
}

static void run_getppid(unsigned long n) {
    while (n--) {
        getppid();
    }
}

static void open_devices(void) {
    zero = (int)bench_check("/dev/zero", open("/dev/zero", O_RDONLY));
    null = (int)bench_check("/dev/null", open("/dev/null", O_WRONLY));
}

static void close_devices(void) {
    close(zero);
    close(null);
}

static void run_read(unsigned long n) {
    char c;

    while (n--) {
        bench_check("read", read(zero, &c, 1));
    }
}

static void run_write(unsigned long n) {
    char c = 0;

    while (n--) {
        bench_check("write", write(null, &c, 1));
    }
}

static void run_stat(unsigned long n) {
    struct stat s;

    while (n--) {
        bench_check("stat", stat("/bin/hello", &s));
    }
}

static void run_open_close(unsigned long n) {
    while (n--) {
        close((int)bench_check("open", open("/bin/hello", O_RDONLY)));
    }
}

/* Read ends of pipes in which there is nothing. */
static void open_pipes(void) {
    for (int i = 0; i < FDS; i++) {
        bench_check("pipe", pipe(pipes[i]));
    }
}

static void close_pipes(void) {
    for (int i = 0; i < FDS; i++) {
        close(pipes[i][0]);
        close(pipes[i][1]);
    }
}

static void run_select(unsigned long n) {
    while (n--) {
        struct timeval none = {0, 0};
        fd_set set;

        FD_ZERO(&set);
        for (int i = 0; i < FDS; i++) {
            FD_SET(pipes[i][0], &set);
        }
        bench_check("select", select(pipes[FDS - 1][1], &set, NULL, NULL, &none));
    }
}

static void run_poll(unsigned long n) {
    struct pollfd fds[FDS];

    for (int i = 0; i < FDS; i++) {
        fds[i] = (struct pollfd){.fd = pipes[i][0], .events = POLLIN};
    }
    while (n--) {
        bench_check("poll", poll(fds, FDS, 0));
    }
}

static void run_clock_gettime(unsigned long n) {
    struct timespec t;

    while (n--) {
        clock_gettime(CLOCK_MONOTONIC, &t);
    }
}

static int yielder;

static void yield_for_ever(void) {
    for (;;) {
        sched_yield();
    }
}

/* First in, first out: between two of the same priority each yield is a switch. */
static void start_yielder(void) {
    struct sched_param priority = {.sched_priority = 1};

    bench_check("sched_setscheduler", sched_setscheduler(0, SCHED_FIFO, &priority));
    yielder = bench_helper(yield_for_ever);
}

static void end_yielder(void) {
    struct sched_param priority = {.sched_priority = 0};

    sched_setscheduler(0, SCHED_OTHER, &priority);
    bench_helper_end(yielder);
}

static void run_yield(unsigned long n) {
    while (n--) {
        sched_yield();
    }
}

const struct bench_op ops_system_calls[] = {
    {.name = "loop", .rounds = 1000000, .run = run_loop},
    {.name = "getppid", .rounds = 20000, .run = run_getppid},
    {"read", 10000, open_devices, run_read, NULL, close_devices},
    {"write", 10000, open_devices, run_write, NULL, close_devices},
    {.name = "stat", .rounds = 2000, .run = run_stat},
    {.name = "open_close", .rounds = 1000, .run = run_open_close},
    {"select_10", 1000, open_pipes, run_select, NULL, close_pipes},
    {"poll_10", 1000, open_pipes, run_poll, NULL, close_pipes},
    {.name = "clock_gettime", .rounds = 10000, .run = run_clock_gettime},
    {"sched_yield", 1000, start_yielder, run_yield, NULL, end_yielder},
    {.name = NULL},
};
