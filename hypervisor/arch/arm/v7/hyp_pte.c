/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own table entries in the ARMv7 format with XN and APX (ARM ARM DDI 0406, B3.5.1).
 * TEX remap is off.
 */
#include "arch/arm/level.h"
#include "core/abi.h"

#define L1_TABLE   0x1u
#define L1_SECTION 0x2u
#define L2_SMALL   0x2u

/* Rights: AP[1:0], APX; never executable but where said. */
static const struct {
    uint8_t ap;
    uint8_t apx;
    uint8_t xn;
} rights_of[] = {
    [HYP_READ_WRITE] = {1, 0, 1},
    [HYP_READ_EXEC] = {1, 1, 0},
    [USR_READ_WRITE] = {3, 0, 1},
    [USR_READ_EXEC] = {2, 0, 0},
};

/* Memory type: TEX, C and B. */
static const struct {
    uint8_t tex;
    uint8_t cb;
} memory_of[] = {
    [MEMORY_DEVICE] = {0, 1},   /* shared device */
    [MEMORY_UNCACHED] = {1, 0}, /* normal, not cached */
    [MEMORY_CACHED] = {1, 3},   /* normal, write-back, write-allocate */
    [MEMORY_TABLES] = {1, 3},   /* as cached: arch_pte_write() cleans the line */
};

uint32_t level_l1_table(uint32_t table_pa, unsigned int dacr_domain) {
    return table_pa | dacr_domain << 5 | L1_TABLE;
}

uint32_t level_l1_section(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    return pa | (uint32_t)rights_of[rights].apx << 15 | (uint32_t)memory_of[memory].tex << 12 |
           (uint32_t)rights_of[rights].ap << 10 | (uint32_t)PV_DOMAIN_HYP << 5 |
           (uint32_t)rights_of[rights].xn << 4 | (uint32_t)memory_of[memory].cb << 2 | L1_SECTION;
}

uint32_t level_l2_page(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    return pa | (uint32_t)rights_of[rights].apx << 9 | (uint32_t)memory_of[memory].tex << 6 |
           (uint32_t)rights_of[rights].ap << 4 | (uint32_t)memory_of[memory].cb << 2 | L2_SMALL |
           rights_of[rights].xn;
}
