/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pCPUs of the machine, where an image can run on several: which are up, and how one reaches
 * another.  docs/several-cpus.md has the whole.
 */
#ifndef CORE_CPUS_H
#define CORE_CPUS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"
#include "core/base/percpu.h"

/* What it takes, filled at boot by drivers, constant afterwards.  NULL: the board has no such. */
struct cpu_devices {
    /** Let @cpu, and maybe others, leave the boot loader's pen for @entry, when they next look. */
    void (*release)(unsigned int cpu, maddr_t entry);
    /** This pCPU's part of the interrupt controller. */
    void (*init_intc)(void);
    /** Software-generated interrupt @irq to the pCPUs of the mask @cpus.  After a barrier: what was
     * stored before must be seen by them when it comes. */
    void (*send)(unsigned int irq, uint32_t cpus);
};

extern struct cpu_devices cpu_devices;

/* The one software-generated interrupt that is used: the pCPU is to look at what is wanted of it.
 */
#define CPU_KICK_IRQ 0u

/** cpu_set_up() - this pCPU runs, and answers to kicks. */
void cpu_set_up(void);

/** cpu_is_up() - is @cpu there?  Any context. */
bool cpu_is_up(unsigned int cpu);

/** cpus_kick() - have the pCPUs of the mask @cpus that are up look at what is wanted of them: those
 * in a guest enter the hypervisor, those asleep wake up.  Any context. */
void cpus_kick(uint32_t cpus);

/** cpus_kick_others() - all but this one. */
void cpus_kick_others(void);

#endif /* CORE_CPUS_H */
