/* SPDX-License-Identifier: GPL-2.0-only */
/* See enemy.h. */
#include "enemy.h"

#include <stdio.h>

#include "clock.h"
#include "hypercall.h"
#include "option.h"

static uint64_t until;

bool enemy_is_over(void) {
    return clock_ns() >= until;
}

/* What it wrote is out before the last line, which then is a line of its own. */
static void act(const struct enemy *enemy) {
    uint64_t start, end;
    uint32_t times = 0;

    enemy->prepare();
    start = clock_ns();
    while (!enemy_is_over()) {
        times += enemy->act();
    }
    end = clock_ns();
    while (clock_ns() < end + 100 * NS_PER_MS) {
        sched_op(SCHEDOP_yield, NULL);
    }
    printf("\nacted %lu in %lu ms\n", times, (unsigned long)((end - start) / NS_PER_MS));
}

void enemy_run(const struct enemy *enemies, uint32_t count) {
    until = option_number("until", 1000) * NS_PER_MS;
    for (uint32_t i = 0; i < count; i++) {
        if (option_is("do", enemies[i].name)) {
            act(&enemies[i]);
            for (;;) {
                sched_op(SCHEDOP_block, NULL);
            }
        }
    }
}
