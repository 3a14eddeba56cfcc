/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This pCPU, where there is one.
 */
#ifndef CPUS_SELF_H
#define CPUS_SELF_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arm/level.h"
#include "core/domain/vcpu.h"

extern char boot_stack_top[];

/* Counted by entry.S. */
extern uint32_t self_fiq_count, self_async_abort_count;

/** self_init() - before anything asks which pCPU this is. */
static inline void self_init(void) {}

/** self_stack_top() - top of this pCPU's stack in the hypervisor. */
static inline uint32_t self_stack_top(void) {
    return (uint32_t)(uintptr_t)boot_stack_top;
}

/** self_take() - @v is about to run on this pCPU: what entries find in it is this pCPU's. */
static inline void self_take(struct vcpu *v) {
    (void)v;
}

/** self_shows() - is the page of @v where @v itself has it, while @loaded is the vCPU whose address
 * space is loaded?  Caches may know the addresses of pages: all of one space are. */
static inline bool self_shows(const struct vcpu *v, const struct vcpu *loaded) {
    return v->domain == loaded->domain;
}

/** self_set_tables() - what @v is to run on, by machine address; @kernel is in @l1. */
static inline void self_set_tables(struct vcpu *v, uint32_t l1, uint32_t kernel) {
    (void)kernel;
    v->arch.ttbr = level_ttbr(l1);
}

/** self_has_tables() - does @v run on those of @loaded? */
static inline bool self_has_tables(const struct vcpu *v, const struct vcpu *loaded) {
    return v->arch.ttbr == loaded->arch.ttbr;
}

#endif /* CPUS_SELF_H */
