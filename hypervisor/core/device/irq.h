/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where interrupts go: the hypervisor's own devices, or a domain.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include <stdbool.h>
#include <stdint.h>

/** irq_init() - unmask the lines of the hypervisor's own devices.  Boot, last. */
void irq_init(void);

/**
 * irq_handle() - serve one pending line, if there is one.  Another one interrupts again, before the
 * guest's next instruction, which is cheaper than to look for it each time.  Called by arch with no
 * lock held, on an interrupt or when idling ends.
 */
void irq_handle(void);

/** irq_waits() - is a line pending, or, within a timer's function, a timer due?  No side effect. */
bool irq_waits(void);

/** irq_spurious_count() - interrupts that were nobody's, since boot. */
uint32_t irq_spurious_count(void);

#endif /* CORE_IRQ_H */
