/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cores of this level are called and how they sleep.
 */
#include "arch/arm/layout.h"
#include "arch/arm/level.h"

const uint32_t level_number = 6;
/* N Z C V Q, GE, E and Thumb. */
const uint32_t level_psr_mask = 0xf80f0000u | PSR_E | PSR_T;

/* level/coherence.inc sets what there is in the auxiliary control register. */
const struct level_core level_cores[] = {
    {.part = 0xb02, .name = "ARM11 MPCore (ARMv6K)"},
    {.name = NULL},
};

void level_idle(void) {
    level_drain();
    __asm__ volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
}

void level_clear_exclusive(void) {
    __asm__ volatile("clrex" : : : "memory");
}
