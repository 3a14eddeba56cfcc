/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the last reference to a free frame.  A frame that lost its last reference may
 * still be reachable through a TLB entry of a guest, and lines of it may sit in a
 * virtually indexed cache, to be written back over whatever comes next.  So freed
 * frames wait; one flush of TLB and caches (in this order: after the first nothing
 * can bring in new lines) serves all that waited at that moment; then they are
 * overwritten and handed back one by one.
 *
 * Each pool has its own: frames that a domain gives back are scrubbed in time of its own, when it
 * asks for frames, or in time that nobody else wants.
 */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/steps.h"
#include "core/mm/memory_wait.h"
#include "core/mm/page_free.h"
#include "core/mm/page_pool.h"
#include "core/time/background.h"

_Static_assert(PAGE_POOLS <= BACKGROUND_OWNERS, "each pool has an owner");
_Static_assert(PAGE_SIZE % STEP_SCRUB == 0, "a frame is scrubbed in whole steps");

#define END (~0u)

/* The dirty frames of a pool; lists through page_info.next.  Page lock. */
static struct dirty {
    struct background_work work;
    uint32_t waiting, flushed; /* index of the first, END = none */
    uint32_t scrubbing;        /* the one that is being overwritten */
    uint32_t scrubbed;         /* bytes of it */
    uint32_t count;
} pools[PAGE_POOLS];
static uint32_t dirty_total;

void page_get(mfn_t m) {
    struct page_info *page = page_of(m);

    if (page) {
        CHECK(page->state == PAGE_USED);
        (void)page_count_add(page, 1);
    }
}

void page_put(mfn_t m) {
    struct page_info *page = page_of(m);

    if (page) {
        CHECK(page->count > 0);
        if (page_count_add(page, ~0u) == 0) {
            page_release(page);
        }
    }
}

void page_release(struct page_info *page) {
    uint32_t index = (uint32_t)(page - page_table);
    struct dirty *pool = &pools[page_pool_of(index)];

    CHECK(page->state == PAGE_USED && page->count == 0 && page->type == PAGE_NONE);
    CHECK(page_sections[index / FRAMES_PER_MIB] == 0);
    spin_lock(&page_lock);
    page->state = PAGE_DIRTY;
    page->owner = DOMID_INVALID;
    page->next = pool->waiting;
    pool->waiting = index;
    pool->count++;
    dirty_total++;
    spin_unlock(&page_lock);
    if (pool->count == 1) {
        background_start(&pool->work);
    }
}

/* Take the list of waiting frames to the flushed ones; false if there are none. */
static bool flush_waiting(struct dirty *pool) {
    bool any;

    spin_lock(&page_lock);
    pool->flushed = pool->waiting;
    pool->waiting = END;
    any = pool->flushed != END;
    spin_unlock(&page_lock);
    if (any) {
        arch_tlb_flush_all();
        arch_cache_flush_aliases();
    }
    return any;
}

/* The next flushed frame is the one to be scrubbed; false if there is none. */
static bool take_flushed(struct dirty *pool) {
    spin_lock(&page_lock);
    pool->scrubbing = pool->flushed;
    pool->scrubbed = 0;
    if (pool->flushed != END) {
        pool->flushed = page_table[pool->flushed].next;
    }
    spin_unlock(&page_lock);
    return pool->scrubbing != END;
}

/* It is free, in the pool that its MiB is in by now. */
static void make_free(struct dirty *pool) {
    uint32_t index = pool->scrubbing;

    spin_lock(&page_lock);
    pool->scrubbing = END;
    pool->count--;
    dirty_total--;
    page_make_free(index);
    spin_unlock(&page_lock);
    memory_came(page_pool_of(index));
}

bool page_scrub_step(unsigned int number) {
    struct dirty *pool = &pools[number];
    uint8_t *page;

    if (pool->scrubbing == END && !take_flushed(pool)) {
        return flush_waiting(pool);
    }
    page = arch_map_frame(PAGE_SCRUB_SLOT, mfn(page_first + pool->scrubbing));
    memset(page + pool->scrubbed, 0, STEP_SCRUB);
    arch_unmap_frame(PAGE_SCRUB_SLOT, pool->scrubbed, STEP_SCRUB);
    pool->scrubbed += STEP_SCRUB;
    if (pool->scrubbed == PAGE_SIZE) {
        make_free(pool);
    }
    return pool->count != 0;
}

static bool work_step(struct background_work *work) {
    return page_scrub_step(work->owner);
}

void page_scrub_init(void) {
    for (unsigned int i = 0; i < PAGE_POOLS; i++) {
        pools[i] = (struct dirty){.waiting = END, .flushed = END, .scrubbing = END};
        background_init(&pools[i].work, work_step, i, BACKGROUND_SPARE);
    }
    dirty_total = 0;
}

uint32_t page_pool_dirty(unsigned int pool) {
    return pools[pool].count;
}

uint32_t page_dirty_count(void) {
    return dirty_total;
}
