/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest of Xen for Arm, as a zImage that says where it runs: no MMU, no caches, one stack a mode. */
#define MODE_IRQ     0xd2 /* IRQ and FIQ masked */
#define MODE_SVC     0xd3
#define ZIMAGE_MAGIC 0x016f2818

    .section .start, "ax"
    .arm
    .globl start
start:
    .rept 8
    nop
    .endr
    b       1f
    .word   ZIMAGE_MAGIC, start, image_end
1:  mov     r4, r2                  @ the tree
    msr     cpsr_c, #MODE_IRQ
    ldr     sp, =irq_stack_top
    msr     cpsr_c, #MODE_SVC
    ldr     sp, =stack_top
    ldr     r0, =vectors
    mcr     p15, 0, r0, c12, c0, 0  @ VBAR
    ldr     r0, =bss_start
    ldr     r1, =bss_end
    mov     r2, #0
2:  cmp     r0, r1
    strlo   r2, [r0], #4
    blo     2b
    mov     r0, r4
    bl      guest_main
3:  wfi
    b       3b

    .balign 32
vectors:
    .rept 6
    b       .
    .endr
    b       irq
    b       .

/* The counter before anything else of the handler but the registers that it needs. */
irq:
    stmfd   sp!, {r0-r3, r12, lr}
    mrrc    p15, 1, r0, r1, c14     @ CNTVCT
    bl      guest_irq
    ldmfd   sp!, {r0-r3, r12, lr}
    subs    pc, lr, #4

/* int32_t xen_call(uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t number) */
    .globl xen_call
    .arch_extension virt
xen_call:
    ldr     r12, [sp]
    hvc     #0xea1
    bx      lr
