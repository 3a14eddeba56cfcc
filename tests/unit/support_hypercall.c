/* SPDX-License-Identifier: GPL-2.0-only */
/* hypercall_preempted() for tests that do not link core/hypercall/hypercall.c. */
#include <stddef.h>

#include "core/base/percpu.h"
#include "core/device/device.h"
#include "core/hypercall/hypercall.h"

bool hypercall_preempted(void) {
    return sched_needed() || (devices.intc != NULL && devices.intc->pending());
}
