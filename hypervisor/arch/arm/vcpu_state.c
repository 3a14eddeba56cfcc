/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's state outside of memory: start values, switch, print.
 */
#include "arch/arm/vcpu_state.h"

#include <stddef.h>
#include <string.h>

#include "arch/arm/cp15.h"
#include "arch/arm/layout.h"
#include "arch/arm/level.h"
#include "arch/arm/mmu.h"
#include "arch/arm/vfp.h"
#include "core/base/arch.h"
#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/mm/heap.h"
#include "cpus/self.h"

void switch_banked_sp(struct vcpu *v);

/* Whose address space and registers are in each pCPU's hardware. */
static struct vcpu *loaded_on[ARCH_CPU_MAX];

static struct vcpu *loaded_here(void) {
    return loaded_on[this_cpu_index()];
}

/* A bit of each other pCPU that has a space of @d loaded; NULL: of any. */
static uint32_t others_with(const struct domain *d) {
    uint32_t cpus = 0;

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        const struct domain *loaded = loaded_on[i] ? loaded_on[i]->domain : NULL;

        if (i != this_cpu_index() && loaded && (!d || loaded == d)) {
            cpus |= 1u << i;
        }
    }
    return cpus;
}

uint32_t vcpu_state_cpus_in_guests(void) {
    return others_with(NULL);
}

uint32_t vcpu_state_cpus_of_domain(void) {
    const struct vcpu *loaded = loaded_here();

    return loaded && loaded->domain ? others_with(loaded->domain) : 0;
}

/* A word of the vector page, at the address guests read it: no second cached alias. */
static void write_tls_word(uint32_t value) {
    *(volatile uint32_t *)(uintptr_t)PV_TLS_VA = value;
}

void vcpu_state_early_init(void) {
    /* Where entry.S keeps registers while it finds out that no guest runs. */
    static struct vcpu nobody[ARCH_CPU_MAX];

    switch_banked_sp(&nobody[this_cpu_index()]);
}

void vcpu_state_init(struct vcpu *idle) {
    loaded_on[this_cpu_index()] = idle;
    idle->arch.l1 = boot_l1;
    self_set_tables(idle, mmu_image_maddr(boot_l1).v, mmu_image_maddr(boot_l1).v);
    idle->arch.hyp_sp = self_stack_top();
    switch_banked_sp(idle);
}

void arch_vcpu_init(struct vcpu *v, gpaddr_t entry, gpaddr_t fdt) {
    struct arch_vcpu *arch = &v->arch;

    memset(arch, 0, sizeof(*arch));
    arch->regs.r[1] = ~0u;
    arch->regs.r[2] = fdt.v;
    arch->regs.pc = entry.v;
    arch->regs.cpsr = PSR_MODE_USR;
    arch->in_kernel = DACR_KERNEL;
    arch->hyp_sp = self_stack_top();
    arch->frame_va = PV_VCPU_VA(v->id) + offsetof(struct pv_vcpu, frame);
    arch->psr_mask = (level_psr_mask & ~PSR_IT) | PSR_MODE_USR;
    arch->psr_mask_thumb = level_psr_mask | PSR_MODE_USR;
    arch->sctlr = cp15_read_sctlr();
    arch->work = &this_cpu()->work;
    arch_vcpu_set_base(v, pt_vcpu_l1(&v->domain->space, v->id),
                       pt_vcpu_kernel(&v->domain->space, v->id));
}

void arch_vcpu_set_base(struct vcpu *v, uint32_t *l1, uint32_t *kernel) {
    v->arch.l1 = l1;
    self_set_tables(v, heap_to_maddr(l1).v, heap_to_maddr(kernel).v);
    if (v == loaded_here()) {
        level_switch_space(v->arch.ttbr, v->arch.ttbr_kernel);
    }
}

/* Write back what the hypervisor will access through an alias while @d is not loaded. */
static void leave_domain(const struct domain *d) {
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        level_alias_flush(PV_VCPU_VA(i), sizeof(struct pv_vcpu));
    }
    level_alias_flush(PV_HELPERS_VA, PV_HELPERS_SIZE);
}

void arch_vcpu_switch(struct vcpu *next) {
    struct vcpu *loaded = loaded_here();

    if (next == loaded) {
        return;
    }
    level_thread_save(&loaded->arch);
    if (loaded->domain && loaded->domain != next->domain) {
        leave_domain(loaded->domain);
    }
    if (!self_has_tables(next, loaded)) {
        level_switch_space(next->arch.ttbr, next->arch.ttbr_kernel);
    }
    loaded_on[this_cpu_index()] = next;
    self_take(next);
    vfp_switch(next);
    if (next->domain) {
        level_thread_load(&next->arch);
        write_tls_word(next->arch.tls);
    }
    switch_banked_sp(next);
}

void arch_vcpu_unload(const struct vcpu *v) {
    if (loaded_here() == v) {
        arch_vcpu_switch(vcpu_idle());
    }
    vfp_forget(v);
}

struct pv_vcpu *arch_vcpu_page(const struct vcpu *v) {
    if (self_shows(v, loaded_here())) {
        return (struct pv_vcpu *)(uintptr_t)(v->arch.frame_va - offsetof(struct pv_vcpu, frame));
    }
    return v->page;
}

void arch_vcpu_set_tls(struct vcpu *v, uint32_t value) {
    v->arch.tls = value;
    level_thread_set(value);
    write_tls_word(value);
}

void arch_vcpu_set_fpu(struct vcpu *v, bool enabled) {
    vfp_set_enabled(v, enabled);
}

/* Two registers a line, with their names in the text: more would mask interrupts for too long. */
bool arch_vcpu_line(const struct vcpu *v, unsigned int line, struct printk_line *out) {
    const struct cpu_regs *regs = &v->arch.regs;
    const uint32_t *r = regs->r;

    switch (line) {
    case 0:
        printk_prepare(out, "  vcpu %u, %s mode, cpsr %08x\n", v->id,
                       v->arch.in_kernel ? "kernel" : "user", regs->cpsr);
        return true;
    case 1: printk_prepare(out, "    r0  %08x  r1  %08x\n", r[0], r[1]); return true;
    case 2: printk_prepare(out, "    r2  %08x  r3  %08x\n", r[2], r[3]); return true;
    case 3: printk_prepare(out, "    r4  %08x  r5  %08x\n", r[4], r[5]); return true;
    case 4: printk_prepare(out, "    r6  %08x  r7  %08x\n", r[6], r[7]); return true;
    case 5: printk_prepare(out, "    r8  %08x  r9  %08x\n", r[8], r[9]); return true;
    case 6: printk_prepare(out, "    r10 %08x  r11 %08x\n", r[10], r[11]); return true;
    case 7: printk_prepare(out, "    r12 %08x  sp  %08x\n", r[12], regs->sp); return true;
    case 8: printk_prepare(out, "    lr  %08x  pc  %08x\n", regs->lr, regs->pc); return true;
    default: return false;
    }
}

void arch_set_callbacks(struct domain *d, const void *helpers) {
    const struct pv_callbacks *cb = &d->callbacks;

    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        struct arch_vcpu *arch = &d->vcpu[i]->arch;

        arch->entry_undef = cb->undef;
        arch->entry_swi = cb->swi;
        arch->entry_pabt = cb->prefetch_abort;
        arch->entry_dabt = cb->data_abort;
        arch->entry_event = cb->event;
        arch->restart_start = cb->restart_start;
        arch->restart_size = cb->restart_end - cb->restart_start;
    }
    if (helpers) {
        memcpy((void *)(uintptr_t)PV_HELPERS_VA, helpers, PV_HELPERS_SIZE);
        write_tls_word(loaded_here()->arch.tls);
        level_icache_sync(PV_HELPERS_VA, PV_HELPERS_SIZE);
    }
}
