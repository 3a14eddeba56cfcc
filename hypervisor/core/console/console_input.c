/* SPDX-License-Identifier: GPL-2.0-only */
/* See console_input.h. */
#include "core/console/console_input.h"

#include "core/base/printk.h"
#include "core/base/steps.h"
#include "core/console/console.h"
#include "core/console/console_keys.h"
#include "core/console/console_ring.h"
#include "core/device/device.h"
#include "core/domain/domain.h"
#include "core/event/event.h"

/* Only changed by the pCPU that gets the UART's interrupt.  An id, not a domain: the focus
 * stays with a domain that restarts. */
static domid_t focus = DOMID_INVALID;
static unsigned int switch_count;

domid_t console_focus(void) {
    return focus;
}

void console_input_appeared(struct domain *d) {
    if (d->id == focus) {
        console_out_foreground(&d->console.out);
    }
}

void console_domain_started(struct domain *d) {
    console_lock();
    if (focus == DOMID_INVALID) {
        focus = d->id;
        console_out_foreground(&d->console.out);
    }
    console_unlock();
}

/* A domain that is being torn down has left the console already. */
static bool can_have_focus(const struct domain *d) {
    bool from_start = focus == CONSOLE_FOCUS_HYPERVISOR || focus == DOMID_INVALID;

    return d->state != DOMAIN_DYING && (from_start || d->id > focus);
}

/* The domain with the next higher id, after the last one the hypervisor, then the first. */
static struct domain *next_in_focus(void) {
    struct domain *d = domain_next(NULL);

    while (d != NULL && !can_have_focus(d)) {
        d = domain_next(d);
    }
    return d;
}

static void move_focus(void) {
    struct domain *d = next_in_focus();

    console_lock();
    focus = d != NULL ? d->id : CONSOLE_FOCUS_HYPERVISOR;
    console_out_foreground(d != NULL ? &d->console.out : NULL);
    console_unlock();
    if (d != NULL) {
        printk("*** console input: d%u %s\n", d->id, d->name);
    } else {
        printk("*** console input: hypervisor (h: help)\n");
    }
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
    struct domain *d = domain_by_id(focus);
    if (d == NULL) {
        return;
    }
    console_lock();
    queue_input(&d->console, byte);
    console_ring_serve(d);
    bool has_ring = d->console.ring != NULL;
    console_unlock();
    if (!has_ring) {
        event_send_domain_virq(d, VIRQ_CONSOLE);
    }
}

void console_input_byte(uint8_t byte) {
    if (byte == CONSOLE_SWITCH_KEY) {
        if (++switch_count == CONSOLE_SWITCH_COUNT) {
            switch_count = 0;
            move_focus();
        }
        return;
    }
    for (; switch_count > 0; switch_count--) {
        deliver(CONSOLE_SWITCH_KEY);
    }
    deliver(byte);
}

void console_interrupt(void) {
    for (unsigned int i = 0; i < STEP_RECEIVE; i++) {
        int byte = devices.uart->rx();

        if (byte < 0) {
            break;
        }
        console_input_byte((uint8_t)byte);
    }
    console_flush();
}
