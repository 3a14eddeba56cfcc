/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * This pCPU.  TPIDRPRW points at its struct percpu: no guest has that register, since its kernel
 * runs in USR mode and has an emulated one (ARM ARM DDI 0406, B4.1.150).
 */
#ifndef CPUS_SELF_H
#define CPUS_SELF_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arm/cp15_access.h"
#include "arch/arm/level.h"
#include "core/base/percpu.h"
#include "core/domain/vcpu.h"

/** self() - its struct percpu. */
static inline struct percpu *self(void) {
    return (struct percpu *)(uintptr_t)CP15_GET(13, 0, 0, 4);
}

/** self_init() - before anything asks which pCPU this is. */
void self_init(void);

/** self_stack_top() - top of this pCPU's stack in the hypervisor. */
static inline uint32_t self_stack_top(void) {
    return self()->arch.stack_top;
}

/** self_take() - @v is about to run on this pCPU: what entries find in it is this pCPU's. */
static inline void self_take(struct vcpu *v) {
    struct percpu *cpu = self();

    v->arch.hyp_sp = cpu->arch.stack_top;
    v->arch.work = &cpu->work;
}

/** self_shows() - is the page of @v where @v itself has it, while @loaded is the vCPU whose address
 * space is loaded?  Another vCPU may have its own there; caches do not tell addresses apart. */
static inline bool self_shows(const struct vcpu *v, const struct vcpu *loaded) {
    return v == loaded;
}

/** self_set_tables() - what @v is to run on, by machine address: @kernel from 2 GiB up. */
static inline void self_set_tables(struct vcpu *v, uint32_t l1, uint32_t kernel) {
    v->arch.ttbr = level_ttbr(l1);
    v->arch.ttbr_kernel = level_ttbr(kernel);
}

/** self_has_tables() - does @v run on those of @loaded? */
static inline bool self_has_tables(const struct vcpu *v, const struct vcpu *loaded) {
    return v->arch.ttbr == loaded->arch.ttbr && v->arch.ttbr_kernel == loaded->arch.ttbr_kernel;
}

#endif /* CPUS_SELF_H */
