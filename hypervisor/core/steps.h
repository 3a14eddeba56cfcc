/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much is done between two looks for something that waits: every size of a step is here and
 * nowhere else.  The hypervisor runs with interrupts masked, so what lies between two looks is what an
 * interrupt may wait.
 *
 * Behind each: what one element costs at its worst, in instructions.  The longest stretch of the whole
 * hypervisor is below 1,500 (`make stretches` measures it); halved, the sizes give less than 650
 * to the loops.  A look costs about 25.
 */
#ifndef CORE_STEPS_H
#define CORE_STEPS_H

/* ---- Event channels ---- */

/** Ports that are closed in one go: 95 each, the other end in another domain included. */
#define STEP_CLOSE_PORTS 8u
/** Ports that SCHEDOP_poll looks at in one go: 14 each. */
#define STEP_POLL_PORTS  32u

#endif /* CORE_STEPS_H */
