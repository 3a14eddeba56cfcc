/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's registers as toolstacks know them: Xen's struct vcpu_guest_context, which has the banked
 * registers of a core.  A guest here has two sets, its kernel's and its user code's: they are shown
 * as those of supervisor and of user mode.
 */
#include "arch/arm/layout.h"
#include "core/base/arch.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"

static bool is_kernel_mode(uint32_t psr) {
    switch (psr & PSR_MODE_MASK) {
    case PSR_MODE_FIQ:
    case PSR_MODE_IRQ:
    case PSR_MODE_SVC:
    case PSR_MODE_ABT:
    case PSR_MODE_UND:
    case PSR_MODE_SYS: return true;
    default: return false;
    }
}

int arch_vcpu_set_context(struct vcpu *v, const struct vcpu_guest_context *c) {
    const struct vcpu_guest_core_regs *r = &c->user_regs;
    struct cpu_regs *regs = &v->arch.regs;
    uint32_t psr = (uint32_t)r->cpsr;

    if (!is_kernel_mode(psr) || (psr & PSR_E) != 0 || c->ttbr0 != 0 || c->ttbr1 != 0) {
        return -XEN_EINVAL;
    }
    arch_vcpu_init(v, gpaddr(r->pc32), gpaddr(0));
    const uint32_t first[] = {r->r0_usr,  r->r1_usr,  r->r2_usr, r->r3_usr, r->r4_usr,
                              r->r5_usr,  r->r6_usr,  r->r7_usr, r->r8_usr, r->r9_usr,
                              r->r10_usr, r->r11_usr, r->r12_usr};
    for (unsigned int i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        regs->r[i] = first[i];
    }
    regs->sp = r->sp_svc;
    regs->lr = r->lr_svc;
    regs->pc = psr & PSR_T ? r->pc32 & ~1u : r->pc32 & ~3u;
    regs->cpsr = (psr & v->arch.psr_mask & ~PSR_MODE_MASK) | (psr & PSR_T) | PSR_MODE_USR;
    return 0;
}

/* Of what was interrupted last, as long as the guest's kernel has not taken it over. */
static void get_user_registers(const struct vcpu *v, const struct pv_vcpu *page,
                               struct vcpu_guest_core_regs *r) {
    if (page->info.evtchn_upcall_mask & PV_MASK_FRAME) {
        r->sp_usr = page->frame.sp;
        r->lr_usr = page->frame.lr;
        r->spsr_svc = page->frame.psr;
    }
    r->sp_svc = v->arch.regs.sp;
    r->lr_svc = v->arch.regs.lr;
    r->cpsr = (v->arch.regs.cpsr & ~PSR_MODE_MASK) | PSR_MODE_SVC;
}

void arch_vcpu_get_context(const struct vcpu *v, struct vcpu_guest_context *c) {
    const struct pv_vcpu *page = arch_vcpu_page(v);
    struct vcpu_guest_core_regs *r = &c->user_regs;
    const struct cpu_regs *regs = &v->arch.regs;

    r->r0_usr = regs->r[0];
    r->r1_usr = regs->r[1];
    r->r2_usr = regs->r[2];
    r->r3_usr = regs->r[3];
    r->r4_usr = regs->r[4];
    r->r5_usr = regs->r[5];
    r->r6_usr = regs->r[6];
    r->r7_usr = regs->r[7];
    r->r8_usr = regs->r[8];
    r->r9_usr = regs->r[9];
    r->r10_usr = regs->r[10];
    r->r11_usr = regs->r[11];
    r->r12_usr = regs->r[12];
    r->pc32 = regs->pc;
    if (v->arch.in_kernel) {
        get_user_registers(v, page, r);
    } else {
        r->sp_usr = regs->sp;
        r->lr_usr = regs->lr;
        r->sp_svc = page->kernel_sp;
        r->cpsr = regs->cpsr;
    }
    if (page->info.evtchn_upcall_mask != 0) {
        r->cpsr |= PSR_I;
    }
    c->sctlr = v->arch.sctlr;
}
