/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own table entries on ARMv7 (ARM ARM DDI 0406, B3.5.1).  TEX remap is off.
 */
#include "arch/arm/extended/hyp_pte.h"

static const struct extended_memory memory_of[] = {
    [MEMORY_DEVICE] = {0, 0}, /* strongly ordered: two devices see accesses in order, too */
    [MEMORY_SHARED] = {1, 3}, /* as cached: mappings do not alias, and exclusives work */
    [MEMORY_CACHED] = {1, 3}, /* normal, write-back, write-allocate */
    [MEMORY_TABLES] = {1, 3}, /* as cached: arch/pte.h cleans the lines */
};

uint32_t level_l1_table(uint32_t table_pa, unsigned int dacr_domain) {
    return extended_l1_table(table_pa, dacr_domain);
}

uint32_t level_l1_section(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    return extended_l1_section(pa, rights, memory_of[memory]);
}

uint32_t level_l2_page(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    return extended_l2_page(pa, rights, memory_of[memory]);
}
