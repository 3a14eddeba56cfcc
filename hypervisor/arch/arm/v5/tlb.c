/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM926EJ-S TLB and address-space switch.  No ASIDs: the whole TLB goes at each
 * switch, and since the caches are indexed and tagged by virtual address, so do
 * they (dirty lines first, while the old tables still translate them).
 */
#include "arch/arm/level.h"

void level_tlb_flush_all(void) {
    __asm__ volatile("mcr p15, 0, %0, c8, c7, 0" : : "r"(0) : "memory");
}

void level_tlb_flush_page(uint32_t va) {
    __asm__ volatile("mcr p15, 0, %0, c8, c6, 1\n"
                     "mcr p15, 0, %0, c8, c5, 1\n"
                     :
                     : "r"(va & ~0xfffu)
                     : "memory");
}

void level_tlb_flush_own(uint32_t va) {
    level_tlb_flush_page(va);
}

void level_switch_space(uint32_t ttbr, uint32_t kernel) {
    (void)kernel;
    level_cache_flush_aliases();
    __asm__ volatile("mcr p15, 0, %0, c2, c0, 0\n"
                     "mcr p15, 0, %1, c8, c7, 0\n"
                     :
                     : "r"(ttbr), "r"(0)
                     : "memory");
}

uint32_t level_ttbr(uint32_t l1_pa) {
    return l1_pa;
}

/* The TLB was emptied since the last one at this address was loaded. */
void level_space_new(uint32_t l1_pa) {
    (void)l1_pa;
}
