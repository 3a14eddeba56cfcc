/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic operations on memory shared with guests and other pCPUs: exclusive accesses (ARM ARM DDI
 * 0406, A3.4).  They order nothing else; arch_memory_barrier() does.
 */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include <level/order.h>
#include <stdbool.h>
#include <stdint.h>

static inline uint32_t arch_load_exclusive(volatile uint32_t *word) {
    uint32_t value;

    __asm__ volatile("ldrex %0, [%1]" : "=r"(value) : "r"(word) : "memory");
    return value;
}

/* True: nobody else stored to it since it was loaded, and it is @value now. */
static inline bool arch_store_exclusive(volatile uint32_t *word, uint32_t value) {
    uint32_t failed;

    __asm__ volatile("strex %0, %2, [%1]" : "=&r"(failed) : "r"(word), "r"(value) : "memory");
    return failed == 0;
}

/** arch_atomic_test_and_set() - set the bits of @mask; were any of them set before? */
static inline bool arch_atomic_test_and_set(volatile uint32_t *word, uint32_t mask) {
    uint32_t old;

    do {
        old = arch_load_exclusive(word);
    } while (!arch_store_exclusive(word, old | mask));
    return (old & mask) != 0;
}

/** arch_atomic_add() - add @by, modulo 2^32; returns the sum. */
static inline uint32_t arch_atomic_add(uint32_t *word, uint32_t by) {
    uint32_t sum;

    do {
        sum = arch_load_exclusive(word) + by;
    } while (!arch_store_exclusive(word, sum));
    return sum;
}

/** arch_atomic_drop() - one less, unless it is 1: then false, and nothing has changed. */
static inline bool arch_atomic_drop(uint32_t *word) {
    uint32_t old;

    do {
        old = arch_load_exclusive(word);
    } while (old != 1 && !arch_store_exclusive(word, old - 1));
    return old != 1;
}

/** arch_atomic_replace() - store @to if the word is @from; was it? */
static inline bool arch_atomic_replace(volatile uint32_t *word, uint32_t from, uint32_t to) {
    uint32_t old;

    do {
        old = arch_load_exclusive(word);
    } while (old == from && !arch_store_exclusive(word, to));
    return old == from;
}

/** arch_atomic_clear() - clear the bits of @mask. */
static inline void arch_atomic_clear(volatile uint32_t *word, uint32_t mask) {
    while (!arch_store_exclusive(word, arch_load_exclusive(word) & ~mask)) {
    }
}

/** arch_memory_barrier() - accesses before it are seen before those after it, by all pCPUs. */
static inline void arch_memory_barrier(void) {
    order_accesses();
}

#endif /* ARCH_ATOMIC_H */
