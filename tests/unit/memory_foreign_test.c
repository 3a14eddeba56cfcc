/* SPDX-License-Identifier: GPL-2.0-only */
/* memory_op: dom0 has frames of another domain in its map.  Whoever of the two lets go first,
 * nothing is lost, and nothing is free too early. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>

#include "core/hypercall/hypercall.h"
#include "core/space/p2m_foreign.h"
#include "core/space/pt_table.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"
#include "support_walker.h"

#define AT     0u /* of the structure in guest memory, and of what it points to */
#define IDXS   0x1000u
#define GPFNS  0x1400u
#define ERRS   0x1800u

#define L1     (MM_BASE_GFN + 4) /* dom0's tables */
#define L2     (MM_BASE_GFN + 8)
#define HOLE   (MM_BASE_GFN + 40) /* from which on dom0 has given frames back */
#define HOLES  8u
#define THEIR  (MM_BASE_GFN + 9) /* a frame of the other's */

/* References that a frame has in dom0's map: one of the map, one of the flat table. */
#define IN_MAP 2u

static struct domain *dom0, *domu;
static uint32_t free_before;
static unsigned int again;

static int32_t call(struct domain *by, uint32_t op, const void *what, size_t size) {
    uint32_t args[5] = {op, fake_put(AT, what, size).v};

    return mm_run(do_memory_op, by, args, &again);
}

static void give_back(struct domain *d, uint32_t first, uint32_t count) {
    struct xen_memory_reservation r = {
        .domid = DOMID_SELF, .nr_extents = count, .extent_start.q = FAKE_GUEST_VA + IDXS};
    xen_pfn_t list[HOLES];

    for (uint32_t i = 0; i < count; i++) {
        list[i] = first + i;
    }
    fake_put(IDXS, list, count * sizeof(list[0]));
    assert_int_equal(call(d, XENMEM_decrease_reservation, &r, sizeof(r)), count);
}

static int power_on(void **state) {
    (void)state;
    mm_setup();
    free_before = page_free_count();
    dom0 = mm_domain(0, 2);
    domu = mm_domain(1, 2);
    mm_flat(dom0);
    assert_int_equal(mm_ext(dom0, MMUEXT_PIN_L1_TABLE, L1, 0), 0);
    assert_int_equal(mm_update(dom0, L1 << PAGE_SHIFT, MM_TABLE(L2 << PAGE_SHIFT, PV_DOMAIN_USER)),
                     0);
    assert_int_equal(mm_ext(dom0, MMUEXT_NEW_BASEPTR, L1, 0), 0);
    give_back(dom0, HOLE, HOLES);
    mm_scrub();
    return 0;
}

static int power_off(void **state) {
    (void)state;
    mm_check();
    if (dom0) {
        mm_destroy(dom0);
    }
    if (domu) {
        mm_destroy(domu);
    }
    assert_int_equal(page_free_count(), free_before);
    return 0;
}

static struct xen_add_to_physmap_batch batch(domid_t of, uint16_t count) {
    return (struct xen_add_to_physmap_batch){.domid = DOMID_SELF,
                                             .space = XENMAPSPACE_gmfn_foreign,
                                             .size = count,
                                             .u.foreign_domid = of,
                                             .idxs.q = FAKE_GUEST_VA + IDXS,
                                             .gpfns.q = FAKE_GUEST_VA + GPFNS,
                                             .errs.q = FAKE_GUEST_VA + ERRS};
}

/* @count frames of the other's from @from on, behind frames of dom0 from @to on. */
static int32_t map(uint32_t from, uint32_t to, uint16_t count) {
    struct xen_add_to_physmap_batch b = batch(1, count);
    uint64_t idxs[HOLES], gpfns[HOLES];

    for (uint32_t i = 0; i < count; i++) {
        idxs[i] = from + i;
        gpfns[i] = to + i;
    }
    memset(fake_guest + ERRS, 0xee, HOLES * sizeof(int));
    fake_put(IDXS, idxs, sizeof(idxs));
    fake_put(GPFNS, gpfns, sizeof(gpfns));
    return call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b));
}

static int error_of(unsigned int i) {
    int err;

    memcpy(&err, fake_guest + ERRS + i * sizeof(err), sizeof(err));
    return err;
}

static int32_t take_out(struct domain *by, domid_t whose, uint32_t g) {
    struct xen_remove_from_physmap r = {.domid = whose, .gpfn = g};

    return call(by, XENMEM_remove_from_physmap, &r, sizeof(r));
}

/* dom0 maps frame @g of its own at the @i-th page. */
static void enter(uint32_t i, uint32_t g) {
    assert_int_equal(mm_update(dom0, (L2 << PAGE_SHIFT) + i * 4, MM_RW(g)), 0);
}

static const struct page_info *their(uint32_t g) {
    return page_of(mm_frame(domu, g));
}

/* ---- It comes and goes ---- */

static void a_frame_is_mapped_and_taken_out(void **state) {
    mfn_t m = mm_frame(domu, THEIR);

    (void)state;
    assert_int_equal(map(THEIR, HOLE, 2), 0);
    assert_int_equal(error_of(0), 0);
    assert_int_equal(error_of(1), 0);
    assert_int_equal(error_of(2), (int)0xeeeeeeee);
    assert_int_equal(mm_frame(dom0, HOLE).v, m.v);
    assert_int_equal(their(THEIR)->count, 1 + IN_MAP);
    enter(3, HOLE);
    assert_int_equal(mm_l2(dom0, 0x3000), mfn_to_maddr(m).v | 0x1a); /* written through */
    assert_int_equal(their(THEIR)->count, 1 + IN_MAP + 1);
    mm_check();
    assert_int_equal(mm_update(dom0, (L2 << PAGE_SHIFT) + 3 * 4, 0), 0);
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE), 0);
    assert_int_equal(again, 0); /* nothing to search for */
    assert_int_equal(take_out(dom0, 0, HOLE + 1), 0);
    assert_int_equal(their(THEIR)->count, 1);
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(HOLE)), P2M_NONE);
}

/* As Linux does with rings: the frame goes first, its mapping later. */
static void what_still_maps_it_is_found(void **state) {
    (void)state;
    assert_int_equal(map(THEIR, HOLE, 2), 0);
    enter(3, HOLE);
    enter(200, HOLE);
    enter(4, HOLE + 1);
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE), 0);
    assert_int_equal(mm_l2(dom0, 3 << PAGE_SHIFT), 0);
    assert_int_equal(mm_l2(dom0, 200 << PAGE_SHIFT), 0);
    assert_int_not_equal(mm_l2(dom0, 4 << PAGE_SHIFT), 0);
    assert_int_equal(their(THEIR)->count, 1);
    mm_check();
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE + 1), 0);
}

/* Its table entries go with the table, and with what comes in their place. */
static void entries_are_counted_however_they_go(void **state) {
    (void)state;
    assert_int_equal(map(THEIR, HOLE, 3), 0);
    enter(3, HOLE);
    enter(4, HOLE + 1);
    enter(5, HOLE + 2);
    enter(3, MM_BASE_GFN + 20);
    mm_check();
    assert_int_equal(mm_update(dom0, L1 << PAGE_SHIFT, 0), 0);
    mm_check();
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(their(THEIR + i)->count, 1 + IN_MAP);
    }
}

/* Once by number and once by a grant, or two segments of a request: who goes first leaves the other
 * its mapping, and when the last goes no entry is left. */
static void a_frame_in_two_places_stays_mapped_until_the_last(void **state) {
    (void)state;
    p2m_foreign_count_each(&dom0->space);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(map(THEIR, HOLE + i, 1), 0);
        enter(3 + i, HOLE + i);
    }
    assert_int_equal(map(THEIR + 1, HOLE + 1, 1), 0); /* another one takes a place */
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE), 0);
    mm_check();
    for (uint32_t i = 3; i < 6; i++) {
        assert_int_equal(mm_l2(dom0, i << PAGE_SHIFT) >> PAGE_SHIFT, mm_frame(domu, THEIR).v);
    }
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE + 2), 0);
    for (uint32_t i = 3; i < 6; i++) {
        assert_int_equal(mm_l2(dom0, i << PAGE_SHIFT), 0);
    }
    assert_int_equal(their(THEIR)->count, 1);
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE + 1), 0);
    assert_int_equal(their(THEIR + 1)->count, 1);
}

/* Two frames of the same number modulo P2M_FOREIGN_COUNTS: who builds domains tells them apart. */
static void dom0_has_a_counter_for_each_frame(void **state) {
    mfn_t mapped = mm_frame(domu, THEIR);
    mfn_t other = mfn(page_first + ((mapped.v - page_first) ^ P2M_FOREIGN_COUNTS));

    (void)state;
    page_of(other)->owner = 1;
    p2m_foreign_count_each(&dom0->space);
    assert_null(p2m_foreign_counter(&dom0->space, mapped));
    assert_int_equal(map(THEIR, HOLE, 1), 0);
    enter(3, HOLE);
    while (p2m_foreign_begin(&dom0->space, other) == -XEN_EAGAIN) {
    }
    assert_true(p2m_foreign_may_be_mapped(&dom0->space, mapped));
    assert_false(p2m_foreign_may_be_mapped(&dom0->space, other));
    dom0->space.p2m.foreign_counts = P2M_FOREIGN_COUNTS; /* any other domain does not */
    assert_true(p2m_foreign_may_be_mapped(&dom0->space, other));
    dom0->space.p2m.foreign_counts = FAKE_RAM_MIB * FRAMES_PER_MIB;
    page_of(other)->owner = DOMID_INVALID;
}

static void long_lists_are_done_in_pieces(void **state) {
    (void)state;
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(map(THEIR, HOLE, HOLES), 0);
    fake_board.pending[FAKE_UART_IRQ] = false;
    assert_in_range(again, HOLES - 1, HOLES + 1);
    for (uint32_t i = 0; i < HOLES; i++) {
        assert_int_equal(error_of(i), 0);
        assert_int_equal(mm_frame(dom0, HOLE + i).v, mm_frame(domu, THEIR + i).v);
    }
}

/* Where there is no frame in the bank, none need be given back for it. */
static void a_frame_can_be_outside_the_bank(void **state) {
    uint32_t g = MM_BASE_GFN + 3 * FRAMES_PER_MIB;

    (void)state;
    assert_int_equal(map(THEIR, g, 1), 0);
    assert_int_equal(error_of(0), 0);
    enter(3, g);
    assert_int_equal(their(THEIR)->count, 3);
    mm_check();
    assert_int_equal(take_out(dom0, DOMID_SELF, g), 0);
    assert_int_equal(mm_l2(dom0, 0x3000), 0);
    assert_int_equal(their(THEIR)->count, 1);
}

static void a_frame_in_the_place_of_ram_gives_that_back(void **state) {
    uint32_t held = dom0->space.p2m.held;
    mfn_t old = mm_frame(dom0, HOLE - 1);

    (void)state;
    assert_int_equal(map(THEIR, HOLE - 1, 1), 0);
    assert_int_equal(error_of(0), 0);
    assert_int_equal(dom0->space.p2m.held, held - 1);
    assert_int_equal(page_of(old)->state, PAGE_DIRTY);
}

/* ---- One of the two goes ---- */

static void the_owner_gives_it_back(void **state) {
    mfn_t m = mm_frame(domu, THEIR);

    (void)state;
    assert_int_equal(map(THEIR, HOLE, 1), 0);
    enter(3, HOLE);
    give_back(domu, THEIR, 1);
    assert_int_equal(page_of(m)->state, PAGE_USED);
    assert_int_equal(page_of(m)->count, IN_MAP + 1);
    assert_int_not_equal(mm_l2(dom0, 0x3000), 0);
    mm_check();
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE), 0);
    assert_int_equal(page_of(m)->state, PAGE_DIRTY);
    mm_scrub();
}

static void the_owner_dies(void **state) {
    mfn_t m = mm_frame(domu, THEIR);

    (void)state;
    assert_int_equal(map(THEIR, HOLE, 2), 0);
    enter(3, HOLE);
    mm_destroy(domu);
    domu = NULL;
    mm_scrub();
    assert_int_equal(page_of(m)->state, PAGE_USED);
    mm_check();
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE), 0);
    assert_int_equal(page_of(m)->state, PAGE_DIRTY);
    mm_scrub();
}

static void who_maps_it_dies(void **state) {
    (void)state;
    assert_int_equal(map(THEIR, HOLE, 2), 0);
    enter(3, HOLE);
    mm_destroy(dom0);
    dom0 = NULL;
    mm_scrub();
    assert_int_equal(their(THEIR)->count, 1);
    assert_int_equal(their(THEIR)->state, PAGE_USED);
}

/* What is on its way out is there until it is gone. */
static void a_frame_that_is_being_given_away_can_be_mapped(void **state) {
    mfn_t m = mm_frame(domu, THEIR);
    uint32_t *entry = &domu->space.p2m.entry[THEIR - MM_BASE_GFN];

    (void)state;
    domu->space.p2m.changing = gfn(THEIR);
    domu->space.p2m.changing_type = P2M_RAM;
    domu->space.p2m.changing_to = INVALID_MFN;
    *entry |= P2M_CHANGING;
    assert_int_equal(map(THEIR, HOLE, 1), 0);
    assert_int_equal(error_of(0), 0);
    assert_int_equal(mm_frame(dom0, HOLE).v, m.v);
    while (p2m_settle(&domu->space) == -XEN_EAGAIN) {
    }
    assert_int_equal(page_of(m)->count, IN_MAP);
    assert_int_equal(take_out(dom0, DOMID_SELF, HOLE), 0);
    mm_scrub();
}

/* ---- Wrong ---- */

static void wrong_frames_have_their_error(void **state) {
    (void)state;
    assert_int_equal(map(MM_BASE_GFN + 2 * FRAMES_PER_MIB, HOLE, 1), 0); /* none there */
    assert_int_equal(error_of(0), -XEN_EINVAL);
    assert_int_equal(map(THEIR, HOLE, 1), 0);
    assert_int_equal(map(THEIR, L1, 1), 0); /* a table is there */
    assert_int_equal(error_of(0), -XEN_EBUSY);
    assert_int_equal(their(THEIR)->count, 1 + IN_MAP);
    assert_int_equal(map(1u << 20, HOLE + 1, 1), 0);
    assert_int_equal(error_of(0), -XEN_EINVAL);
    assert_int_equal(map(THEIR, 1u << 20, 1), 0);
    assert_int_equal(error_of(0), -XEN_EINVAL);
}

/* What one has of another is not for a third. */
static void a_foreign_frame_is_not_passed_on(void **state) {
    struct domain *third = mm_domain(2, 1);
    struct xen_add_to_physmap_batch b = batch(0, 1);
    uint64_t from = HOLE, to = MM_BASE_GFN + 20;

    (void)state;
    assert_int_equal(map(THEIR, HOLE, 1), 0);
    fake_put(IDXS, &from, sizeof(from));
    fake_put(GPFNS, &to, sizeof(to));
    third->is_privileged = true;
    assert_int_equal(call(third, XENMEM_add_to_physmap_batch, &b, sizeof(b)), 0);
    assert_int_equal(error_of(0), -XEN_EINVAL);
    mm_destroy(third);
}

static void wrong_calls_are_refused(void **state) {
    struct xen_add_to_physmap_batch b = batch(1, 1);
    uint64_t frames[] = {THEIR, HOLE};

    (void)state;
    fake_put(IDXS, &frames[0], sizeof(frames[0]));
    fake_put(GPFNS, &frames[1], sizeof(frames[1]));
    b.idxs.q = 4;
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EFAULT);
    b = batch(1, 1);
    b.errs.q = 4;
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EFAULT);
    b = batch(1, 1);
    b.gpfns.q = 1ull << 32;
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EINVAL);
    b = batch(9, 1);
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_ESRCH);
    b = batch(0, 1);
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EINVAL);
    b = batch(1, 1);
    b.space = XENMAPSPACE_gmfn;
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_ENOSYS);
    b = batch(1, 1);
    domu->state = DOMAIN_DYING;
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), 0);
    assert_int_equal(error_of(0), -XEN_EINVAL);
    b.domid = 1;
    b.u.foreign_domid = 0;
    assert_int_equal(call(dom0, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EINVAL);
    domu->state = DOMAIN_RUNNING;
    assert_int_equal(take_out(dom0, 9, HOLE), -XEN_ESRCH);
    assert_int_equal(take_out(dom0, 0, HOLE + 3), -XEN_ENOENT);
    assert_int_equal(take_out(dom0, 0, L1), -XEN_EBUSY);
}

static void a_domu_maps_nobody(void **state) {
    (void)state;
    for (domid_t of = 0; of < 4; of++) {
        for (domid_t d = 0; d < 4; d++) {
            struct xen_add_to_physmap_batch b = batch(of, 1);

            b.domid = d;
            assert_int_equal(call(domu, XENMEM_add_to_physmap_batch, &b, sizeof(b)), -XEN_EPERM);
        }
    }
    assert_int_equal(take_out(domu, 0, HOLE), -XEN_EPERM);
    assert_int_equal(take_out(domu, 9, HOLE), -XEN_EPERM);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_frame_is_mapped_and_taken_out),
        TEST(what_still_maps_it_is_found),
        TEST(entries_are_counted_however_they_go),
        TEST(a_frame_in_two_places_stays_mapped_until_the_last),
        TEST(dom0_has_a_counter_for_each_frame),
        TEST(long_lists_are_done_in_pieces),
        TEST(a_frame_can_be_outside_the_bank),
        TEST(a_frame_in_the_place_of_ram_gives_that_back),
        TEST(the_owner_gives_it_back),
        TEST(the_owner_dies),
        TEST(who_maps_it_dies),
        TEST(a_frame_that_is_being_given_away_can_be_mapped),
        TEST(wrong_frames_have_their_error),
        TEST(a_foreign_frame_is_not_passed_on),
        TEST(wrong_calls_are_refused),
        TEST(a_domu_maps_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
