/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The heap: blocks of 16 KiB, some of them split into pages or pairs of pages.
 * The first block holds the block records, so index 0 can mean "none".
 */
#include "core/mm/heap.h"

#include <arch/heap.h>

#include <string.h>

#include "core/base/abi.h"
#include "core/base/lock.h"
#include "core/base/panic.h"
#include "core/mm/block_map.h"
#include "core/mm/index_list.h"

struct heap_block {
    struct index_link link;
    bool is_split; /* in units of (4 KiB << order); in split_list[order] if a unit is free */
    uint8_t order;
    uint8_t free_units; /* one bit each */
    uint8_t unused;
};

_Static_assert(HEAP_BLOCKS_MAX * sizeof(struct heap_block) <= HEAP_BLOCK_SIZE,
               "the records fit the first block");
_Static_assert(HEAP_BLOCKS_MAX <= BLOCK_MAP_MAX, "the map has a bit for each block");

struct heap_region heap_region;

static spinlock_t heap_lock = SPINLOCK_INIT(LOCK_HEAP); /* protects everything below */
static struct heap_block *blocks;                       /* in the region's first block */
static unsigned int block_count;
static unsigned int free_blocks;
static unsigned int promised;         /* reserved and not in use */
static unsigned int free_units_pages; /* free pages in split blocks */
static struct block_map free_map;
static uint16_t split_list[HEAP_ORDER_BLOCK];

static struct index_link *block_link(unsigned int index) {
    return &blocks[index].link;
}

void heap_init(void *va, maddr_t pa, size_t size) {
    CHECK(size >= 2 * HEAP_BLOCK_SIZE);
    heap_region.base = va;
    heap_region.pa = pa;
    blocks = va;
    block_count = (unsigned int)(size >> HEAP_BLOCK_SHIFT);
    if (block_count > HEAP_BLOCKS_MAX) {
        block_count = HEAP_BLOCKS_MAX;
    }
    memset(blocks, 0, HEAP_BLOCK_SIZE);
    memset(&free_map, 0, sizeof(free_map));
    memset(split_list, 0, sizeof(split_list));
    free_units_pages = 0;
    promised = 0;
    free_blocks = block_count - 1;
    for (unsigned int i = 1; i < block_count; i++) {
        block_map_add(&free_map, i, 1);
    }
    arch_heap_given(heap_block_at(1), (size_t)free_blocks << HEAP_BLOCK_SHIFT);
}

unsigned int heap_block_count(void) {
    return block_count;
}

unsigned int heap_free_blocks(void) {
    return free_blocks;
}

unsigned int heap_free_pages(void) {
    return (free_blocks << HEAP_ORDER_BLOCK) + free_units_pages;
}

unsigned int heap_order(size_t size) {
    unsigned int order = 0;

    while (order <= HEAP_ORDER_MAX && ((size_t)PAGE_SIZE << order) < size) {
        order++;
    }
    return order;
}

/* Single blocks come from the top of the region, and long runs from its bottom. */
static unsigned int take_block(void) {
    CHECK(free_blocks > 0);
    unsigned int index = block_map_highest(&free_map);

    block_map_remove(&free_map, index, 1);
    free_blocks--;
    return index;
}

static void give_blocks(unsigned int first, unsigned int count) {
    CHECK(!blocks[first].is_split);
    block_map_add(&free_map, first, count);
    free_blocks += count;
}

static bool available(unsigned int count) {
    return free_blocks - promised >= count;
}

static void *alloc_unit(unsigned int order) {
    unsigned int index = split_list[order];
    unsigned int unit;

    if (!index) {
        if (!available(1)) {
            return NULL;
        }
        index = take_block();
        blocks[index].is_split = true;
        blocks[index].order = (uint8_t)order;
        blocks[index].free_units = (uint8_t)((1u << (HEAP_BLOCK_SIZE / PAGE_SIZE >> order)) - 1);
        free_units_pages += HEAP_BLOCK_SIZE / PAGE_SIZE;
        index_list_add(block_link, &split_list[order], index);
    }
    unit = (unsigned int)__builtin_ctz(blocks[index].free_units);
    blocks[index].free_units &= (uint8_t) ~(1u << unit);
    free_units_pages -= 1u << order;
    if (!blocks[index].free_units) {
        index_list_remove(block_link, &split_list[order], index);
    }
    return (char *)heap_block_at(index) + ((size_t)unit << (PAGE_SHIFT + order));
}

static void free_unit(void *p, unsigned int order) {
    unsigned int index = heap_block_index(p);
    unsigned int unit =
        (unsigned int)((size_t)((char *)p - (char *)heap_block_at(index)) >> (PAGE_SHIFT + order));
    struct heap_block *b = &blocks[index];

    CHECK(b->is_split && b->order == order && !(b->free_units & 1u << unit));
    if (!b->free_units) {
        index_list_add(block_link, &split_list[order], index);
    }
    b->free_units |= (uint8_t)(1u << unit);
    free_units_pages += 1u << order;
    if (b->free_units == (1u << (HEAP_BLOCK_SIZE / PAGE_SIZE >> order)) - 1) {
        index_list_remove(block_link, &split_list[order], index);
        free_units_pages -= HEAP_BLOCK_SIZE / PAGE_SIZE;
        b->is_split = false;
        give_blocks(index, 1);
    }
}

static void *alloc_run(unsigned int count) {
    unsigned int first = available(count) ? block_map_find(&free_map, count) : 0;

    if (!first) {
        return NULL;
    }
    block_map_remove(&free_map, first, count);
    free_blocks -= count;
    return heap_block_at(first);
}

void *heap_alloc_dirty(unsigned int order) {
    void *p = NULL;

    spin_lock(&heap_lock);
    if (order < HEAP_ORDER_BLOCK) {
        p = alloc_unit(order);
    } else if (order == HEAP_ORDER_BLOCK) {
        p = available(1) ? heap_block_at(take_block()) : NULL;
    } else if (order <= HEAP_ORDER_MAX) {
        p = alloc_run(1u << (order - HEAP_ORDER_BLOCK));
    }
    spin_unlock(&heap_lock);
    if (p) {
        arch_heap_taken(p, (size_t)PAGE_SIZE << order);
    }
    return p;
}

void *heap_alloc(unsigned int order) {
    void *p = heap_alloc_dirty(order);

    if (p) {
        memset(p, 0, (size_t)PAGE_SIZE << order);
    }
    return p;
}

void heap_free(void *p, unsigned int order) {
    if (!p) {
        return;
    }
    arch_heap_given(p, (size_t)PAGE_SIZE << order);
    spin_lock(&heap_lock);
    if (order < HEAP_ORDER_BLOCK) {
        free_unit(p, order);
    } else {
        give_blocks(heap_block_index(p), 1u << (order - HEAP_ORDER_BLOCK));
    }
    spin_unlock(&heap_lock);
}

int heap_reserve(unsigned int count) {
    int err = -XEN_ENOMEM;

    spin_lock(&heap_lock);
    if (available(count)) {
        promised += count;
        err = 0;
    }
    spin_unlock(&heap_lock);
    return err;
}

void heap_unreserve(unsigned int count) {
    spin_lock(&heap_lock);
    CHECK(promised >= count);
    promised -= count;
    spin_unlock(&heap_lock);
}

void *heap_block_alloc(void) {
    unsigned int index;

    spin_lock(&heap_lock);
    CHECK(promised > 0);
    promised--;
    index = take_block();
    spin_unlock(&heap_lock);
    arch_heap_taken(heap_block_at(index), HEAP_BLOCK_SIZE);
    return heap_block_at(index);
}

void heap_block_free(void *p) {
    arch_heap_given(p, HEAP_BLOCK_SIZE);
    spin_lock(&heap_lock);
    give_blocks(heap_block_index(p), 1);
    promised++;
    spin_unlock(&heap_lock);
}
