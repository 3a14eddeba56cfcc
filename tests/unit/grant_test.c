/* SPDX-License-Identifier: GPL-2.0-only */
/* Grant tables: how they grow, who may map and copy what, and that nothing is lost, whatever a
 * granter or a mapper does. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/percpu.h"
#include "core/base/steps.h"
#include "core/grant/grant.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"

static struct domain *dom0, *domu;
static uint32_t frames_before, heap_before;

static int power_on(void **state) {
    (void)state;
    mm_setup();
    mm_destroy(mm_domain(1, 1)); /* what is made once, and kept */
    frames_before = page_free_count();
    heap_before = heap_free_pages();
    dom0 = mm_domain(0, 2);
    domu = mm_domain(1, 2);
    this_cpu()->work = 0;
    return 0;
}

static void end(struct domain *d) {
    while (grant_domain_destroy(&d->grant)) {
    }
    mm_destroy(d);
}

/* All that there was is free. */
static int power_off(void **state) {
    (void)state;
    mm_check();
    end(dom0);
    end(domu);
    assert_int_equal(page_free_count(), frames_before);
    assert_int_equal(heap_free_pages(), heap_before);
    return 0;
}

/* ---- The table's frames ---- */

#define PIECES (PAGE_SIZE / STEP_GRANT_CLEAR) /* in which a frame comes */

static void expect_again(struct domain *d, uint32_t idx, uint32_t times) {
    mfn_t m;

    for (uint32_t i = 0; i < times; i++) {
        assert_int_equal(grant_frame(&d->grant, idx, &m), -XEN_EAGAIN);
    }
}

static void grow(struct domain *d, uint32_t frames) {
    for (uint32_t i = 0; i < frames; i++) {
        mfn_t m;

        expect_again(d, i, PIECES);
        assert_int_equal(grant_frame(&d->grant, i, &m), 0);
        page_put(m);
    }
}

static void a_table_grows_a_piece_a_call(void **state) {
    mfn_t m;

    (void)state;
    for (unsigned int i = 0; i < GRANT_FRAMES_DEFAULT; i++) {
        expect_again(domu, GRANT_FRAMES_DEFAULT - 1, PIECES - 1);
        assert_int_equal(domu->grant.frame_count, i);
        expect_again(domu, GRANT_FRAMES_DEFAULT - 1, 1);
        assert_int_equal(domu->grant.frame_count, i + 1);
    }
    assert_int_equal(grant_frame(&domu->grant, GRANT_FRAMES_DEFAULT - 1, &m), 0);
    assert_int_equal(page_of(m)->count, 2);
    assert_int_equal(page_of(m)->owner, DOMID_XEN);
    page_put(m);
    assert_int_equal(grant_frame(&domu->grant, GRANT_FRAMES_DEFAULT, &m), -XEN_EINVAL);
    assert_int_equal(grant_frame(&domu->grant, UINT32_MAX, &m), -XEN_EINVAL);
}

static void a_new_frame_grants_nothing(void **state) {
    static const uint8_t zeroes[PAGE_SIZE];
    mfn_t first = mfn(page_first), m;

    (void)state;
    while (page_of(first)->state != PAGE_FREE) {
        first.v++;
    }
    for (uint32_t i = 0; i < FRAMES_PER_MIB; i++) {
        memset(fake_frame(mfn(first.v + i)), 0xa5, PAGE_SIZE);
    }
    expect_again(domu, 0, PIECES);
    assert_int_equal(grant_frame(&domu->grant, 0, &m), 0);
    assert_memory_equal(fake_frame(m), zeroes, PAGE_SIZE);
    page_put(m);
}

static void a_limit_holds(void **state) {
    mfn_t m;

    (void)state;
    grant_set_limits(&domu->grant, 2, 0);
    grow(domu, 2);
    assert_int_equal(grant_frame(&domu->grant, 2, &m), -XEN_EINVAL);
    grant_set_limits(&dom0->grant, INT32_MAX, INT32_MAX);
    grow(dom0, GRANT_FRAMES_MAX);
    assert_int_equal(grant_frame(&dom0->grant, GRANT_FRAMES_MAX, &m), -XEN_EINVAL);
}

static void without_memory_it_does_not_grow(void **state) {
    mfn_t m, taken[FAKE_RAM_MIB * FRAMES_PER_MIB];
    unsigned int count = 0;

    (void)state;
    grow(domu, 1);
    while (!mfn_eq(taken[count] = page_alloc(DOMID_XEN), INVALID_MFN)) {
        count++;
    }
    assert_int_equal(grant_frame(&domu->grant, 1, &m), -XEN_ENOMEM);
    assert_int_equal(domu->grant.frame_count, 1);
    while (count > 0) {
        page_put(taken[--count]);
    }
    mm_scrub();
    assert_int_equal(grant_frame(&domu->grant, 1, &m), -XEN_EAGAIN);
}

/* power_off() finds the frame among those that are free. */
static void what_is_half_cleared_is_given_back(void **state) {
    (void)state;
    expect_again(domu, 0, 1);
}

static void it_is_known_where_a_frame_is(void **state) {
    (void)state;
    grow(domu, 2);
    assert_int_equal(grant_frame_gfn(&domu->grant, 1).v, INVALID_GFN.v);
    grant_frame_placed(&domu->grant, 1, gfn(0x38001));
    grant_frame_placed(&domu->grant, 2, gfn(0x38002)); /* there is none */
    assert_int_equal(grant_frame_gfn(&domu->grant, 1).v, 0x38001);
    assert_int_equal(grant_frame_gfn(&domu->grant, 2).v, INVALID_GFN.v);
}

/* Who was given a frame keeps it when the domain is gone. */
static void a_frame_outlives_its_domain(void **state) {
    mfn_t m;

    (void)state;
    grow(domu, 1);
    assert_int_equal(grant_frame(&domu->grant, 0, &m), 0);
    while (grant_domain_destroy(&domu->grant)) {
    }
    assert_int_equal(page_of(m)->count, 1);
    page_put(m);
    assert_int_equal(grant_frame(&domu->grant, 0, &m), -XEN_EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_table_grows_a_piece_a_call),
        TEST(a_new_frame_grants_nothing),
        TEST(a_limit_holds),
        TEST(without_memory_it_does_not_grow),
        TEST(what_is_half_cleared_is_given_back),
        TEST(it_is_known_where_a_frame_is),
        TEST(a_frame_outlives_its_domain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
