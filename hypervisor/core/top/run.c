/* SPDX-License-Identifier: GPL-2.0-only */
/* See run.h. */
#include "core/top/run.h"

#include "core/base/arch.h"
#include "core/base/percpu.h"
#include "core/device/irq.h"
#include "core/domain/vcpu.h"
#include "core/time/preempt.h"
#include "core/top/background_turn.h"

/* Nothing to run.  Interrupts stay masked and are taken here by hand. */
static struct sched_vcpu *idle_until_work(void) {
    struct sched_vcpu *v;

    do {
        while (!sched_needed()) {
            if (irq_waits()) {
                irq_handle();
            } else if (!background_turn_idle()) {
                arch_cpu_idle();
            }
        }
        v = sched_pick();
    } while (v == sched_idle());
    return v;
}

/* Out of line: most ways out need no decision. */
__attribute__((noinline)) struct vcpu *run_next(void) {
    struct vcpu *next;

    do {
        struct sched_vcpu *v = sched_pick();

        if (v == sched_idle()) {
            v = idle_until_work();
        }
        next = vcpu_of(v);
        arch_vcpu_switch(next);
        vcpu_publish_runstate(next);
    } while (sched_needed());
    return next;
}
