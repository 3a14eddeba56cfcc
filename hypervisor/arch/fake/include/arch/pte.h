/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table entries of the fake machine, a format of its own so that core cannot come to rely
 * on a real one (contract: core/arch.h).  Second level: frame in 31:12, then
 * 3 cached, 2 writable, 1:0 = 3 for a small page.
 */
#ifndef ARCH_PTE_H
#define ARCH_PTE_H

#include <stdbool.h>
#include <stdint.h>

#define FAKE_TYPE_MASK 0x3u
#define FAKE_TABLE     0x1u
#define FAKE_SMALL     0x3u
#define FAKE_WRITABLE  0x4u
#define FAKE_CACHED    0x8u

static inline uint32_t arch_l1_table(uint32_t hw) {
    return (hw & FAKE_TYPE_MASK) == FAKE_TABLE ? hw & ~0x3ffu : 0;
}

static inline bool arch_l2_is_fault(uint32_t raw) {
    return (raw & FAKE_TYPE_MASK) == 0;
}

static inline uint32_t arch_l2_attr(uint32_t raw) {
    uint32_t attr = raw & 0xfffu;

    return (attr & ~(FAKE_CACHED | FAKE_WRITABLE)) == FAKE_SMALL ? attr : 0;
}

static inline bool arch_l2_is_writable(uint32_t hw) {
    return (hw & FAKE_WRITABLE) != 0;
}

static inline bool arch_l2_is_cached(uint32_t hw) {
    return (hw & FAKE_CACHED) != 0;
}

static inline uint32_t arch_l2_uncached(uint32_t attr) {
    return attr & ~FAKE_CACHED;
}

static inline uint32_t arch_l2_device(uint32_t attr) {
    return attr & ~FAKE_CACHED;
}

static inline uint32_t arch_l2_readonly(uint32_t attr) {
    return attr & ~FAKE_WRITABLE;
}

static inline void arch_pte_write(uint32_t *entry, uint32_t hw) {
    *(volatile uint32_t *)entry = hw;
}

static inline void arch_pte_sync(void) {}

#endif /* ARCH_PTE_H */
