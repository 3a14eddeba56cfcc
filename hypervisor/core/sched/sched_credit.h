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

struct sched_cpu;

/* Virtual ns that a vCPU keeps, at most, from having been blocked. */
#define SCHED_CREDIT_LEAD     10000000u
/* How far behind a woken vCPU must be to take the CPU from another at once, virtual ns. */
#define SCHED_CREDIT_OWED     500000u
/*
 * How long a vCPU that was switched to runs at least, real ns, before one that wakes takes the CPU from
 * it (as sched_ratelimit_us of Xen, with Xen's default).  Blocking and yielding end a turn at any
 * time, and so does a hypercall by which the running vCPU itself wakes the other: nobody else pays for
 * that.  What it costs is latency: a woken vCPU may wait that much longer.  What it buys is that
 * others cannot have a vCPU switched out all the time, which costs it an interrupt and a switch that
 * it is charged for, and on cores with virtually tagged caches all that it has in them.
 */
#define SCHED_CREDIT_TURN_MIN 1000000u
/* Period of a cap, ns. */
#define SCHED_CREDIT_PERIOD   50000000u

/** sched_credit_init() - the class's part of @cpu.  By sched_init(). */
void sched_credit_init(struct sched_cpu *cpu);

#endif /* CORE_SCHED_CREDIT_H */
