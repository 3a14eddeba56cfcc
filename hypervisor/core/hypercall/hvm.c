/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * hvm_op: get and set HVM parameters, the only sub-operations of Xen on ARM.
 */
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"

/* What the hypervisor itself announces is not for the guest to change. */
static bool may_set(const struct vcpu *v, uint32_t index) {
    return v->domain->is_privileged || index == HVM_PARAM_CALLBACK_IRQ;
}

int32_t do_hvm_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct xen_hvm_param param;
    struct domain *d;
    int err;

    if (args[0] != HVMOP_get_param && args[0] != HVMOP_set_param) {
        return -XEN_ENOSYS;
    }
    err = copy_from_guest(&param, gvaddr(args[1]), sizeof(param));
    if (err) {
        return err;
    }
    err = domain_lookup(v->domain, param.domid, DOMAIN_RIGHT_MANAGE, &d);
    if (err) {
        return err;
    }
    if (param.index >= HVM_NR_PARAMS) {
        return -XEN_EINVAL;
    }
    if (args[0] == HVMOP_set_param) {
        if (!may_set(v, param.index)) {
            return -XEN_EPERM;
        }
        spin_lock(&d->lock);
        d->hvm_params[param.index] = param.value;
        spin_unlock(&d->lock);
        return 0;
    }
    spin_lock(&d->lock);
    param.value = d->hvm_params[param.index];
    spin_unlock(&d->lock);
    return copy_to_guest(gvaddr(args[1]), &param, sizeof(param));
}
