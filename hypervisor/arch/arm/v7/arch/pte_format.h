/* SPDX-License-Identifier: GPL-2.0-only */
/* ARMv7's table entries: the format with XN and APX. */
#ifndef LEVEL_PTE_FORMAT_H
#define LEVEL_PTE_FORMAT_H

#include "arch/arm/extended/pte.h"

/* Cached as all RAM: nothing aliases, and exclusive accesses to uncached memory need a monitor in
 * the memory system (DDI 0406, A3.4.5). */
static inline uint32_t arch_l2_shared(uint32_t attr) {
    return (attr & ~EXT_L2_MEMORY) | EXT_POLICY_BOTH;
}

#endif /* LEVEL_PTE_FORMAT_H */
