/* SPDX-License-Identifier: GPL-2.0-only */
/* Work that needs no kernel: what it loses, it loses to interrupts. */
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "bench.h"

#define MIB (1u << 20)

static uint32_t *from, *to;
static volatile uint32_t result;

static void prepare(void) {
    from = bench_memory(MIB, 0);
    to = bench_memory(MIB, 0);
    memset(from, 3, MIB);
    memset(to, 4, MIB);
}

static void end(void) {
    munmap(from, MIB);
    munmap(to, MIB);
}

/* Knuth's multiplicative hash, word by word. */
static void run_hash(unsigned long n) {
    while (n--) {
        uint32_t hash = 0;

        for (size_t i = 0; i < MIB / sizeof(*from); i++) {
            hash = (hash ^ from[i]) * 2654435761u;
        }
        result = hash;
    }
}

static void run_memcpy(unsigned long n) {
    while (n--) {
        memcpy(to, from, MIB);
        __asm__ volatile("" ::: "memory");
    }
}

const struct bench_op ops_compute[] = {
    {"hash_1m", 2, prepare, run_hash, NULL, end},
    {"memcpy_1m", 8, prepare, run_memcpy, NULL, end},
    {.name = NULL},
};
