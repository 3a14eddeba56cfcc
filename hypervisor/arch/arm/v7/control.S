/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv7-A start of day (ARM ARM DDI 0406, B3.15 and B4.1).
 */
#include <level/coherence.inc>
#include "arch/arm/layout.h"
#include "asm_offsets.h"

#define MODE_HYP 0x1a

        .syntax unified
        .arm
        .section .text.start, "ax"
/*
 * level_to_svc - SVC mode, interrupts masked, from any mode that a boot loader may be in.  A
 * core with virtualization extensions is left for good in the state that one without has:
 * nothing traps to HYP mode, identity registers show the real ones, the generic timer is
 * reachable (ARM ARM DDI 0406, B1.7, B4.1: HCR, HCPTR, HSTR, HDCR, VPIDR, VMPIDR; B8.1: CNTHCTL,
 * CNTVOFF).
 *   clobbers: r0, r3-r6, r10-r12
 */
        .arch_extension virt
        .globl  level_to_svc
level_to_svc:
        mov     r10, lr                         @ each mode but USR and HYP has an lr of its own
        mrs     r0, cpsr
        and     r0, r0, #PSR_MODE_MASK
        teq     r0, #MODE_HYP
        beq     from_hyp
        msr     cpsr_c, #(PSR_I | PSR_F | PSR_MODE_SVC)
        mov     pc, r10
from_hyp:
        mrc     p15, 4, r0, c1, c0, 0           @ HSCTLR
        tst     r0, #0x5                        @ C | M
        beq     1f
        bic     r0, r0, #0x5
        mcr     p15, 4, r0, c1, c0, 0
        isb
        bl      flush_dcache
1:      mov     r0, #0
        mcr     p15, 4, r0, c1, c1, 0           @ HCR
        mcr     p15, 4, r0, c1, c1, 2           @ HCPTR
        mcr     p15, 4, r0, c1, c1, 3           @ HSTR
        mrc     p15, 4, r0, c1, c1, 1           @ HDCR: all counters stay PL1's (HPMN)
        and     r0, r0, #0x1f
        mcr     p15, 4, r0, c1, c1, 1
        mrc     p15, 0, r0, c0, c0, 0
        mcr     p15, 4, r0, c0, c0, 0           @ VPIDR = MIDR
        mrc     p15, 0, r0, c0, c0, 5
        mcr     p15, 4, r0, c0, c0, 5           @ VMPIDR = MPIDR
        mrc     p15, 0, r0, c0, c1, 1           @ ID_PFR1: is there a generic timer?
        tst     r0, #(0xf << 16)
        beq     2f
        mrc     p15, 4, r0, c14, c1, 0
        orr     r0, r0, #3
        mcr     p15, 4, r0, c14, c1, 0          @ CNTHCTL: PL1 has counter and timer
        mov     r0, #0
        mcrr    p15, 4, r0, r0, c14             @ CNTVOFF
2:      mov     r0, #(PSR_I | PSR_F | PSR_MODE_SVC)
        msr     spsr_cxsf, r0
        msr     elr_hyp, r10
        eret

/*
 * level_caches_off - MMU and data caches off; what they held is in memory.  The caches go first:
 * what this code needs is in registers, so nothing is missed that they still hold.
 *   clobbers: r0, r3-r6, r11, r12
 */
        .globl  level_caches_off
level_caches_off:
        mrc     p15, 0, r0, c1, c0, 0
        tst     r0, #0x5                        @ C | M
        moveq   pc, lr
        bic     r0, r0, #0x5
        mcr     p15, 0, r0, c1, c0, 0
        isb
/*
 * flush_dcache - clean and invalidate all data caches up to the point of coherency, by set and way
 * (B2.2.7).  An outer cache is the driver's.
 *   clobbers: r0, r3-r6, r11, r12
 */
flush_dcache:
        mrc     p15, 1, r0, c0, c0, 1           @ r0 = CLIDR
        mov     r12, #0                         @ r12 = level << 1, as in CSSELR and the operation
1:      ubfx    r3, r0, #24, #3                 @ up to LoC
        cmp     r3, r12, lsr #1
        bls     5f
        add     r3, r12, r12, lsr #1
        lsr     r3, r0, r3
        and     r3, r3, #7
        cmp     r3, #2                          @ a data cache?
        blo     4f
        mcr     p15, 2, r12, c0, c0, 0
        isb
        mrc     p15, 1, r3, c0, c0, 0           @ CCSIDR
        and     r4, r3, #7
        add     r4, r4, #4                      @ r4 = shift of a set
        ubfx    r5, r3, #13, #15                @ r5 = set
        ubfx    r3, r3, #3, #10                 @ r3 = last way
2:      mov     r6, r3                          @ r6 = way
3:      clz     r11, r3                         @ shift of a way: 32, which makes 0, if there is one
        lsl     r11, r6, r11
        orr     r11, r11, r12
        orr     r11, r11, r5, lsl r4
        mcr     p15, 0, r11, c7, c14, 2         @ DCCISW
        subs    r6, r6, #1
        bge     3b
        subs    r5, r5, #1
        bge     2b
4:      add     r12, r12, #2
        b       1b
5:      mov     r0, #0
        mcr     p15, 2, r0, c0, c0, 0
        dsb
        isb
        mov     pc, lr

/*
 * level_cpu_setup
 *   out: r0 = SCTLR with MMU, caches, branch prediction, high vectors, unaligned accesses, SWP; TEX
 *        remap and access flag off, exceptions little-endian in ARM state
 *   in: r9 = machine - virtual address; clobbers: r0-r3
 */
        .globl  level_cpu_setup
level_cpu_setup:
        mov     r0, #0
        mcr     p15, 0, r0, c7, c5, 0           @ ICIALLU
        mcr     p15, 0, r0, c7, c5, 6           @ BPIALL
        mcr     p15, 0, r0, c8, c7, 0           @ TLBIALL
        mcr     p15, 0, r0, c2, c0, 2           @ TTBCR = 0: TTBR0 for everything
        mcr     p15, 0, r0, c13, c0, 1          @ CONTEXTIDR: ASID = 0
        mov     r0, #(0xf << 20)                @ CPACR: coprocessors 10 and 11, no others; all
        mcr     p15, 0, r0, c1, c0, 2           @ registers, Advanced SIMD
        mrc     p15, 0, r0, c0, c0, 0
        ubfx    r0, r0, #4, #12
        ldr     r1, =level_cores                @ r1 = entry of the table, r0 = part
        add     r1, r1, r9
1:      ldr     r2, [r1, #CORE_PART]
        teq     r2, #0
        beq     2f
        teq     r2, r0
        addne   r1, r1, #CORE_SIZE
        bne     1b
        coherence_on r0, r2, r3
        ldr     r2, [r1, #CORE_ACTLR]
        mrc     p15, 0, r1, c1, c0, 1
        orr     r1, r1, r2
        teq     r2, #0
        mcrne   p15, 0, r1, c1, c0, 1
2:
        /* USR mode has nothing of the debug unit (DBGDSCR.UDCCdis, C11.11.20) nor, where there is
         * ThumbEE, its register, which nobody switches (TEECR.XED, A2.10.3).  The write of DBGDSCR
         * is undefined unless DBGDIDR.Version (C11.11.15) says that the unit has all its registers
         * in CP14: 3, or 5 for v7.1.  The Cortex-A8's has not. */
        mrc     p14, 0, r0, c0, c0, 0           @ DBGDIDR
        ubfx    r0, r0, #16, #4
        teq     r0, #3
        teqne   r0, #5
        mrceq   p14, 0, r0, c0, c1, 0
        orreq   r0, r0, #(1 << 12)
        mcreq   p14, 0, r0, c0, c2, 2
        mrc     p15, 0, r0, c0, c1, 0           @ ID_PFR0
        tst     r0, #0xf000
        movne   r0, #1
        mcrne   p14, 6, r0, c0, c0, 0
        dsb
        isb
        mrc     p15, 0, r0, c1, c0, 0
        ldr     r1, =0x72000002                 @ TE, AFE, TRE, EE, A off
        bic     r0, r0, r1
        ldr     r1, =0x00003805                 @ V | I | Z | C | M
        orr     r0, r0, r1
        /* With the Multiprocessing Extensions (MPIDR's format, B4.1.106) SWP is undefined
         * until SCTLR.SW allows it (B4.1.130, A8.8.229); without them the bit should be zero. */
        mrc     p15, 0, r1, c0, c0, 5
        tst     r1, #(1 << 31)
        orrne   r0, r0, #(1 << 10)
        mov     pc, lr
        .ltorg
