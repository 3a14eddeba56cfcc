/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: what the machine is. */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/base/percpu.h"
#include "core/control/handle.h"
#include "core/control/sysctl.h"
#include "core/device/device.h"
#include "core/domain/vcpu.h"
#include "core/mm/page.h"

#define NODES         1u
#define NODE_DISTANCE 10u /* to itself, as ACPI's SLIT has it */

/* Frames that a domain can get, those among them that wait to be scrubbed included, as Xen's. */
static uint64_t free_frames(void) {
    return (uint64_t)page_free_count() + page_dirty_count();
}

/* Those that schedule. */
static uint32_t cpu_count(void) {
    return (uint32_t)__builtin_popcount(sched_cpus_there());
}

/* Their numbers may have holes, and reach up to this one. */
static uint32_t cpu_max_id(void) {
    return 31 - (uint32_t)__builtin_clz(sched_cpus_there());
}

int32_t sysctl_physinfo(struct sysctl *c) {
    struct xen_sysctl_physinfo *p = &c->op->u.physinfo;

    memset(p, 0, sizeof(*p));
    p->threads_per_core = 1;
    p->cores_per_socket = cpu_count();
    p->nr_cpus = cpu_count();
    p->max_cpu_id = cpu_max_id();
    p->nr_nodes = NODES;
    p->max_node_id = NODES - 1;
    /* As Xen on ARM: the rate of the clock that guests see, for nobody knows the core's. */
    p->cpu_khz = devices.counter.hz / 1000;
    p->capabilities =
        XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap | XEN_SYSCTL_PHYSCAP_gnttab_v1;
    p->total_pages = page_total_count();
    p->free_pages = free_frames();
    p->scrub_pages = page_dirty_count();
    p->max_mfn = page_first + page_frames - 1;
    return 0;
}

int32_t sysctl_getcpuinfo(struct sysctl *c) {
    struct xen_sysctl_getcpuinfo *g = &c->op->u.getcpuinfo;
    uint32_t all = cpu_max_id() + 1, count = g->max_cpus < all ? g->max_cpus : all;
    gvaddr_t to;

    if (!handle_ok(g->info.q, &to)) {
        return -XEN_EFAULT;
    }
    for (uint32_t i = 0; i < count; i++) {
        struct vcpu_runstate_info runstate = {0};
        struct xen_sysctl_cpuinfo info;

        if (sched_is_there(i)) {
            sched_runstate(sched_cpus[i].idle, &runstate);
        }
        info.idletime = runstate.time[RUNSTATE_running];
        if (copy_to_guest(gvaddr(to.v + i * (uint32_t)sizeof(info)), &info, sizeof(info)) != 0) {
            return -XEN_EFAULT;
        }
    }
    g->nr_cpus = count;
    return 0;
}

/* All memory is alike; of no node but the first there is any. */
int32_t sysctl_availheap(struct sysctl *c) {
    struct xen_sysctl_availheap *a = &c->op->u.availheap;

    if (a->node >= (int32_t)NODES) {
        return -XEN_EINVAL;
    }
    a->avail_bytes = free_frames() << PAGE_SHIFT;
    return 0;
}

static void cpu_topology(uint32_t cpu, struct xen_sysctl_cputopo *out) {
    *out = sched_is_there(cpu) ? (struct xen_sysctl_cputopo){.core = cpu}
                               : (struct xen_sysctl_cputopo){.core = XEN_INVALID_CORE_ID,
                                                             .socket = XEN_INVALID_SOCKET_ID,
                                                             .node = XEN_INVALID_NODE_ID};
}

/* Asked without a place first, for the number. */
int32_t sysctl_cputopoinfo(struct sysctl *c) {
    struct xen_sysctl_cputopoinfo *t = &c->op->u.cputopoinfo;
    uint32_t count = cpu_max_id() + 1;
    gvaddr_t to;

    if (!handle_ok(t->cputopo.q, &to)) {
        return -XEN_EFAULT;
    }
    if (to.v != 0) {
        count = t->num_cpus < count ? t->num_cpus : count;
        for (uint32_t i = 0; i < count; i++) {
            struct xen_sysctl_cputopo cpu;

            cpu_topology(i, &cpu);
            if (copy_to_guest(gvaddr(to.v + i * (uint32_t)sizeof(cpu)), &cpu, sizeof(cpu)) != 0) {
                return -XEN_EFAULT;
            }
        }
    }
    t->num_cpus = count;
    return 0;
}

static int put_node(gvaddr_t meminfo, gvaddr_t distance) {
    struct xen_sysctl_meminfo info = {.memsize = (uint64_t)page_total_count() << PAGE_SHIFT,
                                      .memfree = free_frames() << PAGE_SHIFT};
    uint32_t far = NODE_DISTANCE;

    if (meminfo.v != 0 && copy_to_guest(meminfo, &info, sizeof(info)) != 0) {
        return -XEN_EFAULT;
    }
    return distance.v != 0 ? copy_to_guest(distance, &far, sizeof(far)) : 0;
}

int32_t sysctl_numainfo(struct sysctl *c) {
    struct xen_sysctl_numainfo *n = &c->op->u.numainfo;
    gvaddr_t meminfo, distance;
    int err = 0;

    if (!handle_ok(n->meminfo.q, &meminfo) || !handle_ok(n->distance.q, &distance)) {
        return -XEN_EFAULT;
    }
    if ((meminfo.v | distance.v) == 0) {
        n->num_nodes = NODES;
    } else if (n->num_nodes > 0) {
        n->num_nodes = NODES;
        err = put_node(meminfo, distance);
    }
    return err;
}
