/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_event_channel_op: arguments in and out of the guest, who may do what to
 * whom.  The FIFO ABI is refused, on which guests use the 2-level one.
 */
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/event/event.h"
#include "core/hypercall/hypercall.h"

/*
 * Any structure of <xen/event_channel.h>, copied in, worked on and (for those that have
 * results) copied out.
 */
union event_args {
    struct evtchn_alloc_unbound alloc_unbound;
    struct evtchn_bind_interdomain bind_interdomain;
    struct evtchn_bind_virq bind_virq;
    struct evtchn_bind_pirq bind_pirq;
    struct evtchn_bind_ipi bind_ipi;
    struct evtchn_close close;
    struct evtchn_send send;
    struct evtchn_status status;
    struct evtchn_bind_vcpu bind_vcpu;
    struct evtchn_unmask unmask;
    struct evtchn_reset reset;
};

static int32_t op_alloc_unbound(struct domain *caller, union event_args *args) {
    struct evtchn_alloc_unbound *a = &args->alloc_unbound;
    struct domain *d;
    int err = domain_lookup(caller, a->dom, DOMAIN_RIGHT_MANAGE, &d);

    if (err != 0) {
        return err;
    }
    /* DOMID_SELF as the remote end is the caller, whoever the port belongs to. */
    return event_alloc_unbound(&d->event, domain_lookup_id(caller, a->remote_dom), &a->port);
}

static int32_t op_bind_interdomain(struct domain *caller, union event_args *args) {
    struct evtchn_bind_interdomain *a = &args->bind_interdomain;
    struct domain *remote;
    int err = domain_lookup(caller, a->remote_dom, DOMAIN_RIGHT_CONNECT, &remote);

    if (err != 0) {
        return err;
    }
    return event_bind_interdomain(&caller->event, &remote->event, a->remote_port, &a->local_port);
}

static int32_t op_bind_virq(struct domain *caller, union event_args *args) {
    struct evtchn_bind_virq *a = &args->bind_virq;

    return event_bind_virq(&caller->event, a->virq, a->vcpu, &a->port);
}

static int32_t op_bind_pirq(struct domain *caller, union event_args *args) {
    struct evtchn_bind_pirq *a = &args->bind_pirq;

    return event_bind_pirq(&caller->event, a->pirq, &a->port);
}

static int32_t op_bind_ipi(struct domain *caller, union event_args *args) {
    struct evtchn_bind_ipi *a = &args->bind_ipi;

    return event_bind_ipi(&caller->event, a->vcpu, &a->port);
}

static int32_t op_close(struct domain *caller, union event_args *args) {
    return event_close(&caller->event, args->close.port);
}

static int32_t op_send(struct domain *caller, union event_args *args) {
    return event_send(&caller->event, args->send.port);
}

static int32_t op_status(struct domain *caller, union event_args *args) {
    struct domain *d;
    int err = domain_lookup(caller, args->status.dom, DOMAIN_RIGHT_MANAGE, &d);

    return err != 0 ? err : event_status(&d->event, args->status.port, &args->status);
}

static int32_t op_bind_vcpu(struct domain *caller, union event_args *args) {
    return event_bind_vcpu(&caller->event, args->bind_vcpu.port, args->bind_vcpu.vcpu);
}

static int32_t op_unmask(struct domain *caller, union event_args *args) {
    return event_unmask(&caller->event, args->unmask.port);
}

static int32_t op_reset(struct domain *caller, union event_args *args) {
    struct domain *d;
    int err = domain_lookup(caller, args->reset.dom, DOMAIN_RIGHT_MANAGE, &d);

    if (err != 0) {
        return err;
    }
    return event_reset(&d->event) ? HYPERCALL_AGAIN : 0;
}

#define OP(name, fn, has_result) [EVTCHNOP_##name] = {fn, sizeof(struct evtchn_##name), has_result}

static const struct {
    int32_t (*fn)(struct domain *caller, union event_args *args);
    uint8_t size;
    bool has_result;
} ops[] = {
    OP(alloc_unbound, op_alloc_unbound, true),
    OP(bind_interdomain, op_bind_interdomain, true),
    OP(bind_virq, op_bind_virq, true),
    OP(bind_pirq, op_bind_pirq, true),
    OP(bind_ipi, op_bind_ipi, true),
    OP(close, op_close, false),
    OP(send, op_send, false),
    OP(status, op_status, true),
    OP(bind_vcpu, op_bind_vcpu, false),
    OP(unmask, op_unmask, false),
    OP(reset, op_reset, false),
};

int32_t do_event_channel_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t cmd = args[0];
    union event_args data;

    if (cmd >= sizeof(ops) / sizeof(ops[0]) || !ops[cmd].fn) {
        return -XEN_ENOSYS;
    }
    if (copy_from_guest(&data, gvaddr(args[1]), ops[cmd].size) != 0) {
        return -XEN_EFAULT;
    }
    int32_t result = ops[cmd].fn(v->domain, &data);
    if (result == 0 && ops[cmd].has_result &&
        copy_to_guest(gvaddr(args[1]), &data, ops[cmd].size) != 0) {
        return -XEN_EFAULT;
    }
    return result;
}
