/* SPDX-License-Identifier: GPL-2.0-only */
/* hypercall_preempted() for tests that do not link core/hypercall.c. */
#include <stddef.h>

#include "core/device.h"
#include "core/hypercall.h"
#include "core/percpu.h"

bool hypercall_preempted(void) {
    return sched_needed() || (devices.intc != NULL && devices.intc->pending());
}
