/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * domctl: periods and budgets of the vCPUs of a real-time domain.  A vCPU a step: the word of the
 * continuation is how many are done.
 */
#include "core/base/guest_access.h"
#include "core/control/domctl.h"
#include "core/control/handle.h"
#include "core/domain/domain.h"
#include "core/domain/domain_sched.h"
#include "core/domain/vcpu.h"
#include "core/time/preempt.h"

/* What is put in force; what the vCPU has besides stays. */
static int put_one(struct domain *d, uint32_t vcpu, const struct xen_domctl_sched_rtds *in,
                   bool has_extratime) {
    struct sched_rt_params params;
    int err = domain_sched_rt_get(d, vcpu, &params);

    if (err == 0) {
        params.period_us = in->period;
        params.budget_us = in->budget;
        params.has_extratime = has_extratime;
        err = domain_sched_rt_set(d, vcpu, &params);
    }
    return err;
}

/* The defaults, as Xen: libxl puts back what it has read at a creation. */
static void get_defaults(struct xen_domctl_sched_rtds *out) {
    *out = (struct xen_domctl_sched_rtds){.period = SCHED_RT_PERIOD_DEFAULT_US,
                                          .budget = SCHED_RT_BUDGET_DEFAULT_US,
                                          .flags = XEN_DOMCTL_SCHEDRT_extra};
}

/* Of all vCPUs; extra time is as it was, as with Xen. */
static int put_next(const struct domctl *c, uint32_t vcpu) {
    struct sched_rt_params params;
    int err = domain_sched_rt_get(c->d, vcpu, &params);

    return err ? err : put_one(c->d, vcpu, &c->op->u.scheduler_op.u.rtds, params.has_extratime);
}

static int get_vcpu(struct domain *d, struct xen_domctl_schedparam_vcpu *one) {
    struct sched_rt_params params;
    int err = domain_sched_rt_get(d, one->vcpuid, &params);

    if (err == 0) {
        one->u.rtds = (struct xen_domctl_sched_rtds){
            .period = params.period_us,
            .budget = params.budget_us,
            .flags = params.has_extratime ? XEN_DOMCTL_SCHEDRT_extra : 0};
    }
    return err;
}

/* Entry @i of the caller's list. */
static int work_on_entry(const struct domctl *c, uint32_t i) {
    const struct xen_domctl_scheduler_op *op = &c->op->u.scheduler_op;
    struct xen_domctl_schedparam_vcpu one;
    gvaddr_t list;

    if (!handle_ok(op->u.v.vcpus.q, &list)) {
        return -XEN_EFAULT;
    }
    gvaddr_t at = gvaddr(list.v + i * (uint32_t)sizeof(one));
    if (copy_from_guest(&one, at, sizeof(one))) {
        return -XEN_EFAULT;
    }
    if (op->cmd == XEN_DOMCTL_SCHEDOP_putvcpuinfo) {
        return put_one(c->d, one.vcpuid, &one.u.rtds, one.u.rtds.flags & XEN_DOMCTL_SCHEDRT_extra);
    }
    int err = get_vcpu(c->d, &one);
    return err ? err : copy_to_guest(at, &one, sizeof(one));
}

typedef int step_fn(const struct domctl *c, uint32_t i);

/* From what is done already to @count.  What another domain gave up less than a period of its own
 * ago is waited for. */
static int32_t run(struct domctl *c, uint32_t count, step_fn *fn) {
    uint32_t done = c->going.first;
    int err = 0;

    while (err == 0 && done < count) {
        err = fn(c, done);
        done += err == 0;
        if (err == -XEN_EAGAIN || (err == 0 && done < count && preempt_check())) {
            c->going.first = done;
            return HYPERCALL_AGAIN;
        }
    }
    return err;
}

int32_t domctl_rtds(struct domctl *c) {
    struct xen_domctl_scheduler_op *op = &c->op->u.scheduler_op;

    switch (op->cmd) {
    case XEN_DOMCTL_SCHEDOP_getinfo: get_defaults(&op->u.rtds); return 0;
    case XEN_DOMCTL_SCHEDOP_putinfo: return run(c, c->d->vcpu_count, put_next);
    case XEN_DOMCTL_SCHEDOP_getvcpuinfo:
    case XEN_DOMCTL_SCHEDOP_putvcpuinfo: return run(c, op->u.v.nr_vcpus, work_on_entry);
    default: return -XEN_EINVAL;
    }
}
