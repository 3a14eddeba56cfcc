/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest has of the hardware: its part of the hole, registers, address space.  A part of
 * arch.h.
 */
#ifndef CORE_ARCH_GUEST_H
#define CORE_ARCH_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/abi.h"
#include "core/base/addr.h"

struct domain;
struct printk_line;
struct space;
struct vcpu;
struct vcpu_guest_context;

/** arch_guests_init() - what must be there before the first domain; after vcpu_idle_init().  Boot.
 */
void arch_guests_init(void);
/** arch_cpu_guests_init() - the same of another pCPU; after vcpu_idle_init() there. */
void arch_cpu_guests_init(void);
/** arch_run_guests() - leave the boot's stack and run what the scheduler says. */
_Noreturn void arch_run_guests(void);

/** arch_space_init() - a step towards the shared MiB and the vector page of @s.  Returns 1 (call
 * again), 0 (they stand), or -ENOMEM: nothing has changed.  arch_space_destroy() undoes it, at any
 * stage. */
int arch_space_init(struct space *s);
void arch_space_destroy(struct space *s);
/** arch_space_map_vcpu_page() - make @page, the shared page of vCPU @vcpu, appear at
 * PV_VCPU_VA(@vcpu). Returns 0. */
int arch_space_map_vcpu_page(struct space *s, unsigned int vcpu, mfn_t page);
/** arch_vcpu_init() - registers for the boot protocol: pc = @entry, r2 = @fdt; USR; FPU state
 * clean. */
void arch_vcpu_init(struct vcpu *v, gpaddr_t entry, gpaddr_t fdt);
/**
 * arch_vcpu_set_context() - registers as a toolstack says, of a vCPU that never ran: the general
 * ones, pc, and of the CPSR the flags and the state, ARM or Thumb.  It starts in its kernel,
 * whichever privileged mode is named, with the MMU off. Returns 0; -EINVAL (a mode that is none or
 * is user mode's, big-endian data, a table).
 */
int arch_vcpu_set_context(struct vcpu *v, const struct vcpu_guest_context *c);
/**
 * arch_vcpu_get_context() - registers of @v, which does not run, as if its kernel were in
 * supervisor mode and its user code in user mode; what it has no such register for is left as it
 * is.
 */
void arch_vcpu_get_context(const struct vcpu *v, struct vcpu_guest_context *c);
/** arch_vcpu_switch() - load @next's address space and state, saving what was loaded. Idle too. */
void arch_vcpu_switch(struct vcpu *next);
/** arch_vcpu_unload() - @v is going away: nothing of it may stay in the hardware. */
void arch_vcpu_unload(const struct vcpu *v);
/** arch_vcpu_set_tls() - user thread pointer of @v, current. */
void arch_vcpu_set_tls(struct vcpu *v, uint32_t value);
/** arch_vcpu_set_fpu() - do VFP instructions of @v, current, run (true) or trap to its kernel? */
void arch_vcpu_set_fpu(struct vcpu *v, bool enabled);
/** arch_vcpu_set_base() - @v's new first-level table, and the one with its kernel part, which may
 * be the same (hypervisor addresses); loads them if @v is current. */
void arch_vcpu_set_base(struct vcpu *v, uint32_t *l1, uint32_t *kernel);
/**
 * arch_vcpu_page() - @v's shared page at the address that is coherent now: while @v's address
 * space is loaded, the very address the guest uses (VIVT caches then see one address); else
 * the uncached alias v->page.  Use this, not v->page.
 */
struct pv_vcpu *arch_vcpu_page(const struct vcpu *v);
/** arch_vcpu_line() - *@out is line @line, from 0, of @v's registers; false if there is none. */
bool arch_vcpu_line(const struct vcpu *v, unsigned int line, struct printk_line *out);
/** arch_set_callbacks() - @d->callbacks changed: copy helpers (@helpers may be NULL). */
void arch_set_callbacks(struct domain *d, const void *helpers);

#endif /* CORE_ARCH_GUEST_H */
