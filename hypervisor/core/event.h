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

#include "core/abi.h"
#include "core/lock.h"

struct domain;
struct vcpu;

#define EVENT_BUCKET_PORTS 64u
#define EVENT_BUCKET_MAX   16u
/* Ports a domain may have; further allocation is -ENOSPC. */
#define EVENT_PORT_MAX     (EVENT_BUCKET_PORTS * EVENT_BUCKET_MAX)

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
    spinlock_t lock;       /* protects everything below, vcpu.virq_port and pirq of the domain */
    bool closing;          /* domain is being destroyed: no new ports */
    uint16_t poller_count; /* vCPUs in SCHEDOP_poll: a hint that saves the look at each */
    uint16_t free_hint;    /* no free port below this one */
    uint16_t port_limit;   /* ports in the buckets there are */
    struct event_port *bucket[EVENT_BUCKET_MAX]; /* [0] = first, the rest from the heap */
    struct event_port first[EVENT_BUCKET_PORTS];
};

/** event_domain_init() - no port in use.  Called by domain_create(). */
void event_domain_init(struct domain *d);

/**
 * event_domain_destroy() - close every port (remote ends become unbound), mask and release
 * its pirqs, free the buckets.  Bounded by EVENT_PORT_MAX.  No lock held.
 */
void event_domain_destroy(struct domain *d);

/*
 * The operations of EVENTCHNOP_*, on behalf of @d.  Return 0 or Xen's error:
 * -EINVAL no such port, vCPU, VIRQ, or port in the wrong state; -ENOSPC no free port;
 * -ENOMEM; -EPERM not allowed to this domain; -ESRCH no such domain; -EEXIST already
 * bound; -ENOENT no such vCPU.  No event lock held by the caller.
 */
int event_alloc_unbound(struct domain *d, domid_t remote, evtchn_port_t *port);
int event_bind_interdomain(struct domain *d, domid_t remote, evtchn_port_t remote_port,
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
/** event_reset() - close all ports but those of the hypervisor. */
int event_reset(struct domain *d);

/**
 * event_alloc_hypervisor_port() - a port of @d whose other end is the hypervisor; @callback
 * (may be NULL) is called when the guest sends.  The guest cannot close it.
 * Returns 0 and *port, -ENOSPC, -ENOMEM.
 */
int event_alloc_hypervisor_port(struct domain *d, event_callback *callback, evtchn_port_t *port);

/** event_notify() - set a hypervisor port of @d pending; nothing if it is not one.  Only atomics. */
void event_notify(struct domain *d, evtchn_port_t port);

/** event_send_virq() - per-vCPU VIRQ (VIRQ_TIMER...) to @v; nothing if not bound.  No lock taken. */
void event_send_virq(struct vcpu *v, unsigned int virq);

/** event_send_domain_virq() - global VIRQ to @d (bound on any of its vCPUs). */
void event_send_domain_virq(struct domain *d, unsigned int virq);

/** event_send_global_virq() - VIRQ_DOM_EXC and alike, to dom0 if there is one. */
void event_send_global_virq(unsigned int virq);

/** event_pending() - has @v an upcall pending, mask not looked at? */
bool event_pending(const struct vcpu *v);

/** event_port_is_pending() - is the bit of @port set?  @port < EVENT_PORT_MAX. */
bool event_port_is_pending(const struct domain *d, evtchn_port_t port);

#endif /* CORE_EVENT_H */
