/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_sched_op: waiting, yielding, and the end of a domain.
 */
#include "core/sched/sched.h"

#include <arch/atomic.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/base/steps.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/event/event.h"
#include "core/hypercall/hypercall.h"

/* As Xen: "fairly arbitrary". */
#define POLL_PORTS_MAX 128u
/* In the command of a poll that goes on: the port that comes next, above the command itself. */
#define NEXT_SHIFT     8
#define COMMAND_MASK   ((1u << NEXT_SHIFT) - 1)

/* ---- Blocking ---- */

static void poll_end(struct vcpu *v) {
    struct domain *d = v->domain;

    if (!v->event.polling) {
        return;
    }
    timer_stop(&v->poll);
    spin_lock(&d->event.lock);
    v->event.polling = false;
    v->poll_next = 0;
    d->event.poller_count--;
    spin_unlock(&d->event.lock);
}

static bool upcall_is_due(const struct vcpu *v) {
    const volatile struct vcpu_info *info = &arch_vcpu_page(v)->info;

    return info->evtchn_upcall_pending != 0 && info->evtchn_upcall_mask == 0;
}

/* Block unless an upcall is due; it may become so in between, from another pCPU. */
static void block_unless_due(struct vcpu *v) {
    if (upcall_is_due(v)) {
        return;
    }
    sched_block(&v->sched);
    arch_memory_barrier();
    if (upcall_is_due(v)) {
        sched_wake(&v->sched);
    }
}

static int32_t op_block(struct vcpu *v) {
    poll_end(v);
    *(volatile uint8_t *)&arch_vcpu_page(v)->info.evtchn_upcall_mask = 0;
    arch_memory_barrier();
    block_unless_due(v);
    return 0;
}

/* ---- Polling ---- */

static void poll_begin(struct vcpu *v, const struct sched_poll *poll, const evtchn_port_t *ports) {
    struct domain *d = v->domain;

    poll_end(v);
    spin_lock(&d->event.lock);
    v->event.polling = true;
    v->event.poll_hit = false;
    v->event.poll_port = poll->nr_ports == 1 ? ports[0] : 0;
    d->event.poller_count++;
    spin_unlock(&d->event.lock);
    arch_memory_barrier(); /* event_set_pending() looks at the count after it set the bit */
}

/* 1: one of them is pending; 0: none is; -EINVAL: one is no port. */
static int any_pending(const struct domain *d, const evtchn_port_t *ports, unsigned int count) {
    for (unsigned int i = 0; i < count; i++) {
        if (!event_is_port(&d->event, ports[i])) {
            return -XEN_EINVAL;
        }
        if (event_port_is_pending(&d->event, ports[i])) {
            return 1;
        }
    }
    return 0;
}

/* Is @next where the vCPU's poll with @arg gave way?  If not, it begins: the vCPU may have polled
 * for something else meanwhile, or the guest made it up. */
static bool goes_on(const struct vcpu *v, gvaddr_t arg, uint32_t next) {
    return v->event.polling && v->poll_next == next && v->poll_arg.v == arg.v;
}

/* No port is pending: wait, unless an event came since the first of them was looked at. */
static int32_t poll_block(struct vcpu *v, uint64_t timeout) {
    v->poll_next = 0;
    if (timeout != 0) {
        timer_set(&v->poll, timeout);
    }
    sched_block(&v->sched);
    /* The state before these, as event.c stores them before it looks at the state. */
    arch_memory_barrier();
    if (v->event.poll_hit || upcall_is_due(v)) {
        sched_wake(&v->sched);
    }
    return 0;
}

/* A step of it, from port @next of the list on.  An event for a port that was looked at before sets
 * poll_hit. */
static int32_t poll_step(struct vcpu *v, uint32_t args[HYPERCALL_ARGS],
                         const struct sched_poll *poll, uint32_t next) {
    evtchn_port_t ports[STEP_POLL_PORTS];
    uint32_t left = poll->nr_ports - next;
    uint32_t count = left < STEP_POLL_PORTS ? left : STEP_POLL_PORTS;

    if (copy_from_guest(ports, gvaddr((uint32_t)poll->ports.q + next * (uint32_t)sizeof(ports[0])),
                        count * sizeof(ports[0]))) {
        poll_end(v);
        return -XEN_EFAULT;
    }
    if (next == 0) {
        poll_begin(v, poll, ports);
    }
    int pending = any_pending(v->domain, ports, count);
    if (pending != 0 || v->event.poll_hit || upcall_is_due(v)) {
        poll_end(v);
        return pending < 0 ? pending : 0;
    }
    if (count == left) {
        return poll_block(v, poll->timeout);
    }
    v->poll_arg = gvaddr(args[1]);
    v->poll_next = next + count;
    args[0] = SCHEDOP_poll | v->poll_next << NEXT_SHIFT;
    return HYPERCALL_AGAIN;
}

static int32_t op_poll(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t next = args[0] >> NEXT_SHIFT;
    struct sched_poll poll;

    if (copy_from_guest(&poll, gvaddr(args[1]), sizeof(poll)) != 0) {
        return -XEN_EFAULT;
    }
    if (poll.nr_ports > POLL_PORTS_MAX) {
        return -XEN_EINVAL;
    }
    if (next >= poll.nr_ports || !goes_on(v, gvaddr(args[1]), next)) {
        next = 0;
    }
    return poll_step(v, args, &poll, next);
}

/* ---- The end ---- */

static int32_t op_shutdown(struct vcpu *v, gvaddr_t arg) {
    struct sched_shutdown shutdown;
    struct domain *d = v->domain;

    if (copy_from_guest(&shutdown, arg, sizeof(shutdown)) != 0) {
        return -XEN_EFAULT;
    }
    /* A reason that was latched is the one that is reported. */
    domain_shutdown(d, d->shutdown_code != 0 ? (uint8_t)(d->shutdown_code - 1)
                                             : (uint8_t)shutdown.reason);
    return 0;
}

static int32_t op_shutdown_code(struct vcpu *v, gvaddr_t arg) {
    struct sched_shutdown shutdown;

    if (copy_from_guest(&shutdown, arg, sizeof(shutdown)) != 0) {
        return -XEN_EFAULT;
    }
    v->domain->shutdown_code = (uint16_t)((uint8_t)shutdown.reason + 1);
    return 0;
}

static int32_t op_remote_shutdown(struct vcpu *v, gvaddr_t arg) {
    struct sched_remote_shutdown shutdown;
    struct domain *d;
    int err;

    if (copy_from_guest(&shutdown, arg, sizeof(shutdown)) != 0) {
        return -XEN_EFAULT;
    }
    err = domain_lookup(v->domain, shutdown.domain_id, DOMAIN_RIGHT_END, &d);
    if (err != 0) {
        return err;
    }
    domain_shutdown(d, (uint8_t)shutdown.reason);
    return 0;
}

int32_t do_sched_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    gvaddr_t arg = gvaddr(args[1]);

    if ((args[0] & COMMAND_MASK) == SCHEDOP_poll) {
        return op_poll(v, args);
    }
    switch (args[0]) {
    case SCHEDOP_yield: sched_give_way(&v->sched); return 0;
    case SCHEDOP_block: return op_block(v);
    case SCHEDOP_shutdown: return op_shutdown(v, arg);
    case SCHEDOP_shutdown_code: return op_shutdown_code(v, arg);
    case SCHEDOP_remote_shutdown: return op_remote_shutdown(v, arg);
    default: return -XEN_ENOSYS;
    }
}
