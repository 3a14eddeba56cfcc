/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op: what Xen's ARM guests ask for: the place of shared_info, how much memory there
 * is, and to give frames back and get them again (ballooning).
 */
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/page_pool.h"

/* In the command word: the extent to go on with (Xen's MEMOP_EXTENT_SHIFT). */
#define EXTENT_SHIFT 6
#define COMMAND_MASK ((1u << EXTENT_SHIFT) - 1)
#define EXTENTS_MAX  (1u << 24)

/* A step of p2m_change(): -EAGAIN is for the caller's caller, so that interrupts come in
 * between. */
static int change_frame(struct domain *d, gfn_t g, mfn_t to, enum p2m_type type) {
    int err;

    spin_lock(&d->space.lock);
    err = p2m_change(&d->space, g, to, type);
    spin_unlock(&d->space.lock);
    return err;
}

static int32_t add_to_physmap(struct vcpu *v, gvaddr_t from) {
    struct xen_add_to_physmap add;
    struct domain *d;
    int err;

    if (copy_from_guest(&add, from, sizeof(add))) {
        return -XEN_EFAULT;
    }
    err = domain_lookup(v->domain, add.domid, DOMAIN_RIGHT_ITSELF, &d);
    if (err) {
        return err;
    }
    if (add.space != XENMAPSPACE_shared_info) {
        return -XEN_ENOSYS;
    }
    if (add.idx != 0 || add.gpfn >> (32 - PAGE_SHIFT)) {
        return -XEN_EINVAL;
    }
    page_get(d->shared_info_mfn);
    err = change_frame(d, gfn((uint32_t)add.gpfn), d->shared_info_mfn, P2M_SHARED);
    if (err) {
        page_put(d->shared_info_mfn);
    } else {
        d->shared_info_gfn = add.gpfn;
    }
    return err == -XEN_EAGAIN ? HYPERCALL_AGAIN : err;
}

static int32_t reservation(struct vcpu *v, gvaddr_t from, bool maximum) {
    struct domain *d;
    domid_t id;
    int err;

    if (copy_from_guest(&id, from, sizeof(id))) {
        return -XEN_EFAULT;
    }
    err = domain_lookup(v->domain, id, DOMAIN_RIGHT_MANAGE, &d);
    if (err) {
        return err;
    }
    return (int32_t)(maximum ? d->space.p2m.capacity : d->space.p2m.held);
}

/*
 * A frame for @g of @d, of those that it gave back.  A domain that is mapped 1:1 can only get the
 * very one. -EAGAIN: it may be among those that wait to be scrubbed.  Who asks does a step of that:
 * a machine that is never idle would not come to it.
 */
static int take_frame(const struct domain *d, gfn_t g, mfn_t *m) {
    int err;

    if (d->is_direct_mapped) {
        *m = mfn(g.v);
        err = page_alloc_at(*m, d->id);
    } else {
        *m = page_pool_alloc(d->pool, d->id);
        err = mfn_eq(*m, INVALID_MFN) ? -XEN_ENOMEM : 0;
    }
    if (err && page_pool_dirty(d->pool) > 0) {
        page_scrub_step(d->pool);
        err = -XEN_EAGAIN;
    }
    return err;
}

static int populate_extent(struct domain *d, gfn_t g) {
    mfn_t m;
    int err;

    if (p2m_index(&d->space.p2m, g) >= d->space.p2m.count ||
        p2m_lookup(&d->space.p2m, g) != P2M_NONE) {
        return -XEN_EINVAL;
    }
    err = take_frame(d, g, &m);
    if (err) {
        return err;
    }
    err = change_frame(d, g, m, P2M_RAM);
    if (err) {
        page_put(m);
    }
    return err;
}

static int one_extent(struct domain *d, uint32_t command, gvaddr_t list, uint32_t i) {
    xen_pfn_t frame;

    if (copy_from_guest(&frame, gvaddr(list.v + i * (uint32_t)sizeof(frame)), sizeof(frame))) {
        return -XEN_EFAULT;
    }
    if (frame >> (32 - PAGE_SHIFT)) {
        return -XEN_EINVAL;
    }
    return command == XENMEM_decrease_reservation
               ? change_frame(d, gfn((uint32_t)frame), INVALID_MFN, P2M_RAM)
               : populate_extent(d, gfn((uint32_t)frame));
}

/* One extent each time.  Returns how many were done, as Xen does: fewer than asked for where one
 * failed. */
static int32_t change_reservation(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t command = args[0] & COMMAND_MASK;
    uint32_t i = args[0] >> EXTENT_SHIFT;
    struct xen_memory_reservation r;
    struct domain *d;
    int err;

    if (copy_from_guest(&r, gvaddr(args[1]), sizeof(r))) {
        return -XEN_EFAULT;
    }
    err = domain_lookup(v->domain, r.domid, DOMAIN_RIGHT_ITSELF, &d);
    if (err) {
        return err;
    }
    if (r.extent_order != 0 || r.nr_extents > EXTENTS_MAX || r.extent_start.q >> 32) {
        return -XEN_EINVAL;
    }
    if (i < r.nr_extents) {
        err = one_extent(d, command, gvaddr((uint32_t)r.extent_start.q), i);

        i += err == 0;
        if ((err == 0 && i < r.nr_extents) || err == -XEN_EAGAIN) {
            args[0] = command | i << EXTENT_SHIFT;
            return HYPERCALL_AGAIN;
        }
    }
    return (int32_t)i;
}

int32_t do_memory_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    switch (args[0] & COMMAND_MASK) {
    case XENMEM_add_to_physmap: return add_to_physmap(v, gvaddr(args[1]));
    case XENMEM_current_reservation: return reservation(v, gvaddr(args[1]), false);
    case XENMEM_maximum_reservation: return reservation(v, gvaddr(args[1]), true);
    case XENMEM_decrease_reservation:
    case XENMEM_populate_physmap: return change_reservation(v, args);
    default: return -XEN_ENOSYS;
    }
}
