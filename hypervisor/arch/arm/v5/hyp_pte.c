/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own ARMv5 table entries (ARM ARM DDI 0100 B3.3; bit 4 of first-level
 * entries is 1 on ARM926EJ-S, DDI 0198 3.3.3).  SCTLR.S = 1, R = 0: AP = 0b00
 * is privileged read-only, which keeps the hypervisor from writing its own code.
 */
#include "arch/arm/level.h"

#include "core/base/abi.h"

#define L1_TABLE   0x11u
#define L1_SECTION 0x12u
#define L2_SMALL   0x02u
#define CACHEABLE  0x08u
#define BUFFERABLE 0x04u

static const uint8_t ap_of[] = {
    [HYP_READ_ONLY] = 0, [HYP_READ_WRITE] = 1, [HYP_READ_EXEC] = 0,
    [USR_READ_ONLY] = 2, [USR_READ_WRITE] = 3, [USR_READ_EXEC] = 2,
};

static const uint8_t cb_of[] = {
    [MEMORY_DEVICE] = 0,
    [MEMORY_SHARED] = 0,
    [MEMORY_CACHED] = CACHEABLE | BUFFERABLE,
    [MEMORY_TABLES] = CACHEABLE,
};

uint32_t level_l1_table(uint32_t table_pa, unsigned int dacr_domain) {
    return table_pa | dacr_domain << 5 | L1_TABLE;
}

uint32_t level_l1_section(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    return pa | (uint32_t)ap_of[rights] << 10 | (uint32_t)PV_DOMAIN_HYP << 5 | cb_of[memory] |
           L1_SECTION;
}

uint32_t level_l2_page(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    uint32_t ap = ap_of[rights] * 0x55u; /* the four subpages alike */

    return pa | ap << 4 | cb_of[memory] | L2_SMALL;
}
