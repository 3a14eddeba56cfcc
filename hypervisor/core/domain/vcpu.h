/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual CPUs: what the scheduler runs.  The register frame and what depends on
 * the core (VFP, thread registers) is in struct arch_vcpu.
 */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include <arch/types.h>

#include "core/base/abi.h"
#include "core/base/addr.h"
#include "core/sched/sched.h"
#include "core/time/timer.h"

struct domain;

struct vcpu {
    struct arch_vcpu arch;   /* first: assembly finds the registers here; running pCPU */
    struct domain *domain;   /* constant */
    unsigned int id;         /* constant, index in domain->vcpu */
    bool is_initialised;     /* has registers to start with; constant after build */
    struct pv_vcpu *page;    /* constant: hypervisor address of the shared page, uncached */
    mfn_t page_mfn;          /* constant */
    struct sched_vcpu sched; /* run queue lock */
    struct timer singleshot; /* VCPUOP_set_singleshot_timer */
    struct timer poll;       /* SCHEDOP_poll time-out */
    uint32_t poll_port;      /* port polled, 0 = none or several; event lock */
    bool polling;            /* in SCHEDOP_poll; event lock */
    bool poll_hit;           /* an event came for it since it began; only stores */
    gvaddr_t poll_arg;       /* what the poll that is under way was called with */
    uint32_t poll_next;     /* the port that it looks at next, an index; 0 = it blocks or is over */
    gvaddr_t runstate_area; /* 0 = none; written in the vCPU's own context */
    struct vcpu_runstate_info runstate; /* run queue lock */
    evtchn_port_t virq_port[NR_VIRQS];  /* 0 = not bound; event lock */
};

/** vcpu_current() - the vCPU whose address space is loaded on this pCPU (maybe the idle one). */
struct vcpu *vcpu_current(void);

/**
 * vcpu_create() - allocate vCPU @id of @d, offline, with its shared page.
 * Returns 0 and *out, -EINVAL, -EEXIST, -ENOMEM.
 */
int vcpu_create(struct domain *d, unsigned int id, struct vcpu **out);

/** vcpu_destroy() - free it; it must not be on any run queue. */
void vcpu_destroy(struct vcpu *v);

/**
 * vcpu_kick() - an event became pending for @v: wake it if blocked, make its pCPU
 * look at it if it runs elsewhere.  Any context.
 */
void vcpu_kick(struct vcpu *v);

#endif /* CORE_VCPU_H */
