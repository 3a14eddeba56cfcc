/* SPDX-License-Identifier: GPL-2.0-only */
/* ARMv6's table entries: the format with XN and APX. */
#ifndef LEVEL_PTE_FORMAT_H
#define LEVEL_PTE_FORMAT_H

#include "arch/arm/extended/pte.h"

/* Not cached: the caches may alias. */
static inline uint32_t arch_l2_shared(uint32_t attr) {
    return (attr & ~EXT_L2_MEMORY) | EXT_UNCACHED;
}

#endif /* LEVEL_PTE_FORMAT_H */
