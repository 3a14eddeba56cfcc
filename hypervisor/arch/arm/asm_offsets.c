/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Offsets for assembly, computed by the compiler: never typed by hand.  The
 * build turns each "->NAME value" line of this file's assembly into a #define.
 */
#include <stddef.h>

#include "arch/arm/level.h"
#include "core/base/abi.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall_table.h"
#include "cpus/offsets.h"

#define NUMBER(name, value) __asm__ volatile("\n->" #name " %0" : : "i"(value))
#define OFFSET(name, type, member) \
    __asm__ volatile("\n->" #name " %0" : : "i"(offsetof(type, member)))

void asm_offsets(void);

void asm_offsets(void) {
    OFFSET(VCPU_R0, struct vcpu, arch.regs.r[0]);
    OFFSET(VCPU_R2, struct vcpu, arch.regs.r[2]);
    OFFSET(VCPU_R12, struct vcpu, arch.regs.r[12]);
    OFFSET(VCPU_SP, struct vcpu, arch.regs.sp);
    OFFSET(VCPU_PC, struct vcpu, arch.regs.pc);
    OFFSET(VCPU_CPSR, struct vcpu, arch.regs.cpsr);
    OFFSET(VCPU_IN_KERNEL, struct vcpu, arch.in_kernel);
    OFFSET(VCPU_FAULT_PC, struct vcpu, arch.fault_pc);
    OFFSET(VCPU_FAULT_R0, struct vcpu, arch.fault_r0);
    OFFSET(VCPU_HYP_SP, struct vcpu, arch.hyp_sp);
    OFFSET(VCPU_FRAME_VA, struct vcpu, arch.frame_va);
    OFFSET(VCPU_PSR_MASK, struct vcpu, arch.psr_mask);
    OFFSET(VCPU_PSR_MASK_THUMB, struct vcpu, arch.psr_mask_thumb);
    OFFSET(VCPU_WORK, struct vcpu, arch.work);
    OFFSET(VCPU_ENTRY_UNDEF, struct vcpu, arch.entry_undef);
    OFFSET(VCPU_ENTRY_SWI, struct vcpu, arch.entry_swi);
    OFFSET(VCPU_ENTRY_PABT, struct vcpu, arch.entry_pabt);
    OFFSET(VCPU_ENTRY_DABT, struct vcpu, arch.entry_dabt);
    OFFSET(VCPU_RESTART_START, struct vcpu, arch.restart_start);
    OFFSET(VCPU_RESTART_SIZE, struct vcpu, arch.restart_size);
    OFFSET(CORE_PART, struct level_core, part);
    OFFSET(CORE_ACTLR, struct level_core, actlr);
    NUMBER(CORE_SIZE, sizeof(struct level_core));
    OFFSET(VFP_UPPER, struct vfp_state, d[16]);
    OFFSET(VFP_FPSCR, struct vfp_state, fpscr);
    OFFSET(VFP_FPINST, struct vfp_state, fpinst);
    OFFSET(VFP_FPINST2, struct vfp_state, fpinst2);
    CPUS_OFFSETS
    NUMBER(HYPERCALLS, HYPERCALL_COUNT);
    NUMBER(AGAIN, HYPERCALL_AGAIN);
    NUMBER(NOSYS, -XEN_ENOSYS);
}
