/* SPDX-License-Identifier: GPL-2.0-only */
/* See irq.h. */
#include "core/device/irq.h"

#include <stddef.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/base/percpu.h"
#include "core/device/device.h"

/* Written at boot and while a domain that does not run is built or torn down. */
static struct claim {
    irq_fn *fn; /* NULL = nobody's */
    void *data;
} claims[IRQ_MAX];

/* Of this machine, not exact with several pCPUs: a statistic. */
static uint32_t spurious_count;

void irq_init(void) {
    memset(claims, 0, sizeof(claims));
}

int irq_claim(unsigned int irq, irq_fn *fn, void *data) {
    if (irq >= IRQ_MAX) {
        return -XEN_EINVAL;
    }
    if (claims[irq].fn) {
        return -XEN_EBUSY;
    }
    claims[irq] = (struct claim){.fn = fn, .data = data};
    return 0;
}

void irq_release(unsigned int irq) {
    devices.intc->mask(irq);
    claims[irq].fn = NULL;
}

static bool dispatch(unsigned int irq) {
    return irq < IRQ_MAX && claims[irq].fn && claims[irq].fn(irq, claims[irq].data);
}

void irq_handle(void) {
    unsigned int irq = devices.intc->ack();

    if (irq == IRQ_NONE) {
        return;
    }
    this_cpu()->in_interrupt = true;
    if (!dispatch(irq)) {
        devices.intc->mask(irq); /* it would fire for ever */
        spurious_count++;
    }
    this_cpu()->in_interrupt = false;
    devices.intc->eoi(irq);
}

uint32_t irq_spurious_count(void) {
    return spurious_count;
}
