/* SPDX-License-Identifier: GPL-2.0-only */
/* hypercall_preempted() for tests that do not link core/hypercall.c. */
#include <stddef.h>

#include "core/device.h"
#include "core/hypercall.h"

bool hypercall_preempted(void) {
    return devices.intc != NULL && devices.intc->pending();
}
