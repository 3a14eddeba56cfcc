/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op: frames that the hypervisor shares with a domain, its shared_info and those of its
 * grant table, in that domain's map or, for what a toolstack writes there, in dom0's.
 */
#include "core/base/guest_access.h"
#include "core/control/handle.h"
#include "core/control/memory_op.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/mm/page.h"
#include "core/time/preempt.h"

#define BEGUN (1u << 31) /* in args[2], beside the frames that are done */

struct memory_progress memory_progress(const uint32_t args[HYPERCALL_ARGS]) {
    if ((args[2] ^ CONTINUATION_CHECK) != args[3]) {
        return (struct memory_progress){.done = 0};
    }
    return (struct memory_progress){.done = args[2] & ~BEGUN, .begun = args[2] & BEGUN};
}

int32_t memory_again(uint32_t args[HYPERCALL_ARGS], uint32_t i, const struct memory_progress *p) {
    args[0] = (args[0] & MEMORY_OP_MASK) | i << MEMORY_OP_SHIFT;
    args[2] = p->done | (p->begun ? BEGUN : 0);
    args[3] = args[2] ^ CONTINUATION_CHECK;
    return HYPERCALL_AGAIN;
}

int memory_change(struct domain *d, gfn_t g, mfn_t to, enum p2m_type type, bool *begun) {
    int err;

    spin_lock(&d->space.lock);
    err = p2m_change(&d->space, g, to, type, begun);
    spin_unlock(&d->space.lock);
    return err;
}

/* @m, on which the caller has a reference, shared at @g of @d. */
static int place(struct domain *d, gfn_t g, mfn_t m, bool *begun) {
    int err = memory_change(d, g, m, P2M_SHARED, begun);

    if (err) {
        page_put(m);
    }
    return err;
}

/* ---- In its own map ---- */

static int place_shared_info(struct domain *d, uint64_t idx, gfn_t g, bool *begun) {
    if (idx != 0) {
        return -XEN_EINVAL;
    }
    page_get(d->shared_info_mfn);
    int err = place(d, g, d->shared_info_mfn, begun);

    if (err == 0) {
        d->shared_info_gfn = g.v;
    }
    return err;
}

/* An index with bit 31 asks for a status frame, which tables of version 1 do not have. */
static int place_grant_frame(struct domain *d, uint64_t idx, gfn_t g, bool *begun) {
    mfn_t m;
    int err = idx > UINT32_MAX ? -XEN_EINVAL : grant_frame(&d->grant, (uint32_t)idx, &m);

    if (err == 0) {
        err = place(d, g, m, begun);
    }
    if (err == 0) {
        grant_frame_placed(&d->grant, (uint32_t)idx, g);
    }
    return err;
}

int32_t memory_add_to_physmap(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct memory_progress p = memory_progress(args);
    struct xen_add_to_physmap add;
    struct domain *d;
    int err;

    if (copy_from_guest(&add, gvaddr(args[1]), sizeof(add))) {
        return -XEN_EFAULT;
    }
    err = domain_lookup(v->domain, add.domid, DOMAIN_RIGHT_MANAGE, &d);
    if (err) {
        return err;
    }
    if (add.gpfn >> (32 - PAGE_SHIFT) || domain_is_dying(d)) {
        return -XEN_EINVAL;
    }
    gfn_t g = gfn((uint32_t)add.gpfn);
    switch (add.space) {
    case XENMAPSPACE_shared_info: err = place_shared_info(d, add.idx, g, &p.begun); break;
    case XENMAPSPACE_grant_table: err = place_grant_frame(d, add.idx, g, &p.begun); break;
    default: return -XEN_ENOSYS;
    }
    return err == -XEN_EAGAIN ? memory_again(args, 0, &p) : err;
}

/* ---- In dom0's ---- */

struct acquire {
    struct domain *by, *of;
    gvaddr_t list;
    uint32_t first, count;
};

/* 0 frames at no list ask how many there can be. */
static int32_t tell_size(struct domain *of, gvaddr_t to, struct xen_mem_acquire_resource *r) {
    uint32_t count;

    grant_frame_sizes(&of->grant, &count, &r->nr_frames);
    return copy_to_guest(to, r, sizeof(*r));
}

static int check(const struct xen_mem_acquire_resource *r, struct acquire *out) {
    uint32_t count, max;

    if (r->type != XENMEM_resource_grant_table) {
        return -XEN_EOPNOTSUPP;
    }
    grant_frame_sizes(&out->of->grant, &count, &max);
    if (r->pad != 0 || r->id != XENMEM_resource_grant_table_id_shared || domain_is_dying(out->of) ||
        !handle_ok(r->frame_list.q, &out->list) || r->nr_frames > max ||
        r->frame > max - r->nr_frames) {
        return -XEN_EINVAL;
    }
    out->first = (uint32_t)r->frame;
    out->count = r->nr_frames;
    return 0;
}

static int acquire_one(const struct acquire *a, uint32_t i, bool *begun) {
    mfn_t m;
    xen_pfn_t frame;

    if (copy_from_guest(&frame, gvaddr(a->list.v + i * (uint32_t)sizeof(frame)), sizeof(frame))) {
        return -XEN_EFAULT;
    }
    if (frame >> (32 - PAGE_SHIFT)) {
        return -XEN_EINVAL;
    }
    int err = grant_frame(&a->of->grant, a->first + i, &m);
    return err ? err : place(a->by, gfn((uint32_t)frame), m, begun);
}

int32_t memory_acquire_resource(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct memory_progress p = memory_progress(args);
    uint32_t i = args[0] >> MEMORY_OP_SHIFT;
    struct acquire a = {.by = v->domain};
    struct xen_mem_acquire_resource r;

    if (!v->domain->is_privileged) {
        return -XEN_EPERM;
    }
    if (copy_from_guest(&r, gvaddr(args[1]), sizeof(r))) {
        return -XEN_EFAULT;
    }
    int err = domain_lookup(v->domain, r.domid, DOMAIN_RIGHT_END, &a.of);
    if (err == 0) {
        err = check(&r, &a);
    }
    if (err == 0 && r.nr_frames == 0 && r.frame_list.q == 0) {
        return tell_size(a.of, gvaddr(args[1]), &r);
    }
    while (err == 0 && i < a.count) {
        err = acquire_one(&a, i, &p.begun);
        i += err == 0;
        if (err == -XEN_EAGAIN || (err == 0 && i < a.count && preempt_check())) {
            return memory_again(args, i, &p);
        }
    }
    return err;
}
