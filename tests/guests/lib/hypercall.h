/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls, inline: number in r12, arguments r0-r4, result r0, everything else
 * preserved (arch-arm-pv.h).  Also the one place that includes Xen's headers.
 */
#ifndef GUEST_HYPERCALL_H
#define GUEST_HYPERCALL_H

#include <stddef.h>
#include <stdint.h>

/* The toolstack's calls too. */
#define __XEN_TOOLS__ 1

#include <xen/domctl.h>
#include <xen/errno.h>
#include <xen/event_channel.h>
#include <xen/features.h>
#include <xen/hvm/hvm_op.h>
#include <xen/hvm/params.h>
#include <xen/memory.h>
#include <xen/physdev.h>
#include <xen/sched.h>
#include <xen/sysctl.h>
#include <xen/vcpu.h>
#include <xen/version.h>
#include <xen/xen.h>

#include <public/arch-arm-pv.h>

static inline int32_t hypercall5(uint32_t number, uint32_t a0, uint32_t a1, uint32_t a2,
                                 uint32_t a3, uint32_t a4) {
    register uint32_t r0 __asm__("r0") = a0;
    register uint32_t r1 __asm__("r1") = a1;
    register uint32_t r2 __asm__("r2") = a2;
    register uint32_t r3 __asm__("r3") = a3;
    register uint32_t r4 __asm__("r4") = a4;
    register uint32_t r12 __asm__("r12") = number;

    __asm__ volatile("swi 0"
                     : "+r"(r0), "+r"(r1), "+r"(r2), "+r"(r3), "+r"(r4), "+r"(r12)
                     :
                     : "memory");
    return (int32_t)r0;
}

static inline int32_t hypercall4(uint32_t number, uint32_t a0, uint32_t a1, uint32_t a2,
                                 uint32_t a3) {
    return hypercall5(number, a0, a1, a2, a3, 0);
}

static inline int32_t hypercall3(uint32_t number, uint32_t a0, uint32_t a1, uint32_t a2) {
    return hypercall5(number, a0, a1, a2, 0, 0);
}

static inline int32_t hypercall2(uint32_t number, uint32_t a0, uint32_t a1) {
    return hypercall5(number, a0, a1, 0, 0, 0);
}

static inline int32_t hypercall1(uint32_t number, uint32_t a0) {
    return hypercall5(number, a0, 0, 0, 0, 0);
}

/* Of the version of the interface that this was built with. */
static inline int32_t set_callbacks(const struct pv_callbacks *callbacks) {
    return hypercall2(__HYPERVISOR_set_callbacks, (uint32_t)callbacks,
                      PV_ABI_MAGIC + PV_ABI_VERSION);
}

/* A command with a structure, as most of Xen's calls are. */
static inline int32_t hypercall_op(uint32_t number, uint32_t command, void *argument) {
    return hypercall2(number, command, (uint32_t)argument);
}

static inline int32_t sched_op(uint32_t command, void *argument) {
    return hypercall_op(__HYPERVISOR_sched_op, command, argument);
}

static inline int32_t event_op(uint32_t command, void *argument) {
    return hypercall_op(__HYPERVISOR_event_channel_op, command, argument);
}

static inline int32_t memory_op(uint32_t command, void *argument) {
    return hypercall_op(__HYPERVISOR_memory_op, command, argument);
}

static inline int32_t grant_op(uint32_t command, void *argument, uint32_t count) {
    return hypercall3(__HYPERVISOR_grant_table_op, command, (uint32_t)argument, count);
}

static inline int32_t vcpu_op(uint32_t command, uint32_t vcpu, void *argument) {
    return hypercall3(__HYPERVISOR_vcpu_op, command, vcpu, (uint32_t)argument);
}

static inline int32_t mmu_update(const struct mmu_update *updates, uint32_t count, uint32_t *done) {
    return hypercall4(__HYPERVISOR_mmu_update, (uint32_t)updates, count, (uint32_t)done,
                      DOMID_SELF);
}

static inline int32_t mmuext_op(struct mmuext_op *ops, uint32_t count, uint32_t *done) {
    return hypercall4(__HYPERVISOR_mmuext_op, (uint32_t)ops, count, (uint32_t)done, DOMID_SELF);
}

static inline int32_t console_write(const char *text, uint32_t length) {
    return hypercall3(__HYPERVISOR_console_io, CONSOLEIO_write, length, (uint32_t)text);
}

_Noreturn static inline void shutdown(uint32_t reason) {
    struct sched_shutdown argument = {.reason = reason};

    for (;;) {
        sched_op(SCHEDOP_shutdown, &argument);
    }
}

/* This vCPU's shared page (one vCPU a guest). */
static inline volatile struct pv_vcpu *pv_page(void) {
    return (volatile struct pv_vcpu *)PV_VCPU_VA(0);
}

/* The byte that Xen/ARM's vcpu_info leaves unnamed: evtchn_upcall_mask. */
static inline volatile uint8_t *pv_mask(void) {
    return (volatile uint8_t *)(PV_VCPU_VA(0) + PV_VCPU_MASK);
}

#endif /* GUEST_HYPERCALL_H */
