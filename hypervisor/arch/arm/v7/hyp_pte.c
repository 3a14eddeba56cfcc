/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own table entries on ARMv7 (ARM ARM DDI 0406, B3.5.1).  TEX remap is off.
 */
#include "arch/arm/extended_hyp_pte.h"

static const struct extended_memory memory_of[] = {
    [MEMORY_DEVICE] = {0, 0}, /* strongly ordered: two devices see accesses in order, too */
    [MEMORY_SHARED] = {1, 3}, /* as cached: mappings do not alias, and exclusives work */
    [MEMORY_CACHED] = {1, 3}, /* normal, write-back, write-allocate */
    [MEMORY_TABLES] = {1, 3}, /* as cached: arch_pte_write() cleans the line */
};
