/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When what takes long gives way.  The hypervisor runs with interrupts masked, so whatever may take
 * more than steps.h allows looks here in between.  Both looks have no side effect, and are cheap
 * enough for once every few hundred instructions.
 */
#ifndef CORE_PREEMPT_H
#define CORE_PREEMPT_H

#include <stdbool.h>

/** irq_waits() - is an interrupt pending, or, within a timer's function, a timer due? */
bool irq_waits(void);

/**
 * preempt_check() - should a long hypercall be continued later?  If an interrupt waits, or if the
 * scheduler is to pick a vCPU: it may have to be another one, since the caller was stopped by what
 * it has done so far.
 */
bool preempt_check(void);

#endif /* CORE_PREEMPT_H */
