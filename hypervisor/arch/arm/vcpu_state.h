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

/** vcpu_state_cpus_in_guests() - the other pCPUs that have a guest's space loaded, one bit each.
 * Hypervisor's lock, since they load what they like otherwise. */
uint32_t vcpu_state_cpus_in_guests(void);

/** vcpu_state_cpus_of_domain() - those among them that have one of the same domain as this pCPU. */
uint32_t vcpu_state_cpus_of_domain(void);

/** switch_first() - switch.S: start running guests; does not return. */
_Noreturn void switch_first(struct vcpu *v, uint32_t stack_top);

#endif /* ARCH_ARM_VCPU_STATE_H */
