/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: all domains, and the pools of CPUs that they run on. */
#include "core/base/guest_access.h"
#include "core/base/percpu.h"
#include "core/control/bitmap.h"
#include "core/control/domain_info.h"
#include "core/control/handle.h"
#include "core/control/sysctl.h"
#include "core/domain/domain.h"
#include "core/domain/domain_lookup.h"
#include "core/domain/vcpu.h"
#include "core/time/preempt.h"

#define NS_PER_US 1000u

/* ---- Domains ---- */

/* One a step.  The words of the continuation: the id that is next, and how many there were. */
int32_t sysctl_getdomaininfolist(struct sysctl *c) {
    struct xen_sysctl_getdomaininfolist *l = &c->op->u.getdomaininfolist;
    uint32_t next = c->going.goes_on ? c->going.first : l->first_domain;
    uint32_t count = c->going.second;
    struct xen_domctl_getdomaininfo info;
    struct domain *d;
    gvaddr_t to;

    if (!handle_ok(l->buffer.q, &to)) {
        return -XEN_EFAULT;
    }
    while (count < l->max_domains && (d = domain_from((domid_t)next)) != NULL) {
        domain_info(d, &info);
        if (copy_to_guest(gvaddr(to.v + count * (uint32_t)sizeof(info)), &info, sizeof(info)) !=
            0) {
            return -XEN_EFAULT;
        }
        next = d->id + 1u;
        count++;
        if (preempt_check()) {
            c->going.first = next;
            c->going.second = count;
            return HYPERCALL_AGAIN;
        }
    }
    l->num_domains = count;
    return 0;
}

/* ---- Pools ---- */

static unsigned int domain_count(uint32_t pool) {
    unsigned int count = 0;

    for (struct domain *d = domain_next(NULL); d != NULL; d = domain_next(d)) {
        count += pool_of(d) == pool;
    }
    return count;
}

/* The pool with that number or the next higher one; any, the first. */
static int pool_info(struct xen_sysctl_cpupool_op *op) {
    if (op->cpupool_id == XEN_SYSCTL_CPUPOOL_PAR_ANY) {
        op->cpupool_id = POOL_FAIR;
    }
    if (op->cpupool_id >= POOL_COUNT) {
        return -XEN_ENOENT;
    }
    op->sched_id = pool_sched_id(op->cpupool_id);
    op->n_dom = domain_count(op->cpupool_id);
    return bitmap_put(&op->cpumap, sched_cpus_there());
}

/* A vCPU a step.  The words of the continuation: how many have moved, and why they move back.  What
 * another domain gave up less than a period of its own ago is waited for. */
static int32_t move(struct sysctl *c, struct domain *d, uint32_t pool) {
    struct domain_sched_moving m = {.done = c->going.first, .err = (int)c->going.second};
    int more;

    do {
        more = domain_sched_move_step(d, pool_sched_id(pool), &m);
    } while (more > 0 && !preempt_check());
    if (more > 0 || more == -XEN_EAGAIN) {
        c->going.first = m.done;
        c->going.second = (uint32_t)m.err;
        return HYPERCALL_AGAIN;
    }
    return more;
}

static int32_t pool_move(struct sysctl *c, const struct xen_sysctl_cpupool_op *op) {
    struct domain *d;
    int err;

    if (op->domid >= DOMID_FIRST_RESERVED) {
        return -XEN_ESRCH;
    }
    err = domain_lookup(c->v->domain, (domid_t)op->domid, DOMAIN_RIGHT_END, &d);
    if (err != 0) {
        return err;
    }
    return op->cpupool_id < POOL_COUNT ? move(c, d, op->cpupool_id) : -XEN_ENOENT;
}

/* There are as many pools as classes, and every CPU is in each of them: none is free, and none
 * comes or goes. */
int32_t sysctl_cpupool_op(struct sysctl *c) {
    struct xen_sysctl_cpupool_op *op = &c->op->u.cpupool_op;

    switch (op->op) {
    case XEN_SYSCTL_CPUPOOL_OP_INFO: return pool_info(op);
    case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN: return pool_move(c, op);
    case XEN_SYSCTL_CPUPOOL_OP_FREEINFO: return bitmap_put(&op->cpumap, 0);
    case XEN_SYSCTL_CPUPOOL_OP_CREATE:
    case XEN_SYSCTL_CPUPOOL_OP_DESTROY:
    case XEN_SYSCTL_CPUPOOL_OP_ADDCPU:
    case XEN_SYSCTL_CPUPOOL_OP_RMCPU: return -XEN_EOPNOTSUPP;
    default: return -XEN_ENOSYS;
    }
}

/* ---- The scheduler ---- */

int32_t sysctl_sched_id(struct sysctl *c) {
    c->op->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT2;
    return 0;
}

/* The one parameter that is the whole machine's can be read; it is not to be changed.  Xen's RTDS
 * has none, and no error for who asks for it. */
int32_t sysctl_scheduler_op(struct sysctl *c) {
    struct xen_sysctl_scheduler_op *op = &c->op->u.scheduler_op;
    struct xen_sysctl_credit2_schedule *s = &op->u.sched_credit2;

    if (op->cpupool_id >= POOL_COUNT) {
        return -XEN_ESRCH;
    }
    if (op->sched_id != pool_sched_id(op->cpupool_id)) {
        return -XEN_EINVAL;
    }
    if (op->cpupool_id == POOL_REALTIME) {
        return 0;
    }
    switch (op->cmd) {
    case XEN_SYSCTL_SCHEDOP_getinfo: s->ratelimit_us = SCHED_CREDIT_TURN_MIN / NS_PER_US; return 0;
    case XEN_SYSCTL_SCHEDOP_putinfo:
        return s->ratelimit_us == SCHED_CREDIT_TURN_MIN / NS_PER_US ? 0 : -XEN_EOPNOTSUPP;
    default: return -XEN_EINVAL;
    }
}
