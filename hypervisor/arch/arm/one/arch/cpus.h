/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How many pCPUs this build can run on, and what a pCPU has for itself beyond core's struct percpu:
 * one, and nothing.
 */
#ifndef ARCH_CPUS_H
#define ARCH_CPUS_H

#define ARCH_CPU_MAX     1

/* First-level tables that a space may have for its kernel part alone, one a vCPU; 1: the kernel
 * part is in each of its tables. */
#define ARCH_OWN_KERNELS 1

struct arch_percpu {};

#endif /* ARCH_CPUS_H */
