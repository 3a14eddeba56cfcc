/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mmuext_op, addresses: TLB, caches, whole pages.  The guest names virtual addresses of
 * its own, all below PV_VIRT_START.
 */
#include "core/device/device.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/mmuext.h"
#include "core/space/pt_table.h"
#include "core/time/preempt.h"

/* From here on the whole TLB or cache is the shorter way. */
#define TLB_RANGE_PAGES 16u

_Static_assert(PAGE_SIZE % STEP_CACHE == 0 && PAGE_SIZE % STEP_CACHE_OUTER == 0,
               "a part lies within a page");

/* A range of the guest's: [*start, *start + *size).  An empty one may lie anywhere. */
static int range_of(const struct mmuext_op *op, uint32_t *start, uint32_t *size) {
    *start = (uint32_t)op->arg1.linear_addr;
    *size = op->arg2.nr_ents;
    if (*size && (*start >= PV_VIRT_START || *size > PV_VIRT_START - *start)) {
        return -XEN_EINVAL;
    }
    return 0;
}

int mmuext_tlb_flush(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    (void)op;
    (void)progress;
    pt_flush_tlb(&v->domain->space);
    return 0;
}

int mmuext_invlpg(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    (void)v;
    (void)progress;
    if (op->arg1.linear_addr >= PV_VIRT_START) {
        return -XEN_EINVAL;
    }
    arch_tlb_flush_page(gvaddr((uint32_t)op->arg1.linear_addr));
    return 0;
}

int mmuext_tlb_range(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    uint32_t start, size, pages;

    (void)progress;
    if (range_of(op, &start, &size)) {
        return -XEN_EINVAL;
    }
    if (size > TLB_RANGE_PAGES * PAGE_SIZE) {
        pt_flush_tlb(&v->domain->space);
        return 0;
    }
    pages = size ? (start % PAGE_SIZE + size + PAGE_SIZE - 1) / PAGE_SIZE : 0;
    for (uint32_t i = 0; i < pages; i++) {
        arch_tlb_flush_page(gvaddr((start & PAGE_MASK) + i * PAGE_SIZE));
    }
    return 0;
}

int mmuext_flush_cache(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    (void)v;
    (void)op;
    return arch_cache_flush_step(progress) ? -XEN_EAGAIN : 0;
}

/* A part of a page.  What is not mapped is left out: natively the guest
 * would get the fault, and has nothing in the cache there. */
static void cache_part(uint32_t cmd, uint32_t va, uint32_t size) {
    switch (cmd) {
    case PV_MMUEXT_CLEAN_DCACHE: (void)arch_guest_dcache_clean(gvaddr(va), size); break;
    case PV_MMUEXT_FLUSH_DCACHE: (void)arch_guest_dcache_flush(gvaddr(va), size); break;
    case PV_MMUEXT_INVAL_DCACHE: (void)arch_guest_dcache_inval(gvaddr(va), size); break;
    case PV_MMUEXT_SYNC_ICACHE: (void)arch_guest_icache_sync(gvaddr(va), size); break;
    }
}

/* The first part of [@start, @start + @size), within a page.  Returns how long it is. */
static uint32_t cache_step(uint32_t cmd, uint32_t start, uint32_t size) {
    uint32_t step = devices.outer_cache ? STEP_CACHE_OUTER : STEP_CACHE;
    uint32_t chunk = step - (start & (step - 1));

    chunk = chunk < size ? chunk : size;
    if (chunk) {
        cache_part(cmd, start, chunk);
    }
    return chunk;
}

/* Part by part.  Invalidation has no shorter way however long the range is: where nothing else
 * shares a guest's frames (ARMv5), it does not write back what is inside. */
int mmuext_cache_range(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    uint32_t start, size;

    if (range_of(op, &start, &size)) {
        return -XEN_EINVAL;
    }
    if (size > arch_cache_range_max && op->cmd != PV_MMUEXT_INVAL_DCACHE) {
        return mmuext_flush_cache(v, op, progress);
    }
    if (*progress > size) {
        return -XEN_EINVAL;
    }
    do {
        *progress += cache_step(op->cmd, start + *progress, size - *progress);
    } while (*progress < size && !preempt_check());
    return *progress < size ? -XEN_EAGAIN : 0;
}

/* A page that a guest may name: the rights to it are looked at by the MMU. */
static bool is_page(uint64_t va) {
    return va < PV_VIRT_START && va % PAGE_SIZE == 0;
}

int mmuext_clear_page(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    int err;

    (void)progress;
    if (!is_page(op->arg1.linear_addr)) {
        return -XEN_EINVAL;
    }
    spin_lock(&v->domain->space.lock);
    err = arch_guest_clear_page(gvaddr((uint32_t)op->arg1.linear_addr));
    spin_unlock(&v->domain->space.lock);
    return err;
}

int mmuext_copy_page(struct vcpu *v, const struct mmuext_op *op, uint32_t *progress) {
    int err;

    (void)progress;
    if (!is_page(op->arg1.linear_addr) || !is_page(op->arg2.src_mfn)) {
        return -XEN_EINVAL;
    }
    spin_lock(&v->domain->space.lock);
    err = arch_guest_copy_page(gvaddr((uint32_t)op->arg1.linear_addr),
                               gvaddr((uint32_t)op->arg2.src_mfn));
    spin_unlock(&v->domain->space.lock);
    return err;
}
