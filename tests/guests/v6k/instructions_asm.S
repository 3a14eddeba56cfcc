/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Instructions for instructions.c, each first in a function of its own, for kernel and user.  As
 * numbers where the assembler asks for a later core than the level's first.
 */
#include "probe.inc"

.macro  all_barriers
        mcr     p15, 0, r0, c7, c10, 5            @ DMB
        mcr     p15, 0, r0, c7, c10, 4            @ DSB
        mcr     p15, 0, r0, c7, c5, 4             @ ISB
.endm

        both_probes cpsid, arm, "cpsid aif"
        both_probes cpsie, arm, "cpsie if"
        both_probes cps_mode, arm, ".inst 0xf1020013"            @ cps #0x13
        both_probes srs, arm, ".inst 0xf96d0513"            @ srsdb sp!, #0x13
        both_probes rfe, arm, ".inst 0xf8900a00"            @ rfeia r0
        both_probes smc, arm, ".inst 0xe1600070"
        both_probes wfi, arm, ".inst 0xe320f003"
        both_probes wfe, arm, ".inst 0xe320f002"
        both_probes sev, arm, ".inst 0xe320f004"
        both_probes yield, arm, ".inst 0xe320f001"
        both_probes barriers, arm, "all_barriers"
        both_probes clrex, arm, ".inst 0xf57ff01f"
        .section .user.text, "ax"
        .globl  user_big_endian_read
user_big_endian_read:                             @ in: r0 = word; r0, r1 = what it reads as
        mov     r3, r0
        setend  be
        ldr     r0, [r3]
        swi     0
        ldr     r1, [r3]
        swi     0

        .globl  user_big_endian
user_big_endian:                                  @ in: r0 = two words; r2 = 0 if order held
        setend  be
        mov     r4, #0x800
1:      ldr     r1, [r0]
        str     r1, [r0, #4]
        ldrb    r2, [r0, #4]
        ldrb    r3, [r0]
        subs    r2, r2, r3
        bne     2f
        rev     r3, r1
        setend  le
        ldr     r2, [r0]
        setend  be
        subs    r2, r2, r3
        bne     2f
        subs    r4, r4, #1
        bne     1b
2:      setend  le
        swi     0
