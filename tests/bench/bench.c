/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs all operations, or those named as arguments or in bench.only=a,b on the kernel's command
 * line, and prints for each
 *     begin <name>
 *     bench <name> <rounds> <nanoseconds of the fastest batch> <rounds in all batches>
 * and at the end "bench-end".  Under QEMU's -icount shift=0 a nanosecond is an instruction.
 *
 * "bench busy" keeps the machine busy for ever, as the other domain of a measurement.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define BATCHES 7

static int is_init;

uint64_t bench_now(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

long bench_check(const char *what, long result) {
    if (result < 0) {
        printf("bench-failed %s: %s\n", what, strerror(errno));
        fflush(stdout);
        if (is_init) {
            start_end();
        }
        exit(1);
    }
    return result;
}

void *bench_memory(unsigned long bytes, int shared) {
    int flags = MAP_ANONYMOUS | (shared ? MAP_SHARED : MAP_PRIVATE);
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);

    bench_check("mmap", memory == MAP_FAILED ? -1 : 0);
    return memory;
}

int bench_helper(void (*body)(void)) {
    int pid = (int)bench_check("fork", fork());

    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        body();
        _exit(0);
    }
    return pid;
}

void bench_helper_end(int pid) {
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

uint64_t bench_batch(const struct bench_op *op) {
    uint64_t start;

    if (op->measure) {
        return op->measure(op->rounds);
    }
    start = bench_now();
    op->run(op->rounds);
    return bench_now() - start;
}

static void run_op(const struct bench_op *op) {
    uint64_t best = UINT64_MAX;

    printf("begin %s\n", op->name);
    if (op->set_up) {
        op->set_up();
    }
    bench_batch(op);
    mark_begin();
    for (int i = 0; i < BATCHES; i++) {
        uint64_t took = bench_batch(op);

        best = took < best ? took : best;
    }
    mark_end();
    if (op->clean_up) {
        op->clean_up();
    }
    printf("bench %s %lu %llu %lu\n", op->name, op->rounds, (unsigned long long)best,
           op->rounds * (BATCHES + 1));
}

/* Is @name in the comma-separated @list?  NULL holds every name. */
static int listed(const char *name, const char *list) {
    size_t length = strlen(name);

    if (!list) {
        return 1;
    }
    for (const char *p = list; (p = strstr(p, name)); p += length) {
        if ((p == list || p[-1] == ',') && (p[length] == '\0' || p[length] == ',')) {
            return 1;
        }
    }
    return 0;
}

static void run_all(const char *only) {
    static const struct bench_op *const groups[] = {
        ops_compute, ops_system_calls, ops_signals, ops_ipc, ops_processes, ops_memory,
    };

    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        for (const struct bench_op *op = groups[i]; op->name; op++) {
            if (listed(op->name, only)) {
                run_op(op);
            }
        }
    }
}

/* System calls, page faults, processes and computation in turn, none of which sleeps. */
static void busy(void) {
    volatile uint32_t work = 1;

    for (;;) {
        for (int i = 0; i < 20000; i++) {
            work = work * 1664525u + 1013904223u;
        }
        for (int i = 0; i < 50; i++) {
            getppid();
        }
        bench_helper_end(bench_helper((void (*)(void))getppid));
    }
}

int main(int argc, char **argv) {
    const char *only = argc > 1 ? argv[1] : NULL;

    is_init = getpid() == 1;
    if (is_init) {
        mark_userland();
        start_as_init();
        only = start_option("only");
    }
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts("bench-userland");
    if (is_init ? start_option("busy") != NULL : only && strcmp(only, "busy") == 0) {
        puts("bench-busy");
        busy();
    }
    run_all(only);
    puts("bench-end");
    if (is_init) {
        start_end();
    }
    return 0;
}
