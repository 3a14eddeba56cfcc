/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel part of an address space, where several CPUs are used.  TTBCR.N is 1: addresses from 2
 * GiB up are walked by TTBR1 (ARM ARM DDI 0406, B3.5.4), below by TTBR0.  A vCPU that has a kernel
 * part of its own has another table there; else both are the same.
 *
 * An ASID is that of the pair.  It follows from the first table, and who comes to it with another
 * second one than was there last drops what that left.  Memory of a table is used for another only
 * after all TLBs have lost everything (pt_block_give()).
 */
#ifndef LEVEL_KERNEL_TABLE_H
#define LEVEL_KERNEL_TABLE_H

#include "arch/arm/cp15.h"
#include "arch/arm/extended/asid.h"

/* TTBR1 that each ASID of a pCPU was last used with. */
static uint32_t kernel_tables[ARCH_CPU_MAX][ASID_COUNT];

/* What must be flushed while ASID 0 is current, if @flush must because of the first table? */
static inline enum asid_flush kernel_table_take(uint32_t asid, uint32_t kernel,
                                                enum asid_flush flush) {
    uint32_t *last = &kernel_tables[arch_cpu_id()][asid];

    if (*last == kernel) {
        return flush;
    }
    *last = kernel;
    return flush == ASID_FLUSH_NONE ? ASID_FLUSH_ONE : flush;
}

static inline void kernel_table_load(uint32_t kernel) {
    CP15_SET(2, 0, 0, 1, kernel); /* TTBR1 */
}

#endif /* LEVEL_KERNEL_TABLE_H */
