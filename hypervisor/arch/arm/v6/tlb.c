/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM11 TLB and address-space switch.  Every space has ASID 0, so the TLB is invalidated at
 * each switch: no guest's ASID can name another's mapping.  Physically tagged caches stay; branch
 * targets are by virtual address and go (ARM ARM DDI 0100, B2.7.5).
 */
#include "arch/arm/level.h"

void level_tlb_flush_all(void) {
    __asm__ volatile("mcr p15, 0, %0, c7, c10, 4\n"
                     "mcr p15, 0, %0, c8, c7, 0\n"
                     "mcr p15, 0, %0, c7, c5, 6\n"
                     "mcr p15, 0, %0, c7, c10, 4\n"
                     "mcr p15, 0, %0, c7, c5, 4\n"
                     :
                     : "r"(0)
                     : "memory");
}

/* By address with ASID 0; global entries match any ASID. */
void level_tlb_flush_page(uint32_t va) {
    __asm__ volatile("mcr p15, 0, %1, c7, c10, 4\n"
                     "mcr p15, 0, %0, c8, c7, 1\n"
                     "mcr p15, 0, %1, c7, c5, 6\n"
                     "mcr p15, 0, %1, c7, c10, 4\n"
                     "mcr p15, 0, %1, c7, c5, 4\n"
                     :
                     : "r"(va & ~0xfffu), "r"(0)
                     : "memory");
}

/* An asynchronous abort that the old space's accesses caused comes now, not in the next guest: the
 * barrier waits for them, and then such aborts are unmasked. */
void level_switch_space(uint32_t ttbr) {
    __asm__ volatile("mcr p15, 0, %1, c7, c10, 4\n"
                     "cpsie a\n"
                     "mcr p15, 0, %0, c2, c0, 0\n"
                     "mcr p15, 0, %1, c7, c5, 4\n"
                     :
                     : "r"(ttbr), "r"(0)
                     : "memory");
    level_tlb_flush_all();
}

/* Walks are not cached: the tables are written through. */
uint32_t level_ttbr(uint32_t l1_pa) {
    return l1_pa;
}
