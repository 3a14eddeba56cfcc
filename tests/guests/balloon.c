/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames that a domain gives back are out of its reach at once, by every way that led
 * to them, and come back empty.
 */
#include <string.h>

#include "call.h"
#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "user.h"

#define WINDOW KERNEL_WINDOW

/* How many of @frame[0..count) were given back / obtained, or a negative errno. */
static int32_t balloon(uint32_t command, const xen_pfn_t *frame, uint32_t count) {
    struct xen_memory_reservation reservation = {
        .nr_extents = count,
        .extent_order = 0,
        .domid = DOMID_SELF,
    };

    set_xen_guest_handle(reservation.extent_start, (xen_pfn_t *)frame);
    return memory_op(command, &reservation);
}

static xen_pfn_t frame_of(const volatile void *page) {
    return page_gpa(page) >> 12;
}

TEST(freed_frame_is_gone_from_the_linear_map) {
    uint32_t *page = page_alloc(1);
    xen_pfn_t frame = frame_of(page);

    page[1023] = 1;
    page[1024] = 0x0bee; /* next page, same section */
    EXPECT_EQ(balloon(XENMEM_decrease_reservation, &frame, 1), 1);
    EXPECT_TRAP(try_read((uint32_t)page, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_write((uint32_t)page, 1), TRAP_DATA_ABORT);
    /* The rest of the section is as before. */
    EXPECT_EQ(page[1024], 0x0bee);
    EXPECT_EQ(page[-1], *(volatile uint32_t *)(page - 1));
}

TEST(freed_frame_is_gone_from_every_table) {
    volatile uint32_t *page = page_alloc(1);
    xen_pfn_t frame = frame_of(page);
    uint32_t *second = pt_new_l1();
    uint32_t *l2 = pt_new_l2();

    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_map(WINDOW + 7 * PAGE_SIZE, core_small(page_gpa(page), CORE_READ_ONLY)), 0);
    EXPECT_EQ(pt_map(USER_WINDOW, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_attach(second, USER_WINDOW, l2, PV_DOMAIN_USER), 0);
    EXPECT_EQ(pt_set(l2 + 3, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    EXPECT_EQ(balloon(XENMEM_decrease_reservation, &frame, 1), 1);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(try_read(WINDOW + 7 * PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_TRAP(user_run(user_read, USER_WINDOW, 0), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_switch(second), 0);
    EXPECT_TRAP(try_read(USER_WINDOW + 3 * PAGE_SIZE, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
    EXPECT_EQ(pt_unpin(page_gpa(second)), 0);
}

TEST(freed_frame_cannot_be_mapped_again) {
    void *page = page_alloc(1);
    xen_pfn_t frame = frame_of(page);

    EXPECT_EQ(balloon(XENMEM_decrease_reservation, &frame, 1), 1);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(page), CORE_READ_WRITE)), -XEN_EPERM);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(page), CORE_READ_ONLY)), -XEN_EPERM);
    EXPECT_TRAP(try_read(WINDOW, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_set(pt_l1_entry(pt_kernel_l1, (uint32_t)page),
                     core_section(page_gpa(page) & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL,
                                  CORE_READ_WRITE)) < 0,
              1);
    EXPECT_TRAP(try_read((uint32_t)page, NULL), TRAP_DATA_ABORT);
}

TEST(freed_frame_cannot_be_freed_twice) {
    xen_pfn_t frame = frame_of(page_alloc(1));
    xen_pfn_t twice[2];

    EXPECT_EQ(balloon(XENMEM_decrease_reservation, &frame, 1), 1);
    EXPECT_TRUE(balloon(XENMEM_decrease_reservation, &frame, 1) <= 0);
    twice[0] = twice[1] = frame_of(page_alloc(1));
    EXPECT_TRUE(balloon(XENMEM_decrease_reservation, twice, 2) <= 1);
}

TEST(frames_of_others_cannot_be_freed) {
    static const xen_pfn_t frames[] = {0,         0x10,    0x100,   0x7ff0,        0xffff,
                                       0x101f1,   0x39000, 0xfffff, ~(xen_pfn_t)0, 1ull << 32,
                                       1ull << 63};

    for (unsigned int i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
        EXPECT_TRUE(balloon(XENMEM_decrease_reservation, &frames[i], 1) <= 0);
    }
}

/* A frame that holds a registered table cannot go. */
TEST(frame_of_a_table_cannot_be_freed) {
    xen_pfn_t l1 = frame_of(pt_kernel_l1);
    xen_pfn_t l2 = frame_of(pt_window(WINDOW));

    EXPECT_TRUE(balloon(XENMEM_decrease_reservation, &l1, 1) <= 0);
    EXPECT_TRUE(balloon(XENMEM_decrease_reservation, &l2, 1) <= 0);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(page_alloc(1)), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

TEST(frame_comes_back_empty) {
    volatile uint32_t *page = page_alloc(1);
    xen_pfn_t frame = frame_of(page);
    uint32_t value = 1;

    memset((void *)page, 0xa5, PAGE_SIZE);
    EXPECT_EQ(balloon(XENMEM_decrease_reservation, &frame, 1), 1);
    EXPECT_EQ(balloon(XENMEM_populate_physmap, &frame, 1), 1);
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    for (uint32_t offset = 0; offset < PAGE_SIZE; offset += 4) {
        EXPECT_TRAP(try_read(WINDOW + offset, &value), TRAP_NONE);
        EXPECT_EQ(value, 0);
    }
    EXPECT_TRAP(try_write(WINDOW, 0x11), TRAP_NONE);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* More than it had is not given: the maximum is what it was built with. */
TEST(reservation_cannot_grow_beyond_the_maximum) {
    xen_pfn_t beyond = (page_ram_base + page_ram_size) >> 12;

    EXPECT_TRUE(balloon(XENMEM_populate_physmap, &beyond, 1) <= 0);
    EXPECT_EQ(pt_map(WINDOW, core_small((uint32_t)beyond << 12, CORE_READ_WRITE)), -XEN_EPERM);
}

/* All MiBs broken up and put together again, many frames, in one call and in a few. */
TEST(many_frames_go_and_come_back) {
    static xen_pfn_t frames[128];
    void *pages = page_alloc(128);
    uint32_t sum = 0;

    for (uint32_t i = 0; i < 128; i++) {
        frames[i] = (page_gpa(pages) >> 12) + i;
    }
    for (int round = 0; round < 3; round++) {
        EXPECT_EQ(balloon(XENMEM_decrease_reservation, frames, 128), 128);
        EXPECT_EQ(balloon(XENMEM_populate_physmap, frames, 128), 128);
    }
    for (uint32_t i = 0; i < 128; i++) {
        uint32_t value = 1;

        EXPECT_EQ(pt_map(WINDOW, core_small((uint32_t)frames[i] << 12, CORE_READ_WRITE)), 0);
        EXPECT_TRAP(try_read(WINDOW, &value), TRAP_NONE);
        EXPECT_TRAP(try_write(WINDOW, i), TRAP_NONE);
        sum += value;
    }
    EXPECT_EQ(sum, 0);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* ---- Two at once ---- */

#define ROUNDS 40u

/* A call for one frame, which is mapped once more, so that it is searched for. */
struct giving {
    struct call call;
    struct xen_memory_reservation reservation;
    xen_pfn_t frame;
    uint32_t va;
};

static void make_giving(struct giving *g, const void *page, uint32_t va) {
    g->frame = frame_of(page);
    g->va = va;
    g->reservation = (struct xen_memory_reservation){.nr_extents = 1, .domid = DOMID_SELF};
    set_xen_guest_handle(g->reservation.extent_start, &g->frame);
    g->call = (struct call){.number = __HYPERVISOR_memory_op,
                            .args = {XENMEM_decrease_reservation, (uint32_t)&g->reservation}};
    EXPECT_EQ(pt_map(va, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
}

static void expect_given(struct giving *g) {
    EXPECT_EQ(g->call.result, 1);
    EXPECT_TRAP(try_read(g->va, NULL), TRAP_DATA_ABORT);
    EXPECT_EQ(pt_map(g->va, core_small((uint32_t)g->frame << 12, CORE_READ_ONLY)), -XEN_EPERM);
    EXPECT_EQ(balloon(XENMEM_decrease_reservation, &g->frame, 1), 0);
    EXPECT_EQ(balloon(XENMEM_populate_physmap, &g->frame, 1), 1);
}

/* The handler of an interrupt gives a frame away while one is on its way: both are gone, and both
 * calls say so, wherever the first one was. */
TEST(two_frames_go_at_once) {
    static struct giving outer, inner;
    void *pages = page_alloc(2);
    uint32_t met = 0;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        make_giving(&outer, pages, WINDOW + 5 * PAGE_SIZE);
        make_giving(&inner, (char *)pages + PAGE_SIZE, WINDOW + 9 * PAGE_SIZE);
        met += call_issue_within(&outer.call, 500 * (i + 1), &inner.call);
        expect_given(&outer);
        expect_given(&inner);
    }
    EXPECT_TRUE(met > ROUNDS / 4);
}

/* What is not gone on with is in nobody's way, and is done by who comes next. */
TEST(a_frame_whose_call_was_given_up_goes_all_the_same) {
    static struct giving first, second;
    void *pages = page_alloc(2);
    uint32_t met = 0;

    for (uint32_t i = 0; i < ROUNDS; i++) {
        make_giving(&first, pages, WINDOW + 5 * PAGE_SIZE);
        make_giving(&second, (char *)pages + PAGE_SIZE, WINDOW + 9 * PAGE_SIZE);
        met += !call_issue_until(&first.call, 500 * (i + 1));
        call_issue(&second.call);
        expect_given(&second);
        if (try_read(first.va, NULL) == TRAP_DATA_ABORT) {
            first.call.result = 1;
        } else { /* it had not begun */
            call_issue(&first.call);
        }
        expect_given(&first);
    }
    EXPECT_TRUE(met > ROUNDS / 4);
}

/* shared_info was placed over a page of RAM at start; what was under it is out of reach, and
 * the mapping in the linear map shows the shared page. */
TEST(shared_info_shows_in_the_linear_map) {
    uint32_t receiver = 0;
    int32_t port = event_loopback(&receiver);

    REQUIRE_EQ(port > 0, 1);
    event_set_masked(receiver, true);
    EXPECT_EQ(event_is_pending(receiver), 0);
    EXPECT_EQ(event_send((uint32_t)port), 0);
    EXPECT_EQ(event_is_pending(receiver), 1);
    EXPECT_EQ(event_close((uint32_t)port), 0);
    EXPECT_EQ(event_close(receiver), 0);
}
