/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One of several domains that go for the same object from different CPUs, each doing what hurts the
 * other most.  Options: peer= (the other's number), until= (ms), do=
 *
 *     take    as dom0: maps frames of domains 1 to 3 while they give them back, end and are built
 *             again; at the end it waits for theirs and says how many frames are free
 *     close   opens and closes ports, grants frames and takes them away; reboots after a quarter of
 *             the time
 *     use     sends to these ports and maps these frames
 *     give    gives frames back and takes them again
 */
#include <stdio.h>

#include "clock.h"
#include "event.h"
#include "hole.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "random.h"
#include "test.h"
#include "toolstack.h"

#define PORTS   8u
#define GIVEN   16u
#define REF     8u
#define GRANTS  8u
#define VICTIMS 3u
#define REBUILT 1500u /* by then one that rebooted is there again, ms */

static uint32_t seed = 1;
static uint32_t done; /* what succeeded */

static uint32_t choose(uint32_t count) {
    return random_next(&seed) % count;
}

/* Where QEMU runs one CPU after the other this ends the turn; now and then this one sleeps, so that
 * the hypervisor's own work is done. */
static void let_others_run(void) {
    if (choose(8) == 0) {
        clock_sleep(choose(200) * NS_PER_US);
    } else {
        __asm__ volatile("yield");
    }
}

static bool is_before(uint32_t ms) {
    let_others_run();
    return clock_ns() < ms * NS_PER_MS;
}

/* ---- dom0 ---- */

static void take_frames(uint32_t until) {
    volatile uint32_t *hole = make_hole();

    while (is_before(until)) {
        domid_t victim = (domid_t)(1 + choose(VICTIMS));
        uint32_t frame = (PV_RAM_GPA >> 12) + choose(1024);

        if (map_foreign(victim, frame, frame_of(hole)) == 0) {
            (void)*hole;
            done++;
            EXPECT_EQ(unmap_foreign(frame_of(hole)), 0);
        }
    }
    clock_sleep(REBUILT * NS_PER_MS);
    for (uint32_t i = 0; i < VICTIMS; i++) {
        while (domctl_simple(XEN_DOMCTL_getdomaininfo, (domid_t)(1 + i)) == 0) {
            clock_sleep(NS_PER_MS);
        }
    }
    clock_sleep(100 * NS_PER_MS);
    printf("free %lu\n", (unsigned long)sysctl_free_frames());
}

/* ---- Who has something, and who uses it ---- */

static volatile struct grant_entry_v1 *make_table(void) {
    volatile struct grant_entry_v1 *table =
        (volatile struct grant_entry_v1 *)(volatile void *)make_hole();
    struct xen_add_to_physmap place = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .gpfn = frame_of(table)};

    EXPECT_EQ(memory_op(XENMEM_add_to_physmap, &place), 0);
    return table;
}

static void close_and_take_away(uint32_t until) {
    volatile struct grant_entry_v1 *table = make_table();
    domid_t peer = (domid_t)option_number("peer", 0);
    uint32_t first = frame_of(page_alloc(GRANTS));

    while (is_before(until)) {
        uint32_t i = choose(GRANTS);
        int32_t port = event_alloc_unbound(peer);

        table[REF + i].domid = peer;
        table[REF + i].frame = first + i;
        table[REF + i].flags = GTF_permit_access;
        let_others_run();
        table[REF + i].flags = 0;
        if (memory_extents(DOMID_SELF, XENMEM_decrease_reservation, first + i, 1, 0) == 1) {
            EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_populate_physmap, first + i, 1, 0), 1);
            done++;
        }
        EXPECT_TRUE(port > 0);
        event_send((uint32_t)port);
        EXPECT_EQ(event_close((uint32_t)port), 0);
    }
}

static void use_port(domid_t peer) {
    int32_t port = event_bind_interdomain(peer, 1 + choose(PORTS));

    if (port > 0) {
        (void)event_send((uint32_t)port);
        let_others_run();
        EXPECT_EQ(event_send((uint32_t)port), 0);
        EXPECT_EQ(event_close((uint32_t)port), 0);
        done++;
    }
}

static void use_grant(domid_t peer, volatile uint32_t *hole) {
    struct gnttab_map_grant_ref map = {.host_addr = page_gpa((const void *)hole),
                                       .flags = GNTMAP_host_map,
                                       .ref = REF + choose(GRANTS),
                                       .dom = peer};

    EXPECT_EQ(grant_op(GNTTABOP_map_grant_ref, &map, 1), 0);
    if (map.status == GNTST_okay) {
        struct gnttab_unmap_grant_ref unmap = {.host_addr = map.host_addr, .handle = map.handle};

        *hole = done++;
        let_others_run();
        EXPECT_EQ(grant_op(GNTTABOP_unmap_grant_ref, &unmap, 1), 0);
        EXPECT_EQ(unmap.status, GNTST_okay);
    }
}

static void use(uint32_t until) {
    volatile uint32_t *hole = make_hole();
    domid_t peer = (domid_t)option_number("peer", 0);

    while (is_before(until)) {
        use_port(peer);
        use_grant(peer, hole);
    }
}

static void give(uint32_t until) {
    uint32_t first = frame_of(page_alloc(16 * GIVEN));

    while (is_before(until)) {
        uint32_t batch = first + GIVEN * choose(16);

        EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_decrease_reservation, batch, GIVEN, 0), GIVEN);
        let_others_run();
        EXPECT_EQ(memory_extents(DOMID_SELF, XENMEM_populate_physmap, batch, GIVEN, 0), GIVEN);
        done++;
    }
}

static void reboot(void) {
    struct sched_shutdown how = {.reason = SHUTDOWN_reboot};

    sched_op(SCHEDOP_shutdown, &how);
}

TEST(each_does_its_worst) {
    uint32_t until = option_number("until", 0);

    if (option_is("do", "take")) {
        take_frames(until);
    } else if (option_is("do", "use")) {
        use(until);
    } else if (option_is("do", "give")) {
        give(until);
    } else if (is_before(until / 4)) {
        close_and_take_away(until / 4);
        printf("did %lu\n", (unsigned long)done);
        reboot();
    } else {
        close_and_take_away(until);
    }
    printf("did %lu\n", (unsigned long)done);
}
