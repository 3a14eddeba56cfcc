/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Copies between the hypervisor and guest virtual addresses, with the guest's
 * rights: LDRT and STRT are checked as USR accesses.  A fault on any instruction
 * between guest_access_start and guest_access_end resumes at
 * guest_access_fault, which returns -EFAULT to the caller: so these are leaf
 * routines that use r0-r3 and r12 and keep lr and the stack as they were.
 * DACR must say DACR_KERNEL.  An unaligned address goes byte by byte: LDRT of a
 * misaligned word is not a word on ARMv5.
 */
        .syntax unified
        .arm
        .section .text.guest_access, "ax"
        .globl  guest_access_start
guest_access_start:

/* int guest_copy_in(void *to, uint32_t from, size_t size): 0 or -EFAULT */
        .globl  guest_copy_in
guest_copy_in:
        orr     r12, r0, r1
        tst     r12, #3
        bne     2f
1:      subs    r2, r2, #4
        blo     3f
        ldrt    r3, [r1], #4
        str     r3, [r0], #4
        b       1b
3:      add     r2, r2, #4
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
        blo     3f
        ldr     r3, [r1], #4
        strt    r3, [r0], #4
        b       1b
3:      add     r2, r2, #4
2:      subs    r2, r2, #1
        movlo   r0, #0
        bxlo    lr
        ldrb    r3, [r1], #1
        strbt   r3, [r0], #1
        b       2b

/*
 * int guest_copy_updates(struct guest_update *to, uint32_t from, uint32_t count): 0 or -EFAULT
 *   The lower words of count pairs of 64-bit words; from is word-aligned.
 */
.macro  copy_update
        ldrt    r3, [r1], #8
        ldrt    r12, [r1], #8
        stmia   r0!, {r3, r12}
.endm
        .globl  guest_copy_updates
guest_copy_updates:
1:      subs    r2, r2, #8
        blo     2f
        .rept   8
        copy_update
        .endr
        b       1b
2:      adds    r2, r2, #8
        moveq   r0, #0
        bxeq    lr
3:      copy_update
        subs    r2, r2, #1
        bne     3b
        mov     r0, #0
        bx      lr
guest_access_end:

        .globl  guest_access_size
        .equ    guest_access_size, guest_access_end - guest_access_start

        .globl  guest_access_fault
guest_access_fault:
        mvn     r0, #13                         @ -EFAULT (14)
        bx      lr
