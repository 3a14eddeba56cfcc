/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame table as the boot makes it; who gets a frame is in page_pool.c. */
#include "core/mm/page.h"

#include "core/mm/heap.h"
#include "core/mm/page_free.h"

struct page_info *page_table;
uintptr_t page_bias;
uint32_t page_first;
uint32_t page_frames;
uint16_t *page_sections;

static uint32_t ram_total;

uint32_t page_total_count(void) {
    return ram_total;
}

/* ---- Boot ---- */

/* First frame wholly inside / first frame after the range; partial frames counted if @outward. */
static uint32_t range_first(const struct maddr_range *r, bool outward) {
    return (uint32_t)(((uint64_t)r->start.v + (outward ? 0 : PAGE_SIZE - 1)) >> PAGE_SHIFT);
}

static uint32_t range_end(const struct maddr_range *r, bool outward) {
    return (uint32_t)(((uint64_t)r->start.v + r->size + (outward ? PAGE_SIZE - 1 : 0)) >>
                      PAGE_SHIFT);
}

static int find_span(const struct maddr_range *ram, unsigned int count) {
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
    page_frames = (end - page_first + FRAMES_PER_MIB - 1) & ~(FRAMES_PER_MIB - 1);
    return 0;
}

static int alloc_tables(void) {
    unsigned int order = heap_order(page_frames * sizeof(struct page_info));
    uint32_t mibs = page_frames / FRAMES_PER_MIB;

    page_table = heap_alloc(order);
    page_sections = heap_alloc(heap_order(mibs * sizeof(uint16_t)));
    page_bias = (uintptr_t)page_table - page_first * sizeof(struct page_info);
    ram_total = 0;
    return page_table && page_sections ? page_pool_init(mibs) : -XEN_ENOMEM;
}

static void mark(const struct maddr_range *r, bool outward, enum page_state from,
                 const struct page_info *to) {
    uint32_t end = range_end(r, outward);

    for (uint32_t f = range_first(r, outward); f < end; f++) {
        if (f - page_first < page_frames && page_table[f - page_first].state == from) {
            page_table[f - page_first] = *to;
        }
    }
}

int page_init_early(const struct maddr_range *ram, unsigned int ram_count,
                    const struct maddr_range *reserved, unsigned int reserved_count) {
    static const struct page_info free_page = {.owner = DOMID_INVALID, .state = PAGE_FREE};
    static const struct page_info used_page = {.count = 1, .owner = DOMID_XEN, .state = PAGE_USED};
    int err = find_span(ram, ram_count);

    err = err ? err : alloc_tables();
    if (err) {
        return err;
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
