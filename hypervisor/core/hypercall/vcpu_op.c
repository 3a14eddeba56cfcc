/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * __HYPERVISOR_vcpu_op and __HYPERVISOR_set_timer_op.
 */
#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/event/event.h"
#include "core/hypercall/hypercall.h"
#include "core/hypercall/mmuext.h"
#include "core/time/clock.h"

/* ---- Timers: of the calling vCPU only, as Xen ---- */

static int32_t set_singleshot(struct vcpu *v, gvaddr_t arg) {
    struct vcpu_set_singleshot_timer set;

    if (copy_from_guest(&set, arg, sizeof(set)) != 0) {
        return -XEN_EFAULT;
    }
    if ((set.flags & VCPU_SSHOTTMR_future) != 0 && set.timeout_abs_ns < clock_now()) {
        return -XEN_ETIME;
    }
    timer_set(&v->singleshot, set.timeout_abs_ns);
    return 0;
}

static int32_t stop_singleshot(struct vcpu *v, gvaddr_t arg) {
    (void)arg;
    timer_stop(&v->singleshot);
    return 0;
}

/* No periodic timer ever runs. */
static int32_t stop_periodic(struct vcpu *v, gvaddr_t arg) {
    (void)v;
    (void)arg;
    return 0;
}

/* ---- Runstate ---- */

static int32_t get_runstate(struct vcpu *v, gvaddr_t arg) {
    struct vcpu_runstate_info info;

    sched_runstate(&v->sched, &info);
    return copy_to_guest(arg, &info, sizeof(info)) != 0 ? -XEN_EFAULT : 0;
}

static int32_t register_runstate(struct vcpu *v, gvaddr_t arg) {
    struct vcpu_register_runstate_memory_area area;

    if (copy_from_guest(&area, arg, sizeof(area)) != 0 || area.addr.p > UINT32_MAX) {
        return -XEN_EFAULT;
    }
    gvaddr_t to = gvaddr((uint32_t)area.addr.p);
    if (to.v != 0 && v == vcpu_current() &&
        copy_to_guest(to, &v->sched.runstate, sizeof(v->sched.runstate)) != 0) {
        return -XEN_EFAULT;
    }
    v->runstate_area = to;
    return 0;
}

/* ---- vcpu_info ---- */

/* It has one fixed place: caches that are tagged by virtual address must see one address. */
static int32_t register_vcpu_info(struct vcpu *v, gvaddr_t arg) {
    struct vcpu_register_vcpu_info info;

    if (copy_from_guest(&info, arg, sizeof(info)) != 0) {
        return -XEN_EFAULT;
    }
    return info.mfn == PV_MAGIC_VCPU_GFN(v->id) && info.offset == 0 ? 0 : -XEN_EINVAL;
}

/* ---- Up and down ---- */

static int32_t is_up(struct vcpu *v, gvaddr_t arg) {
    (void)arg;
    return v->sched.state != VCPU_OFFLINE;
}

/* The table to begin on, by guest-physical address: registered, or 0 for none. */
static int set_base(struct vcpu *v, uint64_t table) {
    if (table == 0) {
        return 0;
    }
    if (table >> 32 || table % PAGE_SIZE) {
        return -XEN_EINVAL;
    }
    return mmuext_load_base(v, gfn((uint32_t)table >> PAGE_SHIFT));
}

/* The first vCPU is initialised with its domain. */
static int32_t initialise(struct vcpu *v, gvaddr_t arg) {
    struct vcpu_guest_context context;
    uint64_t table;

    if (copy_from_guest(&context, arg, sizeof(context)) != 0) {
        return -XEN_EFAULT;
    }
    if (v->is_initialised) {
        return -XEN_EEXIST;
    }
    table = context.ttbr0;
    context.ttbr0 = 0;
    int err = arch_vcpu_set_context(v, &context);
    if (err == 0) {
        err = set_base(v, table);
    }
    if (err) {
        return err == -XEN_EAGAIN ? HYPERCALL_AGAIN : err;
    }
    arch_set_callbacks(v->domain, NULL);
    v->is_initialised = true;
    if (context.flags & VGCF_online) {
        sched_start(&v->sched);
    }
    return 0;
}

static int32_t up(struct vcpu *v, gvaddr_t arg) {
    (void)arg;
    if (!v->is_initialised) {
        return -XEN_EINVAL;
    }
    sched_start(&v->sched);
    return 0;
}

static bool is_last_up(const struct vcpu *v) {
    const struct domain *d = v->domain;

    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        if (d->vcpu[i] != v && d->vcpu[i]->sched.state != VCPU_OFFLINE) {
            return false;
        }
    }
    return true;
}

/* As Xen: a domain without a vCPU that is up has powered off.  Of two that go down at once one is
 * the last. */
static int32_t down(struct vcpu *v, gvaddr_t arg) {
    struct domain *d = v->domain;

    (void)arg;
    spin_lock(&d->life_lock);
    bool is_last = is_last_up(v);
    if (!is_last) {
        sched_sleep(&v->sched);
    }
    spin_unlock(&d->life_lock);
    if (is_last) {
        domain_shutdown(d, SHUTDOWN_poweroff);
    }
    return 0;
}

static const struct {
    int32_t (*fn)(struct vcpu *v, gvaddr_t arg);
    bool is_own_only; /* a vCPU may do it to itself alone */
} ops[] = {
    [VCPUOP_initialise] = {initialise, false},
    [VCPUOP_up] = {up, false},
    [VCPUOP_down] = {down, false},
    [VCPUOP_is_up] = {is_up, false},
    [VCPUOP_get_runstate_info] = {get_runstate, false},
    [VCPUOP_register_runstate_memory_area] = {register_runstate, false},
    [VCPUOP_stop_periodic_timer] = {stop_periodic, true},
    [VCPUOP_set_singleshot_timer] = {set_singleshot, true},
    [VCPUOP_stop_singleshot_timer] = {stop_singleshot, true},
    [VCPUOP_register_vcpu_info] = {register_vcpu_info, false},
};

/* args: command, vCPU, pointer. */
int32_t do_vcpu_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint32_t cmd = args[0];
    uint32_t id = args[1];

    if (id >= v->domain->vcpu_count) {
        return -XEN_ENOENT;
    }
    if (cmd >= sizeof(ops) / sizeof(ops[0]) || !ops[cmd].fn) {
        return -XEN_ENOSYS;
    }
    struct vcpu *target = v->domain->vcpu[id];
    if (ops[cmd].is_own_only && target != v) {
        return -XEN_EINVAL;
    }
    return ops[cmd].fn(target, gvaddr(args[2]));
}

/* args: low and high half of the deadline in ns; 0 = stop. */
int32_t do_set_timer_op(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    uint64_t deadline = args[0] | (uint64_t)args[1] << 32;

    if (deadline == 0) {
        timer_stop(&v->singleshot);
    } else {
        timer_set(&v->singleshot, deadline);
    }
    return 0;
}
