/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cores of this level are called, how they sleep, what else they lack.
 */
#include "arch/arm/layout.h"
#include "arch/arm/level.h"

const uint32_t level_number = 6;
/* N Z C V Q, GE, E and Thumb. */
const uint32_t level_psr_mask = 0xf80f0000u | PSR_E | PSR_T;

const struct level_core level_cores[] = {
    /* Before r1 it is no ARMv6K: no thread registers. */
    {.part = 0xb36, .revision = 1, .name = "ARM1136 (ARMv6K)"},
    {.part = 0xb76, .name = "ARM1176JZF-S (ARMv6K)"},
    {.part = 0xb02, .name = "ARM11 MPCore (ARMv6K)"},
    {.name = NULL},
};

void level_idle(void) {
    level_drain();
    __asm__ volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
}

/* CLREX is no part of ARMv6 as such: a store-exclusive that may fail clears the monitor as well. */
void level_clear_exclusive(void) {
    uint32_t word = 0, failed;

    __asm__ volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(0), "r"(&word) : "memory");
}
