/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Caches and TLB, of the hypervisor and by guest address.  A part of arch.h.
 */
#ifndef CORE_ARCH_CACHE_H
#define CORE_ARCH_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/addr.h"

/**
 * arch_cache_flush_aliases() - what any address of a frame left in the caches is not used any more:
 * I cache invalidated; D cache cleaned and invalidated where it is indexed by virtual address.
 */
void arch_cache_flush_aliases(void);
/** arch_dcache_flush_aliases() - the same of the D cache alone, for frames that are read or written
 * under another address for a short time: nothing where a frame is in one line at most. */
void arch_dcache_flush_aliases(void);
/**
 * arch_cache_flush_step() - clean and invalidate the D cache, and what lies between it and memory,
 * one bounded step a call; invalidate the I cache.  *@progress: 0 at first.  True: there is more.
 */
bool arch_cache_flush_step(uint32_t *progress);
/** arch_cache_range_max - longer ranges are flushed by arch_cache_flush_step(), in bytes. */
extern const uint32_t arch_cache_range_max;
/** arch_tlb_flush_all() - all entries of all pCPUs. */
void arch_tlb_flush_all(void);
/** arch_tlb_flush_local() - all entries of this pCPU. */
void arch_tlb_flush_local(void);
/** arch_tlb_flush_page() - entries for @va on this pCPU, global ones included. */
void arch_tlb_flush_page(gvaddr_t va);

/*
 * Cache operations by guest virtual address, below PV_VIRT_START; @size: not 0, within one page. 0,
 * or -EFAULT where one by address faults: it is not mapped, and the rest was left out.  Context:
 * the space of the current vCPU is loaded.
 */
int arch_guest_dcache_clean(gvaddr_t va, size_t size);
int arch_guest_dcache_flush(gvaddr_t va, size_t size);
/** Lines partly outside the range are written back first. */
int arch_guest_dcache_inval(gvaddr_t va, size_t size);
int arch_guest_icache_sync(gvaddr_t va, size_t size);
/*
 * Fill a page of the guest's, page-aligned, below PV_VIRT_START, with zeroes or with @from's bytes,
 * with the guest's own rights.  0 or -EFAULT, when some bytes may have been written.  Afterwards no
 * line of the destination is dirty where caches are virtually tagged: guests rely on it.  The
 * domain's tables must not change meanwhile: space lock held.
 */
int arch_guest_clear_page(gvaddr_t va);
int arch_guest_copy_page(gvaddr_t to, gvaddr_t from);

#endif /* CORE_ARCH_CACHE_H */
