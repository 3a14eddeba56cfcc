/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What page.c, page_pool.c and page_scrub.c share: the records of MiBs, the lock and the last step
 * of a frame's way back.
 */
#ifndef CORE_PAGE_FREE_H
#define CORE_PAGE_FREE_H

#include "core/base/lock.h"
#include "core/mm/index_list.h"
#include "core/mm/page.h"

struct page_mib {
    uint32_t free[FRAMES_PER_MIB / 32]; /* a bit for each free frame */
    uint16_t free_count;
    struct index_link link; /* by the number of a record + 1 */
    uint8_t pool;
};

extern spinlock_t page_lock; /* page_info.state, all that is here, lists and counters */
extern struct page_mib *page_mibs;

/** page_pool_of() - the pool of the MiB in which frame @index of page_table is. */
static inline unsigned int page_pool_of(uint32_t index) {
    return page_mibs[index / FRAMES_PER_MIB].pool;
}

/** page_make_free() - frame @index of page_table can be allocated from now on; page lock held. */
void page_make_free(uint32_t index);

/** page_pool_init() - records for so many MiBs, no frame of them free, in the heap.  Boot only.
 * Returns 0 or -ENOMEM. */
int page_pool_init(uint32_t mibs);

/** page_scrub_init() - nothing waits. Boot only. */
void page_scrub_init(void);

#endif /* CORE_PAGE_FREE_H */
