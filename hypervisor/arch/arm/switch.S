/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * void switch_banked_sp(struct vcpu *v): sp of ABT, UND and IRQ mode = v, as entry.S wants it
 * while v runs (sp_svc is set on the way out).  SVC mode, interrupts masked.
 *   in: r0 = v; clobbers nothing else
 */
#define PSR_MASKED 0xc0
        .syntax unified
        .arm
        .text
        .globl  switch_banked_sp
switch_banked_sp:
        msr     cpsr_c, #(PSR_MASKED | 0x17)
        mov     sp, r0
        msr     cpsr_c, #(PSR_MASKED | 0x1b)
        mov     sp, r0
        msr     cpsr_c, #(PSR_MASKED | 0x12)
        mov     sp, r0
        msr     cpsr_c, #(PSR_MASKED | 0x13)
        bx      lr

/*
 * _Noreturn void switch_first(struct vcpu *v, void *stack_top): leave the boot stack; then as
 * after any exception: trap_exit() chooses what runs.
 */
        .globl  switch_first
switch_first:
        mov     sp, r1
        bl      trap_exit
        b       resume
