/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the boot loader's pen to C: a pCPU that does not boot the machine, MMU and caches off or as
 * it likes, in any mode.  Position-independent until the MMU is on.
 *
 * r9 = machine - virtual address of the image, throughout.
 */
#include <level/barrier.inc>
#include <level/control.h>
#include <xen/xen.h>
#include <public/arch-arm-pv.h>
#include "asm_offsets.h"
#include "arch/arm/layout.h"

        .syntax unified
        .arm
        .section .text.start, "ax"
        .globl  secondary_start
secondary_start:
        bl      level_to_svc                    @ SVC mode, interrupts masked
        bl      level_caches_off
        bl      level_caches_forget             @ what is in them after a reset is nobody's
        adr     r0, secondary_start
        ldr     r1, =secondary_start
        sub     r9, r0, r1

        mrc     p15, 0, r7, c0, c0, 5
        and     r7, r7, #0xff                   @ r7 = its number
        cmp     r7, #CPU_MAX
        bhs     not_wanted

        ldr     r4, =secondary_l1
        add     r4, r4, r9
        bl      level_cpu_setup                 @ r0 = SCTLR value
        orr     r1, r4, #LEVEL_TTBR_WALK
        mcr     p15, 0, r1, c2, c0, 0           @ TTBR0
        mov     r1, #DACR_KERNEL
        mcr     p15, 0, r1, c3, c0, 0           @ DACR
        control_sync r1
        ldr     lr, =1f
        b       mmu_on

1:      ldr     r0, =secondary_stacks
        ldr     r1, =STACKS_SIZE
        add     r2, r7, #1
        mla     sp, r1, r2, r0
        ldr     r3, =arch_secondary_start
        blx     r3
        .ltorg

/* A number that no place is kept for. */
not_wanted:
        wfi
        b       not_wanted
