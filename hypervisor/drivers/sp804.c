/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arm dual timer module (SP804): the first of its two timers, as a one-shot timer.
 * Register names as in Arm DDI 0271.
 *
 * All SP804s of a board are taken, the first is used: guests have virtual timers, and a
 * page with a timer of ours in it cannot be given away.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/intc.h"
#include "core/device/reg_poll.h"
#include "core/device/ticks.h"

#define TIMER1LOAD           0x00
#define TIMER1CONTROL        0x08
#define TIMER1INTCLR         0x0c
#define TIMERCONTROL_ONESHOT (1u << 0)
#define TIMERCONTROL_32BIT   (1u << 1)
#define TIMERCONTROL_INT     (1u << 5)
#define TIMERCONTROL_ENABLE  (1u << 7)
#define TIMER2CONTROL        0x28

static void *regs;
static struct tick_rate rate;

static void sp804_stop(void) {
    reg_write(regs, TIMER1CONTROL, TIMERCONTROL_32BIT);
    reg_write(regs, TIMER1INTCLR, 1);
}

/*
 * A load restarts the count at once (DDI 0271, TimerXLoad).  An interrupt of the old one that is
 * pending then comes all the same; core sees that nothing is due.  What is due already need not
 * wait for a whole tick: the next one will do.
 */
static void sp804_set(uint32_t ns) {
    reg_write(regs, TIMER1LOAD, ns ? ticks_of(&rate, ns) : 1);
    reg_write(regs, TIMER1CONTROL,
              TIMERCONTROL_ENABLE | TIMERCONTROL_INT | TIMERCONTROL_32BIT | TIMERCONTROL_ONESHOT);
}

static void sp804_ack(void) {
    reg_write(regs, TIMER1INTCLR, 1);
}

static const struct oneshot_ops sp804_ops = {
    .set = sp804_set,
    .stop = sp804_stop,
    .ack = sp804_ack,
};

static int sp804_probe(const void *fdt, int node) {
    if (devices.oneshot) {
        return 0;
    }
    int irq = intc_irq(fdt, node, 0);
    if (irq < 0) {
        return irq;
    }
    /* The binding names the timers' clocks in order; boards clock both alike. */
    uint32_t hz = driver_clock_hz(fdt, node, "timer0");
    regs = driver_map(fdt, node, 0, NULL);
    if (!regs || ticks_rate(hz, &rate)) {
        return -XEN_EINVAL;
    }
    reg_write(regs, TIMER2CONTROL, 0);
    sp804_stop();
    devices.oneshot = &sp804_ops;
    devices.oneshot_late = ticks_late_ns(hz);
    devices.oneshot_irq = (unsigned int)irq;
    return 0;
}

DRIVER(sp804_driver, "arm,sp804", sp804_probe);
