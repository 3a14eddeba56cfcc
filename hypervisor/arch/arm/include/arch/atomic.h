/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic operations on memory shared with guests.  The hypervisor runs with
 * interrupts masked, a guest's own sequences are restarted when it is interrupted
 * (pv_callbacks.restart_*; on ARMv6 and later the exit path clears the exclusive
 * monitor), and there is one pCPU (ARCH_CPU_MAX): plain accesses are atomic and
 * program order is what every observer sees, so only the compiler has to be told.
 */
#ifndef ARCH_ATOMIC_H
#define ARCH_ATOMIC_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/types.h>

_Static_assert(ARCH_CPU_MAX == 1, "these need exclusive accesses with more than one pCPU");

/** arch_memory_barrier() - accesses before it are seen before those after it, by all pCPUs. */
static inline void arch_memory_barrier(void) {
    __asm__ volatile("" : : : "memory");
}

/** arch_atomic_test_and_set() - set the bits of @mask; were any of them set before? */
static inline bool arch_atomic_test_and_set(volatile uint32_t *word, uint32_t mask) {
    uint32_t old = *word;

    *word = old | mask;
    arch_memory_barrier();
    return (old & mask) != 0;
}

/** arch_atomic_clear() - clear the bits of @mask. */
static inline void arch_atomic_clear(volatile uint32_t *word, uint32_t mask) {
    *word &= ~mask;
    arch_memory_barrier();
}

#endif /* ARCH_ATOMIC_H */
