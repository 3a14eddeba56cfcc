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
#include "core/sched/sched.h"

/* Ports a domain may have; further allocation is -ENOSPC. */
#define EVENT_PORT_MAX    1024u
/* The first ones are in struct domain, the others in heap pages. */
#define EVENT_PORTS_FIRST 64u
#define EVENT_PAGE_PORTS  (PAGE_SIZE / sizeof(struct event_port))
#define EVENT_PAGES       4u /* enough where pointers have 8 bytes */
#define EVENT_VCPU_MAX    8u /* >= DOMAIN_VCPU_MAX */

/* The other end of a port, in the hypervisor: sent() is called when the guest sends.  The domain's
 * event lock is held, so it may not call back into event channels of that domain. */
struct event_sink {
    void (*sent)(struct event_sink *sink, evtchn_port_t port);
};

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
        struct event_domain *remote; /* INTERDOMAIN */
        struct event_sink *sink;     /* HYPERVISOR; may be NULL */
    };
};

/* A vCPU's part. */
struct event_vcpu {
    struct event_domain *domain;       /* constant */
    const struct vcpu *vcpu;           /* constant: whose shared page it is, for arch */
    struct sched_vcpu *sched;          /* constant: whom to wake */
    evtchn_port_t virq_port[NR_VIRQS]; /* 0 = not bound; event lock */
    uint32_t poll_port;                /* port polled, 0 = none or several; event lock */
    bool polling;                      /* in SCHEDOP_poll; event lock */
    bool poll_hit;                     /* an event came for it since it began; only stores */
};

struct event_domain {
    spinlock_t
        lock;   /* protects everything here but what is constant, and its vCPUs' parts and pirqs */
    domid_t id; /* constant */
    struct shared_info *info;                /* constant: uncached mapping */
    unsigned int vcpu_count;                 /* constant while the domain may run */
    struct event_vcpu *vcpu[EVENT_VCPU_MAX]; /* the same */
    uint16_t pirq_count;   /* lines that it may bind (pirq.h); changes while it does not run */
    bool is_closing;       /* the domain is being destroyed: no new ports */
    uint16_t poller_count; /* vCPUs in SCHEDOP_poll: saves the look at each */
    uint16_t port_count;   /* ports that have a place: first and pages */
    uint16_t close_next;   /* where event_close_all() goes on */
    uint32_t used[EVENT_PORT_MAX / 32]; /* one bit for each port that is not free, and for 0 */
    struct event_port *page[EVENT_PAGES];
    struct event_port first[EVENT_PORTS_FIRST];
};

/** event_domain_init() - no port in use, no vCPU.  @info: the domain's page, for good. */
void event_domain_init(struct event_domain *e, domid_t id, struct shared_info *info);

/**
 * event_vcpu_init() - the next vCPU of @e.  The domain does not run.
 * @vcpu: whose shared page an upcall is noted in; @sched: who is woken then
 */
void event_vcpu_init(struct event_vcpu *v, struct event_domain *e, const struct vcpu *vcpu,
                     struct sched_vcpu *sched);

/** event_vcpu_destroy() - undo it, of the last one. */
void event_vcpu_destroy(const struct event_vcpu *v);

/**
 * event_domain_destroy() - close a bounded number of ports (remote ends become unbound, pirqs
 * masked); when none is left free the memory.  True if it must be called again; after that
 * calls do nothing.  The domain does not run, its vCPUs and shared_info still exist; no lock held.
 */
bool event_domain_destroy(struct event_domain *e) __attribute__((warn_unused_result));

/*
 * The operations of EVENTCHNOP_*, on behalf of @e.  Return 0 or Xen's error:
 * -EINVAL no such port, vCPU, VIRQ, or port in the wrong state; -ENOSPC no free port;
 * -ENOMEM; -EPERM not allowed to this domain; -EEXIST already bound; -ENOENT no such vCPU.  No
 * event lock held by the caller.
 */
int event_alloc_unbound(struct event_domain *e, domid_t remote, evtchn_port_t *port);
int event_bind_interdomain(struct event_domain *e, struct event_domain *remote,
                           evtchn_port_t remote_port, evtchn_port_t *port);
int event_bind_virq(struct event_domain *e, uint32_t virq, uint32_t vcpu, evtchn_port_t *port);
int event_bind_ipi(struct event_domain *e, uint32_t vcpu, evtchn_port_t *port);
int event_bind_pirq(struct event_domain *e, uint32_t pirq, evtchn_port_t *port);
int event_close(struct event_domain *e, evtchn_port_t port);
int event_send(struct event_domain *e, evtchn_port_t port);
int event_unmask(struct event_domain *e, evtchn_port_t port);
int event_bind_vcpu(struct event_domain *e, evtchn_port_t port, uint32_t vcpu);
/** event_status() - fills *@status but for dom and port. */
int event_status(struct event_domain *e, evtchn_port_t port, struct evtchn_status *status);
/** event_reset() - close some of the ports that are not the hypervisor's; true: call again. */
bool event_reset(struct event_domain *e) __attribute__((warn_unused_result));

/**
 * event_alloc_hypervisor_port() - a port of @e whose other end is the hypervisor, @sink (may be
 * NULL).  The guest cannot close it.
 * Returns 0 and *port, -ENOSPC, -ENOMEM.
 */
int event_alloc_hypervisor_port(struct event_domain *e, struct event_sink *sink,
                                evtchn_port_t *port);

/** event_notify() - set a hypervisor port of @e pending; nothing if it is not one.  Only
 * atomics. */
void event_notify(struct event_domain *e, evtchn_port_t port);

/** event_send_virq() - VIRQ (VIRQ_TIMER...) bound on @v; nothing if not bound.  Only atomics. */
void event_send_virq(struct event_vcpu *v, unsigned int virq);

/** event_send_domain_virq() - global VIRQ to @e; nothing if not bound.  Only atomics. */
void event_send_domain_virq(struct event_domain *e, unsigned int virq);

/** event_is_port() - has @port a place in @e (in use or not)?  Any value. */
bool event_is_port(const struct event_domain *e, evtchn_port_t port);

/** event_port_is_pending() - is the bit of @port set?  event_is_port() holds. */
bool event_port_is_pending(const struct event_domain *e, evtchn_port_t port);

/* ---- For event_bind.c: event.lock of @e held ---- */

/** event_port() - the record of @port, for which event_is_port() holds. */
struct event_port *event_port(struct event_domain *e, evtchn_port_t port);
/** event_port_alloc() - a free port number, or -ENOSPC, -ENOMEM, -EINVAL (being destroyed). */
int event_port_alloc(struct event_domain *e);
/** event_port_free() - the port is free and not pending. */
void event_port_free(struct event_domain *e, evtchn_port_t port);
/** event_set_pending() - set @port of @e pending and notify.  Needs no lock: only atomics. */
void event_set_pending(struct event_domain *e, evtchn_port_t port);

#endif /* CORE_EVENT_H */
