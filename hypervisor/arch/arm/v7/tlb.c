/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7-A TLB and address-space switch.  Every space has ASID 0, so the TLB is invalidated at
 * each switch: no guest's ASID can name another's mapping.  Branch predictors may keep
 * what they learned only where they are not visible; BPIALL is always right (DDI 0406, B2.2.5).
 */
#include "arch/arm/level.h"
#include "level/control.h"

void level_tlb_flush_all(void) {
    __asm__ volatile("dsb\n"
                     "mcr p15, 0, %0, c8, c7, 0\n"
                     "mcr p15, 0, %0, c7, c5, 6\n"
                     "dsb\n"
                     "isb\n"
                     :
                     : "r"(0)
                     : "memory");
}

/* By address with ASID 0; global entries match any ASID. */
void level_tlb_flush_page(uint32_t va) {
    __asm__ volatile("dsb\n"
                     "mcr p15, 0, %0, c8, c7, 1\n"
                     "mcr p15, 0, %1, c7, c5, 6\n"
                     "dsb\n"
                     "isb\n"
                     :
                     : "r"(va & ~0xfffu), "r"(0)
                     : "memory");
}

/* An asynchronous abort that the old space's accesses caused comes now, not in the next guest: the
 * barrier waits for them, and then such aborts are unmasked. */
void level_switch_space(uint32_t ttbr) {
    __asm__ volatile("dsb\n"
                     "cpsie a\n"
                     "mcr p15, 0, %0, c2, c0, 0\n"
                     "isb\n"
                     :
                     : "r"(ttbr)
                     : "memory");
    level_tlb_flush_all();
}

uint32_t level_ttbr(uint32_t l1_pa) {
    return l1_pa | LEVEL_TTBR_WALK;
}
