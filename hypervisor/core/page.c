/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The frame allocator.  Free frames are bits in a record for each MiB; records
 * with some or all frames free are on one of two lists, so that single frames do
 * not break up whole MiBs while others will do.  The way of a frame from its last
 * owner back to here (flush, scrub) is in page_scrub.c.
 */
#include "core/page.h"

#include <string.h>

#include "core/heap.h"
#include "core/lock.h"
#include "core/page_free.h"
#include "core/panic.h"

struct page_mib {
    uint32_t free[FRAMES_PER_MIB / 32];
    uint16_t free_count;
    uint16_t next, prev; /* number of a record + 1; 0 = end */
};

struct page_info *page_table;
uintptr_t page_bias;
uint32_t page_first;
uint32_t page_frames;
uint16_t *page_sections;

spinlock_t page_lock = SPINLOCK_INIT;
static struct page_mib *mibs;
static uint32_t mib_count;
static uint32_t free_total;
static uint32_t ram_total;
static uint16_t some_free; /* 1..255 free frames */
static uint16_t all_free;

static uint16_t *list_of(const struct page_mib *m) {
    return m->free_count == 0 ? NULL : m->free_count == FRAMES_PER_MIB ? &all_free : &some_free;
}

static void list_remove(struct page_mib *m) {
    uint16_t *head = list_of(m);

    if (!head) {
        return;
    }
    if (m->next) {
        mibs[m->next - 1].prev = m->prev;
    }
    if (m->prev) {
        mibs[m->prev - 1].next = m->next;
    } else {
        *head = m->next;
    }
}

static void list_add(struct page_mib *m) {
    uint16_t *head = list_of(m);
    uint16_t name = (uint16_t)(m - mibs + 1);

    if (!head) {
        return;
    }
    m->prev = 0;
    m->next = *head;
    if (*head) {
        mibs[*head - 1].prev = name;
    }
    *head = name;
}

static void set_free_count(struct page_mib *m, uint32_t count) {
    if (count != 0 && count != FRAMES_PER_MIB && m->free_count != 0 &&
        m->free_count != FRAMES_PER_MIB) {
        m->free_count = (uint16_t)count; /* stays on the same list */
        return;
    }
    list_remove(m);
    m->free_count = (uint16_t)count;
    list_add(m);
}

static void take(struct page_info *page, domid_t owner) {
    CHECK(page->state == PAGE_FREE);
    page->count = 1; /* the rest is as page_make_free() left it */
    page->owner = owner;
    page->state = PAGE_USED;
}

void page_make_free(uint32_t index) {
    struct page_mib *m = &mibs[index / FRAMES_PER_MIB];
    uint32_t bit = index % FRAMES_PER_MIB;

    page_table[index] = (struct page_info){.owner = DOMID_INVALID, .state = PAGE_FREE};
    m->free[bit / 32] |= 1u << bit % 32;
    set_free_count(m, m->free_count + 1u);
    free_total++;
}

/* Frame @index of the table, which is free, is @owner's from now on. */
static void take_one(uint32_t index, domid_t owner) {
    struct page_mib *m = &mibs[index / FRAMES_PER_MIB];

    m->free[index % FRAMES_PER_MIB / 32] &= ~(1u << index % 32);
    set_free_count(m, m->free_count - 1u);
    free_total--;
    take(&page_table[index], owner);
}

static uint32_t first_free(const struct page_mib *m) {
    uint32_t word = 0;

    while (!m->free[word]) {
        word++;
    }
    return (uint32_t)(m - mibs) * FRAMES_PER_MIB + word * 32 +
           (uint32_t)__builtin_ctz(m->free[word]);
}

mfn_t page_alloc(domid_t owner) {
    mfn_t result = INVALID_MFN;
    uint16_t name;

    spin_lock(&page_lock);
    name = some_free ? some_free : all_free;
    if (name) {
        uint32_t index = first_free(&mibs[name - 1]);

        take_one(index, owner);
        result = mfn(page_first + index);
    }
    spin_unlock(&page_lock);
    return result;
}

int page_alloc_at(mfn_t m, domid_t owner) {
    uint32_t index = m.v - page_first;
    int error = -XEN_EBUSY;

    spin_lock(&page_lock);
    if (index < page_frames && page_table[index].state == PAGE_FREE) {
        take_one(index, owner);
        error = 0;
    }
    spin_unlock(&page_lock);
    return error;
}

/* The first of @count free MiBs in a row, aligned, or mib_count. */
static uint32_t find_run(uint32_t count, uint32_t align) {
    uint32_t first_mib = page_first / FRAMES_PER_MIB;
    uint32_t run = 0;

    for (uint32_t i = 0; i < mib_count; i++) {
        if (mibs[i].free_count != FRAMES_PER_MIB || (run == 0 && (first_mib + i) % align != 0)) {
            run = 0;
        } else if (++run == count) {
            return i + 1 - count;
        }
    }
    return mib_count;
}

mfn_t page_alloc_mib(domid_t owner, uint32_t count, uint32_t align) {
    mfn_t result = INVALID_MFN;
    uint32_t first;

    if (count == 0 || align == 0) {
        return INVALID_MFN;
    }
    spin_lock(&page_lock);
    first = find_run(count, align);
    if (first < mib_count) {
        for (uint32_t i = first; i < first + count; i++) {
            set_free_count(&mibs[i], 0);
            memset(mibs[i].free, 0, sizeof(mibs[i].free));
        }
        struct page_info *page = &page_table[first * FRAMES_PER_MIB];
        for (const struct page_info *end = page + count * FRAMES_PER_MIB; page != end; page++) {
            take(page, owner);
        }
        free_total -= count * FRAMES_PER_MIB;
        result = mfn(page_first + first * FRAMES_PER_MIB);
    }
    spin_unlock(&page_lock);
    return result;
}

uint32_t page_free_count(void) {
    return free_total;
}

uint32_t page_total_count(void) {
    return ram_total;
}

/* ---- Boot ---- */

/* First frame wholly inside / first frame after the range; partial frames counted if @outward. */
static uint32_t range_first(const struct page_range *r, bool outward) {
    return (uint32_t)(((uint64_t)r->start.v + (outward ? 0 : PAGE_SIZE - 1)) >> PAGE_SHIFT);
}

static uint32_t range_end(const struct page_range *r, bool outward) {
    return (uint32_t)(((uint64_t)r->start.v + r->size + (outward ? PAGE_SIZE - 1 : 0)) >>
                      PAGE_SHIFT);
}

static int find_span(const struct page_range *ram, unsigned int count) {
    uint32_t end = 0;

    page_first = ~0u;
    for (unsigned int i = 0; i < count; i++) {
        if (range_first(&ram[i], false) >= range_end(&ram[i], false)) {
            continue;
        }
        page_first =
            range_first(&ram[i], false) < page_first ? range_first(&ram[i], false) : page_first;
        end = range_end(&ram[i], false) > end ? range_end(&ram[i], false) : end;
    }
    if (end == 0) {
        return -XEN_EINVAL;
    }
    page_first &= ~(FRAMES_PER_MIB - 1);
    mib_count = (end - page_first + FRAMES_PER_MIB - 1) / FRAMES_PER_MIB;
    page_frames = mib_count * FRAMES_PER_MIB;
    return 0;
}

static int alloc_tables(void) {
    unsigned int order = heap_order(page_frames * sizeof(struct page_info));

    page_table = heap_alloc(order);
    page_sections = heap_alloc(heap_order(mib_count * sizeof(uint16_t)));
    mibs = heap_alloc(heap_order(mib_count * sizeof(struct page_mib)));
    page_bias = (uintptr_t)page_table - page_first * sizeof(struct page_info);
    some_free = 0;
    all_free = 0;
    free_total = 0;
    ram_total = 0;
    return page_table && page_sections && mibs ? 0 : -XEN_ENOMEM;
}

static void mark(const struct page_range *r, bool outward, enum page_state from,
                 const struct page_info *to) {
    uint32_t end = range_end(r, outward);

    for (uint32_t f = range_first(r, outward); f < end; f++) {
        if (f - page_first < page_frames && page_table[f - page_first].state == from) {
            page_table[f - page_first] = *to;
        }
    }
}

int page_init_early(const struct page_range *ram, unsigned int ram_count,
                    const struct page_range *reserved, unsigned int reserved_count) {
    static const struct page_info free_page = {.owner = DOMID_INVALID, .state = PAGE_FREE};
    static const struct page_info used_page = {.count = 1, .owner = DOMID_XEN, .state = PAGE_USED};
    int error = find_span(ram, ram_count);

    error = error ? error : alloc_tables();
    if (error) {
        return error;
    }
    page_scrub_init();
    for (unsigned int i = 0; i < ram_count; i++) {
        mark(&ram[i], false, PAGE_ABSENT, &free_page);
    }
    for (unsigned int i = 0; i < reserved_count; i++) {
        mark(&reserved[i], true, PAGE_FREE, &used_page);
    }
    for (uint32_t i = 0; i < page_frames; i++) {
        if (page_table[i].state == PAGE_FREE) {
            page_make_free(i);
        }
        ram_total += page_table[i].state != PAGE_ABSENT;
    }
    return 0;
}
