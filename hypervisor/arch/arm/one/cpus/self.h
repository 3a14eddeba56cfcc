/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This pCPU, where there is one.
 */
#ifndef CPUS_SELF_H
#define CPUS_SELF_H

#include <stdint.h>

extern char boot_stack_top[];

/* Counted by entry.S. */
extern uint32_t self_fiq_count, self_async_abort_count;

/** self_init() - before anything asks which pCPU this is. */
static inline void self_init(void) {}

/** self_stack_top() - top of this pCPU's stack in the hypervisor. */
static inline uint32_t self_stack_top(void) {
    return (uint32_t)(uintptr_t)boot_stack_top;
}

struct vcpu;

/** self_take() - @v is about to run on this pCPU: what entries find in it is this pCPU's. */
static inline void self_take(struct vcpu *v) {
    (void)v;
}

#endif /* CPUS_SELF_H */
