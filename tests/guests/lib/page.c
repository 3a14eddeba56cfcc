/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A page allocator that only counts upwards: a test guest lives for seconds.
 */
#include "page.h"

#include <string.h>

#include "test.h"

extern char __image_end[];

uint32_t page_ram_base, page_ram_size;
static uint32_t next, end;

void page_init(uint32_t ram, uint32_t size) {
    page_ram_base = ram;
    page_ram_size = size;
    next = (uint32_t)__image_end;
    end = KERNEL_BASE + size;
}

void *page_alloc(uint32_t count) {
    uint32_t bytes = count * PAGE_SIZE;
    uint32_t start = (next + bytes - 1) & ~(bytes - 1);

    REQUIRE_EQ(start + bytes <= end, 1);
    next = start + bytes;
    memset((void *)start, 0, bytes);
    return (void *)start;
}

uint32_t page_free_count(void) {
    return (end - next) / PAGE_SIZE;
}
