/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7 table entries, as far as they are inlined (contract: core/base/arch.h).
 *
 * Cortex-A8 and A9 treat write-through memory as not cached, so the tables are in write-back memory
 * and each store is followed by a clean to the point of unification, where every table walker
 * looks (DDI 0406, B3.10.1 and B2.2.4).
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <stddef.h>
#include <stdint.h>

#include "arch/arm/v7/arch/pte_format.h"

/* How many entries that may be in a TLB were changed; extended/asid.h.  tlb.c. */
extern uint32_t tlb_changes;

static inline void arch_pte_changed(uint32_t old) {
    tlb_changes += old != 0;
}

static inline void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *(volatile uint32_t *)entry = hw;
    __asm__ volatile("mcr p15, 0, %0, c7, c11, 1" : : "r"(entry) : "memory"); /* DCCMVAU */
}

/* cache.c. */
void arch_pte_publish(const void *table, size_t size);

static inline void arch_pte_sync(void) {
    __asm__ volatile("dsb\n isb" : : : "memory");
}

#endif /* ARCH_PTE_H */
