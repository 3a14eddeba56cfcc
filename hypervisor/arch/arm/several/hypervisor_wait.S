/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's lock is another pCPU's: entry.S waits for it.
 *   in: r0 = the lock, r1 = the ticket, sp = this pCPU's stack, empty; clobbers r0-r3, flags
 */
        .syntax unified
        .arm
        .text
        .globl  hypervisor_wait
hypervisor_wait:
        stmdb   sp!, {r12, lr}
        bl      arch_lock_wait
        ldmia   sp!, {r12, pc}
