/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Offsets for assembly, of what a pCPU has for itself.
 */
#ifndef CPUS_OFFSETS_H
#define CPUS_OFFSETS_H

#include "arch/arm/several/stacks.h"
#include "core/base/percpu.h"

#define CPUS_OFFSETS                                                         \
    OFFSET(PERCPU_FATAL_TOP, struct percpu, arch.fatal_top);                 \
    OFFSET(PERCPU_FIQ_COUNT, struct percpu, arch.fiq_count);                 \
    OFFSET(PERCPU_ASYNC_ABORT_COUNT, struct percpu, arch.async_abort_count); \
    NUMBER(LOCK_TICKET, ARCH_LOCK_TICKET);                                   \
    NUMBER(STACKS_SIZE, sizeof(struct stacks));                              \
    NUMBER(CPU_MAX, ARCH_CPU_MAX);

#endif /* CPUS_OFFSETS_H */
