/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Physical interrupt lines given to domains.  A pirq is the line's number in the
 * board's flat number space (core/device/device.h).  When the line fires it is masked
 * and its event channel set; the guest unmasks it with PHYSDEVOP_eoi.  So a
 * device that never stops interrupting costs only the domain that keeps asking.
 */
#ifndef CORE_PIRQ_H
#define CORE_PIRQ_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/abi.h"
#include "core/device/device.h"

struct event_domain;

/**
 * pirq_assign() - give line @irq to @e.  Boot and domain building.
 * Returns 0, -EINVAL (>= IRQ_MAX), -EBUSY (another domain's, or the hypervisor's own).
 */
int pirq_assign(struct event_domain *e, unsigned int irq);

/** pirq_is_assigned() - may @e bind @irq?  Any value of @irq. */
bool pirq_is_assigned(const struct event_domain *e, uint32_t irq);

/** pirq_bind() - route @irq to @port of @e and unmask it. event.lock held.  0, -EPERM, -EEXIST. */
int pirq_bind(struct event_domain *e, uint32_t irq, evtchn_port_t port);

/** pirq_unbind() - mask it and forget the port. event.lock held. */
void pirq_unbind(struct event_domain *e, uint32_t irq);

/** pirq_eoi() - the guest handled it: unmask.  0, -EINVAL (not its own or not bound). */
int pirq_eoi(struct event_domain *e, uint32_t irq);

/** pirq_release_all() - mask all lines of @e and take them away.  The domain does not run. */
void pirq_release_all(struct event_domain *e);

#endif /* CORE_PIRQ_H */
