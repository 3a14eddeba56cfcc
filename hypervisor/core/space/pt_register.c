/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First-level tables come and go with the guest's processes: pin and unpin are made
 * cheap by keeping a few unused ones, whose kernel part stays current.
 */
#include <string.h>

#include "core/base/panic.h"
#include "core/space/pt_table.h"
#include "core/space/space.h"

#define FRAMES_PER_L1 4

/* Entries [from, end) of a table: no other may be in use. */
static void clear(uint32_t *table, unsigned int from, unsigned int end) {
    memset(&table[from], 0, (end - from) * sizeof(uint32_t));
    arch_pte_publish(&table[from], (end - from) * sizeof(uint32_t));
    arch_pte_sync();
}

/* The hypervisor's part, and the table is whole. */
static uint16_t finish_l1(struct space *s) {
    uint16_t block = s->pt.building;
    uint32_t *table = pt_block_table(block);

    arch_l1_init(s, table);
    arch_pte_publish(&table[PT_HOLE_INDEX], (PT_L1_ENTRIES - PT_HOLE_INDEX) * sizeof(uint32_t));
    arch_pte_sync();
    pt_blocks[block].kind = PT_BLOCK_L1;
    s->pt.building = 0;
    /* A vCPU may have been about to run on a table that lay in the same block before. */
    memset(s->pt.next_to, 0, sizeof(s->pt.next_to));
    return block;
}

/* The last one of them is made last. */
static bool has_kernel(const struct space *s) {
    return s->pt.kernel[pt_has_own_kernels(s) ? s->pt.kernels - 1u : 0] != 0;
}

int pt_build_l1(struct space *s, uint16_t *block) {
    unsigned int own = has_kernel(s) ? s->pt.kernel_index : PT_HOLE_INDEX;
    unsigned int from;

    if (!s->pt.building) {
        s->pt.building = pt_block_take(s, PT_BLOCK_NONE);
        s->pt.built = 0;
    }
    if (!s->pt.building) {
        return -XEN_ENOMEM;
    }
    from = s->pt.built;
    if (from < own) {
        s->pt.built = (uint16_t)(own - from > STEP_L1_ENTRIES ? from + STEP_L1_ENTRIES : own);
        clear(pt_block_table(s->pt.building), from, s->pt.built);
        return -XEN_EAGAIN;
    }
    *block = finish_l1(s);
    return 0;
}

/* A table of the kernel part, all of them empty so far, since no table is registered.  Always an
 * error. */
static int build_kernel(struct space *s) {
    unsigned int vcpu = 0;

    while (s->pt.kernel[vcpu]) {
        vcpu++;
    }
    int err = pt_build_l1(s, &s->pt.kernel[vcpu]);
    if (err) {
        return err;
    }
    if (vcpu > 0) {
        pt_blocks[s->pt.kernel[vcpu]].kind = PT_BLOCK_NONE; /* nothing in it counts */
        arch_l1_own(s, pt_block_table(s->pt.kernel[vcpu]), vcpu);
    }
    return -XEN_EAGAIN;
}

static int take_l1(struct space *s, uint16_t *block) {
    *block = s->pt.clean;
    if (!*block) {
        return pt_build_l1(s, block);
    }
    pt_list_remove(&s->pt.clean, *block);
    s->pt.clean_count--;
    return 0;
}

static void release_l1(struct space *s, uint16_t block) {
    if (s->pt.clean_count < PT_CLEAN_MAX) {
        pt_list_add(&s->pt.clean, block);
        s->pt.clean_count++;
    } else {
        pt_block_give(s, block);
    }
}

/* May the four frames from @g on become a first-level table? */
static int check_frames(const struct space *s, gfn_t g) {
    if (g.v % FRAMES_PER_L1) {
        return -XEN_EINVAL;
    }
    for (unsigned int i = 0; i < FRAMES_PER_L1; i++) {
        const struct page_info *page = pt_home(s, gfn(g.v + i));

        if (!page) {
            return -XEN_EPERM;
        }
        if (page->type != PAGE_NONE) {
            return -XEN_EBUSY;
        }
    }
    return 0;
}

static void mark_frames(const struct space *s, gfn_t g, enum page_type type, uint16_t block) {
    for (unsigned int i = 0; i < FRAMES_PER_L1; i++) {
        struct page_info *page = pt_home(s, gfn(g.v + i));

        CHECK(page);
        page->type = (uint8_t)type;
        page->l1 = block;
    }
}

int pt_pin_l1(struct space *s, gfn_t g) {
    int err = check_frames(s, g);
    uint16_t block;

    if (err) {
        return err;
    }
    if (!has_kernel(s)) {
        return build_kernel(s);
    }
    err = take_l1(s, &block);
    if (err) {
        return err;
    }
    pt_blocks[block].gfn = g.v & PT_NO_GFN;
    pt_list_add(&s->pt.registered, block);
    mark_frames(s, g, PAGE_L1, block);
    return 0;
}

/* All of eight entries? */
static inline bool is_empty(const uint32_t *e) {
    return (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7]) == 0;
}

bool pt_l1_empty_step(struct space *s, uint16_t block, unsigned int end) {
    const uint32_t *table = pt_block_table(block);
    unsigned int from = pt_blocks[block].scan;
    unsigned int stop = end - from > STEP_EMPTY ? from + STEP_EMPTY : end;

    while (from + 8 <= stop && is_empty(&table[from])) {
        from += 8;
    }
    while (from < stop) {
        if (table[from++]) {
            pt_store_l1(s, block, from - 1, 0);
            break;
        }
    }
    pt_blocks[block].scan = from & (PT_L1_ENTRIES - 1);
    return from < end;
}

static bool is_loaded(const struct space *s, uint16_t block) {
    for (unsigned int i = 0; i < PT_VCPU_MAX; i++) {
        if (s->pt.vcpu_l1[i] == block) {
            return true;
        }
    }
    return false;
}

int pt_unpin(struct space *s, gfn_t g) {
    uint16_t block = pt_find_l1(s, g);
    struct pt_block *b = &pt_blocks[block];

    if (!block) {
        return -XEN_EINVAL;
    }
    if (is_loaded(s, block)) {
        return -XEN_EBUSY;
    }
    if (s->pt.dropping) {
        pt_drop_step(s);
        return -XEN_EAGAIN;
    }
    if (b->used) {
        b->scan = b->dying ? b->scan : 0;
        b->dying = true;
        pt_l1_empty_step(s, block, s->pt.kernel_index);
        return -XEN_EAGAIN;
    }
    pt_list_remove(&s->pt.registered, block);
    mark_frames(s, g, PAGE_NONE, 0);
    b->gfn = PT_NO_GFN;
    b->dying = false;
    b->scan = 0;
    release_l1(s, block);
    return 0;
}
