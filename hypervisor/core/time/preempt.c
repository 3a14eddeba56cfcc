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
    /* Not irq_waits(): hypercalls are not made from within a timer's function. */
    return sched_needed() || devices.intc->pending();
}
