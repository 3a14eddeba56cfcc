/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_info.h. */
#include "core/control/domain_info.h"

#include <string.h>

#include "core/domain/domain.h"
#include "core/domain/vcpu.h"

#define GPADDR_BITS 32u

/* A domain's flags before they are looked at: all its vCPUs are blocked until one is not. */
static uint32_t vcpu_flags(struct vcpu *v, struct xen_domctl_getdomaininfo *info, uint32_t flags) {
    struct xen_domctl_getvcpuinfo one;

    domain_vcpu_info(v, &one);
    info->cpu_time += one.cpu_time;
    info->max_vcpu_id = v->id;
    if (!one.online) {
        return flags;
    }
    info->nr_online_vcpus++;
    if (!one.blocked) {
        flags &= ~XEN_DOMINF_blocked;
    }
    return one.running ? flags | XEN_DOMINF_running : flags;
}

/* Xen has all bits of the code set as long as there was no shutdown. */
static uint32_t shutdown_flags(const struct domain *d) {
    if (d->state == DOMAIN_SHUTDOWN) {
        return XEN_DOMINF_shutdown | (uint32_t)d->shutdown_reason << XEN_DOMINF_shutdownshift;
    }
    return ~0u << XEN_DOMINF_shutdownshift;
}

static uint32_t domain_flags(const struct domain *d) {
    return XEN_DOMINF_hvm_guest | XEN_DOMINF_hap | shutdown_flags(d) |
           (domain_is_dying(d) ? XEN_DOMINF_dying : 0) |
           (d->pause_count > 0 ? XEN_DOMINF_paused : 0);
}

void domain_info(struct domain *d, struct xen_domctl_getdomaininfo *info) {
    uint32_t flags = XEN_DOMINF_blocked;

    memset(info, 0, sizeof(*info));
    info->domain = d->id;
    info->max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        flags = vcpu_flags(d->vcpu[i], info, flags);
    }
    info->flags = (info->nr_online_vcpus ? flags : 0) | domain_flags(d);
    info->tot_pages = d->space.p2m.held;
    info->max_pages = d->max_frames;
    info->shared_info_frame = d->shared_info_gfn;
    info->cpupool = pool_of(d);
    memcpy(info->handle, d->handle, sizeof(info->handle));
    info->gpaddr_bits = GPADDR_BITS;
    info->arch_config.gic_version = XEN_DOMCTL_CONFIG_GIC_V2;
}

/* As for Xen, one that a toolstack has brought up is online before its domain ever runs. */
static bool is_online(const struct vcpu *v) {
    return v->sched.state != VCPU_OFFLINE ||
           (v->domain->state == DOMAIN_CREATED && v->is_initialised);
}

void domain_vcpu_info(struct vcpu *v, struct xen_domctl_getvcpuinfo *info) {
    struct vcpu_runstate_info runstate;

    sched_runstate(&v->sched, &runstate);
    info->online = is_online(v);
    info->blocked = v->sched.state == VCPU_BLOCKED;
    info->running = v->sched.state == VCPU_RUNNING;
    info->cpu_time = runstate.time[RUNSTATE_running];
    info->cpu = v->sched.cpu;
}
