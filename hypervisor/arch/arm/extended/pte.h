/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests' table entries in the format that ARMv6 (with SCTLR.XP = 1; ARM ARM DDI 0100, B4.7) and
 * ARMv7 (DDI 0406, B3.5.1) share.  TEX remap and the access flag are off (SCTLR.TRE = AFE = 0).
 *
 * Small page: 31:12 frame, 11 nG, 10 S, 9 APX, 8:6 TEX, 5:4 AP, 3 C, 2 B, 1 = 1, 0 XN
 * Section:    31:20 address, 19 NS, 18 = 0, 17 nG, 16 S, 15 APX, 14:12 TEX, 11:10 AP, 9 = 0,
 *             8:5 domain, 4 XN, 3 C, 2 B, 1:0 = 0b10
 * Table:      31:10 address, 9 = 0, 8:5 domain, 4 SBZ, 3 NS, 2 PXN or SBZ, 1:0 = 0b01
 *
 * Taken: APX = 0 with AP 0b11 (read-write) or 0b10 (in USR mode read-only); NS = 0; the memory
 * types below.  S is the guest's choice where one CPU is used, and always set where several are; of
 * strongly ordered and device memory it says nothing.  nG is always set: a global entry would be
 * seen in all spaces, those of other domains too.  Large pages, supersections and the rest are
 * refused.
 */
#ifndef ARCH_ARM_PTE_EXTENDED_H
#define ARCH_ARM_PTE_EXTENDED_H

#include <arch/shareable.h>
#include <stdbool.h>
#include <stdint.h>

#define EXT_TYPE_MASK     0x3u
#define EXT_TABLE         0x1u
#define EXT_SECTION       0x2u
#define EXT_SMALL         0x2u

#define EXT_L2_XN         0x001u
#define EXT_L2_NG         0x800u
#define EXT_L2_AP_RW      0x030u
#define EXT_L2_AP_RO      0x020u
#define EXT_L2_AP_MASK    0x230u /* APX and AP */
#define EXT_L2_MEMORY     0x1ccu /* TEX, C, B */
#define EXT_L2_S          0x400u
#define ARCH_L2_ALWAYS    (EXT_L2_NG | (ARCH_ALL_SHAREABLE ? EXT_L2_S : 0))
#define EXT_C             0x008u

/* TEX, C, B of a small page. */
#define EXT_STRONG        0x000u
#define EXT_DEVICE        0x004u /* shared device */
#define EXT_WRITETHROUGH  0x008u
#define EXT_WRITEBACK     0x00cu
#define EXT_UNCACHED      0x040u /* normal memory */
#define EXT_WRITEALLOCATE 0x04cu /* write-back */
#define EXT_DEVICE_OWN    0x080u /* not shared */
/* TEX = 0b1BB, C and B = AA: outer and inner cache policy; 01 is write-back, write-allocate.  The
 * same memory type as EXT_WRITEALLOCATE, with C = 0.  Guests may not ask for it. */
#define EXT_POLICY_BOTH   0x144u

static inline bool extended_memory_ok(uint32_t memory) {
    return memory <= EXT_WRITEBACK || memory == EXT_UNCACHED || memory == EXT_WRITEALLOCATE ||
           memory == EXT_DEVICE_OWN;
}

static inline uint32_t arch_l1_table(uint32_t hw) {
    return (hw & EXT_TYPE_MASK) == EXT_TABLE ? hw & ~0x3ffu : 0;
}

static inline bool arch_l1_is_section(uint32_t hw) {
    return (hw & EXT_TYPE_MASK) == EXT_SECTION;
}

static inline bool arch_l2_is_fault(uint32_t raw) {
    return (raw & EXT_TYPE_MASK) == 0;
}

static inline uint32_t arch_l2_attr(uint32_t raw) {
    uint32_t rights = raw & EXT_L2_AP_MASK;

    if (!(raw & EXT_SMALL) || (rights != EXT_L2_AP_RW && rights != EXT_L2_AP_RO) ||
        !extended_memory_ok(raw & EXT_L2_MEMORY)) {
        return 0;
    }
    return (raw & 0xfffu) | ARCH_L2_ALWAYS;
}

static inline bool arch_l2_is_writable(uint32_t hw) {
    return (hw & EXT_L2_AP_MASK) == EXT_L2_AP_RW;
}

/* What is sure to be RAM: shared frames have C = 0, however they are cached. */
static inline bool arch_l2_is_cached(uint32_t hw) {
    return (hw & EXT_C) != 0;
}

/* The same type of memory as all RAM has, so that mappings do not differ in it; as shared frames,
 * with C = 0. */
static inline uint32_t arch_l2_foreign(uint32_t attr) {
    return arch_l2_is_cached(attr) ? (attr & ~EXT_L2_MEMORY) | EXT_POLICY_BOTH : attr;
}

static inline uint32_t arch_l2_device(uint32_t attr) {
    if (arch_l2_is_cached(attr)) {
        attr = (attr & ~EXT_L2_MEMORY) | EXT_DEVICE;
    }
    return attr | EXT_L2_XN;
}

static inline uint32_t arch_l2_readonly(uint32_t attr) {
    return (attr & ~EXT_L2_AP_MASK) | EXT_L2_AP_RO;
}

#endif /* ARCH_ARM_PTE_EXTENDED_H */
