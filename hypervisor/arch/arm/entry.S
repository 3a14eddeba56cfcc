/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest <-> hypervisor crossings, one text for ARMv5 and later: no srs, cps, rfe.
 *
 * While a guest runs, in USR mode with IRQ and FIQ enabled:
 *   sp_svc = sp_abt = sp_und = sp_irq = the running struct vcpu, so that each
 *   exception can be dealt with in the mode it arrives in, and the common ones
 *   go to the guest kernel and back without a stack or a line of C.
 *   The vCPU page is mapped at frame_va - 0x40 in DACR domain KERNEL: open to the
 *   hypervisor once the DACR says DACR_KERNEL.
 *
 * C is called in SVC mode, IRQ and FIQ masked, DACR = DACR_KERNEL, the guest's
 * registers in vcpu->arch.regs, sp at the empty top of this pCPU's stack, and
 * returns the struct vcpu to resume.  Where there are several pCPUs the hypervisor's lock is held
 * meanwhile (hypervisor_enter, hypervisor_leave) but by hypercalls that need no lock; what does not
 * call C takes none.
 *
 * ARM ARM DDI 0100, LDM (2)/STM (2): before ARMv6 no banked register may be
 * used in the instruction after a user-bank transfer; hence the nops.
 */
#include <xen/xen.h>
#include <public/arch-arm-pv.h>
#include <level/abort.inc>
#include <level/barrier.inc>
#include "asm_offsets.h"
#include "arch/arm/layout.h"
#include <level/return.inc>
#include <cpus/entry.inc>

/* Offsets from frame_va of fields of struct pv_vcpu. */
#define F_PENDING   (PV_VCPU_PENDING - PV_VCPU_FRAME_SP)
#define F_MASK      (PV_VCPU_MASK - PV_VCPU_FRAME_SP)
#define F_PC        (PV_VCPU_FRAME_PC - PV_VCPU_FRAME_SP)
#define F_PSR       (PV_VCPU_FRAME_PSR - PV_VCPU_FRAME_SP) /* after F_PC: ldrd */
#define F_R12       (PV_VCPU_FRAME_R12 - PV_VCPU_FRAME_SP)
#define F_FSR       (PV_VCPU_FSR - PV_VCPU_FRAME_SP)
#define F_FAR       (PV_VCPU_FAR - PV_VCPU_FRAME_SP)
#define F_KERNEL_SP (PV_VCPU_KERNEL_SP - PV_VCPU_FRAME_SP)

#define MASK_DELIVERED  (PV_MASK_EVENTS | PV_MASK_FRAME)
/* pending = 1 and mask = 0, read as one halfword. */
#define UPCALL_DUE      0x0001

        .syntax unified
        .arm
        .section .text.entry, "ax"

/* The slots of pv_callbacks.restart_start, in bytes. */
#define RESTART_SLOT 32

/* A guest knows no domains: a domain fault (0b1001 in a section, 0b1011 in a page) is told as the
 * permission fault (0b1101, 0b1111) that it means (fault status: Arm ARM DDI 0406, B3.13). */
#define FSR_LEVEL       2
#define FSR_DOMAIN      0x9
#define FSR_PERMISSION  0xd

        .macro  hide_domain_fault fsr, tmp
        and     \tmp, \fsr, #(0xf & ~FSR_LEVEL)
        teq     \tmp, #FSR_DOMAIN
        orreq   \fsr, \fsr, #FSR_PERMISSION
        .endm

/*
 * SWI.  From guest user code a system call, from the guest kernel a hypercall.
 *   in: SVC mode, sp = vcpu, lr = address after the SWI, spsr = guest cpsr
 */
        .globl  entry_swi
entry_swi:
        stmia   sp, {r0, r1}
        ldr     r0, [sp, #VCPU_IN_KERNEL]
        cmp     r0, #0
        bne     hypercall

        /* System call: r0, r1 are the only registers needed on the way. */
        mov     r0, #DACR_KERNEL
        mcr     p15, 0, r0, c3, c0, 0
        dacr_sync r1
        str     r0, [sp, #VCPU_IN_KERNEL]
        ldr     r0, [sp, #VCPU_FRAME_VA]        @ r0 = frame
        mrs     r1, spsr
        str     lr, [r0, #F_PC]
        stmia   r0, {sp, lr}^                   @ frame.sp, .lr (user bank)
        str     r1, [r0, #F_PSR]
        mov     r1, #MASK_DELIVERED
        msr     spsr_cxsf, #PSR_MODE_USR        @ ARM state, USR mode
        add     r0, r0, #F_KERNEL_SP            @ r0 = &kernel_sp
        ldmia   r0, {sp}^                       @ sp_usr = kernel_sp
        /* No banked register next, before ARMv6 (DDI 0100, A4.1.21). */
        strb    r1, [r0, #F_MASK - F_KERNEL_SP]
        ldr     lr, [sp, #VCPU_ENTRY_SWI]
        ldmia   sp, {r0, r1}
        movs    pc, lr

/* Call function r12 of @table, on to @again if it gave way; r0 = result, r4 = vcpu. */
        .macro  hypercall_run table, again
        ldr     r2, =\table
        mov     r0, r4                          @ vcpu
        mov     r1, r4                          @ args = &regs.r[0]
        ldr     r2, [r2, r12, lsl #2]
        blx     r2
        teq     r0, #AGAIN
        beq     \again
        .endm

/* On to @slow if a scheduler decision or an upcall is due; keeps r0 and r4. */
        .macro  hypercall_check slow
        ldr     r1, [r4, #VCPU_WORK]
        ldr     r2, [r4, #VCPU_FRAME_VA]
        ldr     r1, [r1]
        ldrh    r3, [r2, #F_PENDING]
        rsbs    r1, r1, #0                      @ C: no work
        teqhs   r3, #UPCALL_DUE                 @ HI: nor an upcall
        bls     \slow
        .endm

/* To the caller.  r5-r11 and the user bank are its own: a C function keeps them. */
        .macro  hypercall_return
        ldr     lr, [r4, #VCPU_PC]
        mov     sp, r4
        ldmib   sp, {r1-r4}
        ldr     r12, [sp, #VCPU_R12]
        movs    pc, lr
        .endm

/*
 * Hypercall.  Nearly all return to their caller at once.  r0 and cpsr are saved in regs only on the
 * slow way out; spsr_svc is as it was until another exception from USR mode.
 *   in: SVC mode, sp = vcpu, r12 = number, r0-r4 = arguments; r0, r1 saved, and free
 */
hypercall:
        cmp     r12, #__HYPERVISOR_iret
        beq     hypercall_iret
        add     r0, sp, #VCPU_R2
        stmia   r0, {r2-lr}^
        cmp     r12, #HYPERCALLS
        str     lr, [sp, #VCPU_PC]
        mov     r4, sp                          @ r4 = vcpu
        ldr     sp, [r4, #VCPU_HYP_SP]
        bhs     hypercall_unknown
        hypercall_run HYPERCALL_FUNCTIONS, hypercall_again
hypercall_done:
        hypercall_check hypercall_slow
        hypercall_return

hypercall_unknown:
        mov     r0, #NOSYS
        b       hypercall_done

hypercall_slow:
        str     r0, [r4, #VCPU_R0]
        hypervisor_enter
hypercall_slow_locked:
        mrs     r1, spsr
        str     r1, [r4, #VCPU_CPSR]
        mov     r0, r4
        bl      trap_exit
        b       resume

hypercall_again:
        hypervisor_enter
hypercall_again_locked:
        mrs     r1, spsr
        str     r1, [r4, #VCPU_CPSR]
        mov     r0, r4
        bl      trap_again
        b       resume

        hypercall_under_lock

/*
 * iret to guest user code with no upcall due; anything else goes to C.
 *   in: SVC mode, sp = vcpu, r0, r1 saved, r2-r11 live, r12 and lr free, frame filled
 */
hypercall_iret:
        ldr     r12, [sp, #VCPU_FRAME_VA]
        ldrd    r0, r1, [r12, #F_PC]            @ r0 = pc, r1 = virtual psr
        ldrb    lr, [r12, #F_PENDING]
        orr     lr, lr, r1, lsl #27             @ 31:27 = its mode, 7:0 = pending
        eors    lr, lr, #(PSR_MODE_USR << 27)
        bne     iret_slow
        str     lr, [sp, #VCPU_IN_KERNEL]       @ lr = 0
        strb    lr, [r12, #F_MASK]
        return_state r1, r0, lr                 @ lr = mask
        and     lr, lr, r1
        msr     spsr_cxsf, lr
        str     r0, [sp, #VCPU_R2]              @ r2 is live, its place is free
        ldmia   r12, {sp, lr}^
        mov     r0, #DACR_USER
        ldr     r12, [r12, #F_R12]
        mcr     p15, 0, r0, c3, c0, 0
        dacr_sync r1
        ldmia   sp, {r0, r1, pc}^

iret_slow:                                      @ r0 = pc, r1 = virtual psr
        return_state r1, r0, lr                 @ lr = mask
        and     r1, r1, lr
        orr     r1, r1, #PSR_MODE_USR
        str     r0, [sp, #VCPU_PC]
        str     r1, [sp, #VCPU_CPSR]
        ldmia   sp, {r0, r1}
        stmia   sp, {r0-lr}^                    @ sp, lr, r12 come from the frame
        nop
        mov     r4, sp
        ldr     sp, [r4, #VCPU_HYP_SP]
        hypervisor_enter
        mov     r0, r4
        bl      trap_iret
        b       resume

/*
 * Data abort of the guest: to its kernel.  Of the hypervisor: a guest pointer.
 *   in: ABT mode, sp = vcpu, lr = address of the instruction + 8
 */
        .globl  entry_dabt
entry_dabt:
        sub     lr, lr, #8
        str     lr, [sp, #VCPU_FAULT_PC]
        mrs     lr, spsr
        tst     lr, #PSR_NOT_USR
        bne     dabt_in_hypervisor
        stmia   sp, {r0-r4}
        mrc     p15, 0, r0, c5, c0, 0           @ DFSR
        mrc     p15, 0, r1, c6, c0, 0           @ DFAR
        hide_domain_fault r0, r2
        ldr     r2, [sp, #VCPU_ENTRY_DABT]

/*
 * Deliver an exception to the guest kernel.
 *   in: exception mode, sp = vcpu, r0-r4 saved in regs, fault_pc saved,
 *       r0 = FSR, r1 = FAR, r2 = guest's entry, lr = spsr = guest cpsr
 */
deliver:
        ldr     r4, [sp, #VCPU_IN_KERNEL]
        ldr     r3, [sp, #VCPU_FRAME_VA]        @ r3 = frame
        cmp     r4, #0
        bne     deliver_to_kernel_itself
        mov     r4, #DACR_KERNEL
        mcr     p15, 0, r4, c3, c0, 0
        str     r4, [sp, #VCPU_IN_KERNEL]
        dacr_sync r4
        stmia   r3, {sp, lr}^                   @ frame.sp, .lr (user bank)
        add     r4, r3, #F_KERNEL_SP
        str     r0, [r3, #F_FSR]
        ldmia   r4, {sp}^                       @ sp_usr = kernel_sp
        str     r1, [r3, #F_FAR]
        ldr     r0, [sp, #VCPU_FAULT_PC]
        str     lr, [r3, #F_PSR]
deliver_common:                                 @ r0 = pc, r2 = entry, r3 = frame
        str     r0, [r3, #F_PC]
        mov     r0, #MASK_DELIVERED
        strb    r0, [r3, #F_MASK]
        msr     spsr_cxsf, #PSR_MODE_USR
        mov     lr, r2
        ldmia   sp, {r0-r4}
        movs    pc, lr

/* The same when guest kernel code was interrupted: sp stays, mode reads SVC. */
deliver_to_kernel_itself:
        ldrb    r4, [r3, #F_MASK]
        tst     r4, #PV_MASK_FRAME              @ frame still in use: it faulted
        bne     double_fault                    @ before it could take it over
        str     r0, [r3, #F_FSR]
        str     r1, [r3, #F_FAR]
        stmia   r3, {sp, lr}^
        and     r4, r4, #PV_MASK_EVENTS
        bic     lr, lr, #PSR_MODE_MASK
        orr     lr, lr, #PSR_MODE_SVC
        orr     lr, lr, r4                      @ I = events masked
        str     lr, [r3, #F_PSR]
        ldr     r0, [sp, #VCPU_FAULT_PC]
        ldr     r1, [sp, #VCPU_RESTART_START]
        ldr     r4, [sp, #VCPU_RESTART_SIZE]
        sub     r1, r0, r1
        cmp     r1, r4                          @ in a restartable sequence:
        biclo   r0, r0, #(RESTART_SLOT - 1)                     @ back to the start of its slot
        b       deliver_common

double_fault:
        ldmia   sp, {r0-r4}
        stmia   sp, {r0-lr}^
        nop
        mov     r0, sp
        mrs     r1, spsr
        str     r1, [r0, #VCPU_CPSR]
        ldr     r1, [r0, #VCPU_FAULT_PC]
        str     r1, [r0, #VCPU_PC]
        msr     cpsr_c, #(PSR_I | PSR_F | PSR_MODE_SVC)
        ldr     sp, [r0, #VCPU_HYP_SP]
        hypervisor_enter_keeping
        bl      trap_double_fault
        b       resume

/*
 * Prefetch abort of the guest.
 *   in: ABT mode, sp = vcpu, lr = address of the instruction + 4
 */
        .globl  entry_pabt
entry_pabt:
        sub     lr, lr, #4
        str     lr, [sp, #VCPU_FAULT_PC]
        mrs     lr, spsr
        tst     lr, #PSR_NOT_USR
        bne     fatal_pabt
        stmia   sp, {r0-r4}
        mrc     p15, 0, r0, c5, c0, 1           @ IFSR
        ldr     r1, [sp, #VCPU_FAULT_PC]
        prefetch_abort_address r0, r1
        hide_domain_fault r0, r2
        ldr     r2, [sp, #VCPU_ENTRY_PABT]
        b       deliver

/*
 * A guest pointer that the guest itself could not use: resume at the fixup, which returns
 * -EFAULT from the routine of .text.guest_access.  An abort that a guest's access caused earlier
 * is counted and lost.  Any other fault of ours is fatal.
 *   in: ABT mode, sp = vcpu, fault_pc saved, lr = spsr
 */
dabt_in_hypervisor:
        str     r0, [sp, #VCPU_FAULT_R0]
        async_abort_to async_abort, r0
        ldr     lr, [sp, #VCPU_FAULT_PC]
        ldr     r0, =guest_access_start
        sub     r0, lr, r0
        ldr     lr, =guest_access_size
        cmp     r0, lr
        ldrlo   lr, =guest_access_fault
        movslo  pc, lr
        ldr     r0, [sp, #VCPU_FAULT_R0]
        ldr     lr, [sp, #VCPU_FAULT_PC]
        b       fatal_dabt
async_abort:
        async_abort_count_at lr
        ldr     r0, [lr]
        add     r0, r0, #1
        str     r0, [lr]
        ldr     r0, [sp, #VCPU_FAULT_R0]
        ldr     lr, [sp, #VCPU_FAULT_PC]
        movs    pc, lr

/* Undefined instruction: emulated, or the guest's, decided in C.
 *   in: UND mode, sp = vcpu, lr = address of the next instruction */
        .globl  entry_und
entry_und:
        str     lr, [sp, #VCPU_FAULT_PC]
        mrs     lr, spsr
        tst     lr, #PSR_NOT_USR
        bne     und_in_hypervisor
        ldr     lr, [sp, #VCPU_FAULT_PC]
        str     lr, [sp, #VCPU_PC]
        ldr     lr, =trap_und
        b       enter_c

/* Physical interrupt.
 *   in: IRQ mode, sp = vcpu, lr = address of the next instruction + 4 */
        .globl  entry_irq
entry_irq:
        sub     lr, lr, #4
        str     lr, [sp, #VCPU_PC]
        ldr     lr, =trap_irq

/*
 * Save the guest's registers and call C.
 *   in: exception mode, sp = vcpu, regs.pc saved, lr = C function, spsr = guest cpsr
 */
enter_c:
        stmia   sp, {r0-lr}^
        nop
        mov     r0, sp                          @ r0 = vcpu
        mov     r2, lr
        mrs     r1, spsr
        str     r1, [r0, #VCPU_CPSR]
        msr     cpsr_c, #(PSR_I | PSR_F | PSR_MODE_SVC)
        ldr     sp, [r0, #VCPU_HYP_SP]
        mov     r3, #DACR_KERNEL
        mcr     p15, 0, r3, c3, c0, 0
        dacr_sync r3
        hypervisor_enter_keeping
        blx     r2

/*
 * resume: run the guest in *r0 (from C's hands).
 *   in: SVC mode, r0 = vcpu
 */
        .globl  resume
resume:
        hypervisor_leave
        ldr     r1, [r0, #VCPU_IN_KERNEL]
        ldr     lr, [r0, #VCPU_PC]
        ldr     r2, [r0, #VCPU_CPSR]
        mov     sp, r0
        msr     spsr_cxsf, r2
        cmp     r1, #0
        bne     1f
        mov     r1, #DACR_USER
        mcr     p15, 0, r1, c3, c0, 0
        dacr_sync r1
1:      ldmia   sp, {r0-lr}^
        nop
        movs    pc, lr

/*
 * FIQ: nobody's; the hypervisor routes no source to it.  Should one come all the
 * same, go on with FIQ masked: each entry to a guest can then cost one more FIQ,
 * but the machine makes progress.
 */
        .globl  entry_fiq
entry_fiq:
        fiq_count_at r8
        ldr     r9, [r8]
        add     r9, r9, #1
        str     r9, [r8]
        mrs     r8, spsr
        orr     r8, r8, #PSR_F
        msr     spsr_cxsf, r8
        subs    pc, lr, #4

/*
 * Faults of the hypervisor itself.  Each leaves the pc in lr and the kind on the
 * panic stack's frame; C prints it and stops.
 */
und_in_hypervisor:
        str     r0, [sp, #VCPU_FAULT_R0]
        ldr     lr, [sp, #VCPU_FAULT_PC]
        ldr     r0, =vfp_probe_insn + 4
        cmp     lr, r0                          @ the probe for a VFP may fail
        ldreq   r0, =vfp_probe_absent
        moveq   lr, r0
        movseq  pc, lr
        ldr     r0, =optional_start + 4         @ what a core may lack is left out
        sub     r0, lr, r0
        ldr     lr, =optional_size
        cmp     r0, lr
        ldr     r0, [sp, #VCPU_FAULT_R0]
        ldr     lr, [sp, #VCPU_FAULT_PC]
        movslo  pc, lr
        sub     lr, lr, #4
        fatal_stack
        stmdb   sp!, {r0-r12, lr}
        mov     r1, #0
        b       fatal
fatal_pabt:
        ldr     lr, [sp, #VCPU_FAULT_PC]
        fatal_stack
        stmdb   sp!, {r0-r12, lr}
        mov     r1, #1
        b       fatal
fatal_dabt:
        fatal_stack
        stmdb   sp!, {r0-r12, lr}
        mov     r1, #2
fatal:                                          @ r1 = kind; r0-r12, pc on the stack
        mov     r0, sp
        mrs     r2, spsr
        msr     cpsr_c, #(PSR_I | PSR_F | PSR_MODE_SVC)
        mov     r3, sp                          @ sp, lr of the faulting code
        mov     r4, lr
        mov     sp, r0
        stmdb   sp!, {r3, r4}
        mov     r0, sp                          @ struct fatal_frame
        bl      trap_fatal

        .globl  entry_reset
entry_reset:
        b       entry_reset
        .ltorg

        .bss
        .balign 8
        .space  2048
        .globl  fatal_stack_top
fatal_stack_top:
