/* SPDX-License-Identifier: GPL-2.0-only */
/* See console_ring.h. */
#include "core/console/console_ring.h"

#include <arch/atomic.h>

#include <stddef.h>

#include <xen/io/console.h>

#include "core/base/steps.h"
#include "core/console/console.h"
#include "core/console/console_domain.h"
#include "core/event/event.h"

/* Copies what there is at @cons, up to STEP_OUTPUT bytes; what had room is taken. */
static uint32_t take_output(struct console_domain *c, volatile struct xencons_interface *ring,
                            uint32_t cons, uint32_t used) {
    char text[STEP_OUTPUT];
    uint32_t count = used < STEP_OUTPUT ? used : STEP_OUTPUT;

    for (uint32_t i = 0; i < count; i++) {
        text[i] = ring->out[MASK_XENCONS_IDX(cons + i, ring->out)];
    }
    return (uint32_t)console_take(c, text, count);
}

static void serve_output(struct console_domain *c, volatile struct xencons_interface *ring) {
    uint32_t cons = ring->out_cons;
    uint32_t used = ring->out_prod - cons;

    if (used > sizeof(ring->out)) {
        /* No driver gets here: start over from where the guest says it is. */
        ring->out_cons = cons + used;
        c->ring_waiting = false;
        return;
    }
    arch_memory_barrier(); /* out_prod before the bytes */
    uint32_t taken = take_output(c, ring, cons, used);
    arch_memory_barrier(); /* the bytes before out_cons */
    ring->out_cons = cons + taken;
    c->ring_waiting = taken < used;
    /* A guest waits for room only when the ring is full: no need to tell it otherwise. */
    c->notify |= taken > 0 && used >= sizeof(ring->out) / 2;
}

static void serve_input(struct console_domain *c, volatile struct xencons_interface *ring) {
    uint32_t prod = ring->in_prod;
    uint32_t used = prod - ring->in_cons;
    char byte;

    arch_memory_barrier(); /* in_cons before its place is written again */
    for (; used < sizeof(ring->in) && console_give(c, &byte, 1) == 1; used++) {
        ring->in[MASK_XENCONS_IDX(prod, ring->in)] = byte;
        prod++;
        c->notify = true;
    }
    arch_memory_barrier(); /* the bytes before in_prod */
    ring->in_prod = prod;
}

void console_ring_serve(struct console_domain *c) {
    if (c->ring) {
        serve_output(c, c->ring);
        serve_input(c, c->ring);
    }
}

/* The guest wrote output or made room for input. */
static void ring_event(struct event_sink *sink, evtchn_port_t port) {
    struct console_domain *c =
        (struct console_domain *)(void *)((char *)sink -
                                          offsetof(struct console_domain, ring_sink));

    (void)port;
    console_lock();
    console_ring_serve(c);
    console_unlock();
    console_flush();
}

int console_ring_init(struct console_domain *c, struct xencons_interface *ring,
                      evtchn_port_t *port) {
    int err;

    c->ring_sink.sent = ring_event;
    err = event_alloc_hypervisor_port(c->event, &c->ring_sink, port);
    if (err != 0) {
        return err;
    }
    console_lock();
    c->ring = ring;
    c->ring_port = *port;
    console_unlock();
    return 0;
}
