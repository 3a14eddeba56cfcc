/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own table entries in the format of extended/pte.h, for the hyp_pte.c of ARMv6
 * and of ARMv7, whose memory types differ.
 */
#ifndef ARCH_ARM_EXTENDED_HYP_PTE_H
#define ARCH_ARM_EXTENDED_HYP_PTE_H

#include "arch/arm/level.h"
#include "core/base/abi.h"

#define L1_TABLE   0x1u
#define L1_SECTION 0x2u
#define L2_SMALL   0x2u

struct extended_memory {
    uint8_t tex;
    uint8_t cb;
};

/* Rights: AP[1:0], APX; never executable but where said: what is read by a fetch ahead of its time
 * could be a device's register (ARM ARM DDI 0406, A3.8.3).  What USR mode sees is one domain's own,
 * so not global. */
static const struct {
    uint8_t ap;
    uint8_t apx;
    uint8_t xn;
    uint8_t ng;
} rights_of[] = {
    [HYP_READ_ONLY] = {1, 1, 1, 0}, [HYP_READ_WRITE] = {1, 0, 1, 0}, [HYP_READ_EXEC] = {1, 1, 0, 0},
    [USR_READ_ONLY] = {2, 0, 1, 1}, [USR_READ_WRITE] = {3, 0, 1, 1}, [USR_READ_EXEC] = {2, 0, 0, 1},
};

static inline uint32_t extended_l1_table(uint32_t table_pa, unsigned int dacr_domain) {
    return table_pa | dacr_domain << 5 | L1_TABLE;
}

static inline uint32_t extended_l1_section(uint32_t pa, enum hyp_rights rights,
                                           struct extended_memory memory) {
    return pa | (uint32_t)rights_of[rights].apx << 15 | (uint32_t)memory.tex << 12 |
           (uint32_t)rights_of[rights].ap << 10 | (uint32_t)PV_DOMAIN_HYP << 5 |
           (uint32_t)rights_of[rights].xn << 4 | (uint32_t)memory.cb << 2 | L1_SECTION;
}

static inline uint32_t extended_l2_page(uint32_t pa, enum hyp_rights rights,
                                        struct extended_memory memory) {
    return pa | (uint32_t)rights_of[rights].ng << 11 | (uint32_t)rights_of[rights].apx << 9 |
           (uint32_t)memory.tex << 6 | (uint32_t)rights_of[rights].ap << 4 |
           (uint32_t)memory.cb << 2 | L2_SMALL | rights_of[rights].xn;
}

#endif /* ARCH_ARM_EXTENDED_HYP_PTE_H */
