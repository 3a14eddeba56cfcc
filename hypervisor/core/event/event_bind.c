/* SPDX-License-Identifier: GPL-2.0-only */
/* Binding, closing and looking at ports: see event.h. */
#include "core/base/steps.h"
#include "core/event/event.h"
#include "core/event/pirq.h"
#include "core/mm/heap.h"

/* Lower domain id first; @b may be @a. */
static void lock_pair(struct event_domain *a, struct event_domain *b) {
    struct event_domain *first = a->id <= b->id ? a : b;
    struct event_domain *second = first == a ? b : a;

    spin_lock(&first->lock);
    if (second != first) {
        spin_lock(&second->lock);
    }
}

static void unlock_pair(struct event_domain *a, struct event_domain *b) {
    spin_unlock(&a->lock);
    if (b != a) {
        spin_unlock(&b->lock);
    }
}

static struct event_vcpu *vcpu_by_id(struct event_domain *e, uint32_t id) {
    return id < e->vcpu_count ? e->vcpu[id] : NULL;
}

/* Allocates a port and fills it; event.lock held. */
static int new_port(struct event_domain *e, struct event_port value, evtchn_port_t *port) {
    int number = event_port_alloc(e);

    if (number < 0) {
        return number;
    }
    *event_port(e, (evtchn_port_t)number) = value;
    *port = (evtchn_port_t)number;
    return 0;
}

static int new_port_locking(struct event_domain *e, struct event_port value, evtchn_port_t *port) {
    spin_lock(&e->lock);
    int err = new_port(e, value, port);
    spin_unlock(&e->lock);
    return err;
}

/* ---- Binding ---- */

int event_alloc_unbound(struct event_domain *e, domid_t remote, evtchn_port_t *port) {
    struct event_port value = {.state = EVENT_UNBOUND, .number = remote};

    return new_port_locking(e, value, port);
}

int event_alloc_hypervisor_port(struct event_domain *e, struct event_sink *sink,
                                evtchn_port_t *port) {
    struct event_port value = {.state = EVENT_HYPERVISOR, .sink = sink};

    return new_port_locking(e, value, port);
}

static int connect(struct event_domain *e, struct event_domain *r, evtchn_port_t remote_port,
                   evtchn_port_t *port) {
    if (!event_is_port(r, remote_port)) {
        return -XEN_EINVAL;
    }
    struct event_port *other = event_port(r, remote_port);
    struct event_port mine = {
        .state = EVENT_INTERDOMAIN, .number = (uint16_t)remote_port, .remote = r};
    if (other->state != EVENT_UNBOUND || other->number != e->id) {
        return -XEN_EINVAL;
    }
    int err = new_port(e, mine, port);
    if (err == 0) {
        other->state = EVENT_INTERDOMAIN;
        other->number = (uint16_t)*port;
        other->remote = e;
        /* What the other end sent before there was a channel must not be lost. */
        event_set_pending(e, *port);
    }
    return err;
}

int event_bind_interdomain(struct event_domain *e, struct event_domain *remote,
                           evtchn_port_t remote_port, evtchn_port_t *port) {
    lock_pair(e, remote);
    int err = connect(e, remote, remote_port, port);
    unlock_pair(e, remote);
    return err;
}

/* As Xen on ARM: what <xen/xen.h> marks "V." is per vCPU, all others are global. */
static bool is_global(uint32_t virq) {
    return virq != VIRQ_TIMER && virq != VIRQ_DEBUG && virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

int event_bind_virq(struct event_domain *e, uint32_t virq, uint32_t vcpu, evtchn_port_t *port) {
    if (virq >= NR_VIRQS || (is_global(virq) && vcpu != 0)) {
        return -XEN_EINVAL;
    }
    struct event_vcpu *v = vcpu_by_id(e, vcpu);
    if (!v) {
        return -XEN_ENOENT;
    }
    struct event_port value = {
        .state = EVENT_VIRQ, .vcpu = (uint8_t)vcpu, .number = (uint16_t)virq};
    int err = -XEN_EEXIST;

    spin_lock(&e->lock);
    if (v->virq_port[virq] == 0) {
        err = new_port(e, value, port);
        v->virq_port[virq] = err == 0 ? *port : 0;
    }
    spin_unlock(&e->lock);
    return err;
}

int event_bind_ipi(struct event_domain *e, uint32_t vcpu, evtchn_port_t *port) {
    if (!vcpu_by_id(e, vcpu)) {
        return -XEN_ENOENT;
    }
    struct event_port value = {.state = EVENT_IPI, .vcpu = (uint8_t)vcpu};
    return new_port_locking(e, value, port);
}

int event_bind_pirq(struct event_domain *e, uint32_t pirq, evtchn_port_t *port) {
    if (pirq >= IRQ_MAX) {
        return -XEN_EINVAL;
    }
    struct event_port value = {.state = EVENT_PIRQ, .number = (uint16_t)pirq};

    spin_lock(&e->lock);
    int err = new_port(e, value, port);
    if (err == 0) {
        err = pirq_bind(e, pirq, *port);
        if (err != 0) {
            event_port_free(e, *port);
        }
    }
    spin_unlock(&e->lock);
    return err;
}

int event_bind_vcpu(struct event_domain *e, evtchn_port_t port, uint32_t vcpu) {
    int err = -XEN_EINVAL;

    if (!vcpu_by_id(e, vcpu)) {
        return -XEN_ENOENT;
    }
    spin_lock(&e->lock);
    if (event_is_port(e, port)) {
        struct event_port *p = event_port(e, port);

        if (p->state == EVENT_UNBOUND || p->state == EVENT_INTERDOMAIN || p->state == EVENT_PIRQ ||
            (p->state == EVENT_VIRQ && is_global(p->number))) {
            p->vcpu = (uint8_t)vcpu;
            err = 0;
        }
    }
    spin_unlock(&e->lock);
    return err;
}

/* ---- Closing ---- */

/*
 * Lock @e and, if @port is connected to another domain, that one too.  Which domain that
 * is can change until its lock is held.  Returns it, or @e.
 */
static struct event_domain *lock_both_ends(struct event_domain *e, evtchn_port_t port) {
    for (;;) {
        spin_lock(&e->lock);
        struct event_port *p = event_is_port(e, port) ? event_port(e, port) : NULL;
        struct event_domain *r = p && p->state == EVENT_INTERDOMAIN ? p->remote : e;
        if (r == e) {
            return e;
        }
        spin_unlock(&e->lock);
        lock_pair(e, r);
        if (p->state == EVENT_INTERDOMAIN && p->remote == r) {
            return r;
        }
        unlock_pair(e, r);
    }
}

/* The other end waits for a new connection from the same domain. */
static void disconnect(struct event_domain *e, struct event_port *p) {
    struct event_port *other = event_port(p->remote, p->number);

    other->state = EVENT_UNBOUND;
    other->number = e->id;
    other->remote = NULL;
}

static void unbind_virq(struct event_domain *e, evtchn_port_t port, uint32_t virq) {
    for (unsigned int i = 0; i < e->vcpu_count; i++) {
        if (e->vcpu[i] && e->vcpu[i]->virq_port[virq] == port) {
            e->vcpu[i]->virq_port[virq] = 0;
        }
    }
}

static int close_locked(struct event_domain *e, evtchn_port_t port, bool by_guest) {
    if (!event_is_port(e, port)) {
        return -XEN_EINVAL;
    }
    struct event_port *p = event_port(e, port);

    switch ((enum event_state)p->state) {
    case EVENT_FREE: return -XEN_EINVAL;
    case EVENT_HYPERVISOR:
        if (by_guest) {
            return -XEN_EINVAL;
        }
        break;
    case EVENT_INTERDOMAIN: disconnect(e, p); break;
    case EVENT_PIRQ: pirq_unbind(e, p->number); break;
    case EVENT_VIRQ: unbind_virq(e, port, p->number); break;
    case EVENT_UNBOUND:
    case EVENT_IPI: break;
    }
    event_port_free(e, port);
    return 0;
}

static int close_port(struct event_domain *e, evtchn_port_t port, bool by_guest) {
    struct event_domain *r = lock_both_ends(e, port);
    int err = close_locked(e, port, by_guest);

    unlock_pair(e, r);
    return err;
}

int event_close(struct event_domain *e, evtchn_port_t port) {
    return close_port(e, port, true);
}

/* Close the next ports; true if there are more. */
static bool close_some(struct event_domain *e, bool by_guest) {
    for (unsigned int i = 0; i < STEP_CLOSE_PORTS; i++) {
        if (e->close_next >= e->port_count) {
            e->close_next = 1;
            return false;
        }
        (void)close_port(e, e->close_next++, by_guest);
    }
    return true;
}

bool event_reset(struct event_domain *e) {
    return close_some(e, true);
}

bool event_domain_destroy(struct event_domain *e) {
    if (!e->is_closing) {
        e->is_closing = true;
        e->close_next = 1; /* the guest may have been in the middle of a reset */
    }
    if (close_some(e, false)) {
        return true;
    }
    for (unsigned int i = 0; i < EVENT_PAGES; i++) {
        heap_free(e->page[i], 0);
        e->page[i] = NULL;
    }
    e->port_count = 0; /* a further call finds nothing to do */
    pirq_release_all(e);
    return false;
}

/* ---- Status ---- */

static void fill_status(const struct event_port *p, struct evtchn_status *status) {
    status->vcpu = p->vcpu;
    switch ((enum event_state)p->state) {
    case EVENT_FREE: status->status = EVTCHNSTAT_closed; break;
    case EVENT_UNBOUND:
        status->status = EVTCHNSTAT_unbound;
        status->u.unbound.dom = p->number;
        break;
    case EVENT_INTERDOMAIN:
        status->status = EVTCHNSTAT_interdomain;
        status->u.interdomain.dom = p->remote->id;
        status->u.interdomain.port = p->number;
        break;
    case EVENT_HYPERVISOR:
        status->status = EVTCHNSTAT_interdomain;
        status->u.interdomain.dom = DOMID_XEN;
        status->u.interdomain.port = 0;
        break;
    case EVENT_PIRQ:
        status->status = EVTCHNSTAT_pirq;
        status->u.pirq = p->number;
        break;
    case EVENT_VIRQ:
        status->status = EVTCHNSTAT_virq;
        status->u.virq = p->number;
        break;
    case EVENT_IPI: status->status = EVTCHNSTAT_ipi; break;
    }
}

int event_status(struct event_domain *e, evtchn_port_t port, struct evtchn_status *status) {
    int err = -XEN_EINVAL;

    spin_lock(&e->lock);
    if (event_is_port(e, port)) {
        fill_status(event_port(e, port), status);
        err = 0;
    }
    spin_unlock(&e->lock);
    return err;
}
