/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7-A caches (ARM ARM DDI 0406, B2.2, B4.2.1).  Data caches behave as physically indexed and
 * tagged; instruction caches are physically tagged.  Line size is read from CTR.  Operations by
 * address reach the point of coherency of the CPU, and then the outer cache, if the board has one.
 */
#include <level/broadcast.h>

#include "arch/arm/cp15.h"
#include "arch/arm/extended/guest_lines.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"
#include "core/base/steps.h"
#include "core/device/device.h"

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

/* The same lines of the outer cache, which goes by machine address (PAR bit 0: not
 * mapped).  A range lies within a page, or its parts do. */
static void outer_range(uint32_t va, size_t size, void (*operation)(maddr_t start, size_t size)) {
    while (size > 0) {
        size_t left = PAGE_SIZE - (va & ~PAGE_MASK), part = size < left ? size : left;

        CP15_SET(7, 0, 8, 0, va); /* ATS1CPR */
        isb();
        uint32_t par = CP15_GET(7, 0, 4, 0);
        if (!(par & 1)) {
            operation(maddr((par & PAGE_MASK) | (va & ~PAGE_MASK)), part);
        }
        va += (uint32_t)part;
        size -= part;
    }
}

/* Of the CPU's own caches; both, like arch_pte_publish(), four lines a turn: a page has 64 or 128.
 * The lines that come along are of the same page. */
static void clean_inner(uint32_t va, size_t size) {
    uint32_t line = dline(), end = va + (uint32_t)size;

    before_lines();
    for (uint32_t at = va & ~(4 * line - 1); at < end; at += 4 * line) {
        CP15_SET(7, 0, 10, 1, at); /* DCCMVAC */
        CP15_SET(7, 0, 10, 1, at + line);
        CP15_SET(7, 0, 10, 1, at + 2 * line);
        CP15_SET(7, 0, 10, 1, at + 3 * line);
    }
    dsb();
}

static void flush_inner(uint32_t va, size_t size) {
    uint32_t line = dline(), end = va + (uint32_t)size;

    before_lines();
    for (uint32_t at = va & ~(4 * line - 1); at < end; at += 4 * line) {
        CP15_SET(7, 0, 14, 1, at); /* DCCIMVAC */
        CP15_SET(7, 0, 14, 1, at + line);
        CP15_SET(7, 0, 14, 1, at + 2 * line);
        CP15_SET(7, 0, 14, 1, at + 3 * line);
    }
    dsb();
}

void level_dcache_clean(uint32_t va, size_t size) {
    clean_inner(va, size);
    if (devices.outer_cache) {
        outer_range(va, size, devices.outer_cache->clean);
    }
}

/* What the CPU's caches give up first passes through the outer one; what they fetched from it again
 * meanwhile goes last (DDI 0246, PL310 TRM, on maintenance of both levels). */
void level_dcache_flush(uint32_t va, size_t size) {
    if (devices.outer_cache) {
        clean_inner(va, size);
        outer_range(va, size, devices.outer_cache->flush);
    }
    flush_inner(va, size);
}

/* Table walks look where a clean to the point of unification ends (DDI 0406, B3.10.1). */
void arch_pte_publish(const void *table, size_t size) {
    uint32_t line = dline(), end = (uint32_t)table + (uint32_t)size;

    before_lines();
    for (uint32_t at = (uint32_t)table & ~(4 * line - 1); at < end; at += 4 * line) {
        CP15_SET(7, 0, 11, 1, at); /* DCCMVAU */
        CP15_SET(7, 0, 11, 1, at + line);
        CP15_SET(7, 0, 11, 1, at + 2 * line);
        CP15_SET(7, 0, 11, 1, at + 3 * line);
    }
}

static void invalidate_instructions(void) {
    all_icaches_invalidate();
    all_predictors_invalidate();
    dsb();
    isb();
}

void level_icache_sync(uint32_t va, size_t size) {
    uint32_t line = dline(), end = va + (uint32_t)size;

    before_lines();
    for (va &= ~(line - 1); va < end; va += line) {
        CP15_SET(7, 0, 11, 1, va); /* DCCMVAU */
    }
    dsb();
    invalidate_instructions();
}

/* No mapping misses what another one wrote; instructions are fetched anew. */
void level_cache_flush_aliases(void) {
    dsb();
    invalidate_instructions();
}

/* A frame is in one line. */
void level_dcache_flush_aliases(void) {}

void level_dcache_forget(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}

/* Both are cached. */
void level_shared_forget(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}

/* A level's data cache by set and way (B2.2.7); levels count from 0. */
struct geometry {
    uint32_t line_shift, way_shift, last_set, last_way;
};

/* False: there is no such level before the point of coherency, or it has no data cache. */
static bool geometry_of(uint32_t level, struct geometry *g) {
    uint32_t clidr = CP15_GET(0, 1, 0, 1);

    if (level >= (clidr >> 24 & 7) || (clidr >> (3 * level) & 7) < 2) {
        return false;
    }
    CP15_SET(0, 2, 0, 0, level << 1); /* CSSELR */
    isb();
    uint32_t ccsidr = CP15_GET(0, 1, 0, 0);
    g->line_shift = (ccsidr & 7) + 4;
    g->last_way = ccsidr >> 3 & 0x3ff;
    g->last_set = ccsidr >> 13 & 0x7fff;
    g->way_shift = g->last_way ? (uint32_t)__builtin_clz(g->last_way) : 31;
    return true;
}

/* What is beyond the cache would be unpredictable. */
static void flush_set(const struct geometry *g, uint32_t level, uint32_t set, uint32_t way) {
    if (set <= g->last_set && way <= g->last_way) {
        CP15_SET(7, 0, 14, 2, way << g->way_shift | set << g->line_shift | level << 1);
    }
}

void level_cache_flush_set(uint32_t value) {
    uint32_t level = value >> 1 & 7;
    struct geometry g;

    if (geometry_of(level, &g)) {
        uint32_t place = value & ~0xfu;
        uint32_t set = (place & ((1u << g.way_shift) - 1)) >> g.line_shift;

        flush_set(&g, level, set, place >> g.way_shift);
        dsb();
    }
}

/* A level has at most 2^10 ways of 2^15 sets; the outer cache comes last. */
#define STEP(level, way, set) ((level) << 25 | (way) << 15 | (set))
#define STEP_LEVEL(step)      ((step) >> 25)
#define STEP_WAY(step)        ((step) >> 15 & 0x3ffu)
#define STEP_SET(step)        ((step)&0x7fffu)
#define STEP_LEVELS           7u

/* The step after one that ended before @set. */
static uint32_t next_step(const struct geometry *g, uint32_t level, uint32_t way, uint32_t set) {
    if (set <= g->last_set) {
        return STEP(level, way, set);
    }
    return way < g->last_way ? STEP(level, way + 1, 0) : STEP(level + 1, 0, 0);
}

/* Some sets of @way from @set on; returns the one after them.  What is beyond the cache would be
 * unpredictable. */
static uint32_t flush_sets(const struct geometry *g, uint32_t level, uint32_t way, uint32_t set) {
    uint32_t count = g->last_set + 1;
    uint32_t end = set + STEP_CACHE_SETS < count ? set + STEP_CACHE_SETS : count;
    uint32_t value = way << g->way_shift | set << g->line_shift | level << 1;

    if (way > g->last_way) {
        return count;
    }
    for (; set < end; set++) {
        CP15_SET(7, 0, 14, 2, value);
        value += 1u << g->line_shift;
    }
    return end;
}

/* Some sets of a way a step.  With one CPU no other one brings lines back in between; what the
 * guest itself stores meanwhile it did not ask for. */
bool level_cache_flush_step(uint32_t *progress) {
    uint32_t level = STEP_LEVEL(*progress), way = STEP_WAY(*progress), set = STEP_SET(*progress);
    uint32_t next = STEP(level + 1, 0, 0);
    struct geometry g;

    if (level < STEP_LEVELS && geometry_of(level, &g)) {
        set = flush_sets(&g, level, way, set);
        dsb();
        next = next_step(&g, level, way, set);
    } else if (level == STEP_LEVELS) {
        if (devices.outer_cache && devices.outer_cache->flush_way(way)) {
            next = STEP(level, way + 1, 0);
        }
        invalidate_instructions();
    }
    *progress = next;
    return STEP_LEVEL(next) <= STEP_LEVELS;
}

/* ---- A guest's addresses are translated, and may fault (B2.2.7, B3.12.3) ---- */

static int guest_range(guest_lines_fn *operation, uint32_t va, size_t size) {
    uint32_t line = dline();

    before_lines();
    int err = operation(va & ~(line - 1), va + (uint32_t)size, line);

    dsb();
    return err;
}

int level_guest_dcache_clean(uint32_t va, size_t size) {
    int err = guest_range(guest_clean_lines, va, size);

    if (err == 0 && devices.outer_cache) {
        outer_range(va, size, devices.outer_cache->clean);
    }
    return err;
}

int level_guest_dcache_flush(uint32_t va, size_t size) {
    int err = 0;

    if (devices.outer_cache) {
        err = level_guest_dcache_clean(va, size);
        if (err == 0) {
            outer_range(va, size, devices.outer_cache->flush);
        }
    }
    return err ? err : guest_range(guest_flush_lines, va, size);
}

/*
 * Lines are written back as well.  What a device wrote to memory is not overwritten, if the guest
 * invalidated before it gave the buffer to the device, as it must; but a guest cannot undo what
 * another one stored to a frame that both have, or that it may only read.
 */
int level_guest_dcache_inval(uint32_t va, size_t size) {
    return level_guest_dcache_flush(va, size);
}

int level_guest_icache_sync(uint32_t va, size_t size) {
    int err = guest_range(guest_unify_lines, va, size);

    if (err == 0) {
        invalidate_instructions();
    }
    return err;
}

/* More than a second-level cache holds. */
const uint32_t arch_cache_range_max = MIB;

/* All mappings are cached, at physical addresses. */
void level_alias_flush(uint32_t va, size_t size) {
    (void)va;
    (void)size;
}
