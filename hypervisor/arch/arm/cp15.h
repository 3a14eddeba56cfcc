/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CP15 registers common to ARMv5-v7, one name each, as the ARM ARM spells it.
 */
#ifndef ARCH_ARM_CP15_H
#define ARCH_ARM_CP15_H

#include <stdint.h>

static inline uint32_t cp15_read_midr(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c0, c0, 0" : "=r"(v));
    return v;
}

static inline uint32_t cp15_read_ctr(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c0, c0, 1" : "=r"(v));
    return v;
}

static inline uint32_t cp15_read_tcmtr(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c0, c0, 2" : "=r"(v));
    return v;
}

static inline uint32_t cp15_read_sctlr(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c1, c0, 0" : "=r"(v));
    return v;
}

static inline uint32_t cp15_read_ttbr0(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c2, c0, 0" : "=r"(v));
    return v;
}

static inline uint32_t cp15_read_dfsr(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c5, c0, 0" : "=r"(v));
    return v;
}

static inline uint32_t cp15_read_ifsr(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c5, c0, 1" : "=r"(v));
    return v;
}

static inline uint32_t cp15_read_dfar(void) {
    uint32_t v;
    __asm__ volatile("mrc p15, 0, %0, c6, c0, 0" : "=r"(v));
    return v;
}

static inline void cp15_write_dacr(uint32_t v) {
    __asm__ volatile("mcr p15, 0, %0, c3, c0, 0" : : "r"(v) : "memory");
}

#endif /* ARCH_ARM_CP15_H */
