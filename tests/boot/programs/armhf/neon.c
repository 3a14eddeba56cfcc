/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * NEON and VFPv3: all 32 doubles are a process's own across system calls, signals whose handlers
 * use them, other processes and other domains; and what is computed with them is right.
 */
#include <arm_neon.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROUNDS    2000u
#define PROCESSES 3u
#define REGISTERS 32u
#define SIZE      24u

static void registers_fill(uint64_t *values, uint32_t seed) {
    for (uint32_t i = 0; i < REGISTERS; i++) {
        values[i] = (uint64_t)(seed * 2654435761u) << 32 | (seed + i);
    }
}

/* Loads all registers, yields the CPU, stores them again. */
static void yield_between(const uint64_t *in, uint64_t *out) {
    register long r7 __asm__("r7") = SYS_sched_yield;
    register long r0 __asm__("r0") = 0;

    __asm__ volatile("vldmia %[in]!, {d0-d15}\n\t"
                     "vldmia %[in], {d16-d31}\n\t"
                     "svc #0\n\t"
                     "vstmia %[out]!, {d0-d15}\n\t"
                     "vstmia %[out], {d16-d31}\n\t"
                     : "+r"(r0), [in] "+r"(in), [out] "+r"(out)
                     : "r"(r7)
                     : "memory", "d0", "d1", "d2", "d3", "d4", "d5", "d6", "d7", "d8", "d9", "d10",
                       "d11", "d12", "d13", "d14", "d15", "d16", "d17", "d18", "d19", "d20", "d21",
                       "d22", "d23", "d24", "d25", "d26", "d27", "d28", "d29", "d30", "d31");
}

static int registers_last(uint32_t seed) {
    uint64_t in[REGISTERS], out[REGISTERS];

    registers_fill(in, seed);
    yield_between(in, out);
    return memcmp(in, out, sizeof(in)) != 0;
}

static volatile sig_atomic_t handler_failed, handler_ran;

static void handler(int number) {
    handler_failed |= registers_last(0xabcdefu + (uint32_t)number);
    handler_ran = 1;
}

/* Small whole numbers, so that single precision is exact: vectors and scalars agree to the bit. */
static int matrices(uint32_t seed) {
    float a[SIZE][SIZE], b[SIZE][SIZE];

    for (uint32_t i = 0; i < SIZE * SIZE; i++) {
        a[i / SIZE][i % SIZE] = (float)((i * 7 + seed) % 31) - 15;
        b[i / SIZE][i % SIZE] = (float)((i * 11 + seed) % 29) - 14;
    }
    for (uint32_t row = 0; row < SIZE; row++) {
        for (uint32_t column = 0; column < SIZE; column += 4) {
            float32x4_t sum = vdupq_n_f32(0);

            for (uint32_t k = 0; k < SIZE; k++) {
                sum = vmlaq_n_f32(sum, vld1q_f32(&b[k][column]), a[row][k]);
            }
            for (uint32_t lane = 0; lane < 4; lane++) {
                int32_t expected = 0;
                float found[4];

                for (uint32_t k = 0; k < SIZE; k++) {
                    expected += (int32_t)a[row][k] * (int32_t)b[k][column + lane];
                }
                vst1q_f32(found, sum);
                if ((int32_t)found[lane] != expected) {
                    return 1;
                }
            }
        }
    }
    return 0;
}

static int child(uint32_t seed) {
    struct itimerval soon = {.it_value.tv_usec = 2000, .it_interval.tv_usec = 2000};
    int failed = 0;

    setitimer(ITIMER_REAL, &soon, NULL);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        failed |= registers_last(seed + round);
        failed |= round % 64 == 0 ? matrices(seed + round) << 1 : 0;
    }
    while (!handler_ran) {
        failed |= matrices(seed) << 1;
    }
    return failed | handler_failed << 2;
}

int main(void) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    int failed = 0, status;

    sigaction(SIGALRM, &action, NULL);
    for (uint32_t i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            _exit(child((uint32_t)getpid() * 7919u));
        }
    }
    for (uint32_t i = 0; i < PROCESSES; i++) {
        wait(&status);
        failed |= status;
    }
    printf(failed ? "armhf: neon FAILED (status %x)\n" : "armhf: neon ok\n", (unsigned int)failed);
    return failed != 0;
}
