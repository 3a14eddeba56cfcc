/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on the core in the guest library, for ARMv5TE: formats of table
 * entries (Arm ARM, issue I, B4.7) and fault status codes (B4.6).
 */
#ifndef GUEST_CORE_H
#define GUEST_CORE_H

#include <stdint.h>

#define CORE_LEVEL      5  /* pv_vcpu.arch_level */
#define CORE_VFP_WORDS  32 /* of its registers: VFPv2, d0-d15 */

/* Low bits of a first-level entry. */
#define CORE_L1_TABLE   0x11u
#define CORE_L1_SECTION 0x12u
/* Low bits of a second-level entry. */
#define CORE_L2_SMALL   0x2u

/* Bits that, turned over in a good entry, make one outside of the ABI. */
#define CORE_BAD_TABLE \
    { 0x2u } /* a fine table */
#define CORE_BAD_SECTION \
    { 0x1u }
#define CORE_BAD_SMALL \
    { 0x3u, 0x1u } /* large page, tiny page */

/* Fault status, FS[3:0]. */
#define CORE_FSR_MASK      0xfu
#define CORE_FSR_ALIGNMENT 0x1u

#include "core_common.h"

/* The four subpages get the same rights. */
static inline uint32_t core_small_uncached(uint32_t gpa, uint32_t rights) {
    return gpa | rights << 10 | rights << 8 | rights << 6 | rights << 4 | CORE_L2_SMALL;
}

#include "restart.h"

/*
 * Atomics on memory that another domain or the hypervisor writes too.  ARMv5 has no
 * exclusives: restartable sequences.
 */

/** core_add() - *word += n; returns the new value. */
static inline uint32_t core_add(volatile uint32_t *word, uint32_t n) {
    return restart_add(word, n);
}

/** core_clear_bits() - *word &= ~bits; returns the old value. */
static inline uint32_t core_clear_bits(volatile uint32_t *word, uint32_t bits) {
    return restart_clear_bits(word, bits);
}

/** core_set_bits() - *word |= bits; returns the old value. */
static inline uint32_t core_set_bits(volatile uint32_t *word, uint32_t bits) {
    return restart_set_bits(word, bits);
}

/** core_exchange() - SWP. */
static inline uint32_t core_exchange(volatile uint32_t *word, uint32_t value) {
    uint32_t old;

    __asm__ volatile("swp %0, %1, [%2]" : "=&r"(old) : "r"(value), "r"(word) : "memory");
    return old;
}

#endif /* GUEST_CORE_H */
