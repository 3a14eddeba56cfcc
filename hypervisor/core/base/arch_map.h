/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own mappings, in the hole.  A part of arch.h.
 */
#ifndef CORE_ARCH_MAP_H
#define CORE_ARCH_MAP_H

#include <stddef.h>
#include <stdint.h>

#include "core/base/addr.h"

/**
 * arch_map_device() - map @size bytes of device registers at @base, strongly ordered, for good.
 * Boot only.
 * Returns the address, or NULL when the device window is full.
 */
void *arch_map_device(maddr_t base, size_t size);
/**
 * arch_map_shared() - map one frame so that a guest's mapping of it at another address is coherent,
 * if that was made by arch_l2_shared(): uncached where caches may alias.  NULL when the window is
 * full.
 */
void *arch_map_shared(mfn_t frame);
/** arch_unmap_shared() - undo it; the address must have come from arch_map_shared(). */
void arch_unmap_shared(void *va);
/**
 * arch_map_frame() - map one frame cached in this pCPU's window slot (0..ARCH_MAP_SLOTS - 1) for a
 * short time.  The caller may not assume that what a guest has in its cache lines is visible
 * unless arch_cache_flush_aliases() or arch_dcache_flush_aliases() was called since that guest last
 * ran.
 */
void *arch_map_frame(unsigned int slot, mfn_t frame);
/** arch_unmap_frame() - write back and invalidate the lines of the @size bytes from @offset on,
 * which are all that was touched, and unmap it. */
void arch_unmap_frame(unsigned int slot, uint32_t offset, uint32_t size);
/** arch_forget_ram() - of a frame that everybody has cached: the @size bytes from @offset on, once
 * stored, are seen under every address, though they need not be in memory; and once read, they are
 * not read again under this one. */
void arch_forget_ram(unsigned int slot, uint32_t offset, uint32_t size);
/** arch_forget_shared() - the same of a frame that guests map by arch_l2_shared(). */
void arch_forget_shared(unsigned int slot, uint32_t offset, uint32_t size);
/** arch_close_frame() - unmap a frame of which these two were told all that was touched. */
void arch_close_frame(unsigned int slot);

/**
 * arch_map_heap() - map the heap: @size bytes (whole MiB) at @base, so that a store to a table in
 * it reaches the table walker without a cache operation.  Boot only, once.  Never NULL.
 */
void *arch_map_heap(maddr_t base, uint32_t size);

#endif /* CORE_ARCH_MAP_H */
