/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies by grants, and cache maintenance by machine address: what is copied, what is refused, and
 * that neither holds anything afterwards. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/grant/grant_window.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/page.h"
#include "core/space/p2m_foreign.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_grant.h"
#include "support_mm.h"

#define GRANTED (MM_BASE_GFN + 7) /* what domu grants, as ref 9 */
#define OWN     (MM_BASE_GFN + 5) /* dom0's */

static uint8_t *bytes(struct domain *d, uint32_t g) {
    return fake_frame(mm_frame(d, g));
}

static void offer(uint16_t flags) {
    grow(domu, 1);
    grant(domu, 9, 0, GRANTED, flags);
    for (uint32_t i = 0; i < PAGE_SIZE; i++) {
        bytes(domu, GRANTED)[i] = (uint8_t)(i * 7 + 1);
        bytes(dom0, OWN)[i] = (uint8_t)(i * 3 + 2);
    }
}

/* From what is granted to dom0's own. */
static struct gnttab_copy from_grant(uint16_t from, uint16_t to, uint16_t len) {
    return (struct gnttab_copy){.source = {.u.ref = 9, .domid = domu->id, .offset = from},
                                .dest = {.u.gmfn = OWN, .domid = DOMID_SELF, .offset = to},
                                .len = len,
                                .flags = GNTCOPY_source_gref,
                                .status = 99};
}

static struct gnttab_copy to_grant(uint16_t from, uint16_t to, uint16_t len) {
    return (struct gnttab_copy){.source = {.u.gmfn = OWN, .domid = DOMID_SELF, .offset = from},
                                .dest = {.u.ref = 9, .domid = domu->id, .offset = to},
                                .len = len,
                                .flags = GNTCOPY_dest_gref,
                                .status = 99};
}

static int copy(struct gnttab_copy *c) {
    assert_int_equal(call(dom0, GNTTABOP_copy, c, sizeof(*c), 1), 0);
    return c->status;
}

static void expect_nothing_held(void) {
    assert_int_equal(entry(domu, 9)->flags & (GTF_reading | GTF_writing), 0);
    assert_int_equal(page_of(mm_frame(domu, GRANTED))->count, 1);
    assert_int_equal(page_of(mm_frame(dom0, OWN))->count, 1);
}

/* Every byte that is named, and no other. */
static void expect_copied(struct gnttab_copy c, const uint8_t *source, const uint8_t *dest) {
    static uint8_t from[PAGE_SIZE], to[PAGE_SIZE];

    memcpy(from, source, PAGE_SIZE);
    memcpy(to, dest, PAGE_SIZE);
    memcpy(to + c.dest.offset, from + c.source.offset, c.len);
    assert_int_equal(copy(&c), GNTST_okay);
    assert_memory_equal(source, from, PAGE_SIZE);
    assert_memory_equal(dest, to, PAGE_SIZE);
    expect_nothing_held();
}

static void bytes_are_copied_both_ways(void **state) {
    static const uint16_t cases[][3] = {{0, 0, PAGE_SIZE}, {1, 2, 1500}, {4095, 0, 1},
                                        {0, 4095, 1},      {513, 77, 0}, {100, 3000, 513}};

    (void)state;
    offer(0);
    for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        expect_copied(from_grant(cases[i][0], cases[i][1], cases[i][2]), bytes(domu, GRANTED),
                      bytes(dom0, OWN));
        expect_copied(to_grant(cases[i][0], cases[i][1], cases[i][2]), bytes(dom0, OWN),
                      bytes(domu, GRANTED));
    }
}

static void what_may_be_read_is_copied_from_alone(void **state) {
    struct gnttab_copy in = from_grant(0, 0, 64), out = to_grant(0, 0, 64);

    (void)state;
    offer(GTF_readonly);
    uint8_t first = bytes(domu, GRANTED)[0];
    assert_int_equal(copy(&out), GNTST_general_error);
    assert_int_equal(bytes(domu, GRANTED)[0], first);
    assert_int_equal(copy(&in), 0);
    assert_int_equal(bytes(dom0, OWN)[0], first);
    expect_nothing_held();
}

static void a_copy_beyond_a_page_is_refused(void **state) {
    static const uint16_t bad[][3] = {
        {1, 0, PAGE_SIZE}, {0, 1, PAGE_SIZE}, {4096, 0, 1},          {0, 4096, 1}, {65535, 0, 1},
        {0, 65535, 65535}, {0, 0, 65535},     {0, 0, PAGE_SIZE + 1}, {4095, 0, 2}, {4097, 0, 0},
    };

    (void)state;
    offer(0);
    for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct gnttab_copy c = from_grant(bad[i][0], bad[i][1], bad[i][2]);

        assert_int_equal(copy(&c), GNTST_bad_copy_arg);
        expect_nothing_held();
    }
}

static void a_frame_by_number_is_the_callers_own(void **state) {
    struct gnttab_copy c = from_grant(0, 0, 8);

    (void)state;
    offer(0);
    c.dest.domid = domu->id; /* by number of another */
    assert_int_equal(copy(&c), GNTST_permission_denied);
    c.dest.domid = dom0->id; /* who is oneself has to say so */
    assert_int_equal(copy(&c), GNTST_permission_denied);
    c.dest.domid = DOMID_SELF;
    const uint64_t bad[] = {0,       MM_BASE_GFN - 1, MM_BASE_GFN + 512,
                            0xfffff, UINT32_MAX,      1ull << 32 | OWN};
    for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        c.dest.u.gmfn = bad[i];
        assert_int_equal(copy(&c), GNTST_bad_page);
        expect_nothing_held();
    }
}

static void a_frame_of_the_callers_that_is_read_only_is_copied_from_alone(void **state) {
    struct gnttab_copy in = from_grant(0, 0, 64), out = to_grant(0, 0, 64);

    (void)state;
    offer(0);
    assert_int_equal(mm_change(dom0, OWN, page_alloc(dom0->space.owner), P2M_RAM_RO), 0);
    bytes(dom0, OWN)[0] = 77;
    assert_int_equal(copy(&in), GNTST_bad_page);
    assert_int_equal(bytes(dom0, OWN)[0], 77);
    assert_int_equal(copy(&out), 0);
    assert_int_equal(bytes(domu, GRANTED)[0], 77);
    expect_nothing_held();
}

static void what_is_not_granted_is_not_copied(void **state) {
    struct gnttab_copy c = from_grant(0, 0, 8);

    (void)state;
    offer(0);
    c.source.u.ref = 10;
    assert_int_equal(copy(&c), GNTST_bad_gntref);
    c.source.u.ref = UINT32_MAX;
    assert_int_equal(copy(&c), GNTST_bad_gntref);
    c = from_grant(0, 0, 8);
    c.source.domid = 77;
    assert_int_equal(copy(&c), GNTST_bad_domain);
    grant(domu, 9, 5, GRANTED, 0);
    c.source.domid = domu->id;
    assert_int_equal(copy(&c), GNTST_bad_gntref);
    expect_nothing_held();
}

/* By a third domain, from one granter to another; and from oneself to oneself. */
static void both_ends_may_be_granted(void **state) {
    struct gnttab_copy c = {.source = {.u.ref = 9, .domid = domu->id},
                            .dest = {.u.ref = 10, .domid = domu->id, .offset = 8},
                            .len = 100,
                            .flags = GNTCOPY_source_gref | GNTCOPY_dest_gref};
    struct gnttab_copy own = {.source = {.u.gmfn = OWN, .domid = DOMID_SELF},
                              .dest = {.u.gmfn = OWN + 1, .domid = DOMID_SELF},
                              .len = PAGE_SIZE};

    (void)state;
    offer(0);
    grant(domu, 10, 0, GRANTED + 1, 0);
    assert_int_equal(copy(&c), 0);
    assert_memory_equal(bytes(domu, GRANTED + 1) + 8, bytes(domu, GRANTED), 100);
    assert_int_equal(entry(domu, 10)->flags, GTF_permit_access);
    assert_int_equal(copy(&own), 0);
    assert_memory_equal(bytes(dom0, OWN + 1), bytes(dom0, OWN), PAGE_SIZE);
    c.dest.u.ref = 9; /* onto itself */
    c.dest.offset = 2000;
    assert_int_equal(copy(&c), 0);
    expect_nothing_held();
}

/* A second end that is refused leaves nothing of the first. */
static void a_frame_that_is_given_away_is_not_copied(void **state) {
    struct gnttab_copy c = from_grant(0, 0, 8);

    (void)state;
    offer(0);
    assert_int_equal(mm_change(dom0, OWN, INVALID_MFN, P2M_RAM), 0);
    assert_int_equal(copy(&c), GNTST_bad_page);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(page_of(mm_frame(domu, GRANTED))->count, 1);
}

static void a_line_interrupts(bool does) {
    fake_board.pending[FAKE_UART_IRQ] = does;
    fake_board.masked[FAKE_UART_IRQ] = false;
}

/* With something that waits at each look, a page takes as many calls as it has steps, and the
 * entry's pins one. */
static void a_long_copy_gives_way_and_goes_on(void **state) {
    struct gnttab_copy c[2] = {from_grant(0, 0, PAGE_SIZE), to_grant(4, 8, 1000)};

    (void)state;
    offer(0);
    grant(domu, 9, 0, GRANTED, 0);
    a_line_interrupts(true);
    assert_int_equal(call(dom0, GNTTABOP_copy, c, sizeof(c[0]), 2), 0);
    a_line_interrupts(false);
    assert_int_equal(again, PAGE_SIZE / STEP_GRANT_COPY + 1);
    assert_int_equal(c[0].status, 0);
    assert_int_equal(c[1].status, 0);
    for (uint32_t i = 0; i < PAGE_SIZE; i++) {
        assert_int_equal(bytes(dom0, OWN)[i], (uint8_t)(i * 7 + 1));
    }
    assert_memory_equal(bytes(domu, GRANTED) + 8, bytes(dom0, OWN) + 4, 1000);
    assert_true(fake_dcache_flushes > again);
    assert_int_equal(fake_forgotten[GRANT_SLOT_FROM], PAGE_SIZE + 1000);
    assert_int_equal(fake_forgotten[GRANT_SLOT_TO], PAGE_SIZE + 1000);
    expect_nothing_held();
}

/* The place where a call goes on is the guest's to make up: it loses what it leaves out. */
static void progress_that_is_made_up_harms_nobody(void **state) {
    struct gnttab_copy c = from_grant(0, 0, 100);
    struct gnttab_map_grant_ref m = {.dom = domu->id};

    (void)state;
    offer(0);
    assert_int_equal(call(dom0, GNTTABOP_copy | 101u << 12, &c, sizeof(c), 1), 0);
    assert_int_equal(c.status, GNTST_bad_copy_arg);
    uint8_t before = bytes(dom0, OWN)[39];
    assert_int_equal(call(dom0, GNTTABOP_copy | 40u << 12, &c, sizeof(c), 1), 0);
    assert_int_equal(c.status, 0);
    assert_int_equal(bytes(dom0, OWN)[39], before);
    assert_int_equal(bytes(dom0, OWN)[40], bytes(domu, GRANTED)[40]);
    assert_int_equal(call(dom0, GNTTABOP_map_grant_ref | 1u << 12, &m, sizeof(m), 1), -XEN_EINVAL);
    expect_nothing_held();
}

/* ---- Caches ---- */

static struct gnttab_cache_flush flush_of(struct domain *d, uint32_t g, uint32_t op) {
    return (struct gnttab_cache_flush){
        .a.dev_bus_addr = (uint64_t)mm_frame(d, g).v << PAGE_SHIFT, .length = PAGE_SIZE, .op = op};
}

static int32_t flush(struct gnttab_cache_flush f) {
    return call(dom0, GNTTABOP_cache_flush, &f, sizeof(f), 1);
}

static void ones_own_frames_are_flushed(void **state) {
    struct gnttab_cache_flush f = flush_of(dom0, OWN, GNTTAB_CACHE_CLEAN | GNTTAB_CACHE_INVAL);

    (void)state;
    a_line_interrupts(true);
    assert_int_equal(flush(f), 0);
    a_line_interrupts(false);
    assert_int_equal(again, PAGE_SIZE / STEP_CACHE_OUTER - 1);
    assert_int_equal(fake_forgotten[GRANT_SLOT_FROM], PAGE_SIZE);
    assert_int_equal(fake_dcache_flushes,
                     PAGE_SIZE / STEP_CACHE_OUTER); /* each time that it came */
    f.offset = 4095;
    f.length = 1;
    assert_int_equal(flush(f), 0);
    assert_int_equal(fake_forgotten[GRANT_SLOT_FROM], PAGE_SIZE + 1);
    f.op = 0;
    assert_int_equal(flush(f), 0); /* nothing is asked for */
    assert_int_equal(fake_forgotten[GRANT_SLOT_FROM], PAGE_SIZE + 1);
    f.op = GNTTAB_CACHE_INVAL;
    f.length = 0;
    f.a.dev_bus_addr = ~0ull; /* nothing is asked for */
    assert_int_equal(flush(f), 0);
    assert_int_equal(page_of(mm_frame(dom0, OWN))->count, 1);
}

static void what_is_no_part_of_a_frame_is_not_flushed(void **state) {
    struct gnttab_cache_flush f = flush_of(dom0, OWN, GNTTAB_CACHE_CLEAN);

    (void)state;
    f.offset = 1;
    assert_int_equal(flush(f), -XEN_EINVAL);
    f.offset = PAGE_SIZE;
    f.length = 0;
    assert_int_equal(flush(f), -XEN_EINVAL);
    f = flush_of(dom0, OWN, 4);
    assert_int_equal(flush(f), -XEN_EINVAL);
    f = flush_of(dom0, OWN, GNTTAB_CACHE_SOURCE_GREF | GNTTAB_CACHE_CLEAN);
    assert_int_equal(flush(f), -XEN_EOPNOTSUPP);
    f = flush_of(dom0, OWN, GNTTAB_CACHE_CLEAN);
    f.a.dev_bus_addr |= 1ull << 32;
    assert_int_equal(flush(f), -XEN_EINVAL);
    f.a.dev_bus_addr = 0;
    assert_int_equal(flush(f), -XEN_EINVAL);
    mfn_t nobodys = page_alloc(DOMID_XEN);
    page_put(nobodys);
    mm_scrub();
    f.a.dev_bus_addr = (uint64_t)nobodys.v << PAGE_SHIFT;
    assert_int_equal(flush(f), -XEN_EINVAL);
    f = flush_of(dom0, OWN, GNTTAB_CACHE_CLEAN);
    assert_int_equal(call(dom0, GNTTABOP_cache_flush | (PAGE_SIZE + 1) << 12, &f, sizeof(f), 1),
                     -XEN_EINVAL);
    assert_int_equal(fake_forgotten[GRANT_SLOT_FROM], 0);
}

/* Only as long as an entry of the caller's tables maps it. */
static void a_frame_of_another_is_flushed_while_it_is_mapped(void **state) {
    struct gnttab_cache_flush f;
    struct gnttab_cache_flush xen = {.length = 4, .op = GNTTAB_CACHE_CLEAN};

    (void)state;
    offer(0);
    f = flush_of(domu, GRANTED, GNTTAB_CACHE_CLEAN);
    xen.a.dev_bus_addr = (uint64_t)domu->grant.frame[0].mfn.v << PAGE_SHIFT;
    assert_int_equal(flush(f), -XEN_EPERM);
    assert_int_equal(flush(xen), -XEN_EPERM);
    while (p2m_foreign_begin(&dom0->space, mm_frame(domu, GRANTED)) == -XEN_EAGAIN ||
           p2m_foreign_begin(&dom0->space, domu->grant.frame[0].mfn) == -XEN_EAGAIN) {
    }
    ++p2m_foreign_counter(&dom0->space, mm_frame(domu, GRANTED))->entries;
    ++p2m_foreign_counter(&dom0->space, domu->grant.frame[0].mfn)->entries;
    assert_int_equal(flush(f), 0);
    assert_int_equal(flush(xen), -XEN_EPERM);
    --p2m_foreign_counter(&dom0->space, mm_frame(domu, GRANTED))->entries;
    --p2m_foreign_counter(&dom0->space, domu->grant.frame[0].mfn)->entries;
    assert_int_equal(flush(f), -XEN_EPERM);
    expect_nothing_held();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(bytes_are_copied_both_ways),
        TEST(what_may_be_read_is_copied_from_alone),
        TEST(a_copy_beyond_a_page_is_refused),
        TEST(a_frame_by_number_is_the_callers_own),
        TEST(a_frame_of_the_callers_that_is_read_only_is_copied_from_alone),
        TEST(what_is_not_granted_is_not_copied),
        TEST(both_ends_may_be_granted),
        TEST(a_frame_that_is_given_away_is_not_copied),
        TEST(a_long_copy_gives_way_and_goes_on),
        TEST(progress_that_is_made_up_harms_nobody),
        TEST(ones_own_frames_are_flushed),
        TEST(what_is_no_part_of_a_frame_is_not_flushed),
        TEST(a_frame_of_another_is_flushed_while_it_is_mapped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
