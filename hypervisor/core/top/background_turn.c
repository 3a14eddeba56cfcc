/* SPDX-License-Identifier: GPL-2.0-only */
/* See background_turn.h. */
#include "core/top/background_turn.h"

#include <stddef.h>

#include "core/base/steps.h"
#include "core/device/irq.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/preempt.h"
#include "core/time/timer.h"

#define BACKGROUND_SHARE 8u
/* ns, also before the first: more often the interrupts would take more than the work. */
#define REST_MIN         20000u

static struct timer turn;

bool background_turn_idle(void) {
    return background_step(BACKGROUND_NEEDED) || background_step(BACKGROUND_SPARE);
}

/* A few pieces with a look in between, then that many times as long for the guests. */
static void serve(void *data) {
    uint64_t start = clock_now(), time = 0, rest;
    bool more = true, waits = false;

    (void)data;
    while (time < STEP_TURN && more && !waits) {
        more = background_step(BACKGROUND_NEEDED);
        waits = irq_waits();
        time = clock_now() - start;
    }
    if (more) {
        rest = time * (BACKGROUND_SHARE - 1);
        timer_set(&turn, clock_now() + (rest > REST_MIN ? rest : REST_MIN));
    }
}

/* If it is set already it is due soon enough. */
static void started(void) {
    if (!timer_is_set(&turn)) {
        timer_set(&turn, clock_now() + REST_MIN);
    }
}

void background_turn_init(void) {
    timer_init(&turn, serve, NULL);
    background_on_start(started);
}
