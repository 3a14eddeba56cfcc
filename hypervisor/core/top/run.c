/* SPDX-License-Identifier: GPL-2.0-only */
/* See run.h. */
#include "core/top/run.h"

#include "core/base/arch.h"
#include "core/base/percpu.h"
#include "core/device/irq.h"
#include "core/domain/vcpu.h"
#include "core/time/preempt.h"
#include "core/top/background_turn.h"

static bool is_guest(const struct sched_vcpu *v) {
    return v != sched_idle() && !background_turn_is(v);
}

/* What the hypervisor does for itself: a piece of its work, or nothing. */
static void run_own(const struct sched_vcpu *v) {
    if (background_turn_is(v)) {
        background_turn_step();
    } else if (!background_turn_idle()) {
        arch_cpu_idle();
    }
}

/* No guest is to run.  Interrupts stay masked and are taken here by hand. */
static struct sched_vcpu *own_until_guest(struct sched_vcpu *v) {
    do {
        while (!sched_needed()) {
            if (irq_waits()) {
                irq_handle();
            } else {
                run_own(v);
            }
        }
        v = sched_pick();
    } while (!is_guest(v));
    return v;
}

/* Out of line: most ways out need no decision. */
__attribute__((noinline)) struct vcpu *run_next(void) {
    struct vcpu *next;

    do {
        struct sched_vcpu *v = sched_pick();

        if (!is_guest(v)) {
            v = own_until_guest(v);
        }
        next = vcpu_of(v);
        arch_vcpu_switch(next);
        vcpu_publish_runstate(next);
    } while (sched_needed());
    return next;
}
