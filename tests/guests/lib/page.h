/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages of this guest's RAM, and the linear map between virtual and guest-physical.
 */
#ifndef GUEST_PAGE_H
#define GUEST_PAGE_H

#include <stdint.h>

#include "layout.h"

#define PAGE_SIZE    4096u
#define SECTION_SIZE 0x100000u

/* RAM, guest-physical, in bytes; constant after page_init(). */
extern uint32_t page_ram_base, page_ram_size;

/** page_init() - @size is what the linear map covers. */
void page_init(uint32_t ram, uint32_t size);
/** page_alloc() - @count zeroed pages, contiguous, aligned to @count (a power of 2).  Never
 * freed. */
void *page_alloc(uint32_t count);
/** page_free_count() - how many are left. */
uint32_t page_free_count(void);

static inline uint32_t page_gpa(const volatile void *va) {
    return (uint32_t)va - KERNEL_BASE + page_ram_base;
}

static inline void *page_va(uint32_t gpa) {
    return (void *)(gpa - page_ram_base + KERNEL_BASE);
}

#endif /* GUEST_PAGE_H */
