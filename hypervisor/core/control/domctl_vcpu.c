/* SPDX-License-Identifier: GPL-2.0-only */
/* domctl: a domain's vCPUs, and how they are scheduled. */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/base/percpu.h"
#include "core/control/bitmap.h"
#include "core/control/domain_info.h"
#include "core/control/domctl.h"
#include "core/control/handle.h"
#include "core/domain/domain.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_sched.h"
#include "core/domain/vcpu.h"
#include "core/time/preempt.h"

#define AFFINITY_KIND (XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT)

/* 1: there is more to do; 0; or an error. */
static int max_vcpus_step(struct domain *d) {
    struct vcpu *v;
    int more = domain_sched_join(d);

    if (more != 0 || d->vcpu_count == d->vcpu_max) {
        return more;
    }
    int err = vcpu_create(d, d->vcpu_count, &v);
    if (err == -XEN_ENOMEM && (preempt_check() || domain_reap_bring())) {
        return 1;
    }
    return err != 0 ? err : 1;
}

/* One a step, for each clears a page or two; with a look before it, for it leaves room for nothing
 * else. */
int32_t domctl_max_vcpus(struct domctl *c) {
    int more = 1;

    if (c->op->u.max_vcpus.max != c->d->vcpu_max) {
        return -XEN_EINVAL;
    }
    while (more > 0) {
        if (preempt_check()) {
            return HYPERCALL_AGAIN;
        }
        more = max_vcpus_step(c->d);
    }
    return more == -XEN_EAGAIN ? HYPERCALL_AGAIN : more;
}

/* ---- Registers ---- */

static struct vcpu *vcpu_named(const struct domain *d, uint32_t id) {
    return id < d->vcpu_count ? d->vcpu[id] : NULL;
}

/* Only before it first runs: a vCPU that ran has state that this structure does not hold. */
int32_t domctl_setvcpucontext(struct domctl *c) {
    struct vcpu *v = vcpu_named(c->d, c->op->u.vcpucontext.vcpu);
    struct vcpu_guest_context context;
    gvaddr_t from;

    if (!v || c->d->state != DOMAIN_CREATED) {
        return -XEN_EINVAL;
    }
    if (!handle_ok(c->op->u.vcpucontext.ctxt.q, &from) ||
        copy_from_guest(&context, from, sizeof(context)) != 0) {
        return -XEN_EFAULT;
    }
    int err = arch_vcpu_set_context(v, &context);
    if (err == 0) {
        v->is_initialised = (context.flags & VGCF_online) != 0;
    }
    return err;
}

int32_t domctl_getvcpucontext(struct domctl *c) {
    struct vcpu *v = vcpu_named(c->d, c->op->u.vcpucontext.vcpu);
    struct vcpu_guest_context context;
    gvaddr_t to;

    if (!v) {
        return -XEN_EINVAL;
    }
    if (!v->is_initialised) {
        return -XEN_ENODATA;
    }
    memset(&context, 0, sizeof(context));
    arch_vcpu_get_context(v, &context);
    context.flags = v->sched.state != VCPU_OFFLINE ? VGCF_online : 0;
    context.ttbr0 = gfn_to_gpaddr(pt_vcpu_base(&c->d->space, v->id)).v;
    return handle_ok(c->op->u.vcpucontext.ctxt.q, &to)
               ? copy_to_guest(to, &context, sizeof(context))
               : -XEN_EFAULT;
}

int32_t domctl_getvcpuinfo(struct domctl *c) {
    uint32_t id = c->op->u.getvcpuinfo.vcpu;
    struct vcpu *v = vcpu_named(c->d, id);

    if (!v) {
        return id < c->d->vcpu_max ? -XEN_ESRCH : -XEN_EINVAL;
    }
    domain_vcpu_info(v, &c->op->u.getvcpuinfo);
    return 0;
}

/* ---- Affinity ---- */

static int affinity_target(const struct domctl *c, struct vcpu **out) {
    const struct xen_domctl_vcpuaffinity *a = &c->op->u.vcpuaffinity;

    if (a->vcpu >= c->d->vcpu_max) {
        return -XEN_EINVAL;
    }
    *out = vcpu_named(c->d, a->vcpu);
    if (!*out) {
        return -XEN_ESRCH;
    }
    if ((a->flags & AFFINITY_KIND) == 0 ||
        (a->flags & ~(AFFINITY_KIND | XEN_VCPUAFFINITY_FORCE)) != 0 ||
        ((a->flags & XEN_VCPUAFFINITY_HARD) != 0 && bitmap_is_null(&a->cpumap_hard)) ||
        ((a->flags & XEN_VCPUAFFINITY_SOFT) != 0 && bitmap_is_null(&a->cpumap_soft))) {
        return -XEN_EINVAL;
    }
    return 0;
}

static int set_hard(struct vcpu *v, const struct xenctl_bitmap *map) {
    uint32_t cpus = 0;
    int err = bitmap_get(map, &cpus);

    cpus &= sched_cpus_there();
    if (err == 0 && cpus == 0) {
        err = -XEN_EINVAL;
    }
    if (err == 0) {
        err = sched_set_affinity(&v->sched, cpus);
    }
    if (err == 0) {
        err = bitmap_put(map, cpus);
    }
    return err;
}

/* What is preferred is kept as it is, but only what is allowed takes effect. */
static int set_soft(struct vcpu *v, const struct xenctl_bitmap *map) {
    uint32_t cpus;
    int err = bitmap_get(map, &cpus);

    if (err == 0) {
        v->affinity_soft = cpus & sched_cpus_there();
        err = bitmap_put(map, v->affinity_soft & v->sched.affinity);
    }
    return err;
}

int32_t domctl_setvcpuaffinity(struct domctl *c) {
    const struct xen_domctl_vcpuaffinity *a = &c->op->u.vcpuaffinity;
    struct vcpu *v;
    int err = affinity_target(c, &v);

    if (err == 0 && (a->flags & XEN_VCPUAFFINITY_HARD) != 0) {
        err = set_hard(v, &a->cpumap_hard);
    }
    if (err == 0 && (a->flags & XEN_VCPUAFFINITY_SOFT) != 0) {
        err = set_soft(v, &a->cpumap_soft);
    }
    return err;
}

int32_t domctl_getvcpuaffinity(struct domctl *c) {
    const struct xen_domctl_vcpuaffinity *a = &c->op->u.vcpuaffinity;
    struct vcpu *v;
    int err = affinity_target(c, &v);

    if (err == 0 && (a->flags & XEN_VCPUAFFINITY_HARD) != 0) {
        err = bitmap_put(&a->cpumap_hard, v->sched.affinity);
    }
    if (err == 0 && (a->flags & XEN_VCPUAFFINITY_SOFT) != 0) {
        err = bitmap_put(&a->cpumap_soft, v->affinity_soft);
    }
    return err;
}

/* ---- The scheduler ---- */

static void get_credit2(const struct domain *d, struct xen_domctl_sched_credit2 *out) {
    struct sched_params params;

    domain_sched_get(d, &params);
    out->weight = params.weight;
    out->cap = params.cap;
}

/* As Xen: weight 0 is no change, cap 0 is no cap.  A vCPU a step: the word of the continuation is
 * how many have it. */
static int32_t put_credit2(struct domctl *c, const struct xen_domctl_sched_credit2 *in) {
    unsigned int done = c->going.first;
    struct sched_params params;
    int more;

    domain_sched_get(c->d, &params);
    params.weight = in->weight != 0 ? in->weight : params.weight;
    params.cap = in->cap;
    do {
        more = domain_sched_set_step(c->d, &params, &done);
    } while (more > 0 && !preempt_check());
    c->going.first = done;
    return more > 0 ? HYPERCALL_AGAIN : more;
}

static int32_t credit2_op(struct domctl *c, struct xen_domctl_scheduler_op *op) {
    switch (op->cmd) {
    case XEN_DOMCTL_SCHEDOP_getinfo: get_credit2(c->d, &op->u.credit2); return 0;
    case XEN_DOMCTL_SCHEDOP_putinfo: return put_credit2(c, &op->u.credit2);
    default: return -XEN_EINVAL; /* the weight is the domain's, not a vCPU's */
    }
}

int32_t domctl_scheduler_op(struct domctl *c) {
    struct xen_domctl_scheduler_op *op = &c->op->u.scheduler_op;

    if (op->sched_id != domain_sched_id(c->d)) {
        return -XEN_EINVAL;
    }
    return op->sched_id == XEN_SCHEDULER_CREDIT2 ? credit2_op(c, op) : domctl_rtds(c);
}
