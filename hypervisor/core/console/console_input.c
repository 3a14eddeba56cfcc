/* SPDX-License-Identifier: GPL-2.0-only */
/* See console_input.h. */
#include "core/console/console_input.h"

#include <stddef.h>

#include "core/base/panic.h"
#include "core/base/printk.h"
#include "core/base/steps.h"
#include "core/console/console.h"
#include "core/console/console_domain.h"
#include "core/console/console_keys.h"
#include "core/console/console_ring.h"
#include "core/device/device.h"
#include "core/device/irq.h"
#include "core/event/event.h"
#include "core/time/clock.h"
#include "core/time/timer.h"

/* Changed with the console lock held, and but for the first by the pCPU that gets the UART's
 * interrupt, which reads it without.  An id, not a domain: the focus stays with a domain that
 * restarts. */
static domid_t focus = DOMID_INVALID;
static unsigned int switch_count; /* of that pCPU */
static bool is_news;       /* who has the focus was not told of all its input yet: console lock */
static struct timer pause; /* the UART is not listened to until it fires */

domid_t console_focus(void) {
    return focus;
}

void console_input_appeared(struct console_domain *c) {
    if (c->id == focus) {
        console_out_foreground(&c->out);
    }
}

void console_domain_started(struct console_domain *c) {
    console_lock();
    if (focus == DOMID_INVALID) {
        focus = c->id;
        console_out_foreground(&c->out);
    }
    console_unlock();
}

/* The domain with the next higher id, after the last one the hypervisor, then the first.  One that
 * is being torn down has left the console already. */
static struct console_domain *next_in_focus(void) {
    bool from_start = focus == CONSOLE_FOCUS_HYPERVISOR || focus == DOMID_INVALID;
    struct console_domain *c = console_next(NULL);

    while (c && !from_start && c->id <= focus) {
        c = console_next(c);
    }
    return c;
}

static void say_focus(domid_t id, const char *name) {
    if (id == CONSOLE_FOCUS_HYPERVISOR) {
        printk("*** console input: hypervisor (h: help)\n");
    } else {
        printk("*** console input: d%u %s\n", id, name);
    }
}

static void move_focus(void) {
    const char *name;

    console_lock();
    struct console_domain *c = next_in_focus();
    focus = c ? c->id : CONSOLE_FOCUS_HYPERVISOR;
    name = c ? c->name : NULL;
    console_out_foreground(c ? &c->out : NULL);
    console_unlock();
    say_focus(focus, name);
}

static struct console_domain *in_focus(void) {
    struct console_domain *c = console_next(NULL);

    while (c && c->id != focus) {
        c = console_next(c);
    }
    return c;
}

/* Input that has no room is lost, as with any UART. */
static void queue_input(struct console_domain *c, uint8_t byte) {
    if (c->in_head - c->in_tail < CONSOLE_IN_SIZE) {
        c->in[c->in_head++ % CONSOLE_IN_SIZE] = (char)byte;
    }
}

static void deliver(uint8_t byte) {
    if (focus == CONSOLE_FOCUS_HYPERVISOR) {
        console_key(byte);
        return;
    }
    console_lock();
    struct console_domain *c = in_focus();
    if (c) {
        queue_input(c, byte);
        is_news = true;
    }
    console_unlock();
}

/* Who has the focus is told of what was queued: once, however many bytes came.  True: by its ring,
 * and console_flush() has to tell it. */
static bool announce(void) {
    struct event_domain *event = NULL;
    struct console_domain *c;
    bool has_ring;

    console_lock();
    c = is_news ? in_focus() : NULL;
    is_news = false;
    has_ring = c && c->ring;
    if (has_ring) {
        console_ring_serve(c);
    } else if (c) {
        event = c->event;
    }
    console_unlock();
    if (event) {
        event_send_domain_virq(event, VIRQ_CONSOLE);
    }
    return has_ring;
}

static void take_byte(uint8_t byte) {
    if (byte == CONSOLE_SWITCH_KEY) {
        if (++switch_count == CONSOLE_SWITCH_COUNT) {
            switch_count = 0;
            (void)announce();
            move_focus();
        }
        return;
    }
    for (; switch_count > 0; switch_count--) {
        deliver(CONSOLE_SWITCH_KEY);
    }
    deliver(byte);
}

static void end_pause(void *data) {
    (void)data;
    devices.uart->rx_irq(true);
}

/* However fast bytes come, what they cost is bounded: a batch a pause. */
static void take_pause(void) {
    devices.uart->rx_irq(false);
    timer_set(&pause, clock_now() + RECEIVE_PAUSE_NS);
}

static bool uart_interrupt(unsigned int irq, void *data) {
    (void)irq;
    (void)data;
    take_pause();
    for (unsigned int i = 0; i < STEP_RECEIVE; i++) {
        int byte = devices.uart->rx();

        if (byte < 0) {
            break;
        }
        take_byte((uint8_t)byte);
    }
    if (announce()) {
        console_flush();
    }
    return true;
}

void console_listen(void) {
    timer_init(&pause, end_pause, NULL);
    CHECK(irq_claim(devices.uart_irq, uart_interrupt, NULL) == 0);
    devices.intc->unmask(devices.uart_irq);
    devices.uart->rx_irq(true);
}
