/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake machine's pCPUs: one, with nothing of its own beyond core's struct percpu.
 */
#ifndef ARCH_CPUS_H
#define ARCH_CPUS_H

#define ARCH_CPU_MAX     1

/* First-level tables that a space may have for its kernel part alone, one a vCPU; 1: the kernel
 * part is in each of its tables. */
#define ARCH_OWN_KERNELS 8

struct arch_percpu {};

#endif /* ARCH_CPUS_H */
