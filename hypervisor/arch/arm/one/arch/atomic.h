/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic operations on memory shared with guests and other pCPUs.  On one pCPU with
 * interrupts masked nothing comes between a load and its store, and a guest's own
 * sequence that we interrupted is restarted (pv_callbacks.restart_start).
 */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

/** arch_atomic_test_and_set() - set the bits of @mask; were any of them set before? */
static inline bool arch_atomic_test_and_set(volatile uint32_t *word, uint32_t mask) {
    uint32_t old = *word;

    *word = old | mask;
    return (old & mask) != 0;
}

/** arch_atomic_add() - add @by, modulo 2^32; returns the sum.  A count that the compiler may keep
 * nowhere else between two calls if several pCPUs change it; on one pCPU a plain addition. */
static inline uint32_t arch_atomic_add(uint32_t *word, uint32_t by) {
    return *word += by;
}

/** arch_atomic_drop() - one less, unless it is 1: then false, and nothing has changed. */
static inline bool arch_atomic_drop(uint32_t *word) {
    if (*word == 1) {
        return false;
    }
    --*word;
    return true;
}

/** arch_atomic_replace() - store @to if the word is @from; was it? */
static inline bool arch_atomic_replace(volatile uint32_t *word, uint32_t from, uint32_t to) {
    if (*word != from) {
        return false;
    }
    *word = to;
    return true;
}

/** arch_atomic_clear() - clear the bits of @mask. */
static inline void arch_atomic_clear(volatile uint32_t *word, uint32_t mask) {
    *word &= ~mask;
}

/** arch_memory_barrier() - accesses before it are seen before those after it, by all pCPUs. */
static inline void arch_memory_barrier(void) {
    __asm__ volatile("" : : : "memory");
}

#endif /* ARCH_ATOMIC_H */
