/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Table memory: blocks of a domain's promise, second-level tables cut from them.
 */
#include "core/space/pt_table.h"

#include <string.h>

#include "core/base/panic.h"
#include "core/space/space.h"

#define ALL_UNITS ((1u << PT_UNITS_PER_BLOCK) - 1)

struct pt_block *pt_blocks;
struct pt_unit *pt_units;

int pt_mem_setup(void) {
    unsigned int count = heap_block_count();

    pt_blocks = heap_alloc(heap_order(count * sizeof(*pt_blocks)));
    pt_units = heap_alloc(heap_order(count * PT_UNITS_PER_BLOCK * sizeof(*pt_units)));
    return pt_blocks && pt_units ? 0 : -XEN_ENOMEM;
}

static struct index_link *pt_block_link(unsigned int block) {
    return &pt_blocks[block].link;
}

void pt_list_add(uint16_t *head, uint16_t block) {
    index_list_add(pt_block_link, head, block);
}

void pt_list_remove(uint16_t *head, uint16_t block) {
    index_list_remove(pt_block_link, head, block);
}

static void drop_spare(struct space *s) {
    uint16_t block = s->pt.spare;

    s->pt.spare = 0;
    pt_list_remove(&s->pt.slab, block);
    s->pt.free_units = (uint16_t)(s->pt.free_units - PT_UNITS_PER_BLOCK);
    pt_block_give(s, block);
}

static void drop_clean(struct space *s) {
    uint16_t block = s->pt.clean;

    pt_list_remove(&s->pt.clean, block);
    s->pt.clean_count--;
    pt_block_give(s, block);
}

/* Give up a block that is only kept for speed, or is not in use yet. */
static bool reclaim(struct space *s) {
    if (s->pt.clean) {
        drop_clean(s);
        return true;
    }
    if (s->pt.building) {
        pt_give_building(s);
        return true;
    }
    if (s->pt.spare) {
        drop_spare(s);
        return true;
    }
    return false;
}

/* Is there a block of the promise, or may it grow by one? */
static bool has_promise(struct space *s) {
    if (s->pt.block_count >= s->pt.block_limit) {
        return false;
    }
    if (s->pt.block_count == s->pt.block_promised) {
        if (heap_reserve(1)) {
            return false;
        }
        s->pt.block_promised++;
    }
    return true;
}

uint16_t pt_block_take(struct space *s, enum pt_block_kind kind) {
    uint16_t block;

    if (!has_promise(s) && !(reclaim(s) && has_promise(s))) {
        return 0;
    }
    block = (uint16_t)heap_block_index(heap_block_alloc());
    pt_blocks[block] =
        (struct pt_block){.owner = s->owner, .kind = (uint8_t)kind, .gfn = PT_NO_GFN};
    s->pt.block_count++;
    return block;
}

void pt_block_give(struct space *s, uint16_t block) {
    pt_blocks[block].kind = PT_BLOCK_NONE;
    arch_pte_sync();
    arch_tlb_flush_all();
    heap_block_free(pt_block_table(block));
    s->pt.block_count--;
    if (s->pt.block_promised > s->pt.block_kept) {
        heap_unreserve(1);
        s->pt.block_promised--;
    }
}

void pt_give_building(struct space *s) {
    uint16_t block = s->pt.building;

    if (block) {
        s->pt.building = 0;
        pt_block_give(s, block);
    }
}

static uint16_t new_slab(struct space *s) {
    uint16_t block = pt_block_take(s, PT_BLOCK_L2);

    if (block) {
        pt_blocks[block].free_units = ALL_UNITS;
        pt_blocks[block].dirty_units = ALL_UNITS;
        pt_list_add(&s->pt.slab, block);
        s->pt.free_units = (uint16_t)(s->pt.free_units + PT_UNITS_PER_BLOCK);
    }
    return block;
}

void pt_forget_stale(struct space *s) {
    arch_tlb_flush_all();
    s->pt.has_stale = false;
}

uint16_t pt_unit_take(struct space *s) {
    uint16_t block = s->pt.slab ? s->pt.slab : new_slab(s);
    struct pt_block *b = &pt_blocks[block];
    unsigned int unit;

    if (!block) {
        return 0;
    }
    if (s->pt.spare == block) {
        s->pt.spare = 0;
    }
    /* A first-level entry that pointed to a table may be held by a TLB, or by the cache of a
     * walker, after it is gone (Arm ARM DDI 0406, B3.9.2 and B3.10.1).  The guest flushes for what
     * it dropped, but not before a table lies in the same place: by the old entry its new ones
     * would be reached. */
    if (s->pt.has_stale) {
        pt_forget_stale(s);
    }
    unit = (unsigned int)__builtin_ctz(b->free_units);
    if (b->dirty_units >> unit & 1) {
        b->dirty_units &= ~(1u << unit);
        memset(pt_unit_table((uint16_t)(block * PT_UNITS_PER_BLOCK + unit)), 0,
               PT_L2_ENTRIES * sizeof(uint32_t));
    }
    b->free_units &= (uint16_t)(b->free_units - 1);
    b->used++;
    s->pt.free_units--;
    if (!b->free_units) {
        pt_list_remove(&s->pt.slab, block);
    }
    unit += block * PT_UNITS_PER_BLOCK;
    /* Its zeroes may be new.  Seen before the first-level entry
     * that will point here: stores to two addresses are seen in any order but for a barrier, and a
     * walk may come at any moment (Arm ARM DDI 0406, A3.8.2 and B3.3.1). */
    arch_pte_publish(pt_unit_table((uint16_t)unit), PT_L2_ENTRIES * sizeof(uint32_t));
    arch_pte_sync();
    return (uint16_t)unit;
}

void pt_unit_give(struct space *s, uint16_t unit) {
    uint16_t block = unit / PT_UNITS_PER_BLOCK;
    struct pt_block *b = &pt_blocks[block];

    CHECK(b->kind == PT_BLOCK_L2 && b->owner == s->owner);
    s->pt.last_base = PT_NO_TABLE;
    s->pt.has_stale = true;
    pt_units[unit] = (struct pt_unit){.state = PT_UNIT_FREE};
    if (!b->free_units) {
        pt_list_add(&s->pt.slab, block);
    }
    b->free_units |= (uint16_t)(1u << unit % PT_UNITS_PER_BLOCK);
    b->used--;
    s->pt.free_units++;
    if (b->used == 0) {
        if (s->pt.spare) {
            drop_spare(s);
        }
        s->pt.spare = block;
    }
}

/* Where the limit was lowered there may be more than it allows. */
static unsigned int room(const struct space *s) {
    unsigned int limit = s->pt.block_limit, count = s->pt.block_count;

    return limit > count ? limit - count : 0;
}

bool pt_units_available(const struct space *s, unsigned int count) {
    unsigned int blocks = room(s) + s->pt.clean_count + (s->pt.building != 0);

    return s->pt.free_units + blocks * PT_UNITS_PER_BLOCK >= count;
}
