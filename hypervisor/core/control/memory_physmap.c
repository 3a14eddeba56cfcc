/* SPDX-License-Identifier: GPL-2.0-only */
/* memory_op: what is to be behind a guest frame that is not RAM of the domain's own. */
#include "core/base/guest_access.h"
#include "core/control/memory_op.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/mm/page.h"

int memory_change(struct domain *d, gfn_t g, mfn_t to, enum p2m_type type) {
    int err;

    spin_lock(&d->space.lock);
    err = p2m_change(&d->space, g, to, type);
    spin_unlock(&d->space.lock);
    return err;
}

int32_t memory_add_to_physmap(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
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
    if (add.space != XENMAPSPACE_shared_info) {
        return -XEN_ENOSYS;
    }
    if (add.idx != 0 || add.gpfn >> (32 - PAGE_SHIFT)) {
        return -XEN_EINVAL;
    }
    page_get(d->shared_info_mfn);
    err = memory_change(d, gfn((uint32_t)add.gpfn), d->shared_info_mfn, P2M_SHARED);
    if (err) {
        page_put(d->shared_info_mfn);
    } else {
        d->shared_info_gfn = add.gpfn;
    }
    return err == -XEN_EAGAIN ? HYPERCALL_AGAIN : err;
}
