/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries that the hypervisor calls (pv_callbacks) and the ways out: iret.
 *
 * On entry: r0-r12 as interrupted, sp = kernel_sp when guest user code was
 * interrupted and unchanged otherwise, {sp, lr, pc, psr} in the vCPU page, which
 * belongs to us until PV_MASK_FRAME is cleared.  lr is free.
 */
#define __ASSEMBLY__
#include <public/arch-arm-pv.h>
#include "trap_offsets.h"

        .syntax unified
        .arm
        .text

.macro  entry name, kind
        .globl  \name
\name:
        sub     sp, sp, #TRAP_SIZE
        stmia   sp, {r0-r12}
        mov     r0, #\kind
        b       entry_common
.endm
        entry   entry_undef, TRAP_UNDEF
        entry   entry_swi, TRAP_SWI
        entry   entry_prefetch_abort, TRAP_PREFETCH_ABORT
        entry   entry_data_abort, TRAP_DATA_ABORT
        entry   entry_event, TRAP_EVENT

/*
 * in: r0 = kind, sp = struct trap with r0-r12 filled.  The interrupted code may have
 * had any sp, C wants 8-byte alignment: r4 keeps the struct.
 */
entry_common:
        mov     r8, #PV_VIRT_START
        add     r1, r8, #PV_VCPU_FRAME_SP
        ldmia   r1, {r2-r5}
        ldr     r6, [r8, #PV_VCPU_FSR]
        ldr     r7, [r8, #PV_VCPU_FAR]
        add     r1, sp, #TRAP_SP
        stmia   r1, {r2-r7}
        str     r0, [sp, #TRAP_KIND]
        mov     r2, #PV_MASK_EVENTS
        strb    r2, [r8, #PV_VCPU_MASK]
        mov     r4, sp
        bic     sp, sp, #7
        mov     r0, r4
        bl      trap_handle
        mov     r0, r4

/* trap_resume(struct trap *): continue what it describes.  Events must be masked. */
        .globl  trap_resume
trap_resume:
        mov     r8, #PV_VIRT_START
        add     r1, r0, #TRAP_SP
        ldmia   r1, {r2-r5}
        ldr     r6, [r0, #TRAP_R12]
        add     r1, r8, #PV_VCPU_FRAME_SP
        stmia   r1, {r2-r6}
        ldmia   r0, {r0-r11}
        mov     r12, #23                @ __HYPERVISOR_iret
        swi     0

/*
 * user_enter(struct trap *): run guest user code until it traps; *trap is then its
 * state and the result trap->kind.  The stack at kernel_sp starts with the pointer.
 */
        .globl  user_enter
user_enter:
        push    {r0, r4-r11, lr}
        mov     r8, #PV_VIRT_START
        mov     r1, #PV_MASK_EVENTS
        strb    r1, [r8, #PV_VCPU_MASK]
        str     sp, [r8, #PV_VCPU_KERNEL_SP]
        b       trap_resume

/* user_leave(kind): return from user_enter(), from the trap handler. */
        .globl  user_leave
user_leave:
        mov     r8, #PV_VIRT_START
        ldr     sp, [r8, #PV_VCPU_KERNEL_SP]
        pop     {r1, r4-r11, pc}
