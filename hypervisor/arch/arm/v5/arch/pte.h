/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv5 table entries, as far as they are inlined (contract: core/base/arch.h).
 *
 * The heap, where the tables are, is mapped write-through: a store goes to the cache (if the line
 * is there) and, through the write buffer, to memory, where the table walker looks.  So there is no
 * line to clean, only the buffer to drain (ARM926EJ-S TRM DDI 0198, 4.2).
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <stddef.h>
#include <stdint.h>

#include "arch/arm/v5/arch/pte_format.h"

static inline void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *(volatile uint32_t *)entry = hw;
}

/* The TLB loses all of a space when another one is loaded. */
static inline void arch_pte_changed(uint32_t old) {
    (void)old;
}

/* As visible as any other store. */
static inline void arch_pte_publish(const void *table, size_t size) {
    (void)table;
    (void)size;
}

static inline void arch_pte_sync(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
}

#endif /* ARCH_PTE_H */
