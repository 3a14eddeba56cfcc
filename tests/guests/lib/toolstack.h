/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a toolstack in dom0 calls: domctl and sysctl, as libxl fills them.
 */
#ifndef GUEST_TOOLSTACK_H
#define GUEST_TOOLSTACK_H

#include <stdint.h>
#include <string.h>

#include "hypercall.h"

/** domctl_begin() - @op for @cmd about domain @id, all else 0. */
static inline void domctl_begin(struct xen_domctl *op, uint32_t cmd, domid_t id) {
    memset(op, 0, sizeof(*op));
    op->cmd = cmd;
    op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
    op->domain = id;
}

static inline int32_t domctl(struct xen_domctl *op) {
    return hypercall1(__HYPERVISOR_domctl, (uint32_t)op);
}

/** domctl_simple() - one that has no more than the domain. */
static inline int32_t domctl_simple(uint32_t cmd, domid_t id) {
    struct xen_domctl op;

    domctl_begin(&op, cmd, id);
    return domctl(&op);
}

/** domctl_begin_create() - what libxl asks for, of @vcpus vCPUs. */
static inline void domctl_begin_create(struct xen_domctl *op, uint32_t vcpus) {
    domctl_begin(op, XEN_DOMCTL_createdomain, DOMID_INVALID);
    op->u.createdomain.flags = XEN_DOMCTL_CDF_hvm | XEN_DOMCTL_CDF_hap;
    op->u.createdomain.max_vcpus = vcpus;
    op->u.createdomain.max_evtchn_port = 1023;
    op->u.createdomain.max_grant_frames = -1;
    op->u.createdomain.max_maptrack_frames = -1;
    op->u.createdomain.grant_opts = 1;
}

/** domctl_scheduler() - for scheduler_op @cmd of domain @id by @scheduler. */
static inline void domctl_scheduler(struct xen_domctl *op, domid_t id, uint32_t scheduler,
                                    uint32_t cmd) {
    domctl_begin(op, XEN_DOMCTL_scheduler_op, id);
    op->u.scheduler_op.sched_id = scheduler;
    op->u.scheduler_op.cmd = cmd;
}

/** domctl_create() - make one: its id, or an error. */
static inline int32_t domctl_create(uint32_t vcpus) {
    struct xen_domctl op;
    int32_t err;

    domctl_begin_create(&op, vcpus);
    err = domctl(&op);
    return err ? err : op.domain;
}

/** domctl_vcpus() - give it its vCPUs. */
static inline int32_t domctl_vcpus(domid_t id, uint32_t vcpus) {
    struct xen_domctl op;

    domctl_begin(&op, XEN_DOMCTL_max_vcpus, id);
    op.u.max_vcpus.max = vcpus;
    return domctl(&op);
}

/** domctl_context() - vCPU 0 starts at @pc, with @r2. */
static inline int32_t domctl_context(domid_t id, uint32_t pc, uint32_t r2) {
    struct vcpu_guest_context context;
    struct xen_domctl op;

    memset(&context, 0, sizeof(context));
    context.flags = VGCF_online;
    context.user_regs.pc32 = pc;
    context.user_regs.r1_usr = ~0u;
    context.user_regs.r2_usr = r2;
    context.user_regs.cpsr = 0x1d3; /* SVC, masked */
    domctl_begin(&op, XEN_DOMCTL_setvcpucontext, id);
    op.u.vcpucontext.ctxt.q = (uint32_t)&context;
    return domctl(&op);
}

/** domctl_max_mem() - it may have so many MiB. */
static inline int32_t domctl_max_mem(domid_t id, uint32_t mib) {
    struct xen_domctl op;

    domctl_begin(&op, XEN_DOMCTL_max_mem, id);
    op.u.max_mem.max_memkb = mib << 10;
    return domctl(&op);
}

/** memory_extents() - populate_physmap or decrease_reservation of @count extents (64 at most) of
 * @order in a row, from frame @first on, for @id: how many were done, or an error. */
static inline int32_t memory_extents(domid_t id, uint32_t command, uint32_t first, uint32_t count,
                                     uint32_t order) {
    struct xen_memory_reservation r = {.nr_extents = count, .extent_order = order, .domid = id};
    xen_pfn_t list[64];

    for (uint32_t i = 0; i < count && i < 64; i++) {
        list[i] = first + (i << order);
    }
    r.extent_start.q = (uint32_t)list;
    return memory_op(command, &r);
}

/** map_foreign() - frame @from of domain @id behind @to of the caller's; what became of it, or why
 * the call was refused. */
static inline int32_t map_foreign(domid_t id, uint64_t from, uint64_t to) {
    struct xen_add_to_physmap_batch b = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_gmfn_foreign, .size = 1, .u.foreign_domid = id};
    int error = 0x7777;

    b.idxs.q = (uint32_t)&from;
    b.gpfns.q = (uint32_t)&to;
    b.errs.q = (uint32_t)&error;
    int32_t result = memory_op(XENMEM_add_to_physmap_batch, &b);
    return result ? result : error;
}

/** unmap_foreign() - nothing is behind frame @g of the caller's any more. */
static inline int32_t unmap_foreign(uint64_t g) {
    struct xen_remove_from_physmap r = {.domid = DOMID_SELF, .gpfn = g};

    return memory_op(XENMEM_remove_from_physmap, &r);
}

/** sysctl_begin() - @op for @cmd, all else 0. */
static inline void sysctl_begin(struct xen_sysctl *op, uint32_t cmd) {
    memset(op, 0, sizeof(*op));
    op->cmd = cmd;
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
}

static inline int32_t sysctl(struct xen_sysctl *op) {
    return hypercall1(__HYPERVISOR_sysctl, (uint32_t)op);
}

/** sysctl_free_frames() - those of the machine, dirty ones included. */
static inline uint64_t sysctl_free_frames(void) {
    struct xen_sysctl op;

    sysctl_begin(&op, XEN_SYSCTL_physinfo);
    return sysctl(&op) ? 0 : op.u.physinfo.free_pages;
}

#endif /* GUEST_TOOLSTACK_H */
