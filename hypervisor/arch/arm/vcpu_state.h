/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which vCPU's state the hardware holds: registers' home, address space, VFP.
 */
#ifndef ARCH_ARM_VCPU_STATE_H
#define ARCH_ARM_VCPU_STATE_H

#include <stdint.h>

struct vcpu;

/**
 * vcpu_state_early_init() - from now on a fault of the hypervisor is reported, by trap_fatal();
 * each pCPU, before anything else.
 */
void vcpu_state_early_init(void);

/** vcpu_state_init() - the idle vCPU is loaded: each pCPU, after vcpu_idle_init(). */
void vcpu_state_init(struct vcpu *idle);

/** switch_first() - switch.S: start running guests; does not return. */
_Noreturn void switch_first(struct vcpu *v, uint32_t stack_top);

#endif /* ARCH_ARM_VCPU_STATE_H */
