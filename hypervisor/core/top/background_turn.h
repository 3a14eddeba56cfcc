/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * When background work is done: the only place that knows.  While the machine is idle, all of it,
 * needed work first.  While guests run, needed work alone, for one part in BACKGROUND_SHARE of the
 * time, from a timer: a guest that never sleeps cannot stop it, and one that makes a lot of it, by
 * ending and starting all the time, cannot stop the other guests.
 */
#ifndef CORE_BACKGROUND_TURN_H
#define CORE_BACKGROUND_TURN_H

#include <stdbool.h>

/** background_turn_init() - boot, once, after timer_queue_init(). */
void background_turn_init(void);

/**
 * background_turn_idle() - this pCPU has nothing else to do: one piece of work.  The caller looks
 * for interrupts before the next.
 * Returns false if there was none.
 */
bool background_turn_idle(void);

#endif /* CORE_BACKGROUND_TURN_H */
