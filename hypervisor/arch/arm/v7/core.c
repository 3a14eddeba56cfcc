/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cores of this level are called and how they sleep.
 */
#include "arch/arm/layout.h"
#include "arch/arm/level.h"

const uint32_t level_number = 7;
/* N Z C V Q, IT, GE, E and Thumb. */
const uint32_t level_psr_mask = 0xfe0ffc00u | PSR_E | PSR_T;

#define MIDR_PART(midr) ((midr) >> 4 & 0xfffu)

void level_idle(void) {
    level_drain();
    __asm__ volatile("wfi" : : : "memory");
}

void level_clear_exclusive(void) {
    __asm__ volatile("clrex" : : : "memory");
}

const char *level_cpu_name(uint32_t midr) {
    switch (MIDR_PART(midr)) {
    case 0xc05: return "Cortex-A5 (ARMv7-A)";
    case 0xc07: return "Cortex-A7 (ARMv7-A)";
    case 0xc08: return "Cortex-A8 (ARMv7-A)";
    case 0xc09: return "Cortex-A9 (ARMv7-A)";
    case 0xc0f: return "Cortex-A15 (ARMv7-A)";
    default: return "unknown ARMv7-A core";
    }
}
