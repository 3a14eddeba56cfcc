/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own table entries where several CPUs are used: all normal memory is cached and
 * shareable (ARM ARM DDI 0406, B3.8.2; DDI 0100, B4.4).
 */
#include "arch/arm/extended/hyp_pte.h"

#define L1_S (1u << 16)
#define L2_S (1u << 10)

/* Normal memory, write-back, write-allocate, for all but devices: mappings do not alias (nor on
 * the ARM11 MPCore), exclusive accesses work, and arch/pte.h cleans the lines of tables. */
static const struct extended_memory cached = {1, 3};
/* Strongly ordered: two devices see accesses in order, too. */
static const struct extended_memory device = {0, 0};

static bool is_device(enum hyp_memory memory) {
    return memory == MEMORY_DEVICE;
}

uint32_t level_l1_table(uint32_t table_pa, unsigned int dacr_domain) {
    return extended_l1_table(table_pa, dacr_domain);
}

uint32_t level_l1_section(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    return is_device(memory) ? extended_l1_section(pa, rights, device)
                             : extended_l1_section(pa, rights, cached) | L1_S;
}

uint32_t level_l2_page(uint32_t pa, enum hyp_rights rights, enum hyp_memory memory) {
    return is_device(memory) ? extended_l2_page(pa, rights, device)
                             : extended_l2_page(pa, rights, cached) | L2_S;
}
