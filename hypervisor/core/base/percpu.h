/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each pCPU has for itself, reached through one accessor.
 */
#ifndef CORE_PERCPU_H
#define CORE_PERCPU_H

#include <stdint.h>

#include <arch/types.h>

#include "core/base/arch.h"
#include "core/sched/sched.h"
#include "core/time/timer.h"

struct vcpu;

/* Bits of percpu.work: what must be done before a guest is resumed. */
#define PERCPU_WORK_SCHED 0x1u /* call sched_pick() */

struct sched_cpu {
    spinlock_t lock;      /* run queue lock: everything here, and sched_vcpu */
    unsigned int id;      /* constant: the pCPU's number */
    unsigned int count;   /* vCPUs that belong here */
    struct vcpu *running; /* runs, or has just stopped; never NULL after sched_init() */
    struct vcpu *idle;    /* constant */
    bool yields;          /* running asked to give way once */
    uint64_t turn_start;  /* when running was picked, ns */
    uint64_t accounted;   /* up to when its time is accounted for, ns */
    uint64_t slice_end;   /* when to pick again, TIMER_NEVER = no need */
    struct timer slice;   /* fires at slice_end or before */
    struct vcpu *queue;   /* credit: can run, ascending vtime */
    struct vcpu *parked;  /* credit: cap used up, ascending period_end */
    uint32_t turn_ns;     /* credit: how long running's turn lasts, if others wait */
    uint64_t vtime_min;   /* credit: never decreases; where a newcomer starts */
    struct timer unpark;  /* credit: end of the first parked vCPU's period */
};

struct percpu {
    uint32_t work;             /* PERCPU_WORK_*; the exit path reads it in assembly */
    bool in_interrupt;         /* irq_handle() runs: what happens is not running's doing */
    struct sched_cpu sched;    /* its lock */
    struct timer_queue timers; /* its lock */
};

extern struct percpu percpu[ARCH_CPU_MAX];

/** percpu_of() - another pCPU's. */
static inline struct percpu *percpu_of(unsigned int cpu) {
    return &percpu[cpu];
}

/** this_cpu() - this pCPU's. */
static inline struct percpu *this_cpu(void) {
    return &percpu[ARCH_CPU_MAX > 1 ? arch_cpu_id() : 0];
}

/** sched_needed() - should the exit path call sched_pick()? */
static inline bool sched_needed(void) {
    return (this_cpu()->work & PERCPU_WORK_SCHED) != 0;
}

#endif /* CORE_PERCPU_H */
