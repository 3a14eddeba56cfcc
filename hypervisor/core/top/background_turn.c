/* SPDX-License-Identifier: GPL-2.0-only */
/* See background_turn.h. */
#include "core/top/background_turn.h"

#include "core/sched/sched.h"
#include "core/time/background.h"

#define BACKGROUND_SHARE 8u

/* No vCPU: it has no registers, and what address space is loaded does not matter to it. */
static struct sched_vcpu worker;

bool background_turn_idle(void) {
    return background_step(BACKGROUND_NEEDED) || background_step(BACKGROUND_SPARE);
}

/* The second look is for what another pCPU started before this one was blocked. */
void background_turn_step(void) {
    if (!background_step(BACKGROUND_NEEDED)) {
        sched_block(&worker);
        if (background_step(BACKGROUND_NEEDED)) {
            sched_wake(&worker);
        }
    }
}

static void started(void) {
    sched_wake(&worker);
}

void background_turn_init(void) {
    const struct sched_params params = {.weight = SCHED_WEIGHT_DEFAULT,
                                        .cap = 100 / BACKGROUND_SHARE};

    sched_vcpu_init(&worker);
    worker.is_own = true;
    sched_set_params(&worker, &params, 1);
    sched_unpause(&worker);
    sched_start(&worker);
    background_on_start(started);
}
