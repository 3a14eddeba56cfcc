/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between page.c and page_scrub.c: the lock and the last step of a frame's way back.
 */
#ifndef CORE_PAGE_FREE_H
#define CORE_PAGE_FREE_H

#include "core/lock.h"
#include "core/page.h"

extern spinlock_t page_lock; /* page_info.state, lists and counters of both files */

/** page_make_free() - frame @index of page_table can be allocated from now on; page lock held. */
void page_make_free(uint32_t index);

/** page_scrub_init() - nothing waits. Boot only. */
void page_scrub_init(void);

#endif /* CORE_PAGE_FREE_H */
