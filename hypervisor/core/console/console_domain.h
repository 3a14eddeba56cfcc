/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A domain's part of the console: its own bounded output and input buffers, so
 * that a domain that floods fills only its own, and its PV console ring.
 */
#ifndef CORE_CONSOLE_DOMAIN_H
#define CORE_CONSOLE_DOMAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/abi.h"
#include "core/console/console_out.h"
#include "core/event/event.h"

struct xencons_interface;

/* Powers of two: indices run free and are masked. */
#define CONSOLE_OUT_SIZE 1024u
#define CONSOLE_IN_SIZE  256u

struct console_domain {          /* console lock */
    domid_t id;                  /* constant */
    const char *name;            /* constant */
    struct event_domain *event;  /* constant: its event channels */
    struct event_sink ring_sink; /* constant: the hypervisor's end of ring_port */
    struct console_out out;
    char out_bytes[CONSOLE_OUT_SIZE];
    uint32_t in_head, in_tail; /* bytes ever put in, taken out */
    char in[CONSOLE_IN_SIZE];
    uint32_t budget;                /* bytes it may still print now */
    uint64_t budget_time;           /* when budget was last refilled, ns */
    struct xencons_interface *ring; /* hypervisor's uncached mapping, NULL = none */
    evtchn_port_t ring_port;        /* 0 = none */
    bool ring_waiting;              /* output left in the ring for want of room or budget */
    bool notify;                    /* the guest is to be told that something moved */
    struct console_domain *next;    /* in the list of all that are listed, ascending ids */
};

/** console_domain_init() - empty buffers, and @c, of the domain @id with that @name and @event
 * channels, which stay, is listed. */
void console_domain_init(struct console_domain *c, domid_t id, const char *name,
                         struct event_domain *event);

/** console_domain_started() - @c runs: the first that does gets the input. */
void console_domain_started(struct console_domain *c);

/**
 * console_domain_drain() - @c has stopped: let what it printed go out, its ring too.
 * False: something still waits for the UART or for the domain's allowance; ask again later.
 */
bool console_domain_drain(struct console_domain *c);

/**
 * console_domain_destroy() - print what is left of its output as far as the UART takes it at
 * once, forget the ring.  Its input waits for a domain with the same id.
 */
void console_domain_destroy(struct console_domain *c);

/**
 * console_ring_init() - serve the PV console ring of @c.
 * @ring: the hypervisor's uncached mapping (arch_map_shared()) of the frame at
 *        PV_MAGIC_CONSOLE_GFN, which is the caller's to unmap after console_domain_destroy()
 * Allocates the port; the caller publishes it as HVM_PARAM_CONSOLE_EVTCHN.
 * Returns 0 and *port, -ENOSPC, -ENOMEM.
 */
int console_ring_init(struct console_domain *c, struct xencons_interface *ring,
                      evtchn_port_t *port);

#endif /* CORE_CONSOLE_DOMAIN_H */
