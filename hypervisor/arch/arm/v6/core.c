/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the cores of this level are called, how they sleep, what else they lack.
 */
#include "arch/arm/layout.h"
#include "arch/arm/level.h"

const uint32_t level_number = 6;
/* N Z C V Q, GE, E and Thumb. */
const uint32_t level_psr_mask = 0xf80f0000u | PSR_E | PSR_T;

#define MIDR_PART(midr) ((midr) >> 4 & 0xfffu)

void level_idle(void) {
    level_drain();
    __asm__ volatile("mcr p15, 0, %0, c7, c0, 4" : : "r"(0) : "memory");
}

/* ARM1136 before r1 has no CLREX: a store-exclusive that may fail clears the monitor as well. */
void level_clear_exclusive(void) {
    uint32_t word = 0, failed;

    __asm__ volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(0), "r"(&word) : "memory");
}

const char *level_cpu_name(uint32_t midr) {
    switch (MIDR_PART(midr)) {
    case 0xb36: return "ARM1136 (ARMv6)";
    case 0xb76: return "ARM1176JZF-S (ARMv6K)";
    case 0xb02: return "ARM11 MPCore (ARMv6K)";
    default: return "unknown ARMv6 core";
    }
}
