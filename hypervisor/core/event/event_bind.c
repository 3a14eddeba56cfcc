/* SPDX-License-Identifier: GPL-2.0-only */
/* Binding, closing and looking at ports: see event.h. */
#include "core/base/steps.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/event/event.h"
#include "core/event/pirq.h"
#include "core/mm/heap.h"

/* Lower domain id first; @b may be @a. */
static void lock_pair(struct domain *a, struct domain *b) {
    struct domain *first = a->id <= b->id ? a : b;
    struct domain *second = first == a ? b : a;

    spin_lock(&first->event.lock);
    if (second != first) {
        spin_lock(&second->event.lock);
    }
}

static void unlock_pair(struct domain *a, struct domain *b) {
    spin_unlock(&a->event.lock);
    if (b != a) {
        spin_unlock(&b->event.lock);
    }
}

static struct vcpu *vcpu_of(struct domain *d, uint32_t id) {
    return id < d->vcpu_count ? d->vcpu[id] : NULL;
}

/* Allocates a port and fills it; event.lock held. */
static int new_port(struct domain *d, struct event_port value, evtchn_port_t *port) {
    int number = event_port_alloc(d);

    if (number < 0) {
        return number;
    }
    *event_port(d, (evtchn_port_t)number) = value;
    *port = (evtchn_port_t)number;
    return 0;
}

static int new_port_locking(struct domain *d, struct event_port value, evtchn_port_t *port) {
    spin_lock(&d->event.lock);
    int error = new_port(d, value, port);
    spin_unlock(&d->event.lock);
    return error;
}

/* ---- Binding ---- */

int event_alloc_unbound(struct domain *d, domid_t remote, evtchn_port_t *port) {
    struct event_port value = {.state = EVENT_UNBOUND, .number = remote};

    return new_port_locking(d, value, port);
}

int event_alloc_hypervisor_port(struct domain *d, event_callback *callback, evtchn_port_t *port) {
    struct event_port value = {.state = EVENT_HYPERVISOR, .callback = callback};

    return new_port_locking(d, value, port);
}

static int connect(struct domain *d, struct domain *r, evtchn_port_t remote_port,
                   evtchn_port_t *port) {
    if (!event_is_port(r, remote_port)) {
        return -XEN_EINVAL;
    }
    struct event_port *other = event_port(r, remote_port);
    struct event_port mine = {
        .state = EVENT_INTERDOMAIN, .number = (uint16_t)remote_port, .remote = r};
    if (other->state != EVENT_UNBOUND || other->number != d->id) {
        return -XEN_EINVAL;
    }
    int error = new_port(d, mine, port);
    if (error == 0) {
        other->state = EVENT_INTERDOMAIN;
        other->number = (uint16_t)*port;
        other->remote = d;
        /* What the other end sent before there was a channel must not be lost. */
        event_set_pending(d, *port);
    }
    return error;
}

int event_bind_interdomain(struct domain *d, struct domain *remote, evtchn_port_t remote_port,
                           evtchn_port_t *port) {
    lock_pair(d, remote);
    int error = connect(d, remote, remote_port, port);
    unlock_pair(d, remote);
    return error;
}

/* As Xen on ARM: what <xen/xen.h> marks "V." is per vCPU, all others are global. */
static bool is_global(uint32_t virq) {
    return virq != VIRQ_TIMER && virq != VIRQ_DEBUG && virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

int event_bind_virq(struct domain *d, uint32_t virq, uint32_t vcpu, evtchn_port_t *port) {
    if (virq >= NR_VIRQS || (is_global(virq) && vcpu != 0)) {
        return -XEN_EINVAL;
    }
    struct vcpu *v = vcpu_of(d, vcpu);
    if (v == NULL) {
        return -XEN_ENOENT;
    }
    struct event_port value = {
        .state = EVENT_VIRQ, .vcpu = (uint8_t)vcpu, .number = (uint16_t)virq};
    int error = -XEN_EEXIST;

    spin_lock(&d->event.lock);
    if (v->virq_port[virq] == 0) {
        error = new_port(d, value, port);
        v->virq_port[virq] = error == 0 ? *port : 0;
    }
    spin_unlock(&d->event.lock);
    return error;
}

int event_bind_ipi(struct domain *d, uint32_t vcpu, evtchn_port_t *port) {
    if (vcpu_of(d, vcpu) == NULL) {
        return -XEN_ENOENT;
    }
    struct event_port value = {.state = EVENT_IPI, .vcpu = (uint8_t)vcpu};
    return new_port_locking(d, value, port);
}

int event_bind_pirq(struct domain *d, uint32_t pirq, evtchn_port_t *port) {
    if (pirq >= IRQ_MAX) {
        return -XEN_EINVAL;
    }
    struct event_port value = {.state = EVENT_PIRQ, .number = (uint16_t)pirq};

    spin_lock(&d->event.lock);
    int error = new_port(d, value, port);
    if (error == 0) {
        error = pirq_bind(d, pirq, *port);
        if (error != 0) {
            event_port_free(d, *port);
        }
    }
    spin_unlock(&d->event.lock);
    return error;
}

int event_bind_vcpu(struct domain *d, evtchn_port_t port, uint32_t vcpu) {
    int error = -XEN_EINVAL;

    if (vcpu_of(d, vcpu) == NULL) {
        return -XEN_ENOENT;
    }
    spin_lock(&d->event.lock);
    if (event_is_port(d, port)) {
        struct event_port *p = event_port(d, port);

        if (p->state == EVENT_UNBOUND || p->state == EVENT_INTERDOMAIN || p->state == EVENT_PIRQ ||
            (p->state == EVENT_VIRQ && is_global(p->number))) {
            p->vcpu = (uint8_t)vcpu;
            error = 0;
        }
    }
    spin_unlock(&d->event.lock);
    return error;
}

/* ---- Closing ---- */

/*
 * Lock @d and, if @port is connected to another domain, that one too.  Which domain that
 * is can change until its lock is held.  Returns it, or @d.
 */
static struct domain *lock_both_ends(struct domain *d, evtchn_port_t port) {
    for (;;) {
        spin_lock(&d->event.lock);
        struct event_port *p = event_is_port(d, port) ? event_port(d, port) : NULL;
        struct domain *r = p != NULL && p->state == EVENT_INTERDOMAIN ? p->remote : d;
        if (r == d) {
            return d;
        }
        spin_unlock(&d->event.lock);
        lock_pair(d, r);
        if (p->state == EVENT_INTERDOMAIN && p->remote == r) {
            return r;
        }
        unlock_pair(d, r);
    }
}

/* The other end waits for a new connection from the same domain. */
static void disconnect(struct domain *d, struct event_port *p) {
    struct event_port *other = event_port(p->remote, p->number);

    other->state = EVENT_UNBOUND;
    other->number = d->id;
    other->remote = NULL;
}

static void unbind_virq(struct domain *d, evtchn_port_t port, uint32_t virq) {
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        if (d->vcpu[i] != NULL && d->vcpu[i]->virq_port[virq] == port) {
            d->vcpu[i]->virq_port[virq] = 0;
        }
    }
}

static int close_locked(struct domain *d, evtchn_port_t port, bool by_guest) {
    if (!event_is_port(d, port)) {
        return -XEN_EINVAL;
    }
    struct event_port *p = event_port(d, port);

    switch ((enum event_state)p->state) {
    case EVENT_FREE: return -XEN_EINVAL;
    case EVENT_HYPERVISOR:
        if (by_guest) {
            return -XEN_EINVAL;
        }
        break;
    case EVENT_INTERDOMAIN: disconnect(d, p); break;
    case EVENT_PIRQ: pirq_unbind(d, p->number); break;
    case EVENT_VIRQ: unbind_virq(d, port, p->number); break;
    case EVENT_UNBOUND:
    case EVENT_IPI: break;
    }
    event_port_free(d, port);
    return 0;
}

static int close_port(struct domain *d, evtchn_port_t port, bool by_guest) {
    struct domain *r = lock_both_ends(d, port);
    int error = close_locked(d, port, by_guest);

    unlock_pair(d, r);
    return error;
}

int event_close(struct domain *d, evtchn_port_t port) {
    return close_port(d, port, true);
}

/* Close the next ports; true if there are more. */
static bool close_some(struct domain *d, bool by_guest) {
    struct event_domain *e = &d->event;

    for (unsigned int i = 0; i < STEP_CLOSE_PORTS; i++) {
        if (e->close_next >= e->port_count) {
            e->close_next = 1;
            return false;
        }
        (void)close_port(d, e->close_next++, by_guest);
    }
    return true;
}

bool event_reset(struct domain *d) {
    return close_some(d, true);
}

bool event_domain_destroy(struct domain *d) {
    struct event_domain *e = &d->event;

    if (!e->is_closing) {
        e->is_closing = true;
        e->close_next = 1; /* the guest may have been in the middle of a reset */
    }
    if (close_some(d, false)) {
        return true;
    }
    for (unsigned int i = 0; i < EVENT_PAGES; i++) {
        heap_free(e->page[i], 0);
        e->page[i] = NULL;
    }
    e->port_count = 0; /* a further call finds nothing to do */
    pirq_release_all(d);
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

int event_status(struct domain *d, evtchn_port_t port, struct evtchn_status *status) {
    int error = -XEN_EINVAL;

    spin_lock(&d->event.lock);
    if (event_is_port(d, port)) {
        fill_status(event_port(d, port), status);
        error = 0;
    }
    spin_unlock(&d->event.lock);
    return error;
}
