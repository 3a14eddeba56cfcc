/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many pCPUs this build can run on, and what a pCPU has for itself beyond core's struct percpu.
 */
#ifndef ARCH_CPUS_H
#define ARCH_CPUS_H

#include <stdint.h>

#define ARCH_CPU_MAX     4

/* First-level tables that a space may have for its kernel part alone, one a vCPU; 1: the kernel
 * part is in each of its tables. */
#define ARCH_OWN_KERNELS 8

struct arch_percpu {
    uint32_t id;        /* constant: its number, that of its MPIDR (affinity level 0) */
    uint32_t stack_top; /* constant: of its stack in the hypervisor */
    uint32_t fatal_top; /* constant: of its stack for faults of the hypervisor */
    uint32_t fiq_count; /* written by entry.S, like the next one */
    uint32_t async_abort_count;
};

#endif /* ARCH_CPUS_H */
