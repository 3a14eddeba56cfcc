/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest kernel tells about itself: its entries, its helpers, the thread
 * pointer and FPU state of the task it runs.
 */
#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "core/time/printk_limit.h"

#define RESTART_ALIGN 32u

static bool entries_valid(const struct pv_callbacks *cb) {
    const uint32_t entry[] = {cb->undef, cb->swi, cb->prefetch_abort, cb->data_abort, cb->event};

    for (unsigned int i = 0; i < sizeof(entry) / sizeof(entry[0]); i++) {
        if (entry[i] >= PV_VIRT_START || (entry[i] & 3)) {
            return false;
        }
    }
    return true;
}

static bool restart_valid(const struct pv_callbacks *cb) {
    return cb->restart_start % RESTART_ALIGN == 0 && cb->restart_end % RESTART_ALIGN == 0 &&
           cb->restart_start <= cb->restart_end && cb->restart_end <= PV_VIRT_START;
}

/* Does the guest know the interface as it is here?  Said so, since it may have no way to. */
static bool version_matches(const struct domain *d, uint32_t version) {
    if (version == PV_ABI_MAGIC + PV_ABI_VERSION) {
        return true;
    }
    if (version >> 16 == PV_ABI_MAGIC >> 16) {
        printk_ratelimited(d->place, "domain %u: PV ABI %u here, its kernel has %u\n", d->id,
                           PV_ABI_VERSION, (unsigned int)(version - PV_ABI_MAGIC));
    } else {
        printk_ratelimited(d->place, "domain %u: PV ABI %u here, its kernel names none\n", d->id,
                           PV_ABI_VERSION);
    }
    return false;
}

/* The kernel part may be named once; naming the same again is no error. */
static int set_kernel_start(struct domain *d, uint32_t va) {
    int err;

    if (d->callbacks_set && d->callbacks.kernel_virt_start == va) {
        return 0;
    }
    spin_lock(&d->space.lock);
    err = pt_set_kernel_start(&d->space, gvaddr(va));
    if (err == 0) {
        pt_own_kernels(&d->space, d->vcpu_count);
    }
    spin_unlock(&d->space.lock);
    return err;
}

int32_t do_set_callbacks(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    struct domain *d = v->domain;
    struct pv_callbacks cb;
    uint8_t helpers[PV_HELPERS_SIZE];
    int err;

    if (!version_matches(d, args[1])) {
        return -XEN_EOPNOTSUPP;
    }
    err = copy_from_guest(&cb, gvaddr(args[0]), sizeof(cb));
    if (err == 0 && cb.helpers) {
        err = copy_from_guest(helpers, gvaddr(cb.helpers), sizeof(helpers));
    }
    if (err) {
        return err;
    }
    if (!entries_valid(&cb) || !restart_valid(&cb)) {
        return -XEN_EINVAL;
    }
    err = set_kernel_start(d, cb.kernel_virt_start);
    if (err == 0) {
        d->callbacks = cb;
        d->callbacks_set = true;
        arch_set_callbacks(d, cb.helpers ? helpers : NULL);
    }
    return err;
}

int32_t do_fpu_taskswitch(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    arch_vcpu_set_fpu(v, args[0] == 0);
    return 0;
}

int32_t do_set_segment_base(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    if (args[0] != PV_SEGBASE_TLS) {
        return -XEN_EINVAL;
    }
    arch_vcpu_set_tls(v, args[1]);
    return 0;
}
