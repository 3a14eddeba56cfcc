/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmuext_op, tables: register and drop first-level tables, run on one, load a whole
 * second-level table.
 */
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/mmuext.h"
#include "core/space/pt_table.h"

/* The guest frame an operation names, INVALID_GFN if it has more than 20 bits. */
static gfn_t frame_of(const struct mmuext_op *op) {
    return op->arg1.mfn >> (32 - PAGE_SHIFT) ? INVALID_GFN : gfn((uint32_t)op->arg1.mfn);
}

int mmuext_pin(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    int err;

    (void)progress;
    spin_lock(&v->domain->space.lock);
    err = pt_pin_l1(&v->domain->space, frame_of(op));
    spin_unlock(&v->domain->space.lock);
    return err;
}

int mmuext_unpin(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    int err;

    (void)progress;
    spin_lock(&v->domain->space.lock);
    err = pt_unpin(&v->domain->space, frame_of(op));
    arch_pte_sync();
    spin_unlock(&v->domain->space.lock);
    return err;
}

int mmuext_load_base(struct vcpu *v, gfn_t g) {
    struct space *s = &v->domain->space;
    uint16_t block;
    int err = 0;

    spin_lock(&s->lock);
    block = pt_find_l1(s, g);
    if (!block || pt_blocks[block].dying) {
        err = -XEN_EINVAL;
    } else if (!pt_has_own_kernels(s) && pt_blocks[block].version != s->pt.version &&
               !pt_sync_l1(s, block, v->id)) {
        err = -XEN_EAGAIN;
    } else {
        s->pt.vcpu_l1[v->id] = block;
        arch_vcpu_set_base(v, pt_block_table(block), pt_vcpu_kernel(s, v->id));
    }
    spin_unlock(&s->lock);
    return err;
}

int mmuext_new_base(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    (void)progress;
    return mmuext_load_base(v, frame_of(op));
}

/* The unit behind a guest's second-level table, or 0. */
static uint16_t find_unit(const struct space *s, uint64_t gpa) {
    const struct page_info *page;

    if (gpa >> 32 || gpa % (PT_L2_ENTRIES * sizeof(uint32_t))) {
        return 0;
    }
    page = pt_home(s, gfn((uint32_t)gpa >> PAGE_SHIFT));
    return page && page->type == PAGE_L2 ? page->l2[gpa >> PT_UNIT_SHIFT & (PAGE_TABLES - 1)] : 0;
}

static int load_entries(struct space *s, uint64_t gpa, uint32_t first, const uint32_t *raw) {
    uint16_t unit;
    int err = 0;

    spin_lock(&s->lock);
    unit = find_unit(s, gpa);
    if (!unit) {
        err = -XEN_EINVAL;
    }
    for (uint32_t i = 0; i < STEP_LOAD && err == 0; i++) {
        err = pt_set_l2(s, &pt_unit_write(unit)[first + i], raw[i]);
    }
    arch_pte_sync();
    spin_unlock(&s->lock);
    return err;
}

int mmuext_load_table(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    uint32_t raw[STEP_LOAD];
    uint32_t first = *progress & ~(STEP_LOAD - 1);
    int err;

    if (first >= PT_L2_ENTRIES || op->arg2.src_mfn >> 32) {
        return -XEN_EINVAL;
    }
    err = copy_from_guest(
        raw, gvaddr((uint32_t)op->arg2.src_mfn + first * (uint32_t)sizeof(uint32_t)), sizeof(raw));
    if (err == 0) {
        err = load_entries(&v->domain->space, op->arg1.mfn, first, raw);
    }
    if (err == 0 && first + STEP_LOAD < PT_L2_ENTRIES) {
        *progress = first + STEP_LOAD;
        err = -XEN_EAGAIN;
    }
    return err;
}
