/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic operations on memory shared with guests and other pCPUs; same contract as
 * the target's.
 */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

/** arch_atomic_test_and_set() - set the bits of @mask; were any of them set before? */
static inline bool arch_atomic_test_and_set(volatile uint32_t *word, uint32_t mask) {
    return (__atomic_fetch_or(word, mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

/** arch_atomic_add() - add @by, modulo 2^32; returns the sum. */
static inline uint32_t arch_atomic_add(uint32_t *word, uint32_t by) {
    return __atomic_add_fetch(word, by, __ATOMIC_SEQ_CST);
}

/** arch_atomic_drop() - one less, unless it is 1: then false, and nothing has changed. */
static inline bool arch_atomic_drop(uint32_t *word) {
    uint32_t old = __atomic_load_n(word, __ATOMIC_SEQ_CST);

    while (old != 1 && !__atomic_compare_exchange_n(word, &old, old - 1, false, __ATOMIC_SEQ_CST,
                                                    __ATOMIC_SEQ_CST)) {
    }
    return old != 1;
}

/* What a test has done to the word when it is about to be replaced; NULL: nothing.  fake/cpu.c. */
extern void (*fake_on_replace)(volatile uint32_t *word);

/** arch_atomic_replace() - store @to if the word is @from; was it? */
static inline bool arch_atomic_replace(volatile uint32_t *word, uint32_t from, uint32_t to) {
    if (fake_on_replace) {
        fake_on_replace(word);
    }
    return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

/** arch_atomic_clear() - clear the bits of @mask. */
static inline void arch_atomic_clear(volatile uint32_t *word, uint32_t mask) {
    __atomic_fetch_and(word, ~mask, __ATOMIC_SEQ_CST);
}

/* What a test wants to look at whenever a barrier is passed; NULL: nothing.  fake/cpu.c. */
extern void (*fake_on_barrier)(void);

/** arch_memory_barrier() - accesses before it are seen before those after it, by all pCPUs. */
static inline void arch_memory_barrier(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (fake_on_barrier) {
        fake_on_barrier();
    }
}

#endif /* ARCH_ATOMIC_H */
