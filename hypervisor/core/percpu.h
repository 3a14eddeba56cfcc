/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each pCPU has for itself, reached through one accessor.
 */
#ifndef CORE_PERCPU_H
#define CORE_PERCPU_H

#include <stdint.h>

#include <arch/types.h>

#include "core/arch.h"
#include "core/sched.h"
#include "core/timer.h"

struct vcpu;

/* Bits of percpu.work: what must be done before a guest is resumed. */
#define PERCPU_WORK_SCHED 0x1u /* call sched_pick() */

struct sched_cpu {
    spinlock_t lock;      /* run queue lock: everything here, and sched_vcpu */
    unsigned int cpu;     /* constant: its number */
    struct vcpu *running; /* accounted for as running; never NULL after sched_init() */
    struct vcpu *idle;    /* constant */
    uint64_t run_start;   /* when running was last accounted for, ns */
    bool yielded;         /* running called sched_yield() */
    struct timer slice;   /* end of running's slice */
    struct vcpu *queue;   /* credit: runnable, ascending vtime */
    struct vcpu *parked;  /* credit: runnable, cap used up, ascending period_end */
    uint64_t vtime_min;   /* credit: never decreases; what a newcomer starts from */
    struct timer unpark;  /* credit: end of the first parked vCPU's period */
};

struct percpu {
    uint32_t work;             /* PERCPU_WORK_*; the exit path reads it in assembly */
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

#endif /* CORE_PERCPU_H */
