/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The C side of entry.S: what each exception means, and what is due before a
 * guest runs again.  All are called with interrupts masked on the empty stack of
 * the pCPU and return the vCPU to resume.
 */
#ifndef ARCH_ARM_TRAP_H
#define ARCH_ARM_TRAP_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

/* What entry.S leaves on the stack of a fault of the hypervisor itself. */
struct fatal_frame {
    uint32_t sp, lr;
    uint32_t r[13];
    uint32_t pc;
};

struct vcpu *trap_irq(struct vcpu *v);
struct vcpu *trap_und(struct vcpu *v);
struct vcpu *trap_double_fault(struct vcpu *v);
/** trap_iret() - iret to kernel code, or with an upcall due; regs.pc and regs.cpsr are set. */
struct vcpu *trap_iret(struct vcpu *v);
/** trap_again() - the hypercall gave way: it will be issued again. */
struct vcpu *trap_again(struct vcpu *v);
/** trap_exit() - schedule if need be, deliver an upcall if one is due. */
struct vcpu *trap_exit(struct vcpu *v);
/** trap_fatal() - @kind: 0 undefined, 1 prefetch abort, 2 data abort. */
_Noreturn void trap_fatal(const struct fatal_frame *frame, uint32_t kind, uint32_t spsr);

/** resume() - entry.S: run @v. */
_Noreturn void resume(struct vcpu *v);

#endif /* ARCH_ARM_TRAP_H */
