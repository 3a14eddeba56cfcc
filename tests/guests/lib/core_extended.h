/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What ARMv6 (with SCTLR.XP = 1) and ARMv7 share in the guest library: the format of table entries
 * (Arm ARM DDI 0406, B3.5.1; DDI 0100, B4.7), fault status codes (B3.13, B4.6), exclusives.
 */
#ifndef GUEST_CORE_EXTENDED_H
#define GUEST_CORE_EXTENDED_H

#include <stdint.h>

/* Execute never, not global; in a small page and in a section. */
#define CORE_SMALL_XN   0x001u
#define CORE_SMALL_NG   0x800u
#define CORE_SECTION_XN 0x00010u
#define CORE_SECTION_NG 0x20000u

/* Low bits of a first-level entry. */
#define CORE_L1_TABLE   0x1u
#define CORE_L1_SECTION 0x2u
/* Low bits of a second-level entry. */
#define CORE_L2_SMALL   0x2u

/*
 * Bits that, turned over in a good entry, make one outside of the ABI: reserved type, secure
 * memory's NS, P; supersection, APX; large page, and memory types that the core may understand as
 * it likes.
 */
#define CORE_BAD_TABLE \
    { 0x2u, 0x8u, 0x200u }
#define CORE_BAD_SECTION \
    { 0x80000u, 0x40000u, 0x8000u, 0x200u, 0x1004u }
#define CORE_BAD_SMALL \
    { 0x3u, 0x200u, 0x44u, 0x88u }

/* Fault status, FS[10] and FS[3:0]. */
#define CORE_FSR_MASK      0x40fu
#define CORE_FSR_WRITE     0x800u
#define CORE_FSR_ALIGNMENT 0x1u

#include "core_common.h"

/* Strongly ordered: what a device needs; for RAM the hypervisor does not mind. */
static inline uint32_t core_small_uncached(uint32_t gpa, uint32_t rights) {
    return gpa | rights << 4 | CORE_L2_SMALL;
}

/*
 * Atomics on memory that another domain or the hypervisor writes too: exclusives.  Between the two
 * halves another vCPU may run or an interrupt come (the hypervisor clears the monitor then) or a
 * handler of our own run (whose pairs end with a store, which leaves the monitor open): the second
 * half fails, and it starts again.
 */

/** core_load_exclusive() - LDREX. */
static inline uint32_t core_load_exclusive(volatile uint32_t *word) {
    uint32_t value;

    __asm__ volatile("ldrex %0, [%1]" : "=r"(value) : "r"(word) : "memory");
    return value;
}

/** core_store_exclusive() - STREX: 0 if it was done, 1 if not. */
static inline uint32_t core_store_exclusive(volatile uint32_t *word, uint32_t value) {
    uint32_t failed;

    __asm__ volatile("strex %0, %1, [%2]" : "=&r"(failed) : "r"(value), "r"(word) : "memory");
    return failed;
}

/** core_add() - *word += n; returns the new value. */
static inline uint32_t core_add(volatile uint32_t *word, uint32_t n) {
    uint32_t value;

    do {
        value = core_load_exclusive(word) + n;
    } while (core_store_exclusive(word, value));
    return value;
}

/** core_clear_bits() - *word &= ~bits; returns the old value. */
static inline uint32_t core_clear_bits(volatile uint32_t *word, uint32_t bits) {
    uint32_t old;

    do {
        old = core_load_exclusive(word);
    } while (core_store_exclusive(word, old & ~bits));
    return old;
}

/** core_set_bits() - *word |= bits; returns the old value. */
static inline uint32_t core_set_bits(volatile uint32_t *word, uint32_t bits) {
    uint32_t old;

    do {
        old = core_load_exclusive(word);
    } while (core_store_exclusive(word, old | bits));
    return old;
}

/** core_exchange() - returns the old value. */
static inline uint32_t core_exchange(volatile uint32_t *word, uint32_t value) {
    uint32_t old;

    do {
        old = core_load_exclusive(word);
    } while (core_store_exclusive(word, value));
    return old;
}

#endif /* GUEST_CORE_EXTENDED_H */
