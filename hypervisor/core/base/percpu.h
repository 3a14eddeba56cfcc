/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each pCPU has for itself and everybody may look at.  What only one room works with it keeps
 * itself, in an array by the pCPU's number: timer_queues, sched_cpus.
 */
#ifndef CORE_PERCPU_H
#define CORE_PERCPU_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/types.h>

#include "core/base/arch.h"

/* Bits of percpu.work: what must be done before a guest is resumed. */
#define PERCPU_WORK_SCHED 0x1u /* call sched_pick() */

struct percpu {
    uint32_t work;     /* PERCPU_WORK_*; the exit path reads it in assembly */
    bool in_interrupt; /* irq_handle() runs: what happens is not running's doing */
    struct arch_percpu arch;
};

extern struct percpu percpu[ARCH_CPU_MAX];

/** this_cpu_index() - this pCPU's number: a constant where there can be only one. */
static inline unsigned int this_cpu_index(void) {
    return ARCH_CPU_MAX > 1 ? arch_cpu_id() : 0;
}

/** cpu_index() - that of pCPU @cpu in an array, which is a constant likewise. */
static inline unsigned int cpu_index(unsigned int cpu) {
    return ARCH_CPU_MAX > 1 ? cpu : 0;
}

/** percpu_of() - another pCPU's. */
static inline struct percpu *percpu_of(unsigned int cpu) {
    return &percpu[cpu_index(cpu)];
}

/** this_cpu() - this pCPU's. */
static inline struct percpu *this_cpu(void) {
    return &percpu[this_cpu_index()];
}

/** sched_needed() - should the exit path call sched_pick()? */
static inline bool sched_needed(void) {
    return (this_cpu()->work & PERCPU_WORK_SCHED) != 0;
}

#endif /* CORE_PERCPU_H */
