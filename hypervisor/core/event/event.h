/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels, Xen's 2-level ABI (public: <xen/event_channel.h>).  Port 0 is never valid.
 *
 * Locking: event.lock of a domain protects its ports.  An interdomain channel changes
 * only while the locks of both ends are held (lower domain id first), so that a sender
 * needs only its own.
 */
#ifndef CORE_EVENT_H
#define CORE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/abi.h"
#include "core/base/addr.h"
#include "core/base/lock.h"

struct domain;
struct vcpu;

/* Ports a domain may have; further allocation is -ENOSPC. */
#define EVENT_PORT_MAX    1024u
/* The first ones are in struct domain, the others in heap pages. */
#define EVENT_PORTS_FIRST 64u
#define EVENT_PAGE_PORTS  (PAGE_SIZE / sizeof(struct event_port))
#define EVENT_PAGES       4u /* enough where pointers have 8 bytes */

/* Called when the guest sends on a port whose other end is the hypervisor; the domain's
 * event.lock is held, so it may not call back into event channels of that domain. */
typedef void event_callback(struct domain *d, evtchn_port_t port);

enum event_state {
    EVENT_FREE,
    EVENT_UNBOUND,
    EVENT_INTERDOMAIN,
    EVENT_PIRQ,
    EVENT_VIRQ,
    EVENT_IPI,
    EVENT_HYPERVISOR, /* the other end is the hypervisor */
};

struct event_port {
    uint8_t state;   /* enum event_state */
    uint8_t vcpu;    /* vCPU to notify */
    uint16_t number; /* VIRQ or pirq number; port of the remote end; domid if UNBOUND */
    union {
        struct domain *remote;    /* INTERDOMAIN */
        event_callback *callback; /* HYPERVISOR */
    };
};

struct event_domain {
    spinlock_t lock;       /* protects everything here, vcpu.virq_port and pirqs of the domain */
    bool is_closing;       /* the domain is being destroyed: no new ports */
    uint16_t poller_count; /* vCPUs in SCHEDOP_poll: saves the look at each */
    uint16_t port_count;   /* ports that have a place: first and pages */
    uint16_t close_next;   /* where event_close_all() goes on */
    uint32_t used[EVENT_PORT_MAX / 32]; /* one bit for each port that is not free, and for 0 */
    struct event_port *page[EVENT_PAGES];
    struct event_port first[EVENT_PORTS_FIRST];
};

/** event_domain_init() - no port in use.  Called by domain_create(). */
void event_domain_init(struct domain *d);

/**
 * event_domain_destroy() - close a bounded number of ports (remote ends become unbound, pirqs
 * masked); when none is left free the memory.  True if it must be called again; after that
 * calls do nothing.  The domain does not run, its vCPUs and shared_info still exist; no lock held.
 */
bool event_domain_destroy(struct domain *d) __attribute__((warn_unused_result));

/*
 * The operations of EVENTCHNOP_*, on behalf of @d.  Return 0 or Xen's error:
 * -EINVAL no such port, vCPU, VIRQ, or port in the wrong state; -ENOSPC no free port;
 * -ENOMEM; -EPERM not allowed to this domain; -EEXIST already bound; -ENOENT no such vCPU.  No event lock held by the caller.
 */
int event_alloc_unbound(struct domain *d, domid_t remote, evtchn_port_t *port);
int event_bind_interdomain(struct domain *d, struct domain *remote, evtchn_port_t remote_port,
                           evtchn_port_t *port);
int event_bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, evtchn_port_t *port);
int event_bind_ipi(struct domain *d, uint32_t vcpu, evtchn_port_t *port);
int event_bind_pirq(struct domain *d, uint32_t pirq, evtchn_port_t *port);
int event_close(struct domain *d, evtchn_port_t port);
int event_send(struct domain *d, evtchn_port_t port);
int event_unmask(struct domain *d, evtchn_port_t port);
int event_bind_vcpu(struct domain *d, evtchn_port_t port, uint32_t vcpu);
/** event_status() - fills *@status but for dom and port. */
int event_status(struct domain *d, evtchn_port_t port, struct evtchn_status *status);
/** event_reset() - close some of the ports that are not the hypervisor's; true: call again. */
bool event_reset(struct domain *d) __attribute__((warn_unused_result));

/**
 * event_alloc_hypervisor_port() - a port of @d whose other end is the hypervisor; @callback
 * (may be NULL) is called when the guest sends.  The guest cannot close it.
 * Returns 0 and *port, -ENOSPC, -ENOMEM.
 */
int event_alloc_hypervisor_port(struct domain *d, event_callback *callback, evtchn_port_t *port);

/** event_notify() - set a hypervisor port of @d pending; nothing if it is not one.  Only
 * atomics. */
void event_notify(struct domain *d, evtchn_port_t port);

/** event_send_virq() - VIRQ (VIRQ_TIMER...) bound on @v; nothing if not bound.  Only atomics. */
void event_send_virq(struct vcpu *v, unsigned int virq);

/** event_send_domain_virq() - global VIRQ to @d; nothing if not bound.  Only atomics. */
void event_send_domain_virq(struct domain *d, unsigned int virq);

/** event_send_global_virq() - VIRQ_DOM_EXC and alike, to dom0 if there is one. */
void event_send_global_virq(unsigned int virq);

/** event_is_port() - has @port a place in @d (in use or not)?  Any value. */
bool event_is_port(const struct domain *d, evtchn_port_t port);

/** event_port_is_pending() - is the bit of @port set?  event_is_port() holds. */
bool event_port_is_pending(const struct domain *d, evtchn_port_t port);

/* ---- For event_bind.c: event.lock of @d held ---- */

/** event_port() - the record of @port, for which event_is_port() holds. */
struct event_port *event_port(struct domain *d, evtchn_port_t port);
/** event_port_alloc() - a free port number, or -ENOSPC, -ENOMEM, -EINVAL (being destroyed). */
int event_port_alloc(struct domain *d);
/** event_port_free() - the port is free and not pending. */
void event_port_free(struct domain *d, evtchn_port_t port);
/** event_set_pending() - set @port of @d pending and notify.  Needs no lock: only atomics. */
void event_set_pending(struct domain *d, evtchn_port_t port);

#endif /* CORE_EVENT_H */
