/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maintenance of the caches and TLBs of all pCPUs: the encodings of the Multiprocessing Extensions
 * for the Inner Shareable domain (ARM ARM DDI 0406, B4.2.1, B4.2.2), done on all when a DSB of who
 * asked for it is.
 */
#ifndef LEVEL_BROADCAST_H
#define LEVEL_BROADCAST_H

#include "arch/arm/cp15_access.h"

/* ICIALLUIS */
static inline void all_icaches_invalidate(void) {
    CP15_SET(7, 0, 1, 0, 0);
}

/* BPIALLIS */
static inline void all_predictors_invalidate(void) {
    CP15_SET(7, 0, 1, 6, 0);
}

/* TLBIALLIS */
static inline void all_tlbs_invalidate(void) {
    CP15_SET(8, 0, 3, 0, 0);
}

/* TLBIMVAAIS: of all ASIDs.  By ASID (TLBIMVAIS) a Cortex-A9 before r2p0 may name another one to
 * the others (erratum 720789). */
static inline void all_tlbs_invalidate_page(uint32_t va, uint32_t asid) {
    (void)asid;
    CP15_SET(8, 0, 3, 3, va & ~0xfffu);
}

/* Before maintenance of lines by address, so that it reaches the others: erratum 764369 of
 * Cortex-A9 (the other half of it is in level/coherence.inc). */
static inline void before_lines(void) {
    __asm__ volatile("dsb" : : : "memory");
}

#endif /* LEVEL_BROADCAST_H */
