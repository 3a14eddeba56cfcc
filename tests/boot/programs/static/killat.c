/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage: killat N PROGRAM [ARGUMENT]...
 * Runs PROGRAM and kills it, as kill -9 does, when it is about to make its N-th call of the
 * hypervisor (an ioctl of privcmd, the first is 1).  Ends with 0 if it was killed, with 3 if it
 * ended by itself.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#define PRIVCMD 'P' /* the type of privcmd's ioctls, in bits 8 to 15 */
#define IOCTL   54

/* As the kernel's struct pt_regs. */
struct registers {
    unsigned long r[18];
};

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* It stops before and after each system call: with ip 0 before. */
static int is_privcmd(pid_t child) {
    struct registers regs;

    if (ptrace(PTRACE_GETREGS, child, NULL, &regs) != 0) {
        fail("PTRACE_GETREGS");
    }
    return regs.r[12] == 0 && regs.r[7] == IOCTL && (regs.r[1] >> 8 & 0xff) == PRIVCMD;
}

/* Signals of its own, as of a child that ended, are passed on. */
static int run_until(pid_t child, int calls) {
    long signal = 0;
    int status;

    for (;;) {
        if (ptrace(PTRACE_SYSCALL, child, NULL, signal) != 0) {
            fail("PTRACE_SYSCALL");
        }
        if (waitpid(child, &status, 0) != child) {
            fail("waitpid");
        }
        if (WIFEXITED(status) || WIFSIGNALED(status)) {
            return 3;
        }
        signal = WSTOPSIG(status);
        if (signal != (SIGTRAP | 0x80)) {
            continue;
        }
        signal = 0;
        if (is_privcmd(child) && --calls == 0) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return 0;
        }
    }
}

int main(int argc, char **argv) {
    pid_t child;

    if (argc < 3) {
        fprintf(stderr, "usage: killat N PROGRAM [ARGUMENT]...\n");
        return 1;
    }
    child = fork();
    if (child == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        execvp(argv[2], &argv[2]);
        fail(argv[2]);
    }
    waitpid(child, NULL, 0); /* it stops at its execve() */
    if (ptrace(PTRACE_SETOPTIONS, child, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL) != 0) {
        fail("PTRACE_SETOPTIONS");
    }
    return run_until(child, atoi(argv[1]));
}
