/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other end of mortal.c's channels: what it sees of each death, and that its own time and
 * channels go on.  Options: deaths=, peer= (the mortal's domain).
 */
#include <stdio.h>

#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "test.h"

#define HEIRS_PORTS 4u
#define OWN_PORTS   2u
#define PORT_MAX    32u
#define PATIENCE_NS (20 * NS_PER_S)

static uint32_t peer;
static uint32_t opened[HEIRS_PORTS], bound[OWN_PORTS];

static struct evtchn_status status_of(uint32_t port) {
    struct evtchn_status status = {.dom = DOMID_SELF, .port = port};

    EXPECT_EQ(event_op(EVTCHNOP_status, &status), 0);
    return status;
}

/* A slice, 10 ms, for who has the CPU then: the work that a death leaves has its place in the
 * scheduler, too. */
#define SLEPT_MAX (12 * NS_PER_MS)

/* A millisecond: not less, and not until some other timer is due. */
static void sleep_exactly(void) {
    uint64_t start = clock_ns(), took;

    clock_sleep(NS_PER_MS);
    took = clock_ns() - start;
    EXPECT_TRUE(took >= NS_PER_MS && took < SLEPT_MAX);
}

static uint32_t count_state(const uint32_t *ports, uint32_t count, uint32_t state) {
    uint32_t found = 0;

    for (uint32_t i = 0; i < count; i++) {
        found += status_of(ports[i]).status == state;
    }
    return found;
}

/* Until all of them are in that state. */
static void wait_state(const uint32_t *ports, uint32_t count, uint32_t state) {
    uint64_t end = clock_ns() + PATIENCE_NS;

    while (count_state(ports, count, state) < count && clock_ns() < end) {
        sleep_exactly();
    }
    REQUIRE_EQ(count_state(ports, count, state), count);
}

/* To the first of the mortal's ports that are open for us. */
static void bind_to_mortal(void) {
    uint32_t found = 0;

    for (uint64_t end = clock_ns() + PATIENCE_NS; found < OWN_PORTS && clock_ns() < end;) {
        for (uint32_t port = 1; port < PORT_MAX && found < OWN_PORTS; port++) {
            int32_t own = event_bind_interdomain(peer, port);

            if (own > 0) {
                bound[found++] = (uint32_t)own;
            }
        }
    }
    REQUIRE_EQ(found, OWN_PORTS);
}

/* It waits for a new connection of the same domain; what is sent goes nowhere. */
static void expect_orphan(uint32_t port) {
    EXPECT_EQ(status_of(port).u.unbound.dom, peer);
    EXPECT_EQ(event_send(port), 0);
}

static void expect_one_death(uint32_t number) {
    for (uint32_t i = 0; i < HEIRS_PORTS; i++) {
        int32_t port = event_alloc_unbound(peer);

        REQUIRE_EQ(port > 0, 1);
        opened[i] = (uint32_t)port;
    }
    wait_state(opened, HEIRS_PORTS, EVTCHNSTAT_interdomain);
    bind_to_mortal();
    for (uint32_t i = 0; i < HEIRS_PORTS; i++) {
        EXPECT_EQ(status_of(opened[i]).u.interdomain.dom, peer);
        EXPECT_EQ(event_send(opened[i]), 0);
    }
    wait_state(opened, HEIRS_PORTS, EVTCHNSTAT_unbound);
    wait_state(bound, OWN_PORTS, EVTCHNSTAT_unbound);
    for (uint32_t i = 0; i < HEIRS_PORTS; i++) {
        expect_orphan(opened[i]);
        EXPECT_EQ(event_close(opened[i]), 0);
    }
    for (uint32_t i = 0; i < OWN_PORTS; i++) {
        expect_orphan(bound[i]);
        EXPECT_EQ(event_close(bound[i]), 0);
    }
    printf("death %lu seen\n", number);
}

TEST(deaths_are_seen_and_disturb_nothing) {
    peer = option_number("peer", 1);
    for (uint32_t i = 0; i < option_number("deaths", 2); i++) {
        expect_one_death(i + 1);
    }
    /* Until after what the last of them had set. */
    for (uint32_t i = 0; i < 1500; i++) {
        sleep_exactly();
    }
}
