/* SPDX-License-Identifier: GPL-2.0-only */
/* See irq.h. */
#include "core/device/irq.h"

#include "core/base/percpu.h"
#include "core/console/console.h"
#include "core/device/device.h"
#include "core/event/pirq.h"
#include "core/time/timer.h"

/* Of this machine, not exact with several pCPUs: a statistic. */
static uint32_t spurious_count;

static void dispatch(unsigned int irq) {
    if (irq == devices.oneshot_irq) {
        devices.oneshot->ack();
        timer_interrupt();
    } else if (irq == devices.uart_irq) {
        console_interrupt();
    } else if (!pirq_interrupt(irq)) {
        /* It would fire for ever: nobody can quieten its device. */
        devices.intc->mask(irq);
        spurious_count++;
    }
}

void irq_handle(void) {
    unsigned int irq = devices.intc->ack();

    if (irq != IRQ_NONE) {
        this_cpu()->in_interrupt = true;
        dispatch(irq);
        this_cpu()->in_interrupt = false;
        devices.intc->eoi(irq);
    }
}

bool irq_waits(void) {
    return devices.intc->pending() || (this_cpu()->timers.is_serving && timer_is_due());
}

void irq_init(void) {
    devices.intc->unmask(devices.oneshot_irq);
    devices.intc->unmask(devices.uart_irq);
    devices.uart->rx_irq(true);
}

uint32_t irq_spurious_count(void) {
    return spurious_count;
}
