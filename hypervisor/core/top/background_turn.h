/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When background work is done: the only place that knows.  While the machine is idle, all of it,
 * needed work first.  While guests run, needed work alone, by the worker: it has a place in the
 * scheduler as a vCPU has one, in the fair class, for no more than one part in BACKGROUND_SHARE of
 * the time.  So a guest that never sleeps cannot stop the work, one that makes a lot of it, by
 * ending and starting all the time, cannot stop the other guests, and no guest with a guarantee
 * waits for more than a piece of it, nor pays for it.
 */
#ifndef CORE_BACKGROUND_TURN_H
#define CORE_BACKGROUND_TURN_H

#include <stdbool.h>

/** background_turn_init() - boot, once, on the pCPU that does the work, after sched_init(). */
void background_turn_init(void);

/**
 * background_turn_step() - the worker was picked: one piece of work.  It blocks if there is none.
 * The caller looks for interrupts before the next.
 */
void background_turn_step(void);

/**
 * background_turn_idle() - this pCPU has nothing else to do: one piece of work.  The caller looks
 * for interrupts before the next.
 * Returns false if there was none.
 */
bool background_turn_idle(void);

#endif /* CORE_BACKGROUND_TURN_H */
