/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The loop of a pCPU: pick a vCPU, or, while there is none, serve interrupts, do background work
 * and sleep.
 */
#ifndef CORE_RUN_H
#define CORE_RUN_H

struct vcpu;

/**
 * run_next() - the vCPU to run now, never the idle one nor the worker; its address space is loaded.
 * May idle for long.  Called by arch on its way out, when sched_needed(), with interrupts masked,
 * no lock held, on the pCPU's empty stack.
 */
struct vcpu *run_next(void);

#endif /* CORE_RUN_H */
