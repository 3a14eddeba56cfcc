/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The private timer that each CPU of an MPCore has beside its GIC interface: Cortex-A9 MPCore TRM
 * DDI 0407, 4.1 and 4.2; the ARM11 MPCore's (DDI 0360) is the same.  Where there is one it is the
 * one-shot timer, rather than one of the board's: it is nearer.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"
#include "core/device/ticks.h"

#define TIMER_LOAD           0x00 /* a write sets the counter, too */
#define TIMER_CONTROL        0x08
#define TIMER_CONTROL_ENABLE (1u << 0)
#define TIMER_CONTROL_IRQ    (1u << 2)
#define TIMER_STATUS         0x0c
#define TIMER_STATUS_EVENT   1u

/* By how much an exact timer is set early: a bounded wait is exact, while the way from the
 * interrupt to the timer's function is not, nor what is between two looks. */
#define EARLY_NS             500u

static void *regs;
static struct tick_rate rate;

static void mpcore_timer_ack(void) {
    reg_write(regs, TIMER_STATUS, TIMER_STATUS_EVENT);
}

static void mpcore_timer_stop(void) {
    reg_write(regs, TIMER_CONTROL, 0);
    mpcore_timer_ack();
}

static void mpcore_timer_set(uint32_t ns) {
    mpcore_timer_stop();
    reg_write(regs, TIMER_LOAD, ticks_of(&rate, ns));
    reg_write(regs, TIMER_CONTROL, TIMER_CONTROL_ENABLE | TIMER_CONTROL_IRQ);
}

static const struct oneshot_ops mpcore_timer_ops = {
    .set = mpcore_timer_set,
    .stop = mpcore_timer_stop,
    .ack = mpcore_timer_ack,
};

static int mpcore_timer_probe(const void *fdt, int node) {
    int irq = intc_irq(fdt, node, 0);

    if (irq < 0) {
        return irq;
    }
    uint32_t hz = driver_clock_hz(fdt, node, NULL);
    regs = driver_map(fdt, node, 0, NULL);
    if (!regs || ticks_rate(hz, &rate)) {
        return -XEN_EINVAL;
    }
    mpcore_timer_stop();
    devices.oneshot = &mpcore_timer_ops;
    devices.oneshot_irq = (unsigned int)irq;
    devices.oneshot_late = ticks_late_ns(hz) + EARLY_NS;
    return 0;
}

DRIVER(mpcore_timer_driver, "arm,cortex-a9-twd-timer", mpcore_timer_probe);
DRIVER(mpcore_timer_11mp_driver, "arm,arm11mp-twd-timer", mpcore_timer_probe);
