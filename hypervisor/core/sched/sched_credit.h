/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fair class.  Each vCPU has a virtual time that advances as it runs, the slower the
 * greater its weight; the one that is furthest behind runs.  One that was away starts
 * at most SCHED_CREDIT_LEAD behind the others, which is what lets an interactive guest
 * preempt a busy one without ever taking more than its share.  A cap is a budget per
 * period; who has used it up is parked until the next.
 */
#ifndef CORE_SCHED_CREDIT_H
#define CORE_SCHED_CREDIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/time/timer.h"

struct sched_cpu;
struct sched_vcpu;

/* The class's part of a pCPU; run queue lock. */
struct credit_cpu {
    struct sched_vcpu *queue;  /* can run, ascending vtime */
    struct sched_vcpu *parked; /* cap used up, ascending period_end */
    uint32_t turn_ns;          /* how long running's turn lasts, if others wait */
    uint64_t vtime_min;        /* never decreases; where a newcomer starts */
    struct timer unpark;       /* end of the first parked vCPU's period */
};

/* Its part of a vCPU; run queue lock. */
struct credit_vcpu {
    struct sched_vcpu *prev, *next; /* in the list that it is in */
    bool is_parked;                 /* queued, but in the parked list */
    uint64_t vtime;                 /* virtual time, ns of a vCPU of the default weight */
    uint32_t vtime_scale;           /* vtime per ns, 16.16 */
    uint32_t budget;                /* run time per cap period in ns, 0 = no cap */
    int32_t budget_left;            /* of this period; negative: it ran too long */
    uint64_t period_end;            /* ns since boot */
};

/* Virtual ns that a vCPU keeps, at most, from having been blocked. */
#define SCHED_CREDIT_LEAD     10000000u
/* How far behind a woken vCPU must be to take the CPU from another at once, virtual ns. */
#define SCHED_CREDIT_OWED     500000u
/*
 * How long a vCPU that was switched to runs at least, real ns, before one that wakes takes the CPU
 * from it (as sched_ratelimit_us of Xen, with Xen's default).  Blocking and yielding end a turn at
 * any time.  What it costs is latency: a woken vCPU may wait that much longer.  What it buys
 * is that others cannot have a vCPU switched out all the time, which costs it an interrupt and a
 * switch that it is charged for, and on cores with virtually tagged caches all that it has in them.
 */
#define SCHED_CREDIT_TURN_MIN 1000000u
/*
 * Within so much of its turn, real ns, a vCPU that wakes another by a hypercall of its own gives
 * way at once: nobody else pays for that.  It is answering, and most likely about to sleep: two
 * that talk to each other need not go to sleep each time.  Later it is at work, sending one packet
 * after the other, which cost the other one less when they come together.
 */
#define SCHED_CREDIT_ANSWER   10000u
/* Period of a cap, ns. */
#define SCHED_CREDIT_PERIOD   50000000u

/** sched_credit_init() - the class's part of @cpu.  By sched_init(). */
void sched_credit_init(struct sched_cpu *cpu);

/** sched_credit_enter() - @v, which is not queued, was away: it starts at most SCHED_CREDIT_LEAD
 * behind the others.  Run queue lock held. */
void sched_credit_enter(struct sched_cpu *cpu, struct sched_vcpu *v);

#endif /* CORE_SCHED_CREDIT_H */
