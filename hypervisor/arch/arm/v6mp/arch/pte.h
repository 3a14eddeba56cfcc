/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table entries of the ARM11 MPCore, as far as they are inlined (contract: core/base/arch.h).
 *
 * Only shareable write-back memory is cached and coherent, so the tables are in such, and each
 * store is followed by a clean of its line, since the table walker looks beyond the data cache.
 * The clean is one of this CPU's cache: the line is in it, since nobody else touches a table
 * meanwhile (the hypervisor's lock).
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <stddef.h>
#include <stdint.h>

/* No aliases, as on ARMv7: CTR says that pages need no colours. */
#include "arch/arm/v7/arch/pte_format.h"

/* How many entries that may be in a TLB were changed; extended/asid.h.  tlb.c. */
extern uint32_t tlb_changes;

static inline void arch_pte_changed(uint32_t old) {
    tlb_changes += old != 0;
}

static inline void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *(volatile uint32_t *)entry = hw;
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 1" : : "r"(entry) : "memory");
}

/* cache.c. */
void arch_pte_publish(const void *table, size_t size);

/* Data synchronization barrier. */
static inline void arch_pte_sync(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 4" : : "r"(0) : "memory");
}

#endif /* ARCH_PTE_H */
