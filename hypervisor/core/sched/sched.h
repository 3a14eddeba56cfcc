/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Scheduling of vCPUs.  The generic part keeps states, accounting and the current
 * vCPU of each pCPU; a scheduling class (struct sched_ops) orders the runnable
 * ones.  Classes are asked in order, so that the real-time class (sched_edf.h) goes before the
 * fair one (sched_credit.h).  The states are vcpu_state.h's.  A vCPU is queued in its class while
 * it is RUNNABLE, nothing holds it, and it is not the one that its pCPU runs; its runstate
 * (RUNSTATE_*), which guests can read, follows from these.
 *
 * Several pCPUs share the queue of the fair class: any of them takes the best vCPU that it may have
 * (sched_vcpu.affinity).  Vcpus of the real-time class stay on the pCPU where they were admitted.
 *
 * Locking: the run queue lock of a pCPU protects the scheduling data of the vCPUs
 * assigned to it; where they are several they share it (sched_lock()).
 */
#ifndef CORE_SCHED_H
#define CORE_SCHED_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/abi.h"
#include "core/base/lock.h"
#include "core/base/percpu.h"
#include "core/sched/sched_credit.h"
#include "core/sched/sched_edf.h"
#include "core/sched/vcpu_state.h"
#include "core/time/timer.h"

struct sched_cpu;
struct sched_vcpu;

/* As Xen's credit scheduler: relative share, default and limits. */
#define SCHED_WEIGHT_DEFAULT 256u
#define SCHED_WEIGHT_MIN     1u
#define SCHED_WEIGHT_MAX     65535u
/* Longest a vCPU runs while another of its class is waiting. */
#define SCHED_SLICE_NS       10000000u

struct sched_params {
    uint16_t weight; /* SCHED_WEIGHT_MIN.. */
    uint16_t cap;    /* percent of one pCPU, shared by the domain's vCPUs; 0 = no cap */
};

/* A vCPU's place in the scheduler. */
struct sched_vcpu {
    const struct sched_ops *ops;  /* the class that orders it now; NULL: the idle vCPU */
    const struct sched_ops *home; /* the class that it is of, and that it wakes in */
    uint8_t cpu;                  /* pCPU whose run queue it belongs to: the one it ran on last; of
                                     the real-time class it stays the same */
    uint8_t state;                /* enum vcpu_state */
    bool on_cpu;                  /* a pCPU has it; cleared when another was picked there */
    uint16_t pause_count;         /* reasons why it must not run */
    bool is_queued;               /* in a list of its class */
    bool is_own;                  /* constant: no vCPU but the hypervisor's own (background_turn.h,
                                     the idle one) */
    uint8_t sharers;              /* vCPUs of its domain, which share its cap; at least 1 */
    uint8_t affinity;             /* pCPUs that it may run on, a bit each; at least one */
    struct sched_params params;
    struct vcpu_runstate_info runstate;
    struct credit_vcpu credit;
    struct edf_vcpu edf;
    const struct timer *alarm; /* constant: its own timer, which wakes it; NULL: it has none */
};

/* A pCPU's scheduler. */
struct sched_cpu {
    spinlock_t lock;            /* run queue lock, of one pCPU: everything here, and sched_vcpu */
    unsigned int id;            /* constant: the pCPU's number */
    unsigned int count;         /* vCPUs that belong here */
    struct sched_vcpu *running; /* runs, or has just stopped; never NULL after sched_init() */
    struct sched_vcpu *idle;    /* constant */
    bool yields;                /* running asked to give way once */
    uint64_t turn_start;        /* when running was picked, ns */
    uint64_t accounted;         /* up to when its time is accounted for, ns */
    uint64_t slice_end;         /* when to pick again, TIMER_NEVER = no need */
    struct timer slice;         /* fires at slice_end or before */
    struct credit_cpu credit;
    struct edf_cpu edf;
};

extern struct sched_cpu sched_cpus[ARCH_CPU_MAX];

#define SCHED_ALL_CPUS ((1u << ARCH_CPU_MAX) - 1)

/* The run queue lock of several pCPUs. */
extern spinlock_t sched_shared_lock;

/** sched_lock() - take the run queue lock of @cpu. */
static inline void sched_lock(struct sched_cpu *cpu) {
    spin_lock(ARCH_CPU_MAX > 1 ? &sched_shared_lock : &cpu->lock);
}

/** sched_unlock() - release it. */
static inline void sched_unlock(struct sched_cpu *cpu) {
    spin_unlock(ARCH_CPU_MAX > 1 ? &sched_shared_lock : &cpu->lock);
}

/*
 * What a scheduling class does.  Run queue lock held; @now = clock_now().
 */
struct sched_ops {
    const char *name;
    unsigned int rank; /* of two classes the one of lower rank goes first, whatever they say */
    /** Take over v->params, at creation and whenever they change. */
    void (*adjust)(struct sched_cpu *cpu, struct sched_vcpu *v);
    /** @v becomes runnable after having been blocked or offline: queue it.  False: it may not run
     * yet; the class says so with sched_queued() when it may. */
    bool (*wake)(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now);
    /** @v was running and still can: queue it, behind its equals. */
    void (*requeue)(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now);
    /** @v, running, gives way once. */
    void (*yield)(struct sched_cpu *cpu, struct sched_vcpu *v);
    /** @v, queued, can no longer run. */
    void (*dequeue)(struct sched_cpu *cpu, struct sched_vcpu *v);
    /** @v, running, used @ns. */
    void (*account)(struct sched_cpu *cpu, struct sched_vcpu *v, uint32_t ns);
    /** Take the vCPU to run next off the queue; NULL if there is none. */
    struct sched_vcpu *(*pick)(struct sched_cpu *cpu);
    /** Should @v, just queued, run at once instead of @running, of the same class?  If only later,
     * slice_end says when. */
    bool (*preempts)(const struct sched_vcpu *v, const struct sched_vcpu *running);
    /** When @v, running, must be looked at again at the latest; TIMER_NEVER = it need not. */
    uint64_t (*slice_end)(const struct sched_cpu *cpu, const struct sched_vcpu *v, uint64_t now);
};

extern const struct sched_ops sched_credit, sched_edf;

/* For classes.  Run queue lock held; @now = clock_now(). */

/** sched_queued() - @v was queued other than by its operations. */
void sched_queued(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now);
/** sched_may_have() - may @cpu run @v, which is in the fair class's queue? */
bool sched_may_have(const struct sched_cpu *cpu, const struct sched_vcpu *v);
/** sched_settle() - what @cpu runs is about to be ordered by another class, or by other parameters:
 * account for it as it was, and pick again. */
void sched_settle(struct sched_cpu *cpu, uint64_t now);
/** sched_woken() - VCPU_WAKE of @v. */
void sched_woken(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now);

/** sched_init() - this pCPU's run queue and its idle vCPU, which becomes current.  Boot. */
void sched_init(struct sched_vcpu *idle);

/**
 * sched_vcpu_init() - @v is offline, on the pCPU with the fewest vCPUs, and held once: a domain
 * does not run when it gets its vCPUs (domain_state.h).  By vcpu_create().
 */
void sched_vcpu_init(struct sched_vcpu *v);

/** sched_vcpu_destroy() - @v must be held for good and on no pCPU (domain_is_off_cpu()). */
void sched_vcpu_destroy(struct sched_vcpu *v);

/*
 * The events of vcpu_state.h.  Each has no effect where the table refuses it.  Any context, no run
 * queue lock held; they may set sched_needed().
 */

/** sched_wakes_at_release() - was the wake-up of @v by another domain put off?  Any context. */
static inline bool sched_wakes_at_release(const struct sched_vcpu *v) {
    return v->edf.wakes_at_release;
}

/** sched_start() - VCPU_UP. */
void sched_start(struct sched_vcpu *v);
/** sched_wake() - VCPU_WAKE. */
void sched_wake(struct sched_vcpu *v);
/** sched_wake_by_other() - VCPU_WAKE by an event that another domain sent: if @v is of the
 * real-time class and defers such, at its next release. */
void sched_wake_by_other(struct sched_vcpu *v);
/** sched_waited() - for so many ns until now this pCPU waited for a timer of @v, of the real-time
 * class: that pays for them, from the budget that it wakes with, and not the one that runs. */
void sched_waited(struct sched_vcpu *v, uint32_t ns);
/** sched_block() - VCPU_BLOCK: @v, current, waits for sched_wake(). */
void sched_block(struct sched_vcpu *v);
/** sched_sleep() - VCPU_DOWN. */
void sched_sleep(struct sched_vcpu *v);

/**
 * sched_pause() - one more reason why @v must not run, in whatever state it is.  If it has a pCPU,
 * that one picks another before it returns to a guest; sched_vcpu.on_cpu says when it has.
 */
void sched_pause(struct sched_vcpu *v);
/** sched_unpause() - undo one sched_pause(). */
void sched_unpause(struct sched_vcpu *v);

/** sched_give_way() - @v, current, yields once to those of its class that wait.  (sched_yield is
 * the host C library's.) */
void sched_give_way(struct sched_vcpu *v);

/**
 * sched_pick() - account for the vCPU that was current and choose the one to run, maybe the
 * same, maybe the idle one; it becomes current and running.  The caller switches the
 * address space and calls sched_switched().
 */
struct sched_vcpu *sched_pick(void);

/** sched_running() - what this pCPU runs, or has just stopped running (maybe the idle one). */
static inline struct sched_vcpu *sched_running(void) {
    return sched_cpus[this_cpu_index()].running;
}

/** sched_idle() - this pCPU's idle vCPU. */
static inline struct sched_vcpu *sched_idle(void) {
    return sched_cpus[this_cpu_index()].idle;
}

/** sched_runstate() - @v's runstate, the time in its present state included. */
void sched_runstate(struct sched_vcpu *v, struct vcpu_runstate_info *out);

/** sched_is_there() - does @cpu schedule? */
bool sched_is_there(unsigned int cpu);
/** sched_cpus_there() - those that do, one bit each. */
uint32_t sched_cpus_there(void);

/**
 * sched_set_affinity() - @v may run on the pCPUs of the mask @cpus, of which one at least
 * schedules; one that it runs on now it leaves soon.  No lock held. Returns 0; -EBUSY: it is of the
 * real-time class, and its pCPU is not among them.
 */
int sched_set_affinity(struct sched_vcpu *v, uint32_t cpus);

/** sched_set_params() - weight and cap of @v from now on, which are within their limits.
 * @sharers: vCPUs that share the cap with it, itself included.  No lock held. */
void sched_set_params(struct sched_vcpu *v, const struct sched_params *params,
                      unsigned int sharers);

/**
 * sched_set_realtime() - @v is of the real-time class from now on; if it is already, its parameters
 * change, at the latest when its present period ends.  Whatever happens to @v, all other guarantees
 * hold.  No lock held.  Returns 0 or the error of sched_edf_admit(); then nothing has changed.
 */
int sched_set_realtime(struct sched_vcpu *v, const struct sched_rt_params *params);

/** sched_set_fair() - @v is of the fair class from now on, with the weight and cap that it has.  No
 * lock held. */
void sched_set_fair(struct sched_vcpu *v);

/** sched_is_realtime() - is @v of the real-time class, on extra time or not? */
static inline bool sched_is_realtime(const struct sched_vcpu *v) {
    return v->home == &sched_edf;
}

/** sched_runs_realtime() - does this pCPU run a vCPU of the real-time class?  Also before
 * sched_init(). */
static inline bool sched_runs_realtime(void) {
    const struct sched_vcpu *v = sched_running();

    return v && sched_is_realtime(v);
}

#endif /* CORE_SCHED_H */
