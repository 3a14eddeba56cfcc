/* SPDX-License-Identifier: GPL-2.0-only */
/* See run.h. */
#include "core/top/run.h"

#include "core/base/arch.h"
#include "core/base/percpu.h"
#include "core/device/device.h"
#include "core/device/irq.h"
#include "core/domain/vcpu.h"
#include "core/time/timer.h"
#include "core/top/background_turn.h"

/* The pCPU that does background work. */
#define NOBODY ARCH_CPU_MAX
static unsigned int worker_cpu = NOBODY;

static void leave_work(void) {
    if (ARCH_CPU_MAX > 1 && worker_cpu == this_cpu_index()) {
        worker_cpu = NOBODY;
    }
}

/* Before anybody waits for an interrupt: those that were taken may have left the timer to this. */
static struct sched_vcpu *pick(void) {
    struct sched_vcpu *v = sched_pick();

    timer_settle();
    return v;
}

/* Of several pCPUs one does the work, that of the worker if it runs: they would take turns only. */
static bool may_work(void) {
    return ARCH_CPU_MAX == 1 || worker_cpu == NOBODY || worker_cpu == this_cpu_index();
}

/* What the hypervisor does for itself: a piece of its work, or nothing. */
static void run_own(const struct sched_vcpu *v) {
    if (v != sched_idle()) {
        worker_cpu = this_cpu_index();
        background_turn_step();
    } else if (may_work() && background_turn_idle()) {
        worker_cpu = this_cpu_index();
    } else {
        leave_work();
        arch_cpu_idle();
    }
}

/* Between two steps other pCPUs may come in, and a vCPU that ran here may run there. */
static void let_others_in(void) {
    arch_hypervisor_leave();
    arch_hypervisor_enter();
}

/* No guest is to run.  Interrupts stay masked and are taken here by hand. */
static struct sched_vcpu *own_until_guest(struct sched_vcpu *v) {
    if (ARCH_CPU_MAX > 1) {
        arch_vcpu_switch(vcpu_idle());
    }
    do {
        while (!sched_needed()) {
            if (devices.intc->pending()) {
                irq_handle();
            } else {
                run_own(v);
            }
            let_others_in();
        }
        leave_work();
        v = pick();
    } while (v->is_own);
    return v;
}

/* Out of line: most ways out need no decision. */
__attribute__((noinline)) struct vcpu *run_next(void) {
    struct vcpu *next;

    do {
        struct sched_vcpu *v = pick();

        if (v->is_own) {
            v = own_until_guest(v);
        }
        next = vcpu_of(v);
        arch_vcpu_switch(next);
        vcpu_publish_runstate(next);
    } while (sched_needed());
    return next;
}
