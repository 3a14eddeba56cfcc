/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7-A caches (ARM ARM DDI 0406, B2.2, B4.2.1).  Data caches behave as physically
 * indexed and tagged; instruction caches are physically tagged.  Line size is read from
 * CTR.  Operations by address reach the point of coherency; none is by set and way, which is
 * for power-down alone.
 */
#include "arch/arm/cp15.h"
#include "arch/arm/level.h"

#define CACHE_OP(va, crm, op) \
    __asm__ volatile("mcr p15, 0, %0, c7, " crm ", " op : : "r"(va) : "memory")

static inline void dsb(void) {
    __asm__ volatile("dsb" : : : "memory");
}

static inline void isb(void) {
    __asm__ volatile("isb" : : : "memory");
}

static uint32_t dline(void) {
    return 4u << (cp15_read_ctr() >> 16 & 0xf);
}

void level_drain(void) {
    dsb();
}

void level_dcache_clean(uint32_t va, size_t size) {
    uint32_t line = dline(), end = va + (uint32_t)size;

    for (va &= ~(line - 1); va < end; va += line) {
        CACHE_OP(va, "c10", "1");
    }
    dsb();
}

void level_dcache_flush(uint32_t va, size_t size) {
    uint32_t line = dline(), end = va + (uint32_t)size;

    for (va &= ~(line - 1); va < end; va += line) {
        CACHE_OP(va, "c14", "1");
    }
    dsb();
}

void level_dcache_inval(uint32_t va, size_t size) {
    uint32_t line = dline(), end = va + (uint32_t)size;

    if (va & (line - 1)) {
        CACHE_OP(va, "c14", "1");
    }
    if (end & (line - 1)) {
        CACHE_OP(end, "c14", "1");
    }
    for (va &= ~(line - 1); va < end; va += line) {
        CACHE_OP(va, "c6", "1");
    }
    dsb();
}

void level_icache_sync(uint32_t va, size_t size) {
    uint32_t line = dline(), end = va + (uint32_t)size;

    for (va &= ~(line - 1); va < end; va += line) {
        CACHE_OP(va, "c11", "1"); /* DCCMVAU */
    }
    dsb();
    CACHE_OP(0, "c5", "0"); /* ICIALLU */
    CACHE_OP(0, "c5", "6"); /* BPIALL */
    dsb();
    isb();
}

/* No mapping misses what another one wrote; instructions are fetched anew. */
void level_cache_flush_all(void) {
    dsb();
    CACHE_OP(0, "c5", "0");
    CACHE_OP(0, "c5", "6");
    dsb();
    isb();
}

/* All mappings are cached, at physical addresses. */
void level_alias_flush(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}
