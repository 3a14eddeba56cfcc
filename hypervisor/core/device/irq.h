/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where interrupts go.  Every line has one claimer at most: a part of the hypervisor whose device
 * it is, or who passes it on to a domain.
 */
#ifndef CORE_IRQ_H
#define CORE_IRQ_H

#include <stdbool.h>
#include <stdint.h>

/** irq_init() - all lines are nobody's. Boot, before everything else here. */
void irq_init(void);

/** irq_fn - line @irq fired; no lock held.  Returns false if it is of no use to the claimer: the
 * line is masked then, for nobody would quieten its device. */
typedef bool irq_fn(unsigned int irq, void *data);

/**
 * irq_claim() - @fn(@irq, @data) is called when @irq fires.  The line is masked until the claimer
 * unmasks it.
 * Returns 0, -EINVAL (>= IRQ_MAX), -EBUSY (claimed already).  Boot and domain building.
 */
int irq_claim(unsigned int irq, irq_fn *fn, void *data) __attribute__((warn_unused_result));

/** irq_release() - undo it; the line, which is claimed, is masked. */
void irq_release(unsigned int irq);

/**
 * irq_handle() - serve one pending line, if there is one.  Another one interrupts again, before the
 * guest's next instruction, which is cheaper than to look for it each time.  Called by arch with no
 * lock held, on an interrupt or when idling ends.
 */
void irq_handle(void);

/** irq_spurious_count() - interrupts that were nobody's, since boot. */
uint32_t irq_spurious_count(void);

#endif /* CORE_IRQ_H */
