/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain that a toolstack makes, step by step: what each leaves, and what is left of one that
 * fails. */
/* links: core/control */
#include "core/control/domain_make.h"

#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/steps.h"
#include "core/console/console.h"
#include "core/control/domain_id.h"
#include "core/domain/domain.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_list.h"
#include "core/domain/domain_owner.h"
#include "core/domain/vcpu.h"
#include "core/mm/heap.h"
#include "core/space/pt_table.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "new_domain.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define OWNERS (PAGE_POOLS - DOMAIN_OWNER_FIRST)

static uint32_t frames_before, heap_before;

static void cancel(struct domain *d) {
    (void)d;
}

static struct domain_build *keep(const struct domain *d) {
    (void)d;
    return NULL;
}

static const struct domain_builder builder = {.cancel = cancel, .keep = keep};

static int power_on(void **state) {
    static const struct maddr_range ram = {{FAKE_RAM_PA}, FAKE_RAM_MIB * MIB};

    (void)state;
    fake_board_init(0);
    background_setup();
    fake_mm_init();
    pt_blocks = NULL;
    pt_units = NULL;
    assert_int_equal(page_init_early(&ram, 1, NULL, 0), 0);
    assert_int_equal(pt_mem_setup(), 0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    domain_reap_init(false, &builder);
    domain_id_given(1);
    fake_space_steps = 0;
    fake_space_error = 0;
    frames_before = page_free_count() + page_dirty_count();
    heap_before = heap_free_pages();
    return 0;
}

static void work(void) {
    for (unsigned int i = 0; i < 2000; i++) {
        fake_advance(1000000);
        (void)background_step(BACKGROUND_NEEDED);
    }
}

/* Memory, and the owners of memory: as many can be had as at first. */
static void expect_all_back(void) {
    int owner[OWNERS];

    work();
    assert_null(domain_next(NULL));
    assert_int_equal(page_free_count() + page_dirty_count(), frames_before);
    assert_int_equal(heap_free_pages(), heap_before);
    for (unsigned int i = 0; i < OWNERS; i++) {
        owner[i] = domain_owner_take();
        assert_true(owner[i] > 0);
    }
    for (unsigned int i = 0; i < OWNERS; i++) {
        domain_owner_give((unsigned int)owner[i]);
    }
}

static int power_off(void **state) {
    (void)state;
    for (struct domain *d; (d = domain_next(NULL)) != NULL;) {
        (void)domain_kill(d);
        work();
    }
    return 0;
}

static int make(domid_t id) {
    struct domain_wish wish = {.id = id, .vcpu_max = 2};

    memset(wish.handle, 0x5a, sizeof(wish.handle));
    int result = domain_make(&wish);

    return result == -XEN_EAGAIN ? domain_make(&wish) : result;
}

/* A whole one. */
static struct domain *made(domid_t id) {
    assert_int_equal(make(id), id);
    assert_int_equal(domain_make_step(id), 1);
    while (domain_make_step(id) == 1) {
    }
    return domain_by_id(id);
}

static void it_is_listed_first_and_whole_at_last(void **state) {
    (void)state;
    fake_space_steps = 3;
    assert_int_equal(make(5), 5);
    assert_null(domain_by_id(5));
    assert_int_equal(domain_make_step(6), -XEN_ESRCH);
    assert_int_equal(domain_make_step(5), 1);
    struct domain *d = domain_by_id(5);
    assert_string_equal(d->name, "d5");
    assert_int_equal(d->vcpu_max, 2);
    assert_int_equal(d->handle[15], 0x5a);
    assert_int_equal(d->pause_count, 1);
    assert_int_equal(d->table_pool, 65536);
    assert_true(d->is_managed);
    for (unsigned int left = 3; left > 0; left--) {
        assert_int_equal(domain_make_step(5), 1);
        assert_int_equal(fake_space_steps, left - 1);
        assert_false(d->has_space);
    }
    assert_int_equal(domain_make_step(5), 1);
    assert_true(d->has_space);
    assert_false(domain_is_whole(d));
    while (domain_make_step(5) == 1) {
        assert_false(d->is_made);
    }
    assert_true(domain_is_whole(d));
    assert_int_equal(domain_make_step(5), -XEN_ESRCH);
    assert_int_equal(domain_kill(d), 0);
    expect_all_back();
}

static void only_a_toolstacks_is_made(void **state) {
    struct domain *d;

    (void)state;
    assert_int_equal(new_domain(3, "boot", &d), 0);
    assert_int_equal(domain_appear(d), 0);
    assert_int_equal(domain_make_step(3), -XEN_ESRCH);
    assert_false(d->is_made);
    assert_int_equal(domain_kill(d), 0);
    expect_all_back();
}

static void an_id_in_use_is_refused_at_once(void **state) {
    struct domain *d = made(5);

    (void)state;
    assert_int_equal(make(5), -XEN_EEXIST);
    assert_int_equal(domain_make_step(5), -XEN_ESRCH);
    assert_int_equal(domain_kill(d), 0);
    expect_all_back();
}

/* Two with one id: who is listed second is none. */
static void an_id_that_another_took_meanwhile_is_refused(void **state) {
    struct domain *d;

    (void)state;
    assert_int_equal(make(5), 5);
    assert_int_equal(new_domain(5, "boot", &d), 0);
    assert_int_equal(domain_appear(d), 0);
    assert_int_equal(domain_make_step(5), -XEN_EEXIST);
    assert_int_equal(domain_make_step(5), -XEN_ESRCH);
    assert_ptr_equal(domain_by_id(5), d);
    assert_int_equal(domain_kill(d), 0);
    expect_all_back();
}

static void one_that_was_left_is_dropped(void **state) {
    (void)state;
    assert_int_equal(make(5), 5);
    assert_int_equal(make(6), 6);
    assert_int_equal(domain_make_step(5), -XEN_ESRCH);
    struct domain *d = made(7);
    assert_int_equal(domain_make_step(6), -XEN_ESRCH);
    assert_int_equal(domain_kill(d), 0);
    expect_all_back();
}

static void a_full_list_is_no_memory(void **state) {
    struct domain *d;

    (void)state;
    for (domid_t id = 1; id <= DOMAIN_MAX; id++) {
        assert_int_equal(new_domain(id, "boot", &d), 0);
        assert_int_equal(domain_appear(d), 0);
    }
    assert_int_equal(make(100), 100);
    assert_int_equal(domain_make_step(100), -XEN_ENOMEM);
    assert_int_equal(domain_make_step(100), -XEN_ESRCH);
    power_off(state);
    expect_all_back();
}

static void without_a_structure_nothing_is_made(void **state) {
    static void *taken[FAKE_HEAP_SIZE / PAGE_SIZE];
    unsigned int count = 0;

    (void)state;
    while ((taken[count] = heap_alloc(0)) != NULL) {
        count++;
    }
    assert_int_equal(make(5), -XEN_ENOMEM);
    while (count > 0) {
        heap_free(taken[--count], 0);
    }
    expect_all_back();
}

static void without_a_frame_its_owner_comes_back(void **state) {
    static mfn_t taken[FAKE_RAM_MIB * FRAMES_PER_MIB + 1];
    unsigned int count = 0;

    (void)state;
    while (!mfn_eq(taken[count] = page_alloc(DOMID_XEN), INVALID_MFN)) {
        count++;
    }
    for (unsigned int i = 0; i <= OWNERS; i++) {
        assert_int_equal(make(5), -XEN_ENOMEM);
    }
    while (count > 0) {
        page_put(taken[--count]);
    }
    expect_all_back();
}

static void without_an_owner_its_structure_comes_back(void **state) {
    int owner[OWNERS];

    (void)state;
    for (unsigned int i = 0; i < OWNERS; i++) {
        owner[i] = domain_owner_take();
    }
    assert_int_equal(make(5), -XEN_ENOMEM);
    for (unsigned int i = 0; i < OWNERS; i++) {
        domain_owner_give((unsigned int)owner[i]);
    }
    expect_all_back();
}

static void without_its_space_it_is_killed(void **state) {
    (void)state;
    assert_int_equal(make(5), 5);
    assert_int_equal(domain_make_step(5), 1);
    fake_space_error = -XEN_ENOMEM;
    assert_int_equal(domain_make_step(5), -XEN_ENOMEM);
    assert_int_equal(domain_by_id(5)->state, DOMAIN_DYING);
    expect_all_back();
}

/* One with memory, whose map takes two steps, and vCPUs that may run. */
static struct domain *ready(domid_t id, unsigned int vcpu_count) {
    static struct p2m_store store;
    const uint32_t mib = STEP_FLAT + 1;
    struct domain *d = made(id);
    struct vcpu *v;

    store = (struct p2m_store){0};
    assert_int_equal(p2m_init(&d->space, gfn(0x40000), mib * FRAMES_PER_MIB, &store), 0);
    for (uint32_t i = 0; i < mib; i++) {
        assert_int_equal(p2m_add_ram(&d->space, gfn(0x40000 + i * FRAMES_PER_MIB),
                                     page_alloc_mib(id, 1, 1), FRAMES_PER_MIB),
                         0);
    }
    for (unsigned int i = 0; i < vcpu_count; i++) {
        assert_int_equal(vcpu_create(d, i, &v), 0);
        v->is_initialised = true;
    }
    return d;
}

static void before_it_runs_its_map_and_the_caches_are_made(void **state) {
    struct domain *d = ready(5, 2);
    unsigned int flushes = fake_cache_flushes, steps = 0;

    (void)state;
    assert_null(d->space.pt.flat);
    while (!d->has_flat) {
        assert_int_equal(domain_make_run_step(d), 1);
        assert_true(++steps < 100);
    }
    assert_true(steps > 2);
    assert_non_null(d->space.pt.flat);
    assert_int_equal(d->make_progress, 0);
    for (unsigned int i = 1; i < FAKE_FLUSH_STEPS; i++) {
        assert_int_equal(domain_make_run_step(d), 1);
        assert_int_equal(fake_cache_flushes, flushes);
        assert_int_equal(d->state, DOMAIN_CREATED);
    }
    assert_int_equal(domain_make_run_step(d), 0);
    assert_int_equal(fake_cache_flushes, flushes + 1);
    assert_int_equal(d->make_progress, 0);
    assert_int_equal(d->state, DOMAIN_RUNNING);
    for (unsigned int i = 0; i < 2; i++) {
        assert_ptr_equal(d->vcpu[i]->arch.l1, pt_vcpu_l1(&d->space, i));
        assert_non_null(d->vcpu[i]->arch.l1);
    }
    assert_int_equal(domain_kill(d), 0);
}

static void without_table_memory_it_may_be_tried_again(void **state) {
    struct domain *d = ready(5, 1);
    uint16_t limit = d->space.pt.block_limit;

    (void)state;
    d->space.pt.block_limit = 0;
    assert_int_equal(domain_make_run_step(d), -XEN_ENOMEM);
    assert_false(d->has_flat);
    d->space.pt.block_limit = limit;
    assert_int_equal(domain_make_run_step(d), 1);
    assert_int_equal(domain_kill(d), 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(it_is_listed_first_and_whole_at_last),
        test(only_a_toolstacks_is_made),
        test(an_id_in_use_is_refused_at_once),
        test(an_id_that_another_took_meanwhile_is_refused),
        test(one_that_was_left_is_dropped),
        test(a_full_list_is_no_memory),
        test(without_a_structure_nothing_is_made),
        test(without_a_frame_its_owner_comes_back),
        test(without_an_owner_its_structure_comes_back),
        test(without_its_space_it_is_killed),
        test(before_it_runs_its_map_and_the_caches_are_made),
        test(without_table_memory_it_may_be_tried_again),
    };

    console_init();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
