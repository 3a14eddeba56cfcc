/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other domain of bench_primitives.c.  Option bench= is that domain's id.
 */
#include "bench.h"

#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"

static volatile uint32_t pings;

static void answer(uint32_t port) {
    pings++;
    event_send(port);
}

TEST(peer_answers_then_yields) {
    uint32_t remote = option_number("bench", 1);
    int32_t ping = event_alloc_unbound(remote);

    REQUIRE_EQ(ping > 0, 1);
    event_handle((uint32_t)ping, answer);
    for (int i = 0; i < BENCH_PORTS; i++) {
        int32_t port = event_alloc_unbound(remote);

        REQUIRE_EQ(port, ping + 1 + i);
        event_set_masked((uint32_t)port, true);
    }
    while (pings < BENCH_PINGS) {
        event_mask_all();
        if (pings < BENCH_PINGS) {
            sched_op(SCHEDOP_block, NULL);
        }
    }
    for (;;) {
        sched_op(SCHEDOP_yield, NULL);
    }
}
