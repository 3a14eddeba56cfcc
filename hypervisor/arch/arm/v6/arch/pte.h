/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv6 table entries, as far as they are inlined (contract: core/base/arch.h).
 *
 * The heap, where the tables are, is mapped write-through: stores reach memory by the write
 * buffer, and memory is where the table walker looks (ARM1176JZF-S TRM DDI 0301, 6.11).
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <stddef.h>
#include <stdint.h>

#include "arch/arm/v6/arch/pte_format.h"

/* How many entries that may be in a TLB were changed; extended/asid.h.  tlb.c. */
extern uint32_t tlb_changes;

static inline void arch_pte_changed(uint32_t old) {
    tlb_changes += old != 0;
}

static inline void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *(volatile uint32_t *)entry = hw;
}

/* As visible as any other store. */
static inline void arch_pte_publish(const void *table, size_t size) {
    (void)table;
    (void)size;
}

/* Data synchronization barrier: drains the write buffer. */
static inline void arch_pte_sync(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
}

#endif /* ARCH_PTE_H */
