/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own table entries on ARMv6 (ARM ARM DDI 0100, B4.7).  TEX remap is off.
 */
#include "arch/arm/extended_hyp_pte.h"

static const struct extended_memory memory_of[] = {
    [MEMORY_DEVICE] = {0, 0}, /* strongly ordered: two devices see accesses in order, too */
    [MEMORY_SHARED] = {1, 0}, /* normal, not cached: the caches may alias */
    [MEMORY_CACHED] = {1, 3}, /* normal, write-back, write-allocate */
    [MEMORY_TABLES] = {0, 2}, /* normal, write-through: the walker reads memory */
};
