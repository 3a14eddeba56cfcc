/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cores of this level are called and how they sleep.
 */
#include "arch/arm/layout.h"
#include "arch/arm/level.h"

const uint32_t level_number = 7;
/* N Z C V Q, IT, GE, E and Thumb. */
const uint32_t level_psr_mask = 0xfe0ffc00u | PSR_E | PSR_T;

/* A core takes part in coherency (Cortex-A9 TRM DDI 0388, 4.3.10; A5, A7 and A15 alike), and what
 * it does to caches and TLB in shareable memory it does to those of all, where that is a choice. */
#define ACTLR_SMP (1u << 6)
#define ACTLR_FW  (1u << 0)

const struct level_core level_cores[] = {
    {.part = 0xc05, .actlr = ACTLR_SMP | ACTLR_FW, .name = "Cortex-A5 MPCore (ARMv7-A)"},
    {.part = 0xc07, .actlr = ACTLR_SMP, .name = "Cortex-A7 MPCore (ARMv7-A)"},
    {.part = 0xc09, .actlr = ACTLR_SMP | ACTLR_FW, .name = "Cortex-A9 MPCore (ARMv7-A)"},
    {.part = 0xc0f, .actlr = ACTLR_SMP, .name = "Cortex-A15 MPCore (ARMv7-A)"},
    {.name = NULL},
};

void level_idle(void) {
    level_drain();
    __asm__ volatile("wfi" : : : "memory");
}

void level_clear_exclusive(void) {
    __asm__ volatile("clrex" : : : "memory");
}
