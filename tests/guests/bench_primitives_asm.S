/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loops and handlers for bench_primitives.c.  Each loop's instructions besides the one
 * that is measured are counted by name (OVERHEAD_*) in bench_loops.h.
 */
#define __ASSEMBLY__
#include <public/arch-arm-pv.h>

        .syntax unified
        .arm
        .text

.macro  function name
        .balign 32
        .globl  \name
        .type   \name, %function
\name:
.endm

/* bench_empty(n) */
        function bench_empty
1:      subs    r0, r0, #1
        bne     1b
        bx      lr

/* bench_hypercall(n, number, args[4], toggle): r0 of the call ^= toggle each time */
        function bench_hypercall
        push    {r4-r10, lr}
        mov     r4, r0
        mov     r9, r1
        mov     r10, r3
        ldmia   r2, {r5-r8}
1:      mov     r0, r5
        eor     r5, r5, r10
        mov     r1, r6
        mov     r2, r7
        mov     r3, r8
        mov     r12, r9
        swi     0
        subs    r4, r4, #1
        bne     1b
        pop     {r4-r10, pc}

/* bench_send(n, struct evtchn_send *): one send for each element */
        function bench_send
        push    {r4, r5, r6, lr}
        mov     r4, r0
        mov     r5, r1
1:      mov     r0, #4                  @ EVTCHNOP_send
        mov     r1, r5
        add     r5, r5, #4
        mov     r12, #32                @ __HYPERVISOR_event_channel_op
        swi     0
        subs    r4, r4, #1
        bne     1b
        pop     {r4, r5, r6, pc}

/* bench_set_timer(n, struct vcpu_set_singleshot_timer *): 1 us earlier each time */
        function bench_set_timer
        push    {r4, r5, r6, r7, r8, lr}
        mov     r4, r0
        mov     r5, r1
        ldrd    r6, r7, [r1]
1:      subs    r6, r6, #1024
        sbc     r7, r7, #0
        stmia   r5, {r6, r7}
        mov     r0, #8                  @ VCPUOP_set_singleshot_timer
        mov     r1, #0
        mov     r2, r5
        mov     r12, #24                @ __HYPERVISOR_vcpu_op
        swi     0
        subs    r4, r4, #1
        bne     1b
        pop     {r4, r5, r6, r7, r8, pc}

/* bench_pv_update(n, ptr, val): the entry is val, then 0, in turn */
        function bench_pv_update
        push    {r4, r5, r6, r7, r8, lr}
        mov     r4, r0
        mov     r5, r1
        mov     r6, r2
        mov     r7, r2
1:      mov     r0, r5
        mov     r1, r6
        eor     r6, r6, r7
        mvn     r2, #0                  @ PV_UPDATE_NO_FLUSH
        mov     r12, #50                @ __HYPERVISOR_pv_update
        swi     0
        subs    r4, r4, #1
        bne     1b
        pop     {r4, r5, r6, r7, r8, pc}

/* bench_iret(n): from kernel to kernel, upcalls masked; the frame is written once */
        function bench_iret
        push    {r4, lr}
        mov     r4, r0
        mov     r1, #PV_VIRT_START
        mov     r2, #PV_MASK_EVENTS
        strb    r2, [r1, #PV_VCPU_MASK]
        str     sp, [r1, #PV_VCPU_FRAME_SP]
        adr     r2, 2f
        str     r2, [r1, #PV_VCPU_FRAME_PC]
        mov     r2, #0x93
        str     r2, [r1, #PV_VCPU_FRAME_PSR]
1:      mov     r12, #23
        swi     0
2:      subs    r4, r4, #1
        bne     1b
        mov     r1, #PV_VIRT_START
        mov     r2, #0
        strb    r2, [r1, #PV_VCPU_MASK]
        pop     {r4, pc}

/* bench_cp15(n) */
        function bench_cp15
1:      mrc     p15, 0, r1, c0, c0, 0
        subs    r0, r0, #1
        bne     1b
        bx      lr

/* SWI entry: straight back.  The frame is as it was delivered. */
        function bench_entry_swi
        mov     r0, #PV_VIRT_START
        mov     r1, #PV_MASK_EVENTS
        strb    r1, [r0, #PV_VCPU_MASK]
        mov     r12, #23
        swi     0

/* Data abort entry: back to the next instruction. */
        function bench_entry_abort
        mov     r0, #PV_VIRT_START
        mov     r1, #PV_MASK_EVENTS
        strb    r1, [r0, #PV_VCPU_MASK]
        ldr     r2, [r0, #PV_VCPU_FRAME_PC]
        add     r2, r2, #4
        str     r2, [r0, #PV_VCPU_FRAME_PC]
        mov     r12, #23
        swi     0

/*
 * Event entry while bench_spin runs: the timer's event, set again for r5:r6 ns later.
 *   r4 = spins left, r7 = interrupts so far, r8 = struct vcpu_set_singleshot_timer,
 *   r9 = word of the pending bitmap, r10 = period in ns
 */
        function bench_entry_event
        mov     r0, #PV_VIRT_START
        mov     r1, #PV_MASK_EVENTS
        strb    r1, [r0, #PV_VCPU_MASK]
        mov     r1, #0
        strb    r1, [r0, #PV_VCPU_PENDING]
        str     r1, [r0, #8]            @ evtchn_pending_sel
        str     r1, [r9]
        add     r7, r7, #1
        ldrd    r2, r3, [r8]
        adds    r2, r2, r10
        adc     r3, r3, #0
        strd    r2, r3, [r8]
        mov     r0, #8                  @ VCPUOP_set_singleshot_timer
        mov     r2, r8
        mov     r12, #24                @ __HYPERVISOR_vcpu_op
        swi     0
        mov     r12, #23
        swi     0

/* bench_spin(n, timer, pending word, period): n spins; returns the number of interrupts */
        function bench_spin
        push    {r4-r11, lr}
        mov     r4, r0
        mov     r7, #0
        mov     r8, r1
        mov     r9, r2
        mov     r10, r3
1:      subs    r4, r4, #1
        bne     1b
        mov     r0, r7
        pop     {r4-r11, pc}

        .section .user.text, "ax"

/* bench_user_swi: r0 = n; ends with an undefined instruction */
        function bench_user_swi
        mov     r4, r0
1:      swi     0
        subs    r4, r4, #1
        bne     1b
        .inst   0xe7f000f0

/* bench_user_abort: r0 = n, r1 = address that faults */
        function bench_user_abort
        mov     r4, r0
        mov     r5, r1
1:      ldr     r6, [r5]
        subs    r4, r4, #1
        bne     1b
        .inst   0xe7f000f0
