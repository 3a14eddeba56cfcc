/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies between the hypervisor and guest virtual addresses, with the guest's
 * rights: LDRT and STRT are checked as USR accesses.  A fault on any instruction
 * in the section .text.guest_access, of whichever file, resumes at
 * guest_access_fault, which returns -EFAULT to the caller: so these are leaf
 * routines that use r0-r3 and r12 and keep lr and the stack as they were.
 * DACR must say DACR_KERNEL.  An unaligned address goes byte by byte: LDRT of a
 * misaligned word is not a word on ARMv5.
 */
#include <public/arch-arm-pv.h>

        .syntax unified
        .arm
        .section .text.guest_access, "ax"

/* int guest_copy_in(void *to, uint32_t from, size_t size): 0 or -EFAULT */
        .globl  guest_copy_in
guest_copy_in:
        orr     r12, r0, r1
        tst     r12, #3
        bne     2f
1:      subs    r2, r2, #4
        ldrths  r3, [r1], #4
        strhs   r3, [r0], #4
        bhi     1b
        moveq   r0, #0
        bxeq    lr
        add     r2, r2, #4
2:      subs    r2, r2, #1
        movlo   r0, #0
        bxlo    lr
        ldrbt   r3, [r1], #1
        strb    r3, [r0], #1
        b       2b

/* int guest_copy_out(uint32_t to, const void *from, size_t size): 0 or -EFAULT */
        .globl  guest_copy_out
guest_copy_out:
        orr     r12, r0, r1
        tst     r12, #3
        bne     2f
1:      subs    r2, r2, #4
        ldrhs   r3, [r1], #4
        strths  r3, [r0], #4
        bhi     1b
        moveq   r0, #0
        bxeq    lr
        add     r2, r2, #4
2:      subs    r2, r2, #1
        movlo   r0, #0
        bxlo    lr
        ldrb    r3, [r1], #1
        strbt   r3, [r0], #1
        b       2b

/*
 * The inner half of guest_copy_updates(), a leaf like the others but for r4-r10.
 *   in: r0 = to, r1 = from, r2 = count; all of it below PV_VIRT_START
 *   out: r0 = 0 or -EFAULT, r12 = the upper halves, ORed
 * LDM, not LDRT: it takes 3.5 instructions for an update instead of 6.5.  Below PV_VIRT_START
 * there are only guests' entries, whose AP bits give the hypervisor nothing that USR mode
 * does not have, so both fault alike.
 */
.macro  copy_two_updates
        ldmia   r1!, {r3-r10}                   @ ptr, 0, val, 0, ptr, 0, val, 0
        orr     r12, r12, r4
        orr     r12, r12, r6
        orr     r12, r12, r8
        orr     r12, r12, r10
        stmia   r0!, {r3, r5, r7, r9}
.endm
copy_updates:
        mov     r12, #0
1:      subs    r2, r2, #8
        blo     2f
        .rept   4
        copy_two_updates
        .endr
        b       1b
2:      adds    r2, r2, #8
        moveq   r0, #0
        bxeq    lr
3:      ldmia   r1!, {r3-r6}
        orr     r12, r12, r4
        orr     r12, r12, r6
        stmia   r0!, {r3, r5}
        subs    r2, r2, #1
        bne     3b
        mov     r0, #0
        bx      lr

/*
 * int copy_update_from_guest(struct guest_update *to, gvaddr_t from): 0, or not 0: it is not
 * word-aligned, not below PV_VIRT_START, not readable, or an upper half is not 0.  Its end may lie
 * in the vCPU page, which the guest kernel can read as well.
 */
        .globl  copy_update_from_guest
copy_update_from_guest:
        cmp     r1, #PV_VIRT_START
        bxhs    lr
        tst     r1, #3
        bxne    lr
        ldmia   r1, {r1-r3, r12}                @ ptr, 0, val, 0
        orrs    r2, r2, r12
        stmia   r0, {r1, r3}
        moveq   r0, #0
        bx      lr

        .text
        .globl  guest_access_fault
guest_access_fault:
        mvn     r0, #13                         @ -EFAULT (14)
        bx      lr

/*
 * int guest_copy_updates(struct guest_update *to, uint32_t from, uint32_t count): the lower words
 * of count struct mmu_update, word-aligned, below PV_VIRT_START.  0, -EFAULT, or 1: an upper one is
 * not 0.
 */
        .globl  guest_copy_updates
guest_copy_updates:
        stmfd   sp!, {r4-r10, lr}
        bl      copy_updates
        cmp     r0, #0
        cmpeq   r12, #0
        ldmfdeq sp!, {r4-r10, pc}
        cmp     r0, #0
        moveq   r0, #1
        ldmfd   sp!, {r4-r10, pc}
