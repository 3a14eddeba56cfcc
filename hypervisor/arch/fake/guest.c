/* SPDX-License-Identifier: GPL-2.0-only */
/* The fake machine's guests: nothing ever runs, what core says is recorded. */
#include <arch/fake.h>

#include "core/base/arch.h"
#include "core/base/printk.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"

unsigned int fake_space_steps;
int fake_space_error;

int arch_space_init(struct space *s) {
    (void)s;
    if (fake_space_steps > 0) {
        fake_space_steps--;
        return 1;
    }
    return fake_space_error;
}

void arch_space_destroy(struct space *s) {
    (void)s;
}

int arch_space_map_vcpu_page(struct space *s, unsigned int vcpu, mfn_t page) {
    (void)vcpu;
    (void)page;
    (void)s;
    return 0;
}

void arch_vcpu_init(struct vcpu *v, gpaddr_t entry, gpaddr_t fdt) {
    v->arch.entry = entry.v;
    v->arch.fdt = fdt.v;
}

/* The least of it: where it starts, and a mode that is refused. */
int arch_vcpu_set_context(struct vcpu *v, const struct vcpu_guest_context *c) {
    if ((c->user_regs.cpsr & 0x1f) == 0x10) {
        return -XEN_EINVAL;
    }
    v->arch.entry = c->user_regs.pc32;
    v->arch.fdt = c->user_regs.r2_usr;
    return 0;
}

void arch_vcpu_get_context(const struct vcpu *v, struct vcpu_guest_context *c) {
    c->user_regs.pc32 = v->arch.entry;
    c->user_regs.r2_usr = v->arch.fdt;
}

struct vcpu *fake_switched_to;
void (*fake_on_switch)(struct vcpu *next);

void arch_vcpu_switch(struct vcpu *next) {
    fake_switched_to = next;
    if (fake_on_switch) {
        fake_on_switch(next);
    }
}

unsigned int fake_unload_count;

void arch_vcpu_unload(const struct vcpu *v) {
    fake_unload_count++;
    if (fake_switched_to == v) {
        fake_switched_to = NULL;
    }
}

void arch_vcpu_set_tls(struct vcpu *v, uint32_t value) {
    v->arch.tls = value;
}

void arch_vcpu_set_fpu(struct vcpu *v, bool enabled) {
    v->arch.fpu_enabled = enabled;
}

void arch_vcpu_set_base(struct vcpu *v, uint32_t *l1, uint32_t *kernel) {
    v->arch.l1 = l1;
    v->arch.kernel = kernel;
}

struct pv_vcpu *arch_vcpu_page(const struct vcpu *v) {
    return v->page;
}

bool arch_vcpu_line(const struct vcpu *v, unsigned int line, struct printk_line *out) {
    if (line > 0) {
        return false;
    }
    printk_prepare(out, "  entry %x\n", v->arch.entry);
    return true;
}

void arch_set_callbacks(struct domain *d, const void *helpers) {
    (void)d;
    (void)helpers;
}
