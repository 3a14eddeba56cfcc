/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest that ends in the middle of everything, and is started again: with its timer set, a poll
 * that has a time, channels bound in both directions, its values in the VFP, and a frame half given
 * back.  Each life looks for what the one before could have left to it; heir.c does on the other
 * side.
 *
 * Options: lives= (the last one powers off), peer= (the heir's domain).
 */
#include <stdio.h>

#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "vfp.h"

#define LIFE_NS     (800 * NS_PER_MS) /* lives begin a second apart */
#define LEGACY_NS   (700 * NS_PER_MS) /* what is due then is due in the next one */
#define HEIRS_PORTS 4u
#define OWN_PORTS   2u
#define MAPPINGS    24u

static volatile bool is_under_way; /* a frame is being given back */

/* Waits by a poll for nothing, whose time alone ends it: the singleshot timer is left alone. */
static void wait_by_poll(uint64_t until) {
    int32_t port = event_alloc_unbound(DOMID_SELF);
    evtchn_port_t ports = (evtchn_port_t)port;
    struct sched_poll poll = {.nr_ports = 1, .timeout = until};

    REQUIRE_EQ(port > 0, 1);
    set_xen_guest_handle(poll.ports, &ports);
    EXPECT_EQ(sched_op(SCHEDOP_poll, &poll), 0);
    EXPECT_TRUE(clock_ns() >= until); /* a poll of an earlier life would end it before */
    EXPECT_EQ(event_close((uint32_t)port), 0);
}

static void expect_nothing_inherited(uint64_t start) {
    uint32_t got[VFP_REGISTERS];

    EXPECT_EQ(vfp_trap(0), 0);
    vfp_store_all(got);
    for (uint32_t i = 0; i < VFP_REGISTERS; i++) {
        EXPECT_EQ(got[i], 0);
    }
    wait_by_poll(start + LIFE_NS);
    EXPECT_EQ(clock_expired, 0); /* this life has set no timer yet */
}

static void leave_vfp(void) {
    uint32_t marks[VFP_REGISTERS];

    for (uint32_t i = 0; i < VFP_REGISTERS; i++) {
        marks[i] = 0xdead0000 + i;
    }
    vfp_load_all(marks);
}

/* To all ports that the heir opened for us, and it to ours. */
static void leave_channels(uint32_t peer) {
    uint32_t bound = 0;

    for (uint32_t i = 0; i < OWN_PORTS; i++) {
        EXPECT_TRUE(event_alloc_unbound(peer) > 0);
    }
    for (uint64_t end = clock_ns() + NS_PER_S; bound < HEIRS_PORTS && clock_ns() < end;) {
        for (uint32_t port = 1; port < 16; port++) {
            bound += event_bind_interdomain(peer, port) > 0;
        }
    }
    EXPECT_EQ(bound, HEIRS_PORTS);
    clock_sleep(20 * NS_PER_MS); /* the heir sees it, and binds */
}

static void die(uint32_t port) {
    (void)port;
    if (!is_under_way) {
        return;
    }
    printf("dies half-way\n");
    clock_timer(clock_ns() + LEGACY_NS, 0);
    shutdown(SHUTDOWN_reboot);
}

/* A frame that many tables map is searched for in all of them: the timer comes before the end. */
static void give_frame_back(uint32_t delay) {
    uint32_t *page = page_alloc(1);
    xen_pfn_t frame = page_gpa(page) / PAGE_SIZE;
    struct xen_memory_reservation reservation = {.nr_extents = 1, .domid = DOMID_SELF};

    set_xen_guest_handle(reservation.extent_start, &frame);
    for (uint32_t i = 0; i < MAPPINGS; i++) {
        uint32_t *entry = pt_window(KERNEL_WINDOW + i * SECTION_SIZE);

        EXPECT_EQ(pt_set(entry, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    }
    clock_timer(clock_ns() + delay, 0);
    is_under_way = true;
    EXPECT_EQ(memory_op(XENMEM_decrease_reservation, &reservation), 1);
    is_under_way = false;
    clock_timer_stop();
}

static void leave_poll(void) {
    int32_t port = event_alloc_unbound(DOMID_SELF);
    evtchn_port_t ports = (evtchn_port_t)port;
    struct sched_poll poll = {.nr_ports = 1, .timeout = clock_ns() + LEGACY_NS};

    set_xen_guest_handle(poll.ports, &ports);
    clock_timer(clock_ns() + NS_PER_MS, 0);
    EXPECT_EQ(sched_op(SCHEDOP_poll, &poll), 0); /* an event ends it, its time is still set */
    EXPECT_TRUE(clock_ns() < poll.timeout);
}

TEST(life) {
    uint64_t start = clock_ns();

    printf("lives at %lu ms\n", (unsigned long)(start / NS_PER_MS));
    expect_nothing_inherited(start);
    if (start / NS_PER_S >= option_number("lives", 3) - 1) {
        return;
    }
    leave_vfp();
    leave_channels(option_number("peer", 2));
    leave_poll();
    event_handle(clock_port, die);
    for (uint32_t delay = 64000; delay >= 250; delay /= 2) {
        give_frame_back(delay);
    }
    EXPECT_TRUE(!"it died half-way");
}
