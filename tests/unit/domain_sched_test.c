/* SPDX-License-Identifier: GPL-2.0-only */
/* A domain's place in the scheduler: weight and cap, its pool, what is promised to its vCPUs. */
/* links: core/domain */
#include "core/domain/domain_sched.h"

#include <arch/fake.h>

#include "core/sched/sched_edf.h"
#include "core/time/clock.h"
#include "core/time/timer.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define VCPUS 2u

/* Nothing is lost to the hypervisor but its reserve. */
static const struct sched_figures figures = {.cost_ns = 1, .stretch_ns = 1, .reserve_percent = 5};

static struct domain *d, *other;

static int power_on(void **state) {
    (void)state;
    support_domain_remove_all();
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    clock_start();
    sched_edf_set_figures(&figures);
    d = support_domain_add(1, VCPUS);
    other = support_domain_add(2, 1);
    return 0;
}

/* A move to its end. */
static int move(struct domain *of, unsigned int sched_id) {
    struct domain_sched_moving m = {.done = 0};
    int more;

    do {
        more = domain_sched_move_step(of, sched_id, &m);
    } while (more > 0);
    return more;
}

static int set(unsigned int vcpu, uint32_t period_us, uint32_t budget_us) {
    struct sched_rt_params params = {.period_us = period_us, .budget_us = budget_us};

    return domain_sched_rt_set(d, vcpu, &params);
}

/* ---- The fair class ---- */

static void weight_and_cap_reach_every_vcpu(void **state) {
    struct sched_params params = {.weight = 300, .cap = 100 * VCPUS}, got;

    (void)state;
    assert_int_equal(domain_sched_set(d, &params), 0);
    for (unsigned int i = 0; i < VCPUS; i++) {
        assert_int_equal(d->vcpu[i]->sched.params.weight, 300);
        assert_int_equal(d->vcpu[i]->sched.params.cap, 100 * VCPUS);
    }
    domain_sched_get(d, &got);
    assert_int_equal(got.weight, 300);
    assert_int_equal(got.cap, 100 * VCPUS);
    domain_sched_get(other, &got);
    assert_int_equal(got.weight, SCHED_WEIGHT_DEFAULT);
}

static void what_is_beyond_the_limits_changes_nothing(void **state) {
    struct sched_params params = {.weight = 300, .cap = 100 * VCPUS + 1}, got;

    (void)state;
    assert_int_equal(domain_sched_set(d, &params), -XEN_EINVAL);
    params = (struct sched_params){.weight = SCHED_WEIGHT_MIN - 1};
    assert_int_equal(domain_sched_set(d, &params), -XEN_EINVAL);
    domain_sched_get(d, &got);
    assert_int_equal(got.weight, SCHED_WEIGHT_DEFAULT);
    assert_int_equal(got.cap, 0);
    params.weight = SCHED_WEIGHT_MIN;
    assert_int_equal(domain_sched_set(d, &params), 0);
}

/* Where a guest kept the count, it may be any number. */
static void steps_end_wherever_they_begin(void **state) {
    struct sched_params params = {.weight = 300};
    unsigned int done = 0;

    (void)state;
    assert_int_equal(domain_sched_set_step(d, &params, &done), 1);
    assert_int_equal(done, 1);
    assert_int_equal(domain_sched_set_step(d, &params, &done), 0);
    assert_int_equal(done, VCPUS);
    done = ~0u;
    assert_int_equal(domain_sched_set_step(d, &params, &done), 0);
}

static void without_a_vcpu_it_has_what_a_new_one_gets(void **state) {
    struct domain *empty = support_domain_add(3, 0);
    struct sched_params got = {.weight = 1, .cap = 1};

    (void)state;
    domain_sched_get(empty, &got);
    assert_int_equal(got.weight, SCHED_WEIGHT_DEFAULT);
    assert_int_equal(got.cap, 0);
}

/* ---- Pools ---- */

static void expect_fair(void) {
    assert_int_equal(domain_sched_id(d), DOMAIN_SCHED_FAIR);
    for (unsigned int i = 0; i < VCPUS; i++) {
        assert_false(sched_is_realtime(&d->vcpu[i]->sched));
    }
}

static void who_comes_to_real_time_gets_little_at_first(void **state) {
    struct sched_rt_params got;

    (void)state;
    expect_fair();
    assert_int_equal(move(d, DOMAIN_SCHED_REALTIME), 0);
    assert_int_equal(domain_sched_id(d), DOMAIN_SCHED_REALTIME);
    for (unsigned int i = 0; i < VCPUS; i++) {
        assert_int_equal(domain_sched_rt_get(d, i, &got), 0);
        assert_int_equal(got.period_us, SCHED_RT_PERIOD_DEFAULT_US);
        assert_int_equal(got.budget_us, SCHED_RT_BUDGET_DEFAULT_US);
        assert_true(got.has_extratime);
    }
    assert_int_equal(move(d, DOMAIN_SCHED_FAIR), 0);
    expect_fair();
}

static void a_move_to_where_it_is_keeps_what_it_has(void **state) {
    struct sched_rt_params got;

    (void)state;
    assert_int_equal(move(d, DOMAIN_SCHED_FAIR), 0);
    assert_int_equal(move(d, DOMAIN_SCHED_REALTIME), 0);
    assert_int_equal(set(1, 5000, 1000), 0);
    assert_int_equal(move(d, DOMAIN_SCHED_REALTIME), 0);
    assert_int_equal(domain_sched_rt_get(d, 1, &got), 0);
    assert_int_equal(got.period_us, 5000);
    assert_int_equal(got.budget_us, 1000);
    assert_false(got.has_extratime);
}

static void there_are_two_pools(void **state) {
    (void)state;
    assert_int_equal(move(d, 0), -XEN_EINVAL);
    assert_int_equal(move(d, 5), -XEN_EINVAL);
    assert_int_equal(move(d, DOMAIN_SCHED_REALTIME + 1), -XEN_EINVAL);
    expect_fair();
}

/* The first of its vCPUs would find room, the second one none: neither stays. */
static void a_move_is_of_all_vcpus_or_of_none(void **state) {
    struct sched_rt_params most = {.period_us = 10000, .budget_us = 9350};

    (void)state;
    assert_int_equal(move(other, DOMAIN_SCHED_REALTIME), 0);
    assert_int_equal(domain_sched_rt_set(other, 0, &most), 0);
    assert_int_equal(move(d, DOMAIN_SCHED_REALTIME), -XEN_ENOSPC);
    expect_fair();
    most.budget_us = 9200;
    assert_int_equal(domain_sched_rt_set(other, 0, &most), 0);
    int err;
    do { /* what was given up may be in use until the end of its period */
        fake_advance(10000000);
        err = move(d, DOMAIN_SCHED_REALTIME);
    } while (err == -XEN_EAGAIN);
    assert_int_equal(err, 0);
}

/* In any state of the count that a guest keeps. */
static void a_move_ends_wherever_it_begins(void **state) {
    struct domain_sched_moving m = {.done = ~0u};

    (void)state;
    assert_int_equal(domain_sched_move_step(d, DOMAIN_SCHED_REALTIME, &m), 0);
    m = (struct domain_sched_moving){.done = VCPUS + 1, .err = -XEN_ENOSPC};
    assert_int_equal(domain_sched_move_step(d, DOMAIN_SCHED_REALTIME, &m), -XEN_ENOSPC);
    expect_fair();
}

/* Before it has a vCPU its pool is chosen; each that comes is of that class. */
static void vcpus_join_the_pool_of_their_domain(void **state) {
    struct domain *empty = support_domain_add(3, 1);
    struct sched_rt_params got;

    (void)state;
    empty->vcpu_count = 0;
    assert_int_equal(domain_sched_id(empty), DOMAIN_SCHED_FAIR);
    assert_int_equal(move(empty, DOMAIN_SCHED_REALTIME), 0);
    assert_int_equal(domain_sched_id(empty), DOMAIN_SCHED_REALTIME);
    assert_int_equal(domain_sched_join(empty), 0);
    empty->vcpu_count = 1;
    assert_int_equal(domain_sched_id(empty), DOMAIN_SCHED_FAIR);
    assert_int_equal(domain_sched_join(empty), 1);
    assert_int_equal(domain_sched_join(empty), 0);
    assert_int_equal(domain_sched_rt_get(empty, 0, &got), 0);
    assert_int_equal(got.budget_us, SCHED_RT_BUDGET_DEFAULT_US);
    assert_int_equal(move(empty, DOMAIN_SCHED_FAIR), 0);
    assert_int_equal(domain_sched_join(empty), 0);
    assert_int_equal(domain_sched_id(empty), DOMAIN_SCHED_FAIR);
}

static void budgets_are_for_vcpus_that_there_are_in_their_pool(void **state) {
    struct sched_rt_params got;

    (void)state;
    assert_int_equal(set(0, 5000, 1000), -XEN_EINVAL);
    assert_int_equal(domain_sched_rt_get(d, 0, &got), -XEN_EINVAL);
    assert_int_equal(move(d, DOMAIN_SCHED_REALTIME), 0);
    assert_int_equal(set(VCPUS, 5000, 1000), -XEN_EINVAL);
    assert_int_equal(set(~0u, 5000, 1000), -XEN_EINVAL);
    assert_int_equal(domain_sched_rt_get(d, VCPUS, &got), -XEN_EINVAL);
    assert_int_equal(set(0, 5000, 5001), -XEN_EINVAL);
    assert_int_equal(set(0, 5000, 4900), -XEN_ENOSPC);
    assert_int_equal(domain_sched_rt_get(d, 0, &got), 0);
    assert_int_equal(got.period_us, SCHED_RT_PERIOD_DEFAULT_US);
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(weight_and_cap_reach_every_vcpu),
        test(what_is_beyond_the_limits_changes_nothing),
        test(steps_end_wherever_they_begin),
        test(without_a_vcpu_it_has_what_a_new_one_gets),
        test(who_comes_to_real_time_gets_little_at_first),
        test(a_move_to_where_it_is_keeps_what_it_has),
        test(there_are_two_pools),
        test(a_move_is_of_all_vcpus_or_of_none),
        test(a_move_ends_wherever_it_begins),
        test(vcpus_join_the_pool_of_their_domain),
        test(budgets_are_for_vcpus_that_there_are_in_their_pool),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
