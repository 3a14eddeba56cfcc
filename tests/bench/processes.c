/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes: as lmbench's lat_proc. */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

#define TOUCHED (2u << 20)

static void *touched;

static void wait_for(pid_t pid) {
    int status;

    bench_check("waitpid", waitpid(pid, &status, 0));
    bench_check("the child's end", status ? -1 : 0);
}

static void run_fork_exit(unsigned long n) {
    while (n--) {
        pid_t pid = (pid_t)bench_check("fork", fork());

        if (pid == 0) {
            _exit(0);
        }
        wait_for(pid);
    }
}

static void touch(void) {
    touched = bench_memory(TOUCHED, 0);
    memset(touched, 1, TOUCHED);
}

static void forget(void) {
    munmap(touched, TOUCHED);
}

static void run_program(unsigned long n, char *const argv[]) {
    static char *const environment[] = {NULL};

    while (n--) {
        pid_t pid = (pid_t)bench_check("fork", fork());

        if (pid == 0) {
            execve(argv[0], argv, environment);
            _exit(1);
        }
        wait_for(pid);
    }
}

static void run_fork_exec(unsigned long n) {
    static char *const argv[] = {"/bin/hello", NULL};

    run_program(n, argv);
}

static void run_shell(unsigned long n) {
    static char *const argv[] = {"/bin/sh", "-c", "true", NULL};

    run_program(n, argv);
}

const struct bench_op ops_processes[] = {
    {.name = "fork_exit", .rounds = 20, .run = run_fork_exit},
    {"fork_exit_2m", 8, touch, run_fork_exit, NULL, forget},
    {.name = "fork_exec", .rounds = 12, .run = run_fork_exec},
    {.name = "fork_sh", .rounds = 5, .run = run_shell},
    {.name = NULL},
};
