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
#define SCHED_CREDIT_LEAD   10000000u
/* How far behind a woken vCPU must be to take the CPU from another at once, virtual ns. */
#define SCHED_CREDIT_OWED   500000u
/* Period of a cap, ns. */
#define SCHED_CREDIT_PERIOD 50000000u

/** sched_credit_init() - the class's part of @cpu.  By sched_init(). */
void sched_credit_init(struct sched_cpu *cpu);

#endif /* CORE_SCHED_CREDIT_H */
