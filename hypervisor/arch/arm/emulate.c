/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decodes what trapped as undefined: coprocessor register transfers to CP15 and to
 * the VFP's control registers by the guest kernel, and VFP use by whoever may use
 * it.  Rarely used sites of a guest need no patch because of this; hot ones have
 * hypercalls.  Encodings: ARM ARM DDI 0100 A3.13 (MCR, MRC), B3 (CP15), C3 (VFP).
 */
#include "arch/arm/emulate.h"

#include "arch/arm/cp15.h"
#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "arch/arm/vfp.h"
#include "core/arch.h"
#include "core/domain.h"
#include "core/guest_access.h"
#include "core/printk.h"
#include "core/vcpu.h"

/* An MCR or MRC, taken apart. */
struct transfer {
    unsigned int coproc, opc1, crn, crm, opc2, rt;
    bool is_read;
};

/* CPACR: full access to coprocessors 10 and 11; FPEXC.EN alone says who may use the VFP. */
#define CPACR_VFP                      0x00f00000u

#define CP15_KEY(crn, opc1, crm, opc2) ((crn) << 12 | (opc1) << 8 | (crm) << 4 | (opc2))

static struct transfer transfer_of(uint32_t insn) {
    return (struct transfer){
        .coproc = insn >> 8 & 0xf,
        .opc1 = insn >> 21 & 7,
        .crn = insn >> 16 & 0xf,
        .crm = insn & 0xf,
        .opc2 = insn >> 5 & 7,
        .rt = insn >> 12 & 0xf,
        .is_read = insn >> 20 & 1,
    };
}

static bool is_transfer(uint32_t insn) {
    return (insn & 0x0f000010u) == 0x0e000010u && insn >> 28 != 0xf;
}

/* Anything for coprocessors 10 and 11: CDP, LDC/STC, MCRR/MRRC, MCR/MRC. */
static bool is_vfp(uint32_t insn) {
    uint32_t op = insn >> 24 & 0xf;

    return insn >> 28 != 0xf && (op == 0xc || op == 0xd || op == 0xe) && (insn >> 9 & 7) == 5;
}

static bool condition_holds(uint32_t insn, uint32_t psr) {
    bool n = psr >> 31 & 1, z = psr >> 30 & 1, c = psr >> 29 & 1, o = psr >> 28 & 1;
    bool holds;

    switch (insn >> 29) {
    case 0: holds = z; break;
    case 1: holds = c; break;
    case 2: holds = n; break;
    case 3: holds = o; break;
    case 4: holds = c && !z; break;
    case 5: holds = n == o; break;
    case 6: holds = !z && n == o; break;
    default: return true;
    }
    return (insn >> 28 & 1) ? !holds : holds;
}

/* MRC to r15 sets the condition flags (ARM ARM A4.1.32). */
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
    return rt == 14 ? regs->lr : rt == 13 ? regs->sp : rt == 15 ? regs->pc + 4 : regs->r[rt];
}

static bool cp15_read(struct vcpu *v, const struct transfer *t, uint32_t *value) {
    const struct pv_vcpu *page = arch_vcpu_page(v);

    if (t->crn == 0 && t->opc1 == 0 && (t->crm == 1 || t->crm == 2)) {
        return level_id_register(t->crm, t->opc2, value);
    }
    switch (CP15_KEY(t->crn, t->opc1, t->crm, t->opc2)) {
    case CP15_KEY(0, 0, 0, 0): *value = cp15_read_midr(); return true;
    case CP15_KEY(0, 0, 0, 1): *value = cp15_read_ctr(); return true;
    case CP15_KEY(0, 0, 0, 2): *value = cp15_read_tcmtr(); return true;
    case CP15_KEY(1, 0, 0, 0): *value = v->arch.sctlr; return true;
    case CP15_KEY(1, 0, 0, 2): *value = CPACR_VFP; return true;
    case CP15_KEY(3, 0, 0, 0): *value = v->arch.dacr; return true;
    case CP15_KEY(5, 0, 0, 0):
    case CP15_KEY(5, 0, 0, 1): *value = page->fsr; return true;
    case CP15_KEY(6, 0, 0, 0):
    case CP15_KEY(6, 0, 0, 2): *value = page->far; return true;
    case CP15_KEY(13, 0, 0, 0): *value = 0; return true;
    /* Test and clean (and invalidate): done in one go, "clean now" = Z set. */
    case CP15_KEY(7, 0, 10, 3):
    case CP15_KEY(7, 0, 14, 3):
        arch_cache_flush_all();
        *value = 1u << 30;
        return true;
    default: return false;
    }
}

static bool cache_write(const struct transfer *t, uint32_t value) {
    bool by_address = t->opc2 == 1;
    gvaddr_t va = gvaddr(value & ~(LEVEL_LINE_MAX - 1u));

    if (t->crm == 0 && t->opc2 == 4) { /* wait for interrupt: idle is SCHEDOP_block */
        return true;
    }
    if (by_address && va.v < PV_VIRT_START) {
        arch_guest_dcache_flush(va, LEVEL_LINE_MAX);
        arch_guest_icache_sync(va, LEVEL_LINE_MAX);
    } else if (!by_address) {
        arch_cache_flush_all();
    }
    return true;
}

/* SCTLR is kept for the guest to read; a write to CPACR changes nothing. */
static bool control_write(struct vcpu *v, const struct transfer *t, uint32_t value) {
    if (t->crm != 0 || (t->opc2 != 0 && t->opc2 != 2)) {
        return false;
    }
    if (t->opc2 == 0) {
        v->arch.sctlr = value;
    }
    return true;
}

static bool cp15_write(struct vcpu *v, const struct transfer *t, uint32_t value) {
    switch (t->crn) {
    case 1: return control_write(v, t, value);
    case 3: v->arch.dacr = value; return true;
    case 7: return cache_write(t, value);
    case 8: arch_tlb_flush_local(); return true;
    case 13: return t->opc2 == 0 && value == 0; /* FCSE PID: only "off" */
    default: return false;
    }
}

static bool emulate_transfer(struct vcpu *v, uint32_t insn) {
    struct transfer t = transfer_of(insn);
    uint32_t value;
    bool done;

    if (t.coproc == 15 && t.is_read) {
        done = cp15_read(v, &t, &value);
    } else if (t.coproc == 15) {
        done = cp15_write(v, &t, get_register(&v->arch.regs, t.rt));
    } else if (t.coproc == 10 && t.opc1 == 7 && t.is_read) {
        done = vfp_read(v, t.crn, &value);
    } else if (t.coproc == 10 && t.opc1 == 7) {
        done = vfp_write(v, t.crn, get_register(&v->arch.regs, t.rt));
    } else {
        done = false;
    }
    if (done && t.is_read) {
        set_register(&v->arch.regs, t.rt, value);
    }
    return done;
}

bool emulate_undefined(struct vcpu *v) {
    struct cpu_regs *regs = &v->arch.regs;
    bool is_thumb = regs->cpsr & PSR_T;
    uint32_t next = regs->pc;
    uint32_t insn;

    regs->pc -= is_thumb ? 2 : 4;
    if (is_thumb || copy_from_guest(&insn, gvaddr(regs->pc), sizeof(insn))) {
        return false;
    }
    if (is_vfp(insn) && vfp_take(v)) {
        return true; /* the unit is this vCPU's now: again */
    }
    if (!v->arch.in_kernel || !is_transfer(insn)) {
        return false;
    }
    if (!condition_holds(insn, regs->cpsr)) {
        regs->pc = next;
        return true;
    }
    if (!emulate_transfer(v, insn)) {
        printk_ratelimited("%s: undefined instruction %08x at %08x\n", v->domain->name, insn,
                           regs->pc);
        return false;
    }
    regs->pc = next;
    return true;
}
