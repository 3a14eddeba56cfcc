/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv5 table entries, as far as they are inlined in the update path (contract: core/base/arch.h).
 *
 * Small page, Arm ARM DDI 0100 B3.3.5 (coarse table):
 *   31:12 frame, 11:4 four times AP (one for each KiB), 3 C, 2 B, 1:0 = 0b10
 * Guest kernel and guest user both run in USR mode, so of the four AP values only
 * two are taken, the same for all four subpages: 0b11 read-write, 0b10 read-only.
 * C and B may be anything: 00 uncached, 01 buffered, 10 write-through, 11
 * write-back (ARM926EJ-S TRM DDI 0198, table 4-3).
 */
#ifndef LEVEL_PTE_FORMAT_H
#define LEVEL_PTE_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#define ARCH_L2_ALWAYS 0u

#define V5_TABLE       0x001u
#define V5_SECTION     0x002u
#define V5_SMALL       0x002u
#define V5_TYPE_MASK   0x003u
#define V5_AP_RW       0xff0u
#define V5_AP_RO       0xaa0u
#define V5_AP_MASK     0xff0u
#define V5_C           0x008u
#define V5_B           0x004u

static inline uint32_t arch_l1_table(uint32_t hw) {
    return (hw & V5_TYPE_MASK) == V5_TABLE ? hw & ~0x3ffu : 0;
}

static inline bool arch_l1_is_section(uint32_t hw) {
    return (hw & V5_TYPE_MASK) == V5_SECTION;
}

static inline bool arch_l2_is_fault(uint32_t raw) {
    return (raw & V5_TYPE_MASK) == 0;
}

static inline uint32_t arch_l2_attr(uint32_t raw) {
    uint32_t attr = raw & 0xfffu;
    uint32_t rights = attr & ~(V5_C | V5_B);

    return rights == (V5_AP_RW | V5_SMALL) || rights == (V5_AP_RO | V5_SMALL) ? attr : 0;
}

static inline bool arch_l2_is_writable(uint32_t hw) {
    return (hw & V5_AP_MASK) == V5_AP_RW;
}

static inline bool arch_l2_is_cached(uint32_t hw) {
    return (hw & V5_C) != 0;
}

static inline uint32_t arch_l2_shared(uint32_t attr) {
    return attr & ~(V5_C | V5_B);
}

/* Not cached: a space has such a frame at two addresses, in its kernel's own mapping of all frames
 * and where a program asked for it.  The owner's mapping is in another space, and a change of space
 * empties the cache (docs/caches.md). */
static inline uint32_t arch_l2_foreign(uint32_t attr) {
    return arch_l2_shared(attr);
}

static inline uint32_t arch_l2_device(uint32_t attr) {
    return arch_l2_is_cached(attr) ? arch_l2_shared(attr) : attr;
}

static inline uint32_t arch_l2_readonly(uint32_t attr) {
    return (attr & ~V5_AP_MASK) | V5_AP_RO;
}

#endif /* LEVEL_PTE_FORMAT_H */
