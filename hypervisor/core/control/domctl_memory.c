/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: a domain's memory and what belongs to it. */
#include "core/base/arch.h"
#include "core/control/bitmap.h"
#include "core/control/domctl.h"
#include "core/domain/domain.h"
#include "core/time/preempt.h"

#define NODE_0         1u
/* Frames whose caches can be cleaned in one call: Xen's MAX_ORDER. */
#define CACHEFLUSH_MAX (1u << 18)
/* Every guest is of this kind. */
#define ADDRESS_BITS   32u

/* As Xen: less than it has now is no error; it may not take any more. */
int32_t domctl_max_mem(struct domctl *c) {
    spin_lock(&c->d->lock);
    c->d->max_frames = c->op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10);
    spin_unlock(&c->d->lock);
    return 0;
}

/* The number is kept as it was set; tables may take that much of the hypervisor's memory. */
int32_t domctl_set_paging_mempool_size(struct domctl *c) {
    uint64_t size = c->op->u.paging_mempool.size;

    if (size % PAGE_SIZE != 0) {
        return -XEN_EINVAL;
    }
    spin_lock(&c->d->space.lock);
    int err = pt_set_limit(&c->d->space, size);
    spin_unlock(&c->d->space.lock);
    if (err == 0) {
        spin_lock(&c->d->lock);
        c->d->table_pool = size;
        spin_unlock(&c->d->lock);
    }
    return err;
}

int32_t domctl_get_paging_mempool_size(struct domctl *c) {
    spin_lock(&c->d->lock);
    c->op->u.paging_mempool.size = c->d->table_pool;
    spin_unlock(&c->d->lock);
    return 0;
}

/*
 * What was written to the domain's frames through others' addresses is in memory afterwards, and no
 * instruction of it is left in a cache.  All of the caches, whatever the range: where they are
 * tagged by virtual address nobody knows the lines of a frame.
 */
int32_t domctl_cacheflush(struct domctl *c) {
    const struct xen_domctl_cacheflush *f = &c->op->u.cacheflush;
    uint32_t progress = c->going.first;

    if (f->nr_pfns > CACHEFLUSH_MAX || f->start_pfn + f->nr_pfns < f->start_pfn) {
        return -XEN_EINVAL;
    }
    while (arch_cache_flush_step(&progress)) {
        if (preempt_check()) {
            c->going.first = progress;
            return HYPERCALL_AGAIN;
        }
    }
    return 0;
}

/* ---- Of which there is one kind ---- */

int32_t domctl_setnodeaffinity(struct domctl *c) {
    uint32_t nodes;
    int err = bitmap_get(&c->op->u.nodeaffinity.nodemap, &nodes);

    return err != 0 ? err : (nodes & NODE_0) != 0 ? 0 : -XEN_EINVAL;
}

int32_t domctl_getnodeaffinity(struct domctl *c) {
    return bitmap_put(&c->op->u.nodeaffinity.nodemap, NODE_0);
}

int32_t domctl_set_address_size(struct domctl *c) {
    return c->op->u.address_size.size == ADDRESS_BITS ? 0 : -XEN_EINVAL;
}
