/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM926EJ-S caches (TRM DDI 0198, 2.3.8): separate, virtually indexed and tagged,
 * 32-byte lines, data cache write-back, allocated on read only.  The table
 * walker reads memory, not the data cache.
 */
#include "arch/arm/level.h"

#define LINE 32u

#define DCACHE_OP(va, crm, op) \
    __asm__ volatile("mcr p15, 0, %0, c7, " crm ", " op : : "r"(va) : "memory")

void level_drain(void) {
    DCACHE_OP(0, "c10", "4");
}

void level_dcache_clean(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    for (va &= ~(LINE - 1); va < end; va += LINE) {
        DCACHE_OP(va, "c10", "1");
    }
    level_drain();
}

void level_dcache_flush(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    for (va &= ~(LINE - 1); va < end; va += LINE) {
        DCACHE_OP(va, "c14", "1");
    }
    level_drain();
}

void level_dcache_inval(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    if (va & (LINE - 1)) {
        DCACHE_OP(va, "c10", "1");
    }
    if (end & (LINE - 1)) {
        DCACHE_OP(end, "c10", "1");
    }
    for (va &= ~(LINE - 1); va < end; va += LINE) {
        DCACHE_OP(va, "c6", "1");
    }
    level_drain();
}

void level_icache_sync(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    for (va &= ~(LINE - 1); va < end; va += LINE) {
        DCACHE_OP(va, "c10", "1");
        DCACHE_OP(va, "c5", "1");
    }
    level_drain();
}

void level_cache_flush_all(void) {
    /* Test, clean and invalidate until the whole data cache is clean (DDI 0198 2.3.8). */
    __asm__ volatile("1: mrc p15, 0, r15, c7, c14, 3\n"
                     "   bne 1b\n"
                     :
                     :
                     : "cc", "memory");
    DCACHE_OP(0, "c5", "0");
    level_drain();
}
