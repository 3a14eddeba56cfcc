/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One of two domains that wake all the time.  Options: peer= (the other's number), first (given to
 * one of the two), start= (when to begin, ms), do=
 *
 *     event   each wakes the other 5 us after it was woken itself
 *     direct  the same at once
 *     timer   each wakes itself each 5 us
 *     yield   neither sleeps; they give way all the time
 */
#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"

#define PERIOD (5 * NS_PER_US)

static uint32_t ping;

static void send_ping(uint32_t port) {
    (void)port;
    event_send(ping);
}

static void set_timer(uint32_t port) {
    (void)port;
    clock_timer(clock_ns() + PERIOD, 0);
}

static void begin(void) {
    bool own = option_is("do", "timer");
    bool later = option_is("do", "event");

    event_handle(ping, later ? set_timer : send_ping);
    event_handle(clock_port, own ? set_timer : send_ping);
    if (own || option_given("first")) {
        set_timer(0);
    }
}

TEST(two_domains_wake_all_the_time) {
    uint32_t peer = option_number("peer", 0);
    int32_t port = option_given("first") ? event_alloc_unbound(peer) : event_bind_first(peer);

    REQUIRE_EQ(port > 0, 1);
    ping = (uint32_t)port;
    clock_sleep(option_number("start", 150) * NS_PER_MS - clock_ns());
    if (!option_is("do", "yield")) {
        begin();
    }
    for (;;) {
        sched_op(option_is("do", "yield") ? SCHEDOP_yield : SCHEDOP_block, NULL);
    }
}
