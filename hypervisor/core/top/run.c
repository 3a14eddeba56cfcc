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

/* Before anybody waits for an interrupt: those that were taken may have left the timer to this. */
static struct sched_vcpu *pick(void) {
    struct sched_vcpu *v = sched_pick();

    timer_settle();
    return v;
}

/* What the hypervisor does for itself: a piece of its work, or nothing. */
static void run_own(const struct sched_vcpu *v) {
    if (v != sched_idle()) {
        background_turn_step();
    } else if (!background_turn_idle()) {
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
