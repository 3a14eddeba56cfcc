/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maintenance of whatever else there is, where one CPU is used: of this CPU's caches and TLB (ARM
 * ARM DDI 0406, B4.2.1, B4.2.2).
 */
#ifndef LEVEL_BROADCAST_H
#define LEVEL_BROADCAST_H

#include "arch/arm/cp15_access.h"

/* ICIALLU */
static inline void all_icaches_invalidate(void) {
    CP15_SET(7, 0, 5, 0, 0);
}

/* BPIALL */
static inline void all_predictors_invalidate(void) {
    CP15_SET(7, 0, 5, 6, 0);
}

/* TLBIALL */
static inline void all_tlbs_invalidate(void) {
    CP15_SET(8, 0, 7, 0, 0);
}

/* TLBIMVA: of @asid, and global ones. */
static inline void all_tlbs_invalidate_page(uint32_t va, uint32_t asid) {
    CP15_SET(8, 0, 7, 1, (va & ~0xfffu) | asid);
}

/* Before maintenance of lines by address. */
static inline void before_lines(void) {}

#endif /* LEVEL_BROADCAST_H */
