/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM926EJ-S caches (TRM DDI 0198, 2.3.8): separate, virtually indexed and tagged,
 * 32-byte lines, data cache write-back, allocated on read only.  The table
 * walker reads memory, not the data cache.
 */
#include "arch/arm/level.h"
#include "core/base/arch.h"

#define LINE 32u

#define DCACHE_OP(va, crm, op) \
    __asm__ volatile("mcr p15, 0, %0, c7, " crm ", " op : : "r"(va) : "memory")

void level_drain(void) {
    DCACHE_OP(0, "c10", "4");
}

/* From here on invalidating all instructions costs less than doing so line by line. */
#define ICACHE_ALL_BYTES 2048u

/* One operation on each line of [va, end); eight lines a turn, since pages are the common case. */
#define EACH_LINE(va, end, crm, op)                                  \
    do {                                                             \
        while ((end) - (va) >= 8 * LINE && (end) > (va)) {           \
            __asm__ volatile(".rept 8\n"                             \
                             "mcr p15, 0, %0, c7, " crm ", " op "\n" \
                             "add %0, %0, #32\n"                     \
                             ".endr"                                 \
                             : "+r"(va)                              \
                             :                                       \
                             : "memory");                            \
        }                                                            \
        for (; (va) < (end); (va) += LINE) {                         \
            DCACHE_OP(va, crm, op);                                  \
        }                                                            \
    } while (0)

void level_dcache_clean(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    va &= ~(LINE - 1);
    EACH_LINE(va, end, "c10", "1");
    level_drain();
}

void level_dcache_flush(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    va &= ~(LINE - 1);
    EACH_LINE(va, end, "c14", "1");
    level_drain();
}

void level_dcache_forget(uint32_t va, size_t size) {
    level_dcache_flush(va, size);
}

void level_shared_forget(uint32_t va, size_t size) {
    level_dcache_flush(va, size);
}

void level_icache_sync(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;
    uint32_t line = va & ~(LINE - 1);

    va = line;
    EACH_LINE(va, end, "c10", "1");
    level_drain(); /* memory first: a fetch fills a line again at once (DDI 0198, 9.2) */
    if (size >= ICACHE_ALL_BYTES) {
        DCACHE_OP(0, "c5", "0");
    } else {
        EACH_LINE(line, end, "c5", "1");
    }
}

/* Test, clean and invalidate until the whole data cache is clean (DDI 0198 2.3.8). */
void level_dcache_flush_aliases(void) {
    __asm__ volatile("1: mrc p15, 0, r15, c7, c14, 3\n"
                     "   bne 1b\n"
                     :
                     :
                     : "cc", "memory");
    level_drain();
}

void level_cache_flush_aliases(void) {
    level_dcache_flush_aliases();
    DCACHE_OP(0, "c5", "0");
}

/* The whole cache is one operation. */
bool level_cache_flush_step(uint32_t *progress) {
    (void)progress;
    level_cache_flush_aliases();
    return false;
}

void level_cache_flush_set(uint32_t value) {
    (void)value;
    level_cache_flush_aliases();
}

/*
 * By address, caches are looked up by that alone and nothing is translated (DDI 0198, 2.3.8), so
 * nothing faults.  The lines are those of the guest's own space, all of which go when another one
 * is loaded.
 */
int level_guest_dcache_clean(uint32_t va, size_t size) {
    level_dcache_clean(va, size);
    return 0;
}

int level_guest_dcache_flush(uint32_t va, size_t size) {
    level_dcache_flush(va, size);
    return 0;
}

int level_guest_dcache_inval(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    if (va & (LINE - 1)) {
        DCACHE_OP(va, "c10", "1");
    }
    if (end & (LINE - 1)) {
        DCACHE_OP(end, "c10", "1");
    }
    va &= ~(LINE - 1);
    EACH_LINE(va, end, "c6", "1");
    level_drain();
    return 0;
}

int level_guest_icache_sync(uint32_t va, size_t size) {
    level_icache_sync(va, size);
    return 0;
}

const uint32_t arch_cache_range_max = 32 * 1024;

/* Each switch of the space flushes all. */
void level_alias_flush(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}
