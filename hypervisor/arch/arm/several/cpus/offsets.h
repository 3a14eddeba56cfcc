/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Offsets for assembly, of what a pCPU has for itself.
 */
#ifndef CPUS_OFFSETS_H
#define CPUS_OFFSETS_H

#include "arch/arm/several/stacks.h"
#include "core/base/percpu.h"

#define CPUS_OFFSETS                                         \
    OFFSET(PERCPU_FATAL_TOP, struct percpu, arch.fatal_top); \
    NUMBER(STACKS_SIZE, sizeof(struct stacks));              \
    NUMBER(CPU_MAX, ARCH_CPU_MAX);

#endif /* CPUS_OFFSETS_H */
