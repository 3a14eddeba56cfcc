/* SPDX-License-Identifier: GPL-2.0-only */
/* memory_op: what is asked about memory. */
#include "core/base/guest_access.h"
#include "core/control/memory_op.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/mm/page.h"

/* The domain whose number is at args[1]: itself; of dom0, any. */
static int named_domain(struct vcpu *v, uint32_t from, struct domain **out) {
    domid_t id;

    if (copy_from_guest(&id, gvaddr(from), sizeof(id))) {
        return -XEN_EFAULT;
    }
    return domain_lookup(v->domain, id, DOMAIN_RIGHT_MANAGE, out);
}

/* Results of these calls are numbers of pages: no limit is one that none reaches. */
static int32_t as_result(uint64_t frames) {
    return frames < INT32_MAX ? (int32_t)frames : INT32_MAX;
}

static uint32_t frames_held(struct domain *d) {
    spin_lock(&d->space.lock);
    uint32_t held = d->space.p2m.held;
    spin_unlock(&d->space.lock);
    return held;
}

int32_t memory_current_reservation(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct domain *d;
    int err = named_domain(v, args[1], &d);

    return err ? err : as_result(frames_held(d));
}

int32_t memory_maximum_reservation(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct domain *d;
    int err = named_domain(v, args[1], &d);

    if (err) {
        return err;
    }
    spin_lock(&d->lock);
    uint64_t max = d->max_frames;
    spin_unlock(&d->lock);
    return as_result(max);
}

int32_t memory_maximum_gpfn(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct domain *d;
    int err = named_domain(v, args[1], &d);

    if (err) {
        return err;
    }
    spin_lock(&d->space.lock);
    uint32_t end = p2m_end(&d->space.p2m).v;
    spin_unlock(&d->space.lock);
    return as_result(end > 0 ? end - 1 : 0);
}

/* Nothing is set aside: it says whether there is so much now.  Xen's toolstack gives claims back by
 * one of nothing. */
int32_t memory_claim_pages(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct xen_memory_reservation r;
    struct domain *d;

    if (!v->domain->is_privileged) {
        return -XEN_EPERM;
    }
    if (copy_from_guest(&r, gvaddr(args[1]), sizeof(r))) {
        return -XEN_EFAULT;
    }
    if (r.extent_start.q != 0 || r.extent_order != 0 || r.mem_flags != 0) {
        return -XEN_EINVAL;
    }
    int err = domain_lookup(v->domain, r.domid, DOMAIN_RIGHT_MANAGE, &d);
    if (err) {
        return err;
    }
    return r.nr_extents <= page_free_count() ? 0 : -XEN_ENOMEM;
}

/* Nothing is populated on demand: a target is accepted and has no effect. */
int32_t memory_pod_target(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct xen_pod_target target;
    struct domain *d;

    if (!v->domain->is_privileged) {
        return -XEN_EPERM;
    }
    if (copy_from_guest(&target, gvaddr(args[1]), sizeof(target))) {
        return -XEN_EFAULT;
    }
    int err = domain_lookup(v->domain, target.domid, DOMAIN_RIGHT_MANAGE, &d);
    if (err) {
        return err;
    }
    target.tot_pages = frames_held(d);
    target.pod_cache_pages = 0;
    target.pod_entries = 0;
    return copy_to_guest(gvaddr(args[1]), &target, sizeof(target));
}

/* No frame is behind two guest frames for the sake of its contents. */
int32_t memory_sharing(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    (void)v;
    (void)args;
    return 0;
}
