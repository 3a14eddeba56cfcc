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
#include "core/mm/index_list.h"

enum block_state {
    BLOCK_FREE,  /* in free_list */
    BLOCK_WHOLE, /* allocated, or part of a longer run */
    BLOCK_SPLIT, /* in units of (4 KiB << order); in split_list[order] if a unit is free */
};

struct heap_block {
    struct index_link link;
    uint8_t state;
    uint8_t order;      /* BLOCK_SPLIT */
    uint8_t free_units; /* BLOCK_SPLIT: one bit each */
    uint8_t unused;
};

_Static_assert(HEAP_BLOCKS_MAX * sizeof(struct heap_block) <= HEAP_BLOCK_SIZE,
               "the records fit the first block");

struct heap_region heap_region;

static spinlock_t heap_lock = SPINLOCK_INIT(LOCK_HEAP); /* protects everything below */
static struct heap_block *blocks;                       /* in the region's first block */
static unsigned int block_count;
static unsigned int free_blocks;
static unsigned int promised;         /* reserved and not in use */
static unsigned int free_units_pages; /* free pages in split blocks */
static uint16_t free_list;
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
    blocks[0].state = BLOCK_WHOLE;
    free_list = 0;
    memset(split_list, 0, sizeof(split_list));
    free_units_pages = 0;
    promised = 0;
    free_blocks = block_count - 1;
    /* Single blocks come from the top of the region, long runs from its bottom. */
    for (unsigned int i = 1; i < block_count; i++) {
        index_list_add(block_link, &free_list, i);
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

/* Take one free block off the list.  There must be one. */
static unsigned int take_block(uint8_t state) {
    unsigned int index = free_list;

    CHECK(index != 0);
    index_list_remove(block_link, &free_list, index);
    blocks[index].state = state;
    free_blocks--;
    return index;
}

static void give_block(unsigned int index) {
    blocks[index].state = BLOCK_FREE;
    index_list_add(block_link, &free_list, index);
    free_blocks++;
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
        index = take_block(BLOCK_SPLIT);
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

    CHECK(b->state == BLOCK_SPLIT && b->order == order && !(b->free_units & 1u << unit));
    if (!b->free_units) {
        index_list_add(block_link, &split_list[order], index);
    }
    b->free_units |= (uint8_t)(1u << unit);
    free_units_pages += 1u << order;
    if (b->free_units == (1u << (HEAP_BLOCK_SIZE / PAGE_SIZE >> order)) - 1) {
        index_list_remove(block_link, &split_list[order], index);
        free_units_pages -= HEAP_BLOCK_SIZE / PAGE_SIZE;
        give_block(index);
    }
}

/* First fit from the bottom: one look at each block of the region at most. */
static void *alloc_run(unsigned int count) {
    unsigned int run = 0;

    if (!available(count)) {
        return NULL;
    }
    for (unsigned int i = 1; i < block_count; i++) {
        run = blocks[i].state == BLOCK_FREE ? run + 1 : 0;
        if (run == count) {
            unsigned int first = i + 1 - count;

            for (unsigned int j = first; j <= i; j++) {
                index_list_remove(block_link, &free_list, j);
                blocks[j].state = BLOCK_WHOLE;
            }
            free_blocks -= count;
            return heap_block_at(first);
        }
    }
    return NULL;
}

void *heap_alloc_dirty(unsigned int order) {
    void *p = NULL;

    spin_lock(&heap_lock);
    if (order < HEAP_ORDER_BLOCK) {
        p = alloc_unit(order);
    } else if (order == HEAP_ORDER_BLOCK) {
        p = available(1) ? heap_block_at(take_block(BLOCK_WHOLE)) : NULL;
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
        unsigned int first = heap_block_index(p);

        for (unsigned int i = 0; i < 1u << (order - HEAP_ORDER_BLOCK); i++) {
            CHECK(blocks[first + i].state == BLOCK_WHOLE);
            give_block(first + i);
        }
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
    index = take_block(BLOCK_WHOLE);
    spin_unlock(&heap_lock);
    arch_heap_taken(heap_block_at(index), HEAP_BLOCK_SIZE);
    return heap_block_at(index);
}

void heap_block_free(void *p) {
    arch_heap_given(p, HEAP_BLOCK_SIZE);
    spin_lock(&heap_lock);
    CHECK(blocks[heap_block_index(p)].state == BLOCK_WHOLE);
    give_block(heap_block_index(p));
    promised++;
    spin_unlock(&heap_lock);
}
