/* SPDX-License-Identifier: GPL-2.0-only */
/* See preempt.h. */
#include "core/time/preempt.h"

#include "core/base/percpu.h"
#include "core/device/device.h"
#include "core/time/timer.h"

bool irq_waits(void) {
    return devices.intc->pending() || timer_is_unseen();
}

bool preempt_check(void) {
    return sched_needed() || irq_waits();
}
