/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The other domain of bench_primitives.c.  Option bench= is that domain's id.
 */
#include "bench.h"

#include "event.h"
#include "hypercall.h"
#include "option.h"
#include "page.h"
#include "test.h"

static volatile uint32_t pings;

static void answer(uint32_t port) {
    pings++;
    event_send(port);
}

/* Its table, in the place of a page of its own. */
TEST(peer_grants_its_frames) {
    volatile struct grant_entry_v1 *table = page_alloc(1);
    uint32_t first = page_gpa(page_alloc(BENCH_GRANTS)) >> 12;
    xen_pfn_t frame = page_gpa((const void *)table) >> 12;
    struct xen_memory_reservation give = {.nr_extents = 1, .domid = DOMID_SELF};
    struct xen_add_to_physmap place = {
        .domid = DOMID_SELF, .space = XENMAPSPACE_grant_table, .gpfn = frame};

    set_xen_guest_handle(give.extent_start, &frame);
    REQUIRE_EQ(memory_op(XENMEM_decrease_reservation, &give), 1);
    REQUIRE_EQ(memory_op(XENMEM_add_to_physmap, &place), 0);
    for (uint32_t i = BENCH_REF; i < BENCH_REF + BENCH_GRANTS; i++) {
        table[i].domid = (domid_t)option_number("bench", 1);
        table[i].frame = first + i - BENCH_REF;
        table[i].flags = GTF_permit_access;
    }
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
