/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One of two domains on CPUs of their own: how long it takes until an event has reached the other
 * one and its answer is there.  Options: peer= (the other's number), answers (given to one of the
 * two), max= (us that are allowed).
 */
#include <stdio.h>

#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "random.h"
#include "test.h"

#define ROUNDS 40u
#define LOST   (100 * NS_PER_MS)

static uint32_t port;
static volatile uint32_t pings;

static void answer(uint32_t from) {
    pings++;
    event_send(from);
}

static void note(uint32_t from) {
    (void)from;
    pings++;
}

/* Where QEMU runs one CPU after the other this ends the turn: who follows a CPU that used all of
 * its turn gets none. */
static void let_other_cpus_run(void) {
    __asm__ volatile("yield");
}

static void spin_until(uint64_t ns) {
    while (clock_ns() < ns) {
        let_other_cpus_run();
    }
}

/* The longest of ROUNDS ways there and back, ns.  This domain computes meanwhile. */
static uint64_t longest_way(void) {
    uint32_t seed = 1;
    uint64_t longest = 0;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        uint32_t before = pings;
        uint64_t start = clock_ns(), way;

        event_send(port);
        while (pings == before && clock_ns() < start + LOST) {
            let_other_cpus_run();
        }
        way = clock_ns() - start;
        longest = way > longest ? way : longest;
        spin_until(clock_ns() + random_next(&seed) % NS_PER_MS);
    }
    return longest;
}

static void expect_short_ways(const char *other) {
    uint32_t us = (uint32_t)(longest_way() / NS_PER_US);

    printf("way to one that %s: %lu us\n", other, (unsigned long)us);
    EXPECT_TRUE(us <= option_number("max", 1000));
}

TEST(events_reach_the_other_and_are_answered) {
    uint32_t peer = option_number("peer", 0);

    if (!option_given("answers")) {
        port = (uint32_t)event_bind_first(peer);
        event_handle(port, note);
        expect_short_ways("computes");
        expect_short_ways("sleeps");
        return;
    }
    event_mask_all();
    int32_t own = event_alloc_unbound(peer);
    REQUIRE_EQ(own > 0, 1);
    event_handle((uint32_t)own, answer);
    event_unmask_all();
    while (pings < ROUNDS) {
        let_other_cpus_run();
    }
    while (pings < 2 * ROUNDS) {
        event_mask_all();
        if (pings < 2 * ROUNDS) {
            sched_op(SCHEDOP_block, NULL);
        }
        event_unmask_all();
    }
}
