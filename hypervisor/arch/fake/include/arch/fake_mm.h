/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake machine's memory: RAM that the hypervisor can map, a heap, and what was done to caches
 * and TLB.
 */
#ifndef ARCH_FAKE_MM_H
#define ARCH_FAKE_MM_H

#include <arch/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"

#define FAKE_RAM_PA      0x10000000u
#define FAKE_RAM_MIB     32u
#define FAKE_HEAP_PA     0x30000000u
#define FAKE_HEAP_SIZE   (2u * MIB)

/* Entries that arch_l1_init() fills: PV_VIRT_START's and up hold this. */
#define FAKE_HYP_ENTRY   0x48595001u
#define FAKE_FLUSH_STEPS 3u /* of arch_cache_flush_step() */

/* What was done by address. */
enum fake_op { FAKE_TLB, FAKE_CLEAN, FAKE_FLUSH, FAKE_INVAL, FAKE_SYNC };

extern uint8_t fake_ram[FAKE_RAM_MIB * MIB];
extern unsigned int fake_tlb_flushes;           /* of everything */
extern unsigned int fake_cache_flushes;         /* of everything */
extern unsigned int fake_dcache_flushes;        /* of a D cache that may alias */
extern uint32_t fake_forgotten[ARCH_MAP_SLOTS]; /* bytes, when or before it was unmapped */
extern uint32_t fake_unmapped;      /* the page where operations by guest address fault; ~0: none */
extern unsigned int fake_range_ops; /* cache operations by address */
extern uint32_t fake_last_va;       /* of the last operation by address */
extern uint32_t fake_last_size;
extern enum fake_op fake_last_op;
extern unsigned int fake_page_ops;    /* pages cleared or copied */
extern unsigned int fake_shared_maps; /* of arch_map_shared(), not yet undone */

/** fake_mm_init() - a new heap, counters at 0.  RAM keeps its contents. */
void fake_mm_init(void);

/** fake_frame() - the bytes of a frame of RAM. */
uint8_t *fake_frame(mfn_t m);

#endif /* ARCH_FAKE_MM_H */
