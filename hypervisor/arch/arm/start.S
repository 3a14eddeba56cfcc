/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the boot loader to C: Linux/ARM boot protocol, MMU and caches off.
 *   in: r1 = number of the machine, or ~0; r2 = machine address of the device tree
 * Position-independent until the MMU is on; the image may lie in any MiB of RAM, at
 * the offset within that MiB it was linked for.
 *
 * Registers kept throughout: r7 = number of the machine, r8 = device tree, r9 = machine - virtual
 * address.
 */
#include <xen/xen.h>
#include <public/arch-arm-pv.h>
#include "asm_offsets.h"
#include <level/barrier.inc>
#include <level/control.h>
#include "arch/arm/layout.h"

        .syntax unified
        .arm
        .section .text.start, "ax"
        .globl  _start
_start:
        msr     cpsr_c, #(PSR_I | PSR_F | PSR_MODE_SVC)
        mov     r7, r1
        mov     r8, r2
        adr     r0, _start
        ldr     r1, =_start
        sub     r9, r0, r1

        /* Clear .bss: the raw image does not carry it. */
        ldr     r0, =bss_start
        ldr     r1, =bss_end
        add     r0, r0, r9
        add     r1, r1, r9
        mov     r2, #0
1:      cmp     r0, r1
        strlo   r2, [r0], #4
        blo     1b

        /*
         * boot_l1: this MiB at its machine address (until the jump) and at
         * HYP_IMAGE_VA, as read-write sections, cached; C makes the final map.
         */
        ldr     r4, =boot_l1
        add     r4, r4, r9                      @ r4 = machine address of boot_l1
        adr     r0, _start
        mov     r0, r0, lsr #20                 @ r0 = MiB of the image
        ldr     r1, =LEVEL_BOOT_SECTION
        orr     r1, r1, r0, lsl #20
        str     r1, [r4, r0, lsl #2]
        ldr     r2, =(HYP_IMAGE_VA >> 20)
        str     r1, [r4, r2, lsl #2]

        bl      level_cpu_setup                 @ caches, TLB clean; r0 = SCTLR value
        orr     r1, r4, #LEVEL_TTBR_WALK
        mcr     p15, 0, r1, c2, c0, 0           @ TTBR(0)
        mov     r1, #DACR_KERNEL                @ what the hypervisor always runs with
        mcr     p15, 0, r1, c3, c0, 0           @ DACR
        control_sync r1                         @ both hold before the MMU is on
        ldr     lr, =1f
        b       mmu_on

        .balign 32
mmu_on:
        mcr     p15, 0, r0, c1, c0, 0           @ SCTLR: MMU, caches, high vectors
        mrc     p15, 0, r0, c1, c0, 0           @ a read waits for the write
        control_sync r0
        mov     pc, lr

1:      mov     r0, r8
        mov     r1, r9
        mov     r2, r7
        ldr     sp, =boot_stack_top
        ldr     r3, =arch_start
        blx     r3                              @ arch_start(tree, machine - virtual, machine)
        .ltorg

        .bss
        .balign 8
        .space  HYP_STACK_SIZE
        .globl  boot_stack_top
boot_stack_top:
        .section .bss.tables, "aw", %nobits
        .balign 16384
        .globl  boot_l1
boot_l1:
        .space  16384
