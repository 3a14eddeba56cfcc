/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void switch_banked_sp(struct vcpu *v): sp of ABT, UND and IRQ mode = v, as entry.S wants it
 * while v runs (sp_svc is set on the way out).  SVC mode, interrupts masked.
 *   in: r0 = v; clobbers nothing else
 */
#include "arch/arm/layout.h"

#define PSR_MASKED (PSR_I | PSR_F)

        .syntax unified
        .arm
        .text
        .globl  switch_banked_sp
switch_banked_sp:
        msr     cpsr_c, #(PSR_MASKED | PSR_MODE_ABT)
        mov     sp, r0
        msr     cpsr_c, #(PSR_MASKED | PSR_MODE_UND)
        mov     sp, r0
        msr     cpsr_c, #(PSR_MASKED | PSR_MODE_IRQ)
        mov     sp, r0
        msr     cpsr_c, #(PSR_MASKED | PSR_MODE_SVC)
        bx      lr

/*
 * _Noreturn void switch_first(struct vcpu *v, uint32_t stack_top): leave the boot stack; then as
 * after any exception: trap_exit() chooses what runs.
 */
        .globl  switch_first
switch_first:
        mov     sp, r1
        bl      trap_exit
        b       resume
