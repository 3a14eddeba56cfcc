/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports, pending bits and notification: see event.h.  Binding and closing: event_bind.c. */
#include "core/event/event.h"

#include <arch/atomic.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/mm/heap.h"

_Static_assert(EVENT_PORTS_FIRST + EVENT_PAGES * EVENT_PAGE_PORTS >= EVENT_PORT_MAX,
               "every port has a place");
_Static_assert(EVENT_PORT_MAX <= EVTCHN_2L_NR_CHANNELS, "shared_info has a bit for each");

/* The bitmaps are of 64-bit words, little endian: as good as an array of 32-bit words. */
static volatile uint32_t *bitmap_word(xen_ulong_t *bitmap, unsigned int bit) {
    return (volatile uint32_t *)bitmap + bit / 32;
}

static uint32_t bitmap_mask(unsigned int bit) {
    return 1u << (bit % 32);
}

void event_domain_init(struct event_domain *e, domid_t id, struct shared_info *info) {
    *e = (struct event_domain){.lock = SPINLOCK_INIT(LOCK_EVENT), .id = id, .info = info};
    e->port_count = EVENT_PORTS_FIRST;
    e->used[0] = bitmap_mask(0); /* never valid */
    e->close_next = 1;
}

void event_vcpu_init(struct event_vcpu *v, struct event_domain *e, const struct vcpu *vcpu,
                     struct sched_vcpu *sched) {
    CHECK(e->vcpu_count < EVENT_VCPU_MAX);
    *v = (struct event_vcpu){.domain = e, .vcpu = vcpu, .sched = sched};
    e->vcpu[e->vcpu_count++] = v;
}

void event_vcpu_destroy(const struct event_vcpu *v) {
    v->domain->vcpu[--v->domain->vcpu_count] = NULL;
}

bool event_is_port(const struct event_domain *e, evtchn_port_t port) {
    return port != 0 && port < e->port_count;
}

struct event_port *event_port(struct event_domain *e, evtchn_port_t port) {
    if (port < EVENT_PORTS_FIRST) {
        return &e->first[port];
    }
    port -= EVENT_PORTS_FIRST;
    return &e->page[port / EVENT_PAGE_PORTS][port % EVENT_PAGE_PORTS];
}

/* ---- Allocation ---- */

static int add_page(struct event_domain *e) {
    unsigned int index = (e->port_count - EVENT_PORTS_FIRST) / (unsigned int)EVENT_PAGE_PORTS;
    size_t count = e->port_count + EVENT_PAGE_PORTS;

    if (e->port_count >= EVENT_PORT_MAX) {
        return -XEN_ENOSPC;
    }
    e->page[index] = heap_alloc(0);
    if (!e->page[index]) {
        return -XEN_ENOMEM;
    }
    e->port_count = (uint16_t)(count < EVENT_PORT_MAX ? count : EVENT_PORT_MAX);
    return 0;
}

/* The lowest port that is not in use, whether or not it has a place; EVENT_PORT_MAX: none. */
static int first_free_port(const struct event_domain *e) {
    for (unsigned int i = 0; i < EVENT_PORT_MAX / 32; i++) {
        if (~e->used[i]) {
            return (int)(i * 32) + __builtin_ctz(~e->used[i]);
        }
    }
    return EVENT_PORT_MAX;
}

int event_port_alloc(struct event_domain *e) {
    if (e->is_closing) {
        return -XEN_EINVAL;
    }
    int port = first_free_port(e);

    if (port >= e->port_count) {
        int err = add_page(e);

        if (err != 0) {
            return err;
        }
    }
    e->used[port / 32] |= bitmap_mask((unsigned int)port);
    return port;
}

void event_port_free(struct event_domain *e, evtchn_port_t port) {
    struct event_port *p = event_port(e, port);

    arch_atomic_clear(bitmap_word(e->info->evtchn_pending, port), bitmap_mask(port));
    *p = (struct event_port){.state = EVENT_FREE};
    e->used[port / 32] &= ~bitmap_mask(port);
}

/* ---- Pending ---- */

bool event_port_is_pending(const struct event_domain *e, evtchn_port_t port) {
    return (*bitmap_word(e->info->evtchn_pending, port) & bitmap_mask(port)) != 0;
}

static bool is_masked(const struct event_domain *e, evtchn_port_t port) {
    return (*bitmap_word(e->info->evtchn_mask, port) & bitmap_mask(port)) != 0;
}

/* How a vCPU is woken: sched_wake(), or sched_wake_by_other(). */
typedef void wake_fn(struct sched_vcpu *v);

/*
 * The selector has a bit for each 64-bit word of the pending bitmap.  If it was set, somebody woke
 * the vCPU, or, if that was another domain, will later: not later than this event may.
 */
static inline __attribute__((always_inline)) void notify_vcpu(struct event_vcpu *v,
                                                              evtchn_port_t port, wake_fn *wake) {
    unsigned int bit = port / 64;

    if (!v) {
        return; /* a domain that is being built */
    }
    struct vcpu_info *info = &arch_vcpu_page(v->vcpu)->info;

    if (arch_atomic_test_and_set(bitmap_word(&info->evtchn_pending_sel, bit), bitmap_mask(bit)) &&
        !sched_wakes_at_release(v->sched)) {
        return;
    }
    *(volatile uint8_t *)&info->evtchn_upcall_pending = 1;
    /* The byte before the look at @v's state: a vCPU that blocks stores its state before it looks
     * at the byte (block_unless_due()).  Without both barriers each may miss the other's store, for
     * a store may be seen after a later load (Arm ARM DDI 0406, A3.8.2), and the wake-up is
     * lost. */
    arch_memory_barrier();
    wake(v->sched);
}

/* Pollers wait for the pending bit, whether or not the port is masked. */
static void wake_pollers(struct event_domain *e, evtchn_port_t port, wake_fn *wake) {
    for (unsigned int i = 0; i < e->vcpu_count; i++) {
        struct event_vcpu *v = e->vcpu[i];

        if (v->polling && (v->poll_port == 0 || v->poll_port == port)) {
            v->poll_hit = true;
            arch_memory_barrier(); /* it says that it blocks before it looks at this */
            wake(v->sched);
        }
    }
}

static inline __attribute__((always_inline)) void set_pending(struct event_domain *e,
                                                              evtchn_port_t port, wake_fn *wake) {
    if (arch_atomic_test_and_set(bitmap_word(e->info->evtchn_pending, port), bitmap_mask(port))) {
        return;
    }
    /* The bit before the mask and the count: who unmasks clears the mask before it looks at the
     * bit, and a poller counts itself before it does. */
    arch_memory_barrier();
    if (!is_masked(e, port)) {
        notify_vcpu(e->vcpu[event_port(e, port)->vcpu], port, wake);
    }
    if (e->poller_count > 0) {
        wake_pollers(e, port, wake);
    }
}

void event_set_pending(struct event_domain *e, evtchn_port_t port) {
    set_pending(e, port, sched_wake);
}

int event_unmask(struct event_domain *e, evtchn_port_t port) {
    int err = -XEN_EINVAL;

    spin_lock(&e->lock);
    if (event_is_port(e, port)) {
        arch_atomic_clear(bitmap_word(e->info->evtchn_mask, port), bitmap_mask(port));
        arch_memory_barrier(); /* event_set_pending() looks at the mask after it set the bit */
        if (event_port_is_pending(e, port)) {
            notify_vcpu(e->vcpu[event_port(e, port)->vcpu], port, sched_wake);
        }
        err = 0;
    }
    spin_unlock(&e->lock);
    return err;
}

/* ---- Sending ---- */

static void send_remote(const struct event_domain *e, const struct event_port *p) {
    if (p->remote == e) {
        event_set_pending(p->remote, p->number);
    } else {
        set_pending(p->remote, p->number, sched_wake_by_other);
    }
}

static int send_locked(struct event_domain *e, evtchn_port_t port) {
    struct event_port *p = event_port(e, port);

    switch ((enum event_state)p->state) {
    case EVENT_INTERDOMAIN: send_remote(e, p); return 0;
    case EVENT_IPI: event_set_pending(e, port); return 0;
    case EVENT_UNBOUND: return 0; /* nobody there yet: as Xen */
    case EVENT_HYPERVISOR:
        if (p->sink) {
            p->sink->sent(p->sink, port);
        }
        return 0;
    case EVENT_FREE:
    case EVENT_PIRQ:
    case EVENT_VIRQ: break;
    }
    return -XEN_EINVAL;
}

int event_send(struct event_domain *e, evtchn_port_t port) {
    spin_lock(&e->lock);
    int err = event_is_port(e, port) ? send_locked(e, port) : -XEN_EINVAL;
    spin_unlock(&e->lock);
    return err;
}

void event_notify(struct event_domain *e, evtchn_port_t port) {
    if (event_is_port(e, port) && event_port(e, port)->state == EVENT_HYPERVISOR) {
        event_set_pending(e, port);
    }
}

void event_send_virq(struct event_vcpu *v, unsigned int virq) {
    CHECK(virq < NR_VIRQS);
    evtchn_port_t port = v->virq_port[virq];

    if (port != 0) {
        event_set_pending(v->domain, port);
    }
}

/* Global VIRQs are bound on vCPU 0, whichever vCPU they notify (event_bind_virq()). */
void event_send_domain_virq(struct event_domain *e, unsigned int virq) {
    if (e->vcpu_count > 0 && e->vcpu[0]) {
        event_send_virq(e->vcpu[0], virq);
    }
}
