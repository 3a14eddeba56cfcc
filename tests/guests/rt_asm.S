/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The event entry of rt.c.  The counter has steps of 42 instructions, so it is read until it goes
 * on, and the rounds are counted: together they say to four instructions when the entry began.
 */
#define __ASSEMBLY__
#include <public/arch-arm-pv.h>
#include "rt.h"
#include "trap_offsets.h"

        .syntax unified
        .arm
        .text

/* As the entries of lib/entry.S: r0-r12 as interrupted, lr is free. */
        .balign 32
        .globl  rt_entry_event
rt_entry_event:
        sub     sp, sp, #TRAP_SIZE
        stmia   sp, {r0-r12}
        ldr     r4, =rt_sample
        ldr     r1, [r4]                @ r1 = the counter's address
        ldr     r2, [r1]                @ r2 = before, RT_ENTRY_INSNS after the first instruction
        mov     r0, #0                  @ r0 = rounds
1:      ldr     r3, [r1]                @ r3 = after; a round is RT_ROUND_INSNS
        cmp     r3, r2
        addeq   r0, r0, #1
        beq     1b
        stmib   r4, {r0, r2, r3}
        mov     r8, #PV_VIRT_START
        add     r1, r8, #PV_VCPU_FRAME_SP
        ldmia   r1, {r2-r5}             @ sp, lr, pc, psr of what was interrupted
        add     r1, sp, #TRAP_SP
        stmia   r1, {r2-r5}
        mov     r2, #PV_MASK_EVENTS
        strb    r2, [r8, #PV_VCPU_MASK]
        mov     r4, sp                  @ r4 = struct trap
        bic     sp, sp, #7
        bl      rt_event
        mov     r0, r4
        b       trap_resume
        .ltorg

/* rt_worst(): both instructions of the mark, which do nothing, are on one page. */
        .balign 32
        .globl  rt_worst
rt_worst:
        eor     r12, r12, #0
        sub     r12, r12, #0
        bx      lr
