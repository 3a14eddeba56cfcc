/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel part of an address space, where one CPU is used: in the same table as the rest.
 */
#ifndef LEVEL_KERNEL_TABLE_H
#define LEVEL_KERNEL_TABLE_H

#include "arch/arm/extended/asid.h"

static inline enum asid_flush kernel_table_take(uint32_t asid, uint32_t kernel,
                                                enum asid_flush flush) {
    (void)asid;
    (void)kernel;
    return flush;
}

static inline void kernel_table_load(uint32_t kernel) {
    (void)kernel;
}

#endif /* LEVEL_KERNEL_TABLE_H */
