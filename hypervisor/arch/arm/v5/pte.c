/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv5 translation table entries of guests (Arm ARM DDI 0100, part B, 3.3).
 *
 * First level:
 *   table    31:10 address, 9 SBZ, 8:5 domain, 4 = 1, 3:2 SBZ, 1:0 = 0b01
 *   section  31:20 address, 19:12 SBZ, 11:10 AP, 9 SBZ, 8:5 domain, 4 = 1, 3 C, 2 B, 1:0 = 0b10
 * Bit 4 is "implementation defined" in the architecture and must be 1 on the
 * ARM926EJ-S (TRM DDI 0198, 3.3.3): a guest may write either, the hardware gets 1.
 * Fine tables (0b11), large (0b01) and tiny (0b11) pages are refused.
 */
#include "core/base/arch.h"

#define L1_TYPE_MASK    0x3u
#define L1_TABLE        0x1u
#define L1_SECTION      0x2u
#define L1_BIT4         0x10u
#define L1_DOMAIN_SHIFT 5
#define L1_DOMAIN_MASK  0xfu
#define SECTION_AP_RW   0xc00u
#define SECTION_AP_RO   0x800u
#define SECTION_AP_MASK 0xc00u
#define SECTION_SBZ     0x000ff200u
#define TABLE_SBZ       0x0000020cu

static const enum pte_memory memory_of[4] = {
    [0] = PTE_UNCACHED,
    [V5_B >> 2] = PTE_WRITECOMBINE,
    [V5_C >> 2] = PTE_WRITETHROUGH,
    [(V5_C | V5_B) >> 2] = PTE_WRITEBACK,
};

static uint32_t cb_of(enum pte_memory memory) {
    switch (memory) {
    case PTE_UNCACHED:
    case PTE_DEVICE: return 0;
    case PTE_WRITECOMBINE: return V5_B;
    case PTE_WRITETHROUGH: return V5_C;
    case PTE_WRITEBACK: return V5_C | V5_B;
    }
    return 0;
}

static struct pte decode_section(uint32_t raw) {
    uint32_t ap = raw & SECTION_AP_MASK;
    struct pte pte = {
        .kind = PTE_SECTION,
        .addr = raw & ~(MIB - 1),
        .dacr_domain = raw >> L1_DOMAIN_SHIFT & L1_DOMAIN_MASK,
        .writable = ap == SECTION_AP_RW,
        .executable = true,
        .memory = memory_of[(raw & (V5_C | V5_B)) >> 2],
    };

    if ((raw & SECTION_SBZ) || (ap != SECTION_AP_RW && ap != SECTION_AP_RO)) {
        pte.kind = PTE_BAD;
    }
    return pte;
}

struct pte arch_pte_decode_l1(uint32_t raw) {
    switch (raw & L1_TYPE_MASK) {
    case 0: return (struct pte){.kind = PTE_FAULT};
    case L1_TABLE:
        return (struct pte){
            .kind = raw & TABLE_SBZ ? PTE_BAD : PTE_TABLE,
            .addr = raw & ~0x3ffu,
            .dacr_domain = raw >> L1_DOMAIN_SHIFT & L1_DOMAIN_MASK,
        };
    case L1_SECTION: return decode_section(raw);
    default: return (struct pte){.kind = PTE_BAD};
    }
}

struct pte arch_pte_decode_hw_l1(uint32_t hw) {
    return arch_pte_decode_l1(hw);
}

uint32_t arch_pte_encode_l1(const struct pte *pte) {
    uint32_t domain = pte->dacr_domain << L1_DOMAIN_SHIFT;

    if (pte->kind == PTE_TABLE) {
        return pte->addr | domain | L1_BIT4 | L1_TABLE;
    }
    return pte->addr | (pte->writable ? SECTION_AP_RW : SECTION_AP_RO) | domain | L1_BIT4 |
           cb_of(pte->memory) | L1_SECTION;
}

struct pte arch_pte_decode_l2(uint32_t raw) {
    uint32_t attr = arch_l2_attr(raw);

    if (arch_l2_is_fault(raw)) {
        return (struct pte){.kind = PTE_FAULT};
    }
    return (struct pte){
        .kind = attr ? PTE_SMALL : PTE_BAD,
        .addr = raw & PAGE_MASK,
        .writable = arch_l2_is_writable(attr),
        .executable = true,
        .memory = memory_of[(attr & (V5_C | V5_B)) >> 2],
    };
}

uint32_t arch_pte_encode_l2(const struct pte *pte) {
    return pte->addr | (pte->writable ? V5_AP_RW : V5_AP_RO) | cb_of(pte->memory) | V5_SMALL;
}
