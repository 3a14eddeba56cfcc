/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Virtual CPUs: what the scheduler runs.  The register frame and what depends on
 * the core (VFP, thread registers) is in struct arch_vcpu.
 */
#ifndef CORE_VCPU_H
#define CORE_VCPU_H

#include <stddef.h>

#include <arch/types.h>

#include "core/base/abi.h"
#include "core/base/addr.h"
#include "core/event/event.h"
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
    uint32_t affinity_soft;  /* pCPUs that a toolstack prefers for it; hypercall context */
    struct event_vcpu event; /* event lock */
    struct timer singleshot; /* VCPUOP_set_singleshot_timer */
    struct timer poll;       /* SCHEDOP_poll time-out */
    gvaddr_t poll_arg;       /* what the poll that is under way was called with */
    uint32_t poll_next;     /* the port that it looks at next, an index; 0 = it blocks or is over */
    gvaddr_t runstate_area; /* 0 = none; written in the vCPU's own context */
    uint64_t runstate_published; /* state_entry_time that the copy there has */
};

/** vcpu_of() - the vCPU whose place in the scheduler is @v. */
static inline struct vcpu *vcpu_of(struct sched_vcpu *v) {
    return (struct vcpu *)(void *)((char *)v - offsetof(struct vcpu, sched));
}

/** vcpu_current() - the vCPU that this pCPU runs.  While it makes a hypercall. */
static inline struct vcpu *vcpu_current(void) {
    return vcpu_of(sched_running());
}

/** vcpu_idle() - this pCPU's idle vCPU: no domain, no page. */
static inline struct vcpu *vcpu_idle(void) {
    return vcpu_of(sched_idle());
}

/** vcpu_idle_init() - this pCPU's run queue, and its idle vCPU, which becomes current.  Boot. */
void vcpu_idle_init(void);

/**
 * vcpu_create() - allocate vCPU @id of @d, offline, with its shared page.
 * Returns 0 and *out, -EINVAL, -EEXIST, -ENOMEM.
 */
int vcpu_create(struct domain *d, unsigned int id, struct vcpu **out);

/** vcpu_init_parts() - the parts of @v, all zero, that are vCPU @id of @d, the next one; it has no
 * page yet. */
void vcpu_init_parts(struct vcpu *v, struct domain *d, unsigned int id);

/** vcpu_destroy() - free it; it must not be on any run queue. */
void vcpu_destroy(struct vcpu *v);

/** vcpu_set_realtime() - sched_set_realtime(), with errors as there; its single-shot timer is exact
 * from its next setting on. */
int vcpu_set_realtime(struct vcpu *v, const struct sched_rt_params *params);

/** vcpu_set_fair() - sched_set_fair(); its timer is as all others from its next setting on. */
void vcpu_set_fair(struct vcpu *v);

/** vcpu_stop_timers() - those that hypercalls set.  Called when @v will not run any more. */
void vcpu_stop_timers(struct vcpu *v);

/**
 * vcpu_publish_runstate() - the address space of @v is loaded: refresh the copy of its runstate
 * that the guest registered.  Not for the idle vCPU.
 */
void vcpu_publish_runstate(struct vcpu *v);

#endif /* CORE_VCPU_H */
