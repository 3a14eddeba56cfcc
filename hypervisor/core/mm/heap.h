/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own memory: one physically contiguous, section-mapped region,
 * fixed at boot, in blocks of 16 KiB (the size and alignment of a first-level
 * table).  Translation tables of domains take whole blocks, so that no domain's
 * use can break up memory that another domain was promised; structures of the
 * hypervisor share blocks page by page.
 *
 * The region must be mapped so that a store reaches memory without a cache
 * operation where the table walker does not look into the data cache
 * (write-through on ARMv5): arch_pte_write() relies on the architecture's choice.
 */
#ifndef CORE_HEAP_H
#define CORE_HEAP_H

#include <stddef.h>

#include "core/base/addr.h"

#define HEAP_BLOCK_SHIFT 14
#define HEAP_BLOCK_SIZE  (1u << HEAP_BLOCK_SHIFT)
#define HEAP_ORDER_BLOCK 2     /* heap_alloc() order of one block */
#define HEAP_ORDER_MAX   10    /* 4 MiB */
#define HEAP_BLOCKS_MAX  2048u /* 32 MiB */

/**
 * heap_init() - give the heap its region, once, at boot.
 * @va, @pa: where it is; both 16-KiB aligned
 * @size: bytes, a multiple of 16 KiB, at least two blocks; the first block is the heap's own, so
 *   that 0 names no block; what is above HEAP_BLOCKS_MAX blocks is not used
 */
void heap_init(void *va, maddr_t pa, size_t size);

/**
 * heap_alloc() - (4 KiB << @order) bytes of zeroes, aligned to that or to 16 KiB if less.
 * A run of blocks begins at a multiple of its length, counted from the region's begin.
 * Orders above HEAP_ORDER_BLOCK take time in proportion to their size.
 * Returns NULL when there is none left that is not reserved, or @order > HEAP_ORDER_MAX.
 */
void *heap_alloc(unsigned int order);

/** heap_alloc_dirty() - the same without the zeroes, in some 500 instructions whatever is free. */
void *heap_alloc_dirty(unsigned int order);

/** heap_free() - undo heap_alloc() of the same @order; NULL is ignored. */
void heap_free(void *p, unsigned int order);

/** heap_order() - the order that holds @size bytes (at least 1). */
unsigned int heap_order(size_t size);

/**
 * heap_reserve() - promise @blocks blocks to be taken with heap_block_alloc() alone.
 * Returns 0 or -ENOMEM.  heap_unreserve() gives back what is not in use any more.
 */
int heap_reserve(unsigned int blocks);
void heap_unreserve(unsigned int blocks);

/**
 * heap_block_alloc() - one reserved block: 16 KiB, NOT zeroed.  The caller keeps count of
 * its promise; within it this cannot fail.  O(1).
 */
void *heap_block_alloc(void);
/** heap_block_free() - give the block back to the promise that it came from.  O(1). */
void heap_block_free(void *p);

/* The region, constant after heap_init(). */
extern struct heap_region {
    char *base;
    maddr_t pa;
} heap_region;

/** heap_block_index() - number of the block that @p lies in, 0..heap_block_count() - 1. */
static inline unsigned int heap_block_index(const void *p) {
    return (unsigned int)((size_t)((const char *)p - heap_region.base) >> HEAP_BLOCK_SHIFT);
}

/** heap_block_at() - address of block @index. */
static inline void *heap_block_at(unsigned int index) {
    return heap_region.base + ((size_t)index << HEAP_BLOCK_SHIFT);
}

/** heap_to_maddr() - machine address of a heap address. */
static inline maddr_t heap_to_maddr(const void *p) {
    return maddr(heap_region.pa.v + (uint32_t)((const char *)p - heap_region.base));
}

/** heap_block_count() - blocks of the region. */
unsigned int heap_block_count(void);
/** heap_free_blocks() - whole blocks not allocated, reserved ones included. */
unsigned int heap_free_blocks(void);
/** heap_free_pages() - free 4-KiB pages, those of whole blocks included. */
unsigned int heap_free_pages(void);

#endif /* CORE_HEAP_H */
