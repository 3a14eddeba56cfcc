/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decoding and encoding of the format in extended/pte.h, for the pte.c of ARMv6 and of ARMv7.
 */
#ifndef ARCH_ARM_PTE_EXTENDED_L1_H
#define ARCH_ARM_PTE_EXTENDED_L1_H

#include "arch/arm/extended/pte.h"
#include "core/base/arch.h"

#define EXT_L1_SBZ_TABLE    0x0000021cu /* 9, 4, NS, PXN */
#define EXT_L1_SBZ_SECTION  0x000c0200u /* NS, supersection, 9 */
#define EXT_L1_NG           0x00020000u
#define EXT_L1_S            0x00010000u
#define EXT_L1_AP_MASK      0x00008c00u /* APX and AP */
#define EXT_L1_AP_RW        0x00000c00u
#define EXT_L1_AP_RO        0x00000800u
#define EXT_L1_XN           0x00000010u
#define EXT_L1_DOMAIN_SHIFT 5
#define EXT_L1_TEX_SHIFT    6 /* from a small page's place to a section's */
#define EXT_TEX             0x1c0u
#define EXT_CB              0x00cu

/* What a decoded entry has of S. */
static inline bool extended_shareable(const struct pte *pte) {
    return ARCH_ALL_SHAREABLE || pte->shareable;
}

static inline enum pte_memory extended_memory(uint32_t memory) {
    switch (memory) {
    case EXT_DEVICE:
    case EXT_DEVICE_OWN: return PTE_DEVICE;
    case EXT_UNCACHED: return PTE_WRITECOMBINE;
    case EXT_WRITETHROUGH: return PTE_WRITETHROUGH;
    case EXT_WRITEBACK:
    case EXT_WRITEALLOCATE: return PTE_WRITEBACK;
    default: return PTE_UNCACHED;
    }
}

static inline uint32_t extended_memory_bits(enum pte_memory memory) {
    switch (memory) {
    case PTE_UNCACHED: return EXT_STRONG;
    case PTE_DEVICE: return EXT_DEVICE;
    case PTE_WRITECOMBINE: return EXT_UNCACHED;
    case PTE_WRITETHROUGH: return EXT_WRITETHROUGH;
    case PTE_WRITEBACK: return EXT_WRITEALLOCATE;
    }
    return EXT_STRONG;
}

static inline struct pte extended_decode_section(uint32_t raw) {
    uint32_t memory = (raw >> EXT_L1_TEX_SHIFT & EXT_TEX) | (raw & EXT_CB);
    uint32_t rights = raw & EXT_L1_AP_MASK;
    bool ok = !(raw & EXT_L1_SBZ_SECTION) && extended_memory_ok(memory) &&
              (rights == EXT_L1_AP_RW || rights == EXT_L1_AP_RO);

    return (struct pte){
        .kind = ok ? PTE_SECTION : PTE_BAD,
        .addr = raw & ~(MIB - 1),
        .dacr_domain = raw >> EXT_L1_DOMAIN_SHIFT & 15u,
        .writable = rights == EXT_L1_AP_RW,
        .executable = !(raw & EXT_L1_XN),
        .memory = extended_memory(memory),
        .shareable = (raw & EXT_L1_S) != 0,
    };
}

static inline struct pte extended_decode_l1(uint32_t raw) {
    switch (raw & EXT_TYPE_MASK) {
    case 0: return (struct pte){.kind = PTE_FAULT};
    case EXT_TABLE:
        return (struct pte){
            .kind = raw & EXT_L1_SBZ_TABLE ? PTE_BAD : PTE_TABLE,
            .addr = raw & ~0x3ffu,
            .dacr_domain = raw >> EXT_L1_DOMAIN_SHIFT & 15u,
        };
    case EXT_SECTION: return extended_decode_section(raw);
    default: return (struct pte){.kind = PTE_BAD};
    }
}

static inline uint32_t extended_encode_l1(const struct pte *pte) {
    uint32_t memory = extended_memory_bits(pte->memory);
    uint32_t domain = pte->dacr_domain << EXT_L1_DOMAIN_SHIFT;

    if (pte->kind == PTE_TABLE) {
        return pte->addr | domain | EXT_TABLE;
    }
    return pte->addr | EXT_L1_NG | (extended_shareable(pte) ? EXT_L1_S : 0) |
           (memory & EXT_TEX) << EXT_L1_TEX_SHIFT | (pte->writable ? EXT_L1_AP_RW : EXT_L1_AP_RO) |
           domain | (pte->executable ? 0 : EXT_L1_XN) | (memory & EXT_CB) | EXT_SECTION;
}

static inline struct pte extended_decode_l2(uint32_t raw) {
    uint32_t attr = arch_l2_attr(raw);

    return (struct pte){
        .kind = arch_l2_is_fault(raw) ? PTE_FAULT
                : attr                ? PTE_SMALL
                                      : PTE_BAD,
        .addr = raw & PAGE_MASK,
        .writable = arch_l2_is_writable(raw),
        .executable = !(raw & EXT_L2_XN),
        .memory = extended_memory(raw & EXT_L2_MEMORY),
        .shareable = (raw & EXT_L2_S) != 0,
    };
}

static inline uint32_t extended_encode_l2(const struct pte *pte) {
    return pte->addr | EXT_L2_NG | (extended_shareable(pte) ? EXT_L2_S : 0) |
           extended_memory_bits(pte->memory) | (pte->writable ? EXT_L2_AP_RW : EXT_L2_AP_RO) |
           EXT_SMALL | (pte->executable ? 0 : EXT_L2_XN);
}

#endif /* ARCH_ARM_PTE_EXTENDED_L1_H */
