/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What trapped as undefined: first uses of the VFP, and coprocessor register transfers by the guest
 * kernel, to CP15 and to the VFP's control registers.  Rarely used sites of a guest need no patch
 * because of this; hot ones have hypercalls.
 */
#include "arch/arm/emulate.h"

#include "arch/arm/decode.h"
#include "arch/arm/emulate_cp15.h"
#include "arch/arm/layout.h"
#include "arch/arm/vfp.h"
#include "core/base/arch.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/time/printk_limit.h"

#define CP_VFP     10u
#define CP_DEBUG   14u
#define CP_SYSTEM  15u
#define VFP_SYSTEM 7u /* opc1 of VMRS and VMSR */

/* MRC to r15 sets the condition flags (ARM ARM A8.8.107). */
static void set_register(struct cpu_regs *regs, unsigned int rt, uint32_t value) {
    if (rt == 15) {
        regs->cpsr = (regs->cpsr & 0x0fffffffu) | (value & 0xf0000000u);
    } else if (rt == 14) {
        regs->lr = value;
    } else if (rt == 13) {
        regs->sp = value;
    } else {
        regs->r[rt] = value;
    }
}

static uint32_t get_register(const struct cpu_regs *regs, unsigned int rt) {
    return rt == 14 ? regs->lr : rt == 13 ? regs->sp : rt == 15 ? regs->pc + 8 : regs->r[rt];
}

/* The debug unit's ID register reads as "none". */
static bool debug_read(const struct transfer *t, uint32_t *value) {
    *value = 0;
    return t->opc1 == 0 && t->crn == 0 && t->crm == 0 && t->opc2 == 0;
}

static bool read_coprocessor(struct vcpu *v, const struct transfer *t, uint32_t *value) {
    switch (t->coproc) {
    case CP_VFP: return t->opc1 == VFP_SYSTEM && vfp_read(v, t->crn, value);
    case CP_DEBUG: return debug_read(t, value);
    case CP_SYSTEM: return cp15_read(v, t, value);
    default: return false;
    }
}

static bool write_coprocessor(struct vcpu *v, const struct transfer *t, uint32_t value) {
    switch (t->coproc) {
    case CP_VFP: return t->opc1 == VFP_SYSTEM && vfp_write(v, t->crn, value);
    case CP_SYSTEM: return cp15_write(v, t, value);
    default: return false;
    }
}

static bool emulate_transfer(struct vcpu *v, const struct transfer *t) {
    struct cpu_regs *regs = &v->arch.regs;
    uint32_t value;

    if (!t->is_read) {
        return write_coprocessor(v, t, get_register(regs, t->rt));
    }
    if (!read_coprocessor(v, t, &value)) {
        return false;
    }
    set_register(regs, t->rt, value);
    return true;
}

bool emulate_undefined(struct vcpu *v) {
    struct cpu_regs *regs = &v->arch.regs;
    struct transfer t;

    regs->pc -= regs->cpsr & PSR_T ? 2 : 4;
    /* Whatever it was: if it used the unit, it runs now; if not, it comes here again. */
    if (vfp_take(v)) {
        return true;
    }
    if (!v->arch.in_kernel || !decode_transfer(regs, &t)) {
        return false;
    }
    if (t.passes && !emulate_transfer(v, &t)) {
        /* The word as a disassembler takes it: in full, the line would mask interrupts for too
         * long. */
        printk_ratelimited(v->domain->place, "domain %u: undefined %08x at %08x\n", v->domain->id,
                           t.insn, regs->pc);
        return false;
    }
    decode_skip(regs);
    return true;
}
