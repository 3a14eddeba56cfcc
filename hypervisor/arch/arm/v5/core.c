/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cores of this level are called and how they sleep.
 */
#include "arch/arm/level.h"

#include "arch/arm/layout.h"

const uint32_t level_number = 5;
/* N Z C V Q and Thumb. */
const uint32_t level_psr_mask = 0xf8000000u | PSR_T;

const struct level_core level_cores[] = {
    {.part = 0x926, .name = "ARM926EJ-S (ARMv5TEJ)"},
    {.name = NULL},
};

void level_idle(void) {
    /* Wait for interrupt drains nothing by itself (DDI 0198 2.3.8). */
    level_drain();
    __asm__ volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
}

/* ARMv5 has no exclusive loads. */
void level_clear_exclusive(void) {}
