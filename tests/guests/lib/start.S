/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start of day.  Entered in the flat view, in USR mode, at RAM + 0x8000 with
 * r0 = 0, r1 = ~0, r2 = device tree (Linux/ARM boot protocol).  Everything up to
 * start_mapped is position-independent: RAM is 0x40000000 in a domU and wherever
 * the hypervisor put it in a dom0.
 */
#include "layout.h"

        .syntax unified
        .arm
        .section .text.start, "ax"

        .globl  _start
_start:
        str     r12, boot_r12           @ keep every register as the hypervisor set it
        adr     r12, boot_registers
        stmia   r12, {r0-r11}
        str     sp, [r12, #52]
        str     lr, [r12, #56]
        mrs     r0, cpsr
        str     r0, [r12, #64]
        adr     r4, _start
        str     r4, [r12, #60]          @ pc
        sub     r4, r4, #KERNEL_OFFSET  @ r4 = RAM, guest-physical
        sub     r5, r4, #KERNEL_BASE    @ r5 = flat - mapped

        ldr     r0, =__bss_start
        ldr     r1, =__bss_end
        add     r0, r0, r5
        add     r1, r1, r5
        mov     r2, #0
1:      cmp     r0, r1
        strlo   r2, [r0], #4
        blo     1b

        ldr     sp, =start_stack_top
        add     sp, sp, r5
        mov     r0, r4
        bl      early_map               @ does not return on failure
        ldr     sp, =start_stack_top
        mov     r0, r4
        ldr     pc, =guest_start        @ guest_start(ram)

        .globl  boot_registers
boot_registers:                         @ r0-r15, cpsr
        .space  12 * 4
boot_r12:
        .space  5 * 4
        .ltorg

        .bss
        .align  3
        .space  STACK_SIZE
        .globl  start_stack_top
start_stack_top:
