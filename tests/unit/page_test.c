/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame table: who gets which frame, and what happens before another gets it. */
/* links: core/mm */
#include "core/mm/page.h"

#include <arch/fake_mm.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/steps.h"
#include "core/mm/heap.h"
#include "core/mm/memory_wait.h"
#include "core/mm/page_pool.h"
#include "core/time/background.h"

#define FIRST (FAKE_RAM_PA >> PAGE_SHIFT)
#define OWNER 7
#define STEPS (PAGE_SIZE / STEP_SCRUB) /* of a frame */

static void init(const struct maddr_range *reserved, unsigned int count) {
    static const struct maddr_range ram = {{FAKE_RAM_PA}, FAKE_RAM_MIB * MIB};

    background_setup();
    fake_mm_init();
    assert_int_equal(page_init_early(&ram, 1, reserved, count), 0);
}

static int setup(void **state) {
    (void)state;
    init(NULL, 0);
    return 0;
}

static void reserved_ranges_are_not_handed_out(void **state) {
    /* Half a page, three pages across a MiB, something that is not RAM. */
    static const struct maddr_range reserved[] = {
        {{FAKE_RAM_PA + 0x800}, 0x400}, {{FAKE_RAM_PA + MIB - 0x1000}, 0x2001}, {{0xf0000000}, 1}};
    uint32_t total = FAKE_RAM_MIB * FRAMES_PER_MIB;
    mfn_t m;

    (void)state;
    init(reserved, 3);
    assert_int_equal(page_total_count(), total);
    assert_int_equal(page_free_count(), total - 4);
    while (m = page_alloc(OWNER), m.v != INVALID_MFN.v) {
        assert_true(m.v != FIRST && (m.v < FIRST + 255 || m.v > FIRST + 257));
        assert_in_range(m.v, FIRST, FIRST + total - 1);
    }
    assert_int_equal(page_free_count(), 0);
    page_put(mfn(FIRST));
    assert_int_equal(page_dirty_count(), 1);
}

#define ROUNDS 1000000 /* enough that both run at once for a while, on a busy machine too */

static pthread_barrier_t both_run;

static void *hold_and_let_go(void *frame) {
    struct page_info *page = page_of(*(const mfn_t *)frame);

    pthread_barrier_wait(&both_run);
    for (unsigned int i = 0; i < ROUNDS; i++) {
        page_get(*(const mfn_t *)frame);
        (void)page_count_add(page, 2);
        if (!arch_atomic_drop(&page->count)) {
            abort(); /* it is not the last */
        }
        page_put(*(const mfn_t *)frame);
        (void)page_count_add(page, ~0u);
    }
    return NULL;
}

/* Tables of two domains map it, and nobody has a lock that is the frame's: no reference is lost. */
static void two_holders_count_at_once(void **state) {
    pthread_t other;
    mfn_t m = page_alloc(OWNER);

    (void)state;
    assert_int_equal(pthread_barrier_init(&both_run, NULL, 2), 0);
    assert_int_equal(pthread_create(&other, NULL, hold_and_let_go, &m), 0);
    hold_and_let_go(&m);
    assert_int_equal(pthread_join(other, NULL), 0);
    assert_int_equal(page_of(m)->count, 1);
    assert_false(arch_atomic_drop(&page_of(m)->count));
    page_put(m);
    assert_int_equal(page_dirty_count(), 1);
}

static void no_frame_is_given_twice(void **state) {
    static bool given[FAKE_RAM_MIB * FRAMES_PER_MIB];
    uint32_t count = 0;
    mfn_t m;

    (void)state;
    while (m = page_alloc(OWNER), m.v != INVALID_MFN.v) {
        assert_false(given[m.v - FIRST]);
        given[m.v - FIRST] = true;
        assert_int_equal(page_of(m)->owner, OWNER);
        assert_int_equal(page_of(m)->count, 1);
        count++;
    }
    assert_int_equal(count, FAKE_RAM_MIB * FRAMES_PER_MIB);
    assert_int_equal(page_alloc_mib(OWNER, 1, 1).v, INVALID_MFN.v);
}

static void ranges_are_aligned_contiguous_first_fit(void **state) {
    (void)state;
    assert_int_equal(page_alloc_mib(1, 1, 1).v, FIRST);
    assert_int_equal(page_alloc_mib(2, 4, 2).v, FIRST + 2 * FRAMES_PER_MIB);
    assert_int_equal(page_alloc_mib(3, 1, 1).v, FIRST + FRAMES_PER_MIB);
    assert_int_equal(page_alloc_mib(4, FAKE_RAM_MIB, 1).v, INVALID_MFN.v);
    assert_int_equal(page_alloc_mib(4, 0, 1).v, INVALID_MFN.v);
    assert_int_equal(page_free_count(), (FAKE_RAM_MIB - 6) * FRAMES_PER_MIB);
    assert_int_equal(page_of(mfn(FIRST + 6 * FRAMES_PER_MIB - 1))->owner, 2);
}

static void single_frames_leave_whole_mibs_alone(void **state) {
    (void)state;
    for (unsigned int i = 0; i < FRAMES_PER_MIB; i++) {
        assert_int_not_equal(page_alloc(OWNER).v, INVALID_MFN.v);
    }
    assert_int_not_equal(page_alloc_mib(1, FAKE_RAM_MIB - 1, 1).v, INVALID_MFN.v);
}

static void a_frame_is_scrubbed_after_a_flush(void **state) {
    mfn_t m = page_alloc(OWNER);
    uint32_t free_before = page_free_count();

    (void)state;
    memset(fake_frame(m), 0xee, PAGE_SIZE);
    page_put(m);
    assert_int_equal(page_free_count(), free_before);
    assert_true(page_scrub_step(PAGE_COMMON));
    assert_int_equal(fake_tlb_flushes, 1);
    assert_int_equal(fake_cache_flushes, 1);
    assert_int_equal(fake_frame(m)[0], 0xee);
    for (unsigned int i = 1; i < STEPS; i++) {
        assert_int_equal(page_free_count(), free_before);
        assert_true(page_scrub_step(PAGE_COMMON));
    }
    assert_false(page_scrub_step(PAGE_COMMON));
    assert_int_equal(fake_frame(m)[0], 0);
    assert_int_equal(fake_frame(m)[PAGE_SIZE - 1], 0);
    assert_int_equal(page_free_count(), free_before + 1);
    assert_int_equal(page_of(m)->state, PAGE_FREE);
}

/* What is freed after a flush must wait for the next one. */
static void a_late_frame_waits_for_its_own_flush(void **state) {
    mfn_t a = page_alloc(OWNER);
    mfn_t b = page_alloc(OWNER);

    (void)state;
    page_put(a);
    assert_true(page_scrub_step(PAGE_COMMON));
    page_put(b);
    for (unsigned int i = 0; i < STEPS; i++) {
        assert_true(page_scrub_step(PAGE_COMMON));
    }
    assert_int_equal(page_of(a)->state, PAGE_FREE);
    assert_int_equal(page_of(b)->state, PAGE_DIRTY);
    assert_true(page_scrub_step(PAGE_COMMON));
    assert_int_equal(fake_tlb_flushes, 2);
    for (unsigned int i = 1; i < STEPS; i++) {
        assert_true(page_scrub_step(PAGE_COMMON));
    }
    assert_false(page_scrub_step(PAGE_COMMON));
    assert_int_equal(page_of(b)->state, PAGE_FREE);
}

static void one_flush_serves_many(void **state) {
    mfn_t first = page_alloc_mib(OWNER, 2, 1);
    unsigned int steps = 1;

    (void)state;
    for (unsigned int i = 0; i < 2 * FRAMES_PER_MIB; i++) {
        page_put(mfn(first.v + i));
    }
    assert_int_equal(page_dirty_count(), 2 * FRAMES_PER_MIB);
    while (page_scrub_step(PAGE_COMMON)) {
        steps++;
    }
    assert_int_equal(steps, 2 * FRAMES_PER_MIB * STEPS + 1);
    assert_int_equal(fake_cache_flushes, 1);
    assert_int_equal(page_alloc_mib(OWNER, FAKE_RAM_MIB, 1).v, FIRST);
}

static void references_keep_a_frame(void **state) {
    mfn_t m = page_alloc(OWNER);

    (void)state;
    page_get(m);
    page_get(m);
    page_put(m);
    page_put(m);
    assert_int_equal(page_of(m)->state, PAGE_USED);
    assert_int_equal(page_dirty_count(), 0);
    page_put(m);
    assert_int_equal(page_dirty_count(), 1);
}

static void device_frames_are_not_counted(void **state) {
    (void)state;
    assert_null(page_of(mfn(0x10)));
    assert_null(page_of(mfn(FIRST - 1)));
    assert_null(page_of(mfn(FIRST + FAKE_RAM_MIB * FRAMES_PER_MIB)));
    assert_null(page_of(INVALID_MFN));
    page_get(mfn(0x10));
    page_put(mfn(0x10));
}

static void a_certain_frame_can_be_had_back(void **state) {
    mfn_t m = page_alloc(OWNER);

    (void)state;
    assert_int_equal(page_alloc_at(m, OWNER), -XEN_EBUSY);
    page_put(m);
    assert_int_equal(page_of(m)->owner, DOMID_INVALID); /* at once, not when it is scrubbed */
    assert_int_equal(page_of(m)->count, 0);
    assert_int_equal(page_alloc_at(m, OWNER), -XEN_EBUSY);
    while (page_scrub_step(PAGE_COMMON)) {
    }
    assert_int_equal(page_of(m)->owner, DOMID_INVALID);
    assert_int_equal(page_of(m)->state, PAGE_FREE);
    assert_int_equal(page_alloc_at(m, 3), 0);
    assert_int_equal(page_of(m)->owner, 3);
    assert_int_equal(page_alloc_at(mfn(1), OWNER), -XEN_EBUSY);
}

static void holes_between_banks_are_no_ram(void **state) {
    static const struct maddr_range ram[] = {{{FAKE_RAM_PA + 4 * MIB}, 2 * MIB},
                                             {{FAKE_RAM_PA + 1}, MIB + 0x1fff}};

    (void)state;
    background_setup();
    fake_mm_init();
    assert_int_equal(page_init_early(ram, 2, NULL, 0), 0);
    assert_int_equal(page_total_count(), 2 * FRAMES_PER_MIB + FRAMES_PER_MIB + 1);
    assert_null(page_of(mfn(FIRST)));
    assert_non_null(page_of(mfn(FIRST + 1)));
    assert_non_null(page_of(mfn(FIRST + FRAMES_PER_MIB + 1)));
    assert_null(page_of(mfn(FIRST + FRAMES_PER_MIB + 2)));
    assert_int_equal(page_alloc_mib(1, 3, 1).v, INVALID_MFN.v);
    assert_int_equal(page_alloc_mib(1, 2, 2).v, FIRST + 4 * FRAMES_PER_MIB);
}

/* Less than a page, whether or not it ends with one, is no RAM, and does not make the table longer
 * at either end. */
static void parts_of_a_page_are_no_ram(void **state) {
    static const struct maddr_range parts[] = {{{FAKE_RAM_PA - 64 * MIB + 0x800}, 0x800},
                                               {{FAKE_RAM_PA - 32 * MIB + 0x400}, 0x400},
                                               {{FAKE_RAM_PA + MIB}, MIB},
                                               {{FAKE_RAM_PA + 64 * MIB}, 0x800},
                                               {{FAKE_RAM_PA + 65 * MIB + 0x800}, 0x800}};

    (void)state;
    background_setup();
    fake_mm_init();
    assert_int_equal(page_init_early(&parts[0], 1, NULL, 0), -XEN_EINVAL);
    assert_int_equal(page_init_early(&parts[1], 1, NULL, 0), -XEN_EINVAL);
    assert_int_equal(page_init_early(parts, 0, NULL, 0), -XEN_EINVAL);
    assert_int_equal(page_init_early(parts, 5, NULL, 0), 0);
    assert_int_equal(page_first, FIRST + FRAMES_PER_MIB);
    assert_int_equal(page_frames, FRAMES_PER_MIB);
}

/* The frame table is of whole MiBs. */
static void the_table_begins_and_ends_with_a_mib(void **state) {
    static const struct maddr_range ram = {{FAKE_RAM_PA + MIB + 0x5000}, MIB};

    (void)state;
    background_setup();
    fake_mm_init();
    assert_int_equal(page_init_early(&ram, 1, NULL, 0), 0);
    assert_int_equal(page_first, FIRST + FRAMES_PER_MIB);
    assert_int_equal(page_frames, 2 * FRAMES_PER_MIB);
    assert_null(page_of(mfn(page_first + 4)));
    assert_non_null(page_of(mfn(page_first + 5)));
    assert_non_null(page_of(mfn(page_first + FRAMES_PER_MIB + 4)));
    assert_null(page_of(mfn(page_first + FRAMES_PER_MIB + 5)));
}

static void random_use_keeps_the_books(void **state) {
    static mfn_t live[3000];
    uint32_t held = 0;

    (void)state;
    srand(7);
    for (unsigned int i = 0; i < 60000; i++) {
        if (rand() % 2 && held < 3000) {
            mfn_t m = page_alloc(OWNER);

            if (m.v != INVALID_MFN.v) {
                live[held++] = m;
            } else {
                assert_int_equal(page_dirty_count() + held, page_total_count());
                while (page_scrub_step(PAGE_COMMON)) {
                }
            }
        } else if (held && rand() % 3) {
            uint32_t at = (uint32_t)rand() % held;

            page_put(live[at]);
            live[at] = live[--held];
        } else {
            page_scrub_step(PAGE_COMMON);
        }
        assert_int_equal(page_free_count() + page_dirty_count() + held, page_total_count());
    }
}

/* ---- Pools ---- */

#define MINE  3u
#define OTHER 31u /* the last there is */

static mfn_t mib(uint32_t index) {
    return mfn(FIRST + index * FRAMES_PER_MIB);
}

static void scrub_all(unsigned int pool) {
    while (page_scrub_step(pool)) {
    }
}

static void frames_come_from_the_pool_that_is_asked(void **state) {
    (void)state;
    assert_int_equal(page_pool_alloc(MINE, OWNER).v, INVALID_MFN.v);
    page_pool_adopt(MINE, mib(5));
    for (uint32_t i = 0; i < FRAMES_PER_MIB; i++) {
        assert_int_equal(page_pool_alloc(MINE, OWNER).v, mib(5).v + i);
        assert_int_equal(page_of(mfn(mib(5).v + i))->owner, OWNER);
    }
    assert_int_equal(page_pool_alloc(MINE, OWNER).v, INVALID_MFN.v);
    assert_int_equal(page_free_count(), (FAKE_RAM_MIB - 1) * FRAMES_PER_MIB);
    /* What comes back is the pool's, and waits in it. */
    page_put(mfn(mib(5).v + 77));
    assert_int_equal(page_pool_dirty(MINE), 1);
    assert_int_equal(page_pool_dirty(PAGE_COMMON), 0);
    assert_false(page_scrub_step(PAGE_COMMON));
    assert_int_equal(page_of(mfn(mib(5).v + 77))->state, PAGE_DIRTY);
    scrub_all(MINE);
    assert_int_equal(page_pool_dirty(MINE), 0);
    assert_int_equal(page_pool_alloc(OTHER, OWNER).v, INVALID_MFN.v);
    assert_int_equal(page_pool_alloc(MINE, OWNER).v, mib(5).v + 77);
    /* Nor does a run of the common pool have it in its middle. */
    assert_int_equal(page_alloc_mib(OWNER, 6, 1).v, mib(6).v);
}

/* The free one that is broken already, not a whole one. */
static void a_broken_mib_is_used_up_first(void **state) {
    (void)state;
    page_pool_adopt(MINE, mib(4));
    /* Whole as it is, it is no part of others' runs. */
    assert_int_equal(page_alloc_mib(OWNER, 5, 1).v, mib(5).v);
    mfn_t first = page_pool_alloc(MINE, OWNER);
    assert_int_equal(first.v, mib(4).v);
    page_pool_adopt(MINE, mib(19));
    for (uint32_t i = 1; i < FRAMES_PER_MIB; i++) {
        assert_int_equal(page_pool_alloc(MINE, OWNER).v, mib(4).v + i);
    }
    assert_int_equal(page_pool_alloc(MINE, OWNER).v, mib(19).v);
    page_put(mfn(mib(4).v + 200));
    scrub_all(MINE);
    assert_int_not_equal(page_pool_alloc(MINE, OWNER).v, INVALID_MFN.v);
}

static void a_pool_grows_to_its_limit_by_whole_mibs(void **state) {
    (void)state;
    mfn_t first = page_pool_whole(MINE, 2);
    assert_int_not_equal(first.v, INVALID_MFN.v);
    assert_int_equal(first.v % FRAMES_PER_MIB, 0);
    assert_int_equal(page_free_count(), FAKE_RAM_MIB * FRAMES_PER_MIB); /* they stay free */
    assert_int_equal(page_pool_whole(MINE, 2).v, first.v);
    page_take(first, 8, OWNER);
    mfn_t second = page_pool_whole(MINE, 2);
    assert_int_not_equal(second.v, INVALID_MFN.v);
    assert_int_not_equal(second.v, first.v);
    page_take(second, 8, OWNER);
    assert_int_equal(page_pool_whole(MINE, 2).v, INVALID_MFN.v);
    assert_int_not_equal(page_pool_whole(MINE, 3).v, INVALID_MFN.v);
}

static void without_a_whole_mib_a_pool_does_not_grow(void **state) {
    (void)state;
    for (uint32_t i = 0; i < FAKE_RAM_MIB; i++) {
        page_take(mib(i), 8, OWNER);
    }
    assert_int_equal(page_pool_whole(MINE, 9).v, INVALID_MFN.v);
    assert_int_equal(page_pool_alloc(MINE, OWNER).v, INVALID_MFN.v);
    assert_int_not_equal(page_alloc(OWNER).v, INVALID_MFN.v);
}

static void a_part_of_a_mib_is_taken(void **state) {
    const uint32_t free_before = page_free_count();

    (void)state;
    page_take(mfn(mib(2).v + 16), 24, OWNER);
    assert_int_equal(page_free_count(), free_before - 24);
    for (uint32_t i = 0; i < FRAMES_PER_MIB; i++) {
        bool is_taken = i >= 16 && i < 40;

        assert_int_equal(page_of(mfn(mib(2).v + i))->state, is_taken ? PAGE_USED : PAGE_FREE);
        assert_int_equal(page_of(mfn(mib(2).v + i))->count, is_taken);
        assert_int_equal(page_alloc_at(mfn(mib(2).v + i), OWNER), is_taken ? -XEN_EBUSY : 0);
    }
    assert_int_equal(page_free_count(), free_before - FRAMES_PER_MIB);
    page_take(mib(3), FRAMES_PER_MIB, OWNER);
    assert_int_equal(page_of(mfn(mib(4).v - 1))->owner, OWNER);
    assert_int_equal(page_of(mib(4))->state, PAGE_FREE);
    assert_int_equal(page_alloc_mib(OWNER, 3, 1).v, mib(4).v);
}

/* In whatever state they are: one that is whole, one that is broken, one that is used up. */
static void a_pool_lets_go_of_one_mib_at_a_time(void **state) {
    (void)state;
    for (uint32_t i = 1; i <= 3; i++) {
        page_pool_adopt(OTHER, mib(i));
    }
    page_take(mib(1), FRAMES_PER_MIB, OWNER);
    page_take(mib(2), 8, OWNER);
    assert_true(page_pool_drop_step(OTHER));
    assert_true(page_pool_drop_step(OTHER));
    assert_false(page_pool_drop_step(OTHER));
    assert_false(page_pool_drop_step(OTHER)); /* there is none */
    assert_int_equal(page_pool_alloc(OTHER, OWNER).v, INVALID_MFN.v);
    page_put(mib(1));
    assert_int_equal(page_pool_dirty(OTHER), 0);
    assert_int_equal(page_pool_dirty(PAGE_COMMON), 1);
    scrub_all(PAGE_COMMON);
    assert_int_equal(page_alloc_mib(OWNER, FAKE_RAM_MIB - 3, 1).v, mib(3).v);
    /* The count is 0 again: a limit of one allows one. */
    page_put(mfn(mib(3).v));
    assert_int_equal(page_pool_whole(OTHER, 0).v, INVALID_MFN.v);
    assert_int_equal(page_pool_whole(OTHER, 1).v, mib(0).v);
}

static void only_a_whole_mib_is_let_go_of(void **state) {
    (void)state;
    page_pool_adopt(MINE, mib(1));
    page_pool_adopt(MINE, mib(2));
    page_take(mib(1), 8, OWNER);
    page_pool_drop_whole(MINE);
    assert_int_equal(page_pool_whole(MINE, 1).v, INVALID_MFN.v);
    page_pool_drop_whole(MINE); /* it has none */
    assert_int_equal(page_pool_alloc(MINE, OWNER).v, mib(1).v + 8);
    assert_int_equal(page_alloc_mib(OWNER, 2, 1).v, mib(2).v);
    assert_true(page_pool_whole(MINE, 2).v != INVALID_MFN.v); /* it had one, and may have two */
}

/* ---- Who waits for memory is started when there is some ---- */

static unsigned int pieces;

static bool count_piece(struct background_work *work) {
    (void)work;
    pieces++;
    return false;
}

/* Were they started?  Then they wait again. */
static void expect_started(struct background_work *mine, bool mine_is,
                           struct background_work *other, bool other_is) {
    assert_int_equal(mine->is_queued, mine_is);
    assert_int_equal(other->is_queued, other_is);
    while (background_step(BACKGROUND_NEEDED)) {
    }
    memory_wait(mine);
    memory_wait(other);
}

static void who_waits_is_told_of_what_comes(void **state) {
    struct background_work mine, other;

    (void)state;
    memory_waiting = 0;
    background_init(&mine, count_piece, MINE, BACKGROUND_NEEDED);
    background_init(&other, count_piece, OTHER, BACKGROUND_NEEDED);
    for (uint32_t i = 1; i <= 3; i++) {
        page_pool_adopt(MINE, mib(i));
    }
    page_take(mib(1), FRAMES_PER_MIB, OWNER);
    expect_started(&mine, false, &other, false);
    page_put(mib(1));
    expect_started(&mine, false, &other, false); /* it is not clean yet */
    scrub_all(MINE);
    expect_started(&mine, true, &other, false);
    page_pool_drop_whole(MINE); /* to all */
    expect_started(&mine, true, &other, true);
    page_pool_drop_step(MINE);
    expect_started(&mine, true, &other, true);
    page_pool_drop_step(MINE);
    expect_started(&mine, true, &other, true);
    page_pool_drop_whole(MINE); /* nothing is left */
    expect_started(&mine, false, &other, false);
    memory_waiting = 0;
}

/* ---- What is freed is freed in the pool's own time ---- */

static void dirty_frames_are_work_of_their_pool(void **state) {
    mfn_t m = page_alloc(OWNER);
    uint32_t free_before = page_free_count();
    unsigned int steps = 0;

    (void)state;
    assert_false(background_step(BACKGROUND_SPARE));
    page_put(m);
    assert_false(background_step(BACKGROUND_NEEDED)); /* nobody waits for it */
    while (background_step(BACKGROUND_SPARE)) {
        steps++;
    }
    assert_int_equal(steps, 1 + 4096 / 512);
    assert_int_equal(page_free_count(), free_before + 1);
    assert_int_equal(page_dirty_count(), 0);
    /* And the next one again. */
    page_put(page_alloc(OWNER));
    assert_true(background_step(BACKGROUND_SPARE));
}

static void scrubbing_touches_one_frame(void **state) {
    mfn_t m = page_alloc(OWNER), next = page_alloc(OWNER);

    (void)state;
    assert_int_equal(next.v, m.v + 1);
    memset(fake_frame(m), 0xee, PAGE_SIZE);
    memset(fake_frame(next), 0xee, PAGE_SIZE);
    page_put(m);
    assert_true(page_scrub_step(PAGE_COMMON));
    assert_true(page_scrub_step(PAGE_COMMON));
    assert_int_equal(fake_frame(m)[511], 0);
    assert_int_equal(fake_frame(m)[512], 0xee);
    scrub_all(PAGE_COMMON);
    for (unsigned int i = 0; i < PAGE_SIZE; i++) {
        assert_int_equal(fake_frame(m)[i], 0);
    }
    assert_int_equal(fake_frame(next)[0], 0xee);
}

/* The books begin anew with each boot, whatever was there before. */
static void a_new_table_knows_nothing_of_the_last(void **state) {
    (void)state;
    page_pool_adopt(MINE, mib(1));
    page_put(page_alloc(OWNER));
    init(NULL, 0);
    assert_int_equal(page_dirty_count(), 0);
    assert_int_equal(page_pool_dirty(PAGE_COMMON), 0);
    assert_int_equal(page_total_count(), FAKE_RAM_MIB * FRAMES_PER_MIB);
    assert_int_equal(page_free_count(), FAKE_RAM_MIB * FRAMES_PER_MIB);
    assert_int_equal(page_pool_alloc(MINE, OWNER).v, INVALID_MFN.v);
    assert_false(page_scrub_step(PAGE_COMMON));
    assert_int_equal(page_of(mib(1))->owner, DOMID_INVALID);
}

static void without_heap_there_is_no_table(void **state) {
    static const struct maddr_range ram = {{FAKE_RAM_PA}, FAKE_RAM_MIB * MIB};
    void *taken[FAKE_HEAP_SIZE / PAGE_SIZE];
    unsigned int count = 0;

    (void)state;
    background_setup();
    fake_mm_init();
    while ((taken[count] = heap_alloc(0)) != NULL) {
        count++;
    }
    assert_int_equal(page_init_early(&ram, 1, NULL, 0), -XEN_ENOMEM);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(reserved_ranges_are_not_handed_out, setup),
        cmocka_unit_test_setup(no_frame_is_given_twice, setup),
        cmocka_unit_test_setup(two_holders_count_at_once, setup),
        cmocka_unit_test_setup(ranges_are_aligned_contiguous_first_fit, setup),
        cmocka_unit_test_setup(single_frames_leave_whole_mibs_alone, setup),
        cmocka_unit_test_setup(a_frame_is_scrubbed_after_a_flush, setup),
        cmocka_unit_test_setup(a_late_frame_waits_for_its_own_flush, setup),
        cmocka_unit_test_setup(one_flush_serves_many, setup),
        cmocka_unit_test_setup(references_keep_a_frame, setup),
        cmocka_unit_test_setup(device_frames_are_not_counted, setup),
        cmocka_unit_test_setup(a_certain_frame_can_be_had_back, setup),
        cmocka_unit_test_setup(holes_between_banks_are_no_ram, setup),
        cmocka_unit_test(parts_of_a_page_are_no_ram),
        cmocka_unit_test(the_table_begins_and_ends_with_a_mib),
        cmocka_unit_test_setup(frames_come_from_the_pool_that_is_asked, setup),
        cmocka_unit_test_setup(a_broken_mib_is_used_up_first, setup),
        cmocka_unit_test_setup(a_pool_grows_to_its_limit_by_whole_mibs, setup),
        cmocka_unit_test_setup(without_a_whole_mib_a_pool_does_not_grow, setup),
        cmocka_unit_test_setup(a_part_of_a_mib_is_taken, setup),
        cmocka_unit_test_setup(a_pool_lets_go_of_one_mib_at_a_time, setup),
        cmocka_unit_test_setup(only_a_whole_mib_is_let_go_of, setup),
        cmocka_unit_test_setup(who_waits_is_told_of_what_comes, setup),
        cmocka_unit_test_setup(dirty_frames_are_work_of_their_pool, setup),
        cmocka_unit_test_setup(scrubbing_touches_one_frame, setup),
        cmocka_unit_test_setup(a_new_table_knows_nothing_of_the_last, setup),
        cmocka_unit_test_setup(without_heap_there_is_no_table, setup),
        cmocka_unit_test_setup(random_use_keeps_the_books, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
