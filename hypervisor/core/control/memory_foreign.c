/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * memory_op: frames of another domain in the caller's map, which is how a toolstack reads and
 * writes the memory of what it makes, and what takes them out again.
 *
 * A mapping has a reference to the frame and none to the domain: the frame stays as it is when the
 * domain gives it back or dies, and is free when the last mapping is gone.
 */
#include "core/base/guest_access.h"
#include "core/control/handle.h"
#include "core/control/memory_op.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/mm/page.h"
#include "core/time/preempt.h"

/* What of another domain's frame of @type is behind the frame that maps it; P2M_INVALID: nothing,
 * for it is no RAM of its own. */
static enum p2m_type foreign_type(enum p2m_type type) {
    switch (type) {
    case P2M_RAM: return P2M_FOREIGN;
    case P2M_RAM_RO: return P2M_FOREIGN_RO;
    case P2M_SHARED: return P2M_SHARED;
    case P2M_SHARED_RO: return P2M_SHARED_RO;
    default: return P2M_INVALID;
    }
}

/* The frame behind @g of @d, with a reference, and as what another domain has it in its map.  0, or
 * -EINVAL: it is no RAM of @d's, or @d is dying. */
static int get_frame(struct domain *d, gfn_t g, mfn_t *m, enum p2m_type *type) {
    struct p2m *p2m = &d->space.p2m;
    int err = -XEN_EINVAL;

    spin_lock(&d->space.lock);
    uint32_t entry = p2m_lookup(p2m, g);
    /* On its way out it is still there. */
    *type = foreign_type(p2m_entry_type(entry) == P2M_CHANGING ? (enum p2m_type)p2m->changing_type
                                                               : p2m_entry_type(entry));
    *m = p2m_entry_mfn(entry);
    if (*type != P2M_INVALID && page_of(*m) && !domain_is_dying(d)) {
        page_get(*m);
        err = 0;
    }
    spin_unlock(&d->space.lock);
    return err;
}

static int map_foreign(struct domain *d, gfn_t g, struct domain *of, gfn_t foreign, bool *begun) {
    enum p2m_type type;
    mfn_t m;
    int err = get_frame(of, foreign, &m, &type);

    if (err == 0) {
        err = memory_change(d, g, m, type, begun);
        if (err) {
            page_put(m);
        }
    }
    return err;
}

/* ---- A list of them ---- */

struct batch {
    struct domain *d, *of;
    gvaddr_t from, to, errs;
    uint32_t count;
};

/* Who may not manage others may not name one. */
static int read_batch(struct vcpu *v, gvaddr_t from, struct batch *out) {
    struct xen_add_to_physmap_batch b;

    if (copy_from_guest(&b, from, sizeof(b))) {
        return -XEN_EFAULT;
    }
    int err = domain_lookup(v->domain, b.domid, DOMAIN_RIGHT_MANAGE, &out->d);
    if (err) {
        return err;
    }
    if (b.space != XENMAPSPACE_gmfn_foreign) {
        return -XEN_ENOSYS;
    }
    err = domain_lookup(v->domain, b.u.foreign_domid, DOMAIN_RIGHT_MANAGE, &out->of);
    if (err) {
        return err;
    }
    if (!v->domain->is_privileged) {
        return -XEN_EPERM;
    }
    out->count = b.size;
    return out->d == out->of || domain_is_dying(out->d) || !handle_ok(b.idxs.q, &out->from) ||
                   !handle_ok(b.gpfns.q, &out->to) || !handle_ok(b.errs.q, &out->errs)
               ? -XEN_EINVAL
               : 0;
}

static int read_frame(gvaddr_t list, uint32_t i, gfn_t *out) {
    uint64_t frame;

    if (copy_from_guest(&frame, gvaddr(list.v + i * (uint32_t)sizeof(frame)), sizeof(frame))) {
        return -XEN_EFAULT;
    }
    *out = gfn((uint32_t)frame);
    return frame >> (32 - PAGE_SHIFT) ? -XEN_EINVAL : 0;
}

/* 0, whatever became of the frame, which is what the list of errors says; -EAGAIN, -EFAULT. */
static int map_one(const struct batch *b, uint32_t i, bool *begun) {
    gfn_t foreign, g;
    int from = read_frame(b->from, i, &foreign);
    int to = read_frame(b->to, i, &g);
    int err = from ? from : to;

    if (err == 0) {
        err = map_foreign(b->d, g, b->of, foreign, begun);
    }
    return err == -XEN_EAGAIN || err == -XEN_EFAULT
               ? err
               : copy_to_guest(gvaddr(b->errs.v + i * (uint32_t)sizeof(err)), &err, sizeof(err));
}

int32_t memory_add_to_physmap_batch(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct memory_progress p = memory_progress(args);
    uint32_t i = args[0] >> MEMORY_OP_SHIFT;
    struct batch b;
    int err = read_batch(v, gvaddr(args[1]), &b);

    while (err == 0 && i < b.count) {
        err = map_one(&b, i, &p.begun);
        i += err == 0;
        if (err == -XEN_EAGAIN || (err == 0 && i < b.count && preempt_check())) {
            return memory_again(args, i, &p);
        }
    }
    return err;
}

/* ---- What takes one out ---- */

int32_t memory_remove_from_physmap(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct memory_progress p = memory_progress(args);
    struct xen_remove_from_physmap r;
    struct domain *d;

    if (copy_from_guest(&r, gvaddr(args[1]), sizeof(r))) {
        return -XEN_EFAULT;
    }
    int err = domain_lookup(v->domain, r.domid, DOMAIN_RIGHT_MANAGE, &d);
    if (err) {
        return err;
    }
    err = r.gpfn >> (32 - PAGE_SHIFT)
              ? -XEN_EINVAL
              : memory_change(d, gfn((uint32_t)r.gpfn), INVALID_MFN, P2M_RAM, &p.begun);
    switch (err) {
    case -XEN_EAGAIN: return memory_again(args, 0, &p);
    case -XEN_EINVAL: return -XEN_ENOENT; /* nothing there that could be taken out */
    default: return err;
    }
}
