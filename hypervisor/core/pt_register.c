/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-level tables come and go with the guest's processes: pin and unpin are made
 * cheap by keeping a few unused ones, whose kernel part stays current.
 */
#include <string.h>

#include "core/domain.h"
#include "core/panic.h"
#include "core/pt_table.h"

#define FRAMES_PER_L1 4
#define EMPTY_STEP    256u

uint16_t pt_new_l1(struct domain *d) {
    uint16_t block = pt_block_take(d, PT_BLOCK_L1);
    uint32_t *table = pt_block_table(block);
    unsigned int own = d->pt.source ? d->pt.kernel_index : PT_HOLE_INDEX;

    if (!block) {
        return 0;
    }
    memset(table, 0, own * sizeof(uint32_t));
    memcpy(&table[own], &pt_block_table(d->pt.source)[own],
           (PT_HOLE_INDEX - own) * sizeof(uint32_t));
    arch_l1_init(d, table);
    arch_pte_publish(table, HEAP_BLOCK_SIZE);
    arch_pte_sync();
    return block;
}

static uint16_t take_l1(struct domain *d) {
    uint16_t block = d->pt.clean;

    if (!block) {
        return pt_new_l1(d);
    }
    pt_list_remove(&d->pt.clean, block);
    d->pt.clean_count--;
    return block;
}

static void release_l1(struct domain *d, uint16_t block) {
    if (d->pt.clean_count < PT_CLEAN_MAX) {
        pt_list_add(&d->pt.clean, block);
        d->pt.clean_count++;
    } else {
        pt_block_give(d, block);
    }
}

/* May the four frames from @g on become a first-level table? */
static int check_frames(const struct domain *d, gfn_t g) {
    if (g.v % FRAMES_PER_L1) {
        return -XEN_EINVAL;
    }
    for (unsigned int i = 0; i < FRAMES_PER_L1; i++) {
        const struct page_info *page = pt_home(d, gfn(g.v + i));

        if (!page) {
            return -XEN_EPERM;
        }
        if (page->type != PAGE_NONE) {
            return -XEN_EBUSY;
        }
    }
    return 0;
}

static void mark_frames(const struct domain *d, gfn_t g, enum page_type type, uint16_t block) {
    for (unsigned int i = 0; i < FRAMES_PER_L1; i++) {
        struct page_info *page = pt_home(d, gfn(g.v + i));

        CHECK(page);
        page->type = (uint8_t)type;
        page->l1 = block;
    }
}

int pt_pin_l1(struct domain *d, gfn_t g) {
    int error = check_frames(d, g);
    uint16_t block;

    if (error) {
        return error;
    }
    if (!d->pt.source) {
        d->pt.source = pt_new_l1(d);
        d->pt.work += PT_WORK_MAX;
        return d->pt.source ? -XEN_EAGAIN : -XEN_ENOMEM;
    }
    block = take_l1(d);
    if (!block) {
        return -XEN_ENOMEM;
    }
    pt_blocks[block].gfn = g.v;
    pt_list_add(&d->pt.registered, block);
    mark_frames(d, g, PAGE_L1, block);
    return 0;
}

uint16_t pt_find_l1(struct domain *d, gfn_t g) {
    const struct page_info *page = pt_home(d, g);
    uint16_t block = page && page->type == PAGE_L1 ? page->l1 : 0;

    return block && pt_blocks[block].gfn == g.v ? block : 0;
}

bool pt_l1_empty_step(struct domain *d, uint16_t block, unsigned int end) {
    const uint32_t *table = pt_block_table(block);
    unsigned int from = pt_blocks[block].scan;
    unsigned int stop = end - from > EMPTY_STEP ? from + EMPTY_STEP : end;

    while (from < stop) {
        if (table[from++]) {
            pt_store_l1(d, block, from - 1, 0);
            break;
        }
    }
    pt_blocks[block].scan = (uint16_t)from;
    return from < end;
}

static bool is_loaded(const struct domain *d, uint16_t block) {
    for (unsigned int i = 0; i < PT_VCPU_MAX; i++) {
        if (d->pt.vcpu_l1[i] == block) {
            return true;
        }
    }
    return false;
}

int pt_unpin(struct domain *d, gfn_t g) {
    uint16_t block = pt_find_l1(d, g);
    struct pt_block *b = &pt_blocks[block];

    if (!block) {
        return -XEN_EINVAL;
    }
    if (is_loaded(d, block)) {
        return -XEN_EBUSY;
    }
    if (b->used) {
        b->scan = b->dying ? b->scan : 0;
        b->dying = true;
        pt_l1_empty_step(d, block, d->pt.kernel_index);
        return -XEN_EAGAIN;
    }
    pt_list_remove(&d->pt.registered, block);
    mark_frames(d, g, PAGE_NONE, 0);
    b->gfn = ~0u;
    b->dying = false;
    b->scan = 0;
    release_l1(d, block);
    return 0;
}
