/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFP registers survive what happens between two instructions of a process: signals whose handlers
 * use the VFP, and other processes that do.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS    400
#define PROCESSES 3
#define REGISTERS 16

static void registers_fill(uint64_t *values, unsigned int seed) {
    for (unsigned int i = 0; i < REGISTERS; i++) {
        values[i] = 0x3ff0000000000000ull + seed * 0x1000193ull + ((uint64_t)i << 40);
    }
}

/* Loads all VFP registers, makes the system call (number, a, b), stores them again. */
static void call_between(const uint64_t *in, uint64_t *out, long number, long a, long b) {
    register long r7 __asm__("r7") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;

    __asm__ volatile(".fpu vfp\n\t"
                     "fldmiad %[in], {d0-d15}\n\t"
                     "swi 0\n\t"
                     "fstmiad %[out], {d0-d15}\n\t"
                     : "+r"(r0)
                     : [in] "r"(in), [out] "r"(out), "r"(r1), "r"(r7)
                     : "memory");
}

static volatile sig_atomic_t signal_count;

static void handler(int number) {
    uint64_t other[REGISTERS];
    uint64_t back[REGISTERS];

    registers_fill(other, 0xabcdefu + (unsigned int)number);
    call_between(other, back, SYS_getpid, 0, 0);
    signal_count += memcmp(other, back, sizeof(other)) == 0;
}

static int check(unsigned int seed) {
    uint64_t in[REGISTERS];
    uint64_t out[REGISTERS];

    for (unsigned int round = 0; round < ROUNDS; round++) {
        registers_fill(in, seed + round);
        call_between(in, out, SYS_kill, getpid(), SIGUSR1);
        if (memcmp(in, out, sizeof(in)) != 0) {
            return 1;
        }
        call_between(in, out, SYS_sched_yield, 0, 0);
        if (memcmp(in, out, sizeof(in)) != 0) {
            return 2;
        }
    }
    return signal_count == ROUNDS ? 0 : 3;
}

int main(void) {
    struct sigaction action = {.sa_handler = handler};
    int failed = 0;

    sigaction(SIGUSR1, &action, NULL);
    for (unsigned int i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            _exit(check(i * 7919u));
        }
    }
    for (unsigned int i = 0; i < PROCESSES; i++) {
        int status;

        wait(&status);
        failed |= status;
    }
    printf(failed ? "abi: vfp FAILED (status %x)\n" : "abi: vfp ok\n", (unsigned int)failed);
    return failed != 0;
}
