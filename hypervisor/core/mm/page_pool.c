/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame allocator.  Free frames are bits in a record for each MiB.  Each pool has lists of its
 * MiBs with no, some or all frames free, so that single frames do not break up whole MiBs while
 * others will do.  The way of a frame from its last owner back to here (flush, scrub) is in
 * page_scrub.c.
 */
#include "core/mm/page_pool.h"

#include <string.h>

#include "core/base/panic.h"
#include "core/mm/heap.h"
#include "core/mm/memory_wait.h"
#include "core/mm/page_free.h"

enum fill { NONE_FREE, SOME_FREE, ALL_FREE, FILLS };

struct pool {
    uint16_t list[FILLS]; /* number of a record + 1; 0 = empty */
    uint32_t count;       /* its MiBs; not kept for the common pool */
};

spinlock_t page_lock = SPINLOCK_INIT(LOCK_PAGE);
struct page_mib *page_mibs;
static uint32_t page_mib_count;
static uint32_t page_free_total;
static struct pool pools[PAGE_POOLS];

static uint16_t *list_of(const struct page_mib *m) {
    enum fill fill = m->free_count == 0                ? NONE_FREE
                     : m->free_count == FRAMES_PER_MIB ? ALL_FREE
                                                       : SOME_FREE;

    return &pools[m->pool].list[fill];
}

static struct index_link *mib_link(unsigned int name) {
    return &page_mibs[name - 1].link;
}

static unsigned int name_of(const struct page_mib *m) {
    return (unsigned int)(m - page_mibs) + 1;
}

static void list_mib(struct page_mib *m) {
    index_list_add(mib_link, list_of(m), name_of(m));
}

static void unlist_mib(const struct page_mib *m) {
    index_list_remove(mib_link, list_of(m), name_of(m));
}

static void set_free_count(struct page_mib *m, uint32_t count) {
    if (count != 0 && count != FRAMES_PER_MIB && m->free_count != 0 &&
        m->free_count != FRAMES_PER_MIB) {
        m->free_count = (uint16_t)count; /* stays on the same list */
        return;
    }
    unlist_mib(m);
    m->free_count = (uint16_t)count;
    list_mib(m);
}

static void set_pool(struct page_mib *m, unsigned int pool) {
    unlist_mib(m);
    pools[m->pool].count--;
    m->pool = (uint8_t)pool;
    pools[pool].count++;
    list_mib(m);
}

int page_pool_init(uint32_t mibs) {
    page_mib_count = mibs;
    page_mibs = heap_alloc(heap_order(mibs * sizeof(struct page_mib)));
    memset(pools, 0, sizeof(pools));
    page_free_total = 0;
    if (!page_mibs) {
        return -XEN_ENOMEM;
    }
    for (uint32_t i = 0; i < mibs; i++) {
        list_mib(&page_mibs[i]);
    }
    return 0;
}

static void take_from_mib(struct page_info *page, domid_t owner) {
    CHECK(page->state == PAGE_FREE);
    page->count = 1; /* the rest is as page_make_free() left it */
    page->owner = owner;
    page->state = PAGE_USED;
}

void page_make_free(uint32_t index) {
    struct page_mib *m = &page_mibs[index / FRAMES_PER_MIB];
    uint32_t bit = index % FRAMES_PER_MIB;

    page_table[index] = (struct page_info){.owner = DOMID_INVALID, .state = PAGE_FREE};
    m->free[bit / 32] |= 1u << bit % 32;
    set_free_count(m, m->free_count + 1u);
    page_free_total++;
}

/* Frame @index of the table, which is free, is @owner's from now on. */
static void take_one(uint32_t index, domid_t owner) {
    struct page_mib *m = &page_mibs[index / FRAMES_PER_MIB];

    m->free[index % FRAMES_PER_MIB / 32] &= ~(1u << index % 32);
    set_free_count(m, m->free_count - 1u);
    page_free_total--;
    take_from_mib(&page_table[index], owner);
}

static uint32_t first_free_frame(const struct page_mib *m) {
    uint32_t word = 0;

    while (!m->free[word]) {
        word++;
    }
    return (uint32_t)(m - page_mibs) * FRAMES_PER_MIB + word * 32 +
           (uint32_t)__builtin_ctz(m->free[word]);
}

mfn_t page_pool_alloc(unsigned int pool, domid_t owner) {
    mfn_t result = INVALID_MFN;
    uint16_t name;

    spin_lock(&page_lock);
    name = pools[pool].list[SOME_FREE] ? pools[pool].list[SOME_FREE] : pools[pool].list[ALL_FREE];
    if (name) {
        uint32_t index = first_free_frame(&page_mibs[name - 1]);

        take_one(index, owner);
        result = mfn(page_first + index);
    }
    spin_unlock(&page_lock);
    return result;
}

mfn_t page_alloc(domid_t owner) {
    return page_pool_alloc(PAGE_COMMON, owner);
}

int page_alloc_at(mfn_t m, domid_t owner) {
    uint32_t index = m.v - page_first;
    int err = -XEN_EBUSY;

    spin_lock(&page_lock);
    if (index < page_frames && page_table[index].state == PAGE_FREE) {
        take_one(index, owner);
        err = 0;
    }
    spin_unlock(&page_lock);
    return err;
}

void page_take(mfn_t first, uint32_t count, domid_t owner) {
    uint32_t index = first.v - page_first;
    struct page_mib *m = &page_mibs[index / FRAMES_PER_MIB];
    struct page_info *page = &page_table[index];

    spin_lock(&page_lock);
    /* In bytes, since a step has fewer than 32 bits: Arm is little-endian here. */
    memset((uint8_t *)m->free + index % FRAMES_PER_MIB / 8, 0, count / 8);
    set_free_count(m, m->free_count - count);
    page_free_total -= count;
    for (const struct page_info *end = page + count; page != end; page++) {
        take_from_mib(page, owner);
    }
    spin_unlock(&page_lock);
}

/* The first of @count free MiBs in a row of the common pool, aligned, or page_mib_count. */
static uint32_t find_run(uint32_t count, uint32_t align) {
    uint32_t first_mib = page_first / FRAMES_PER_MIB;
    uint32_t run = 0;

    for (uint32_t i = 0; i < page_mib_count; i++) {
        if (page_mibs[i].free_count != FRAMES_PER_MIB || page_mibs[i].pool != PAGE_COMMON ||
            (run == 0 && (first_mib + i) % align != 0)) {
            run = 0;
        } else if (++run == count) {
            return i + 1 - count;
        }
    }
    return page_mib_count;
}

mfn_t page_alloc_mib(domid_t owner, uint32_t count, uint32_t align) {
    uint32_t first;

    if (count == 0 || align == 0) {
        return INVALID_MFN;
    }
    spin_lock(&page_lock);
    first = find_run(count, align);
    spin_unlock(&page_lock);
    if (first == page_mib_count) {
        return INVALID_MFN;
    }
    for (uint32_t i = first; i < first + count; i++) {
        page_take(mfn(page_first + i * FRAMES_PER_MIB), FRAMES_PER_MIB, owner);
    }
    return mfn(page_first + first * FRAMES_PER_MIB);
}

/* ---- Pools ---- */

void page_pool_adopt(unsigned int pool, mfn_t first) {
    spin_lock(&page_lock);
    set_pool(&page_mibs[(first.v - page_first) / FRAMES_PER_MIB], pool);
    spin_unlock(&page_lock);
}

mfn_t page_pool_whole(unsigned int pool, uint32_t limit) {
    struct pool *p = &pools[pool];
    uint16_t name;

    spin_lock(&page_lock);
    name = pools[PAGE_COMMON].list[ALL_FREE];
    if (!p->list[ALL_FREE] && p->count < limit && name) {
        set_pool(&page_mibs[name - 1], pool);
    }
    name = p->list[ALL_FREE];
    spin_unlock(&page_lock);
    return name ? mfn(page_first + (name - 1u) * FRAMES_PER_MIB) : INVALID_MFN;
}

bool page_pool_drop_step(unsigned int pool) {
    struct pool *p = &pools[pool];
    bool more;

    spin_lock(&page_lock);
    if (p->count) {
        unsigned int fill = NONE_FREE;

        while (!p->list[fill]) {
            fill++;
        }
        set_pool(&page_mibs[p->list[fill] - 1], PAGE_COMMON);
    }
    more = p->count != 0;
    spin_unlock(&page_lock);
    memory_came(PAGE_COMMON);
    return more;
}

void page_pool_drop_whole(unsigned int pool) {
    uint16_t name;

    spin_lock(&page_lock);
    name = pools[pool].list[ALL_FREE];
    if (name) {
        set_pool(&page_mibs[name - 1], PAGE_COMMON);
    }
    spin_unlock(&page_lock);
    if (name) {
        memory_came(PAGE_COMMON);
    }
}

uint32_t page_free_count(void) {
    return page_free_total;
}
