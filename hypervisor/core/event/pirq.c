/* SPDX-License-Identifier: GPL-2.0-only */
/* See pirq.h. */
#include "core/event/pirq.h"

#include "core/device/irq.h"
#include "core/event/event.h"

/* Who has each line.  The owner changes while it does not run, the port under its event.lock. */
static struct {
    struct event_domain *owner;
    uint16_t port; /* 0 = not bound, the line is masked */
} pirqs[IRQ_MAX];

static bool fired(unsigned int irq, void *data) {
    struct event_domain *e = data;

    if (pirqs[irq].port == 0) {
        return false;
    }
    devices.intc->mask(irq);
    event_set_pending(e, pirqs[irq].port);
    return true;
}

int pirq_assign(struct event_domain *e, unsigned int irq) {
    int err;

    if (pirq_is_assigned(e, irq)) {
        return 0;
    }
    err = irq_claim(irq, fired, e);
    if (err == 0) {
        pirqs[irq].owner = e;
        pirqs[irq].port = 0;
        e->pirq_count++;
    }
    return err;
}

bool pirq_is_assigned(const struct event_domain *e, uint32_t irq) {
    return irq < IRQ_MAX && pirqs[irq].owner == e;
}

int pirq_bind(struct event_domain *e, uint32_t irq, evtchn_port_t port) {
    if (!pirq_is_assigned(e, irq)) {
        return -XEN_EPERM;
    }
    if (pirqs[irq].port != 0) {
        return -XEN_EEXIST;
    }
    pirqs[irq].port = (uint16_t)port;
    devices.intc->unmask(irq);
    return 0;
}

void pirq_unbind(struct event_domain *e, uint32_t irq) {
    if (pirq_is_assigned(e, irq)) {
        devices.intc->mask(irq);
        pirqs[irq].port = 0;
    }
}

int pirq_eoi(struct event_domain *e, uint32_t irq) {
    int err = -XEN_EINVAL;

    spin_lock(&e->lock);
    if (pirq_is_assigned(e, irq) && pirqs[irq].port != 0) {
        devices.intc->unmask(irq);
        err = 0;
    }
    spin_unlock(&e->lock);
    return err;
}

void pirq_release_all(struct event_domain *e) {
    for (unsigned int irq = 0; irq < IRQ_MAX && e->pirq_count > 0; irq++) {
        if (pirqs[irq].owner == e) {
            irq_release(irq);
            pirqs[irq].owner = NULL;
            pirqs[irq].port = 0;
            e->pirq_count--;
        }
    }
}
