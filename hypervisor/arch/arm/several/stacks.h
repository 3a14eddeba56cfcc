/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A pCPU's stacks in the hypervisor.  The one that boots keeps those it started on.
 */
#ifndef ARCH_ARM_SEVERAL_STACKS_H
#define ARCH_ARM_SEVERAL_STACKS_H

#include <stdint.h>

#include <arch/cpus.h>

#include "arch/arm/layout.h"

#define FATAL_STACK_SIZE 2048

/* secondary_start.S starts at the upper end. */
struct stacks {
    uint8_t fatal[FATAL_STACK_SIZE];
    uint8_t normal[HYP_STACK_SIZE];
};

extern struct stacks secondary_stacks[ARCH_CPU_MAX];

#endif /* ARCH_ARM_SEVERAL_STACKS_H */
