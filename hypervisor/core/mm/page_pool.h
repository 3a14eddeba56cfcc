/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who may have which free frame.  Every MiB of RAM belongs to a pool.  At first all are in the
 * common one, from which the hypervisor takes what it needs for itself.  What a domain is built of
 * becomes a pool of its own, and stays one when the domain gives frames of it back and when it ends
 * to be built again: nobody else gets a frame of it.  So a domain that restarts finds all of its
 * memory, in whole MiBs, and one that gives frames back and takes them in a loop has nothing but
 * its own.
 *
 * That costs nobody anything: no domain may have more than it was built with, so frames that one
 * gives back are of no use to another.  Where MiBs are to change hands, page_pool_drop_step() is
 * the way to let them go.
 *
 * All calls: any context, page lock taken inside, unless stated otherwise.
 */
#ifndef CORE_PAGE_POOL_H
#define CORE_PAGE_POOL_H

#include "core/mm/page.h"

/** page_pool_alloc() - page_alloc() from that pool.  MiBs of which a part is in use come first. */
mfn_t page_pool_alloc(unsigned int pool, domid_t owner);

/** page_pool_adopt() - the MiB that begins with frame @first is that pool's from now on. */
void page_pool_adopt(unsigned int pool, mfn_t first);

/**
 * page_pool_whole() - the first frame of a MiB of that pool of which all frames are free; if there
 * is none, and it has fewer than @limit MiBs, it gets one of the common pool.  The frames stay
 * free. INVALID_MFN: there is none now.
 */
mfn_t page_pool_whole(unsigned int pool, uint32_t limit);

/** page_take() - @count frames from @first on, all of them free, become @owner's, with count 1.  A
 * multiple of 8 frames, at such a number, within a MiB: about 10 instructions each. */
void page_take(mfn_t first, uint32_t count, domid_t owner);

/** page_pool_drop_step() - give one MiB of that pool to the common one, in whatever state its
 * frames are. Returns true if there are more. */
bool page_pool_drop_step(unsigned int pool);

/** page_pool_drop_whole() - give one MiB of that pool of which all frames are free to the common
 * one, if there is such a MiB. */
void page_pool_drop_whole(unsigned int pool);

/** page_pool_dirty() - frames of that pool's MiBs that page_scrub_step() will make free. */
uint32_t page_pool_dirty(unsigned int pool);

#endif /* CORE_PAGE_POOL_H */
