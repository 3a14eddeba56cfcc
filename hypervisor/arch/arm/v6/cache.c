/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARM11 caches (ARM1176JZF-S TRM DDI 0301, 3.2.22): separate, virtually indexed, physically
 * tagged, 32-byte lines.  A core with more than 4 KiB a way (CTR.P; DDI 0100, B6.6.1) may hold a
 * frame in two lines under two addresses.  So nothing here relies on there being one: frames that
 * guest and hypervisor use at two addresses are uncached or flushed between, and guests colour
 * their mappings as they do on the bare core.  The table walker reads memory, not the data cache.
 */
#include "arch/arm/cp15.h"
#include "arch/arm/extended/guest_lines.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"

#define LINE        32u
#define CTR_DSIZE_P (1u << 23)

#define CACHE_OP(va, crm, op) \
    __asm__ volatile("mcr p15, 0, %0, c7, " crm ", " op : : "r"(va) : "memory")

void level_drain(void) {
    CACHE_OP(0, "c10", "4");
}

void level_dcache_clean(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    for (va &= ~(LINE - 1); va < end; va += LINE) {
        CACHE_OP(va, "c10", "1");
    }
    level_drain();
}

static bool may_alias(void) {
    return cp15_read_ctr() & CTR_DSIZE_P;
}

/* Four lines a turn: those that come along are of the same page. */
void level_dcache_flush(uint32_t va, size_t size) {
    uint32_t end = va + (uint32_t)size;

    for (va &= ~(4 * LINE - 1); va < end; va += 4 * LINE) {
        CACHE_OP(va, "c14", "1");
        CACHE_OP(va + LINE, "c14", "1");
        CACHE_OP(va + 2 * LINE, "c14", "1");
        CACHE_OP(va + 3 * LINE, "c14", "1");
    }
    level_drain();
}

void level_dcache_forget(uint32_t va, size_t size) {
    if (may_alias()) {
        level_dcache_flush(va, size);
    }
}

void level_shared_forget(uint32_t va, size_t size) {
    level_dcache_flush(va, size);
}

/*
 * The whole I cache and the branch targets.  On ARM1136 and ARM1176 one such operation may fail
 * (erratum 411920): it takes four with aborts and interrupts masked, and eleven instructions after
 * them.
 */
static void invalidate_instructions(void) {
    uint32_t psr;

    __asm__ volatile("mrs %0, cpsr\n"
                     "cpsid aif\n"
                     ".rept 4\n"
                     "mcr p15, 0, %1, c7, c5, 0\n"
                     ".endr\n"
                     "msr cpsr_cx, %0\n"
                     ".rept 11\n"
                     "nop\n"
                     ".endr"
                     : "=&r"(psr)
                     : "r"(0)
                     : "memory");
    CACHE_OP(0, "c5", "6");
    level_drain();
    CACHE_OP(0, "c5", "4");
}

void level_icache_sync(uint32_t va, size_t size) {
    level_dcache_clean(va, size);
    invalidate_instructions();
}

/* Data under any address goes to memory; instructions are fetched anew. */
void level_cache_flush_aliases(void) {
    CACHE_OP(0, "c14", "0");
    level_drain();
    invalidate_instructions();
}

void level_dcache_flush_aliases(void) {
    if (may_alias()) {
        CACHE_OP(0, "c14", "0");
        level_drain();
    }
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

/* ---- A guest's addresses are translated (Arm ARM DDI 0406, D12.7.10 about ARMv6) ---- */

static int guest_range(guest_lines_fn *operation, uint32_t va, size_t size) {
    int err = operation(va & ~(LINE - 1), va + (uint32_t)size, LINE);

    level_drain();
    return err;
}

int level_guest_dcache_clean(uint32_t va, size_t size) {
    return guest_range(guest_clean_lines, va, size);
}

int level_guest_dcache_flush(uint32_t va, size_t size) {
    return guest_range(guest_flush_lines, va, size);
}

/* Lines are written back as well: a guest cannot undo what another one stored to a frame that both
 * have, or that it may only read. */
int level_guest_dcache_inval(uint32_t va, size_t size) {
    return level_guest_dcache_flush(va, size);
}

int level_guest_icache_sync(uint32_t va, size_t size) {
    int err = level_guest_dcache_clean(va, size);

    if (err == 0) {
        invalidate_instructions();
    }
    return err;
}

/* Where the data cache may alias, what was stored goes to memory: the page has a user mapping at
 * another address, perhaps of another colour. */
static int flush_if_aliasing(uint32_t va, int err) {
    return err == 0 && may_alias() ? level_guest_dcache_flush(va, PAGE_SIZE) : err;
}

int level_clear_page(uint32_t va) {
    return flush_if_aliasing(va, extended_clear_page(va));
}

int level_copy_page(uint32_t to, uint32_t from) {
    return flush_if_aliasing(to, extended_copy_page(to, from));
}

const uint32_t arch_cache_range_max = 32 * 1024;

void level_alias_flush(uint32_t va, size_t size) {
    level_dcache_flush(va, size);
}
