/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the last reference to a free frame.  A frame that lost its last reference may
 * still be reachable through a TLB entry of a guest, and lines of it may sit in a
 * virtually indexed cache, to be written back over whatever comes next.  So freed
 * frames wait; one flush of TLB and caches (in this order: after the first nothing
 * can bring in new lines) serves all that waited at that moment; then they are
 * overwritten and handed back one by one.
 */
#include <string.h>

#include "core/arch.h"
#include "core/page_free.h"
#include "core/panic.h"

#define END (~0u)

static uint32_t waiting = END; /* lists through page_info.next; page lock */
static uint32_t flushed = END;
static uint32_t dirty_total;

void page_get(mfn_t m) {
    struct page_info *page = page_of(m);

    if (page) {
        CHECK(page->state == PAGE_USED);
        page->count++;
    }
}

void page_put(mfn_t m) {
    struct page_info *page = page_of(m);

    if (page) {
        CHECK(page->count > 0);
        if (--page->count == 0) {
            page_release(page);
        }
    }
}

void page_release(struct page_info *page) {
    CHECK(page->state == PAGE_USED && page->count == 0 && page->type == PAGE_NONE);
    CHECK(page_sections[(page - page_table) / FRAMES_PER_MIB] == 0);
    spin_lock(&page_lock);
    page->state = PAGE_DIRTY;
    page->owner = DOMID_INVALID;
    page->next = waiting;
    waiting = (uint32_t)(page - page_table);
    dirty_total++;
    spin_unlock(&page_lock);
}

/* Take the list of waiting frames to the flushed ones; false if there are none. */
static bool flush_waiting(void) {
    bool any;

    spin_lock(&page_lock);
    flushed = waiting;
    waiting = END;
    any = flushed != END;
    spin_unlock(&page_lock);
    if (any) {
        arch_tlb_flush_all();
        arch_cache_flush_aliases();
    }
    return any;
}

/* The next flushed frame, or END. */
static uint32_t take_flushed(void) {
    uint32_t index;

    spin_lock(&page_lock);
    index = flushed;
    if (index != END) {
        flushed = page_table[index].next;
    }
    spin_unlock(&page_lock);
    return index;
}

bool page_scrub_step(void) {
    uint32_t index = take_flushed();

    if (index == END) {
        return flush_waiting();
    }
    memset(arch_map_frame(PAGE_SCRUB_SLOT, mfn(page_first + index)), 0, PAGE_SIZE);
    arch_unmap_frame(PAGE_SCRUB_SLOT);
    spin_lock(&page_lock);
    page_make_free(index);
    dirty_total--;
    spin_unlock(&page_lock);
    return dirty_total != 0;
}

void page_scrub_init(void) {
    waiting = END;
    flushed = END;
    dirty_total = 0;
}

uint32_t page_dirty_count(void) {
    return dirty_total;
}
