/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Exceptions of the guest that entry.S does not settle by itself, and the way out.
 */
#include "arch/arm/trap.h"

#include <stddef.h>

#include "arch/arm/backtrace.h"
#include "arch/arm/cp15.h"
#include "arch/arm/emulate.h"
#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "arch/arm/vfp.h"
#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/build/domain_build.h"
#include "core/device/irq.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/time/preempt.h"
#include "core/top/run.h"

#define RESTART_SLOT 32u

/* arch_vcpu_page() of the vCPU whose address space is loaded. */
static struct pv_vcpu *loaded_page(const struct vcpu *v) {
    return (struct pv_vcpu *)(uintptr_t)(v->arch.frame_va - offsetof(struct pv_vcpu, frame));
}

/* Guest kernel code interrupted in a restartable sequence resumes at its start. */
static uint32_t restart_pc(const struct vcpu *v, uint32_t pc) {
    return pc - v->arch.restart_start < v->arch.restart_size ? pc & ~(RESTART_SLOT - 1) : pc;
}

/* Make @v continue at @entry of its kernel, as entry.S's deliver does. */
static void deliver(struct vcpu *v, uint32_t entry) {
    struct cpu_regs *regs = &v->arch.regs;
    struct pv_vcpu *page = loaded_page(v);
    uint32_t pc = regs->pc;
    uint32_t psr = regs->cpsr;

    page->frame.sp = regs->sp;
    page->frame.lr = regs->lr;
    if (v->arch.in_kernel) {
        pc = restart_pc(v, pc);
        psr = (psr & ~PSR_MODE_MASK) | PSR_MODE_SVC |
              (page->info.evtchn_upcall_mask & PV_MASK_EVENTS);
    } else {
        regs->sp = page->kernel_sp;
        v->arch.in_kernel = DACR_KERNEL;
    }
    page->frame.pc = pc;
    page->frame.psr = psr;
    page->info.evtchn_upcall_mask = PV_MASK_EVENTS | PV_MASK_FRAME;
    regs->pc = entry;
    regs->cpsr = PSR_MODE_USR;
}

struct vcpu *trap_exit(struct vcpu *v) {
    const struct vcpu_info *info;

    if (sched_needed()) {
        v = run_next();
    }
    info = &loaded_page(v)->info;
    if (info->evtchn_upcall_pending && !info->evtchn_upcall_mask) {
        deliver(v, v->arch.entry_event);
    }
    return v;
}

struct vcpu *trap_irq(struct vcpu *v) {
    /* At once: by the time it resumes, others may have changed what the sequence works on.  So may
     * we: an event sets bits in its shared_info with plain stores, and whether one of those clears
     * the CPU's own monitor is up to the core (ARM ARM DDI 0406, A3.4.1). */
    if (v->arch.in_kernel) {
        v->arch.regs.pc = restart_pc(v, v->arch.regs.pc);
    }
    level_clear_exclusive();
    irq_handle();
    return trap_exit(v);
}

static void crash(struct vcpu *v, const char *why) {
    domain_crash(v->domain, why);
}

struct vcpu *trap_und(struct vcpu *v) {
    const struct pv_vcpu *page = loaded_page(v);

    if (!emulate_undefined(v)) {
        if (v->arch.in_kernel && (page->info.evtchn_upcall_mask & PV_MASK_FRAME)) {
            crash(v, "undefined instruction while its exception frame was in use");
        } else {
            deliver(v, v->arch.entry_undef);
        }
    }
    return trap_exit(v);
}

struct vcpu *trap_double_fault(struct vcpu *v) {
    crash(v, "fault in its own exception entry");
    return trap_exit(v);
}

struct vcpu *trap_iret(struct vcpu *v) {
    struct pv_vcpu *page = loaded_page(v);
    struct cpu_regs *regs = &v->arch.regs;
    uint32_t psr = page->frame.psr;
    bool to_kernel = (psr & 0xfu) != 0;

    regs->sp = page->frame.sp;
    regs->lr = page->frame.lr;
    regs->r[12] = page->frame.r12;
    v->arch.in_kernel = to_kernel ? DACR_KERNEL : 0;
    page->info.evtchn_upcall_mask = to_kernel ? psr & PV_MASK_EVENTS : 0;
    return trap_exit(v);
}

struct vcpu *trap_again(struct vcpu *v) {
    v->arch.regs.pc -= v->arch.regs.cpsr & PSR_T ? 2 : 4;
    return trap_exit(v);
}

void trap_fatal(const struct fatal_frame *frame, uint32_t kind, uint32_t spsr) {
    static const char *const what[] = {"undefined instruction", "prefetch abort", "data abort"};
    static bool again;

    if (again) {
        arch_halt();
    }
    again = true;
    arch_cpu_stop_others();
    printk_sync();
    printk("\n*** hypervisor fault: %s at %08x, cpsr %08x\n", what[kind], frame->pc, spsr);
    printk("    dfsr %08x dfar %08x ifsr %08x\n", cp15_read_dfsr(), cp15_read_dfar(),
           cp15_read_ifsr());
    for (unsigned int i = 0; i < 13; i++) {
        printk("%s r%-2u %08x", i % 4 ? "" : "\n   ", i, frame->r[i]);
    }
    printk(" sp  %08x lr  %08x\n", frame->sp, frame->lr);
    backtrace_print(frame->pc, frame->sp);
    panic("fault in the hypervisor");
}
