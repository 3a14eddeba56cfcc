/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From the boot loader to C: Linux/ARM boot protocol.
 *   in: r1 = number of the machine, or ~0; r2 = machine address of the device tree
 * A boot loader that left MMU and caches on must have mapped the image at its machine address.
 * Position-independent until the MMU is on.  The image runs in any MiB of RAM, at the offset
 * within that MiB it was linked for; loaded elsewhere, it moves up to the next such place.
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
/*
 * The header of a zImage of Linux/ARM (Linux: Documentation/arch/arm/booting.rst; U-Boot:
 * bootz): room for eight instructions, the entry, a magic number, and the image's start, 0 for
 * one that finds its place itself, and its end.
 */
_start:
        .rept   8
        mov     r0, r0
        .endr
        b       entry
        .word   0x016f2818
        .word   0
        .word   bss_start - _start
        .word   0x04030201                      @ in the byte order of the image

entry:
        bl      level_to_svc                    @ SVC mode, interrupts masked
        mov     r7, r1
        mov     r8, r2
        bl      level_caches_off                @ MMU and data cache off, nothing in it

        adr     r0, _start                      @ r0 = where the image is
        ldr     r1, =_start
        mov     r2, r1, lsl #12                 @ r2 = its offset within a MiB, in bits 31 to 12
        mov     r3, r0, lsr #20
        mov     r3, r3, lsl #20
        add     r3, r3, r2, lsr #12             @ r3 = the place within the MiB that it starts in
        cmp     r3, r0
        beq     in_place
        addlo   r3, r3, #0x100000               @ upwards: copied from the end, it may overlap
        /* Not over this code while it runs, nor within a MiB of the tree. */
        sub     r4, r3, r0
        cmp     r4, #0x1000
        addlo   r3, r3, #0x100000
1:      sub     r4, r8, r3
        add     r4, r4, #0x100000
        cmp     r4, #0x200000
        addlo   r3, r3, #0x100000
        blo     1b
        ldr     r4, =bss_start
        sub     r4, r4, r1                      @ r4 = bytes still to be copied, a multiple of 4
2:      subs    r4, r4, #4
        ldr     r5, [r0, r4]
        str     r5, [r3, r4]
        bne     2b
        /* The copy is in memory, then what the instruction cache holds of there goes, or a fetch in
         * between could bring the old contents back (ARM ARM DDI 0406, B2.2.9; DDI 0198, 9.2). */
        mov     r4, #0
        mcr     p15, 0, r4, c7, c10, 4          @ DSB; ARMv5: drain write buffer
        mcr     p15, 0, r4, c7, c5, 0           @ invalidate the instruction cache
        mcr     p15, 0, r4, c7, c10, 4          @ and that is done
        control_sync r4
        ldr     r4, =in_place
        sub     r4, r4, r1
        add     pc, r3, r4

in_place:
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
        .globl  mmu_on
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
