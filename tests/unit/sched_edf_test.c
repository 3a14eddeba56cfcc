/* SPDX-License-Identifier: GPL-2.0-only */
/* The real-time class, rule by rule, over virtual time. */
/* links: core/sched */
#include "core/sched/sched_edf.h"

#include "core/base/percpu.h"
#include "core/device/device.h"
#include "support_cmocka.h"
#include "support_edf.h"

static const struct sched_figures figures = {
    .cost_ns = 2000, .stretch_ns = 1000, .reserve_percent = 5};

static int power_on(void **state) {
    (void)state;
    edf_power_on(&figures);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    edf_remove_all();
    return 0;
}

static int set(struct edf_task *t, uint32_t period_us, uint32_t budget_us, bool has_extratime) {
    struct sched_rt_params params = {
        .period_us = period_us, .budget_us = budget_us, .has_extratime = has_extratime};

    return sched_set_realtime(&t->v, &params);
}

/* What @t gets in the next @ns. */
static uint64_t gets(struct edf_task *t, uint64_t ns) {
    uint64_t before = t->ran;

    edf_run(ns);
    return t->ran - before;
}

/* ---- Budgets ---- */

static void a_budget_is_kept_and_no_more(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    for (unsigned int i = 0; i < 10; i++) {
        assert_int_equal(gets(t, MS), 300 * US);
    }
    edf_run(500 * US);
    assert_null(edf_machine.current); /* though the machine is idle */
}

static void it_goes_before_the_fair_class(void **state) {
    struct edf_task *hog = edf_add(0, 0);
    struct edf_task *t = edf_add_rt(1000, 600, false, 0, 0);

    (void)state;
    assert_int_equal(gets(t, 600 * US), 600 * US);
    assert_int_equal(gets(hog, 400 * US), 400 * US);
    assert_int_equal(gets(t, 600 * US), 600 * US);
}

/* However much the hog is owed, and however young its turn is. */
static void it_takes_the_pcpu_from_the_fair_class_at_once(void **state) {
    struct edf_task *t = edf_add_rt(1000, 600, false, 100 * US, 900 * US);

    (void)state;
    t->is_strict = true;
    edf_add(0, 0);
    edf_add(30 * US, 70 * US);
    for (unsigned int i = 0; i < 50; i++) {
        uint64_t start = t->ran;

        edf_run(100 * US);
        assert_int_equal(t->ran - start, 100 * US);
        edf_run(800 * US);
    }
}

static void the_earliest_deadline_goes_first(void **state) {
    struct edf_task *late = edf_add_rt(2000, 500, false, 0, 0);
    struct edf_task *soon = edf_add_rt(500, 100, false, 0, 0);

    (void)state;
    for (unsigned int i = 0; i < 8; i++) {
        assert_int_equal(gets(soon, 100 * US), 100 * US);
        edf_run(400 * US);
    }
    assert_int_equal(late->ran, 1000 * US);
}

static void a_deadline_that_is_later_preempts_nothing(void **state) {
    struct edf_task *soon = edf_add_rt(1000, 500, false, 0, 0);
    struct edf_task *late;

    (void)state;
    edf_run(100 * US);
    late = edf_add_rt(2000, 100, false, 0, 0);
    assert_int_equal(gets(soon, 400 * US), 400 * US);
    assert_int_equal(gets(late, 100 * US), 100 * US);
}

/* The release is at the deadline, not a period after it was found to be late. */
static void periods_do_not_drift(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    edf_machine.stretch = 7 * US;
    edf_machine.late_percent = 100;
    edf_run(1000 * MS);
    assert_in_range(t->ran, 1000 * 300 * US - 10 * US, 1000 * 300 * US + 10 * US);
}

/* ---- Overruns ---- */

static void what_it_overran_comes_off_the_next_budget(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    edf_machine.stretch = 50 * US;
    edf_machine.late_percent = 100;
    edf_run(400 * US); /* budget and something */
    uint64_t over = t->ran - 300 * US;
    assert_in_range(over, 1, 50 * US);
    edf_machine.stretch = 0;
    edf_run(600 * US);
    assert_int_equal(gets(t, MS), 300 * US - over);
    assert_int_equal(gets(t, MS), 300 * US);
}

/* A debt of several budgets costs as many periods. */
static void a_large_debt_is_paid_too(void **state) {
    struct edf_task *t = edf_add_rt(1000, 100, false, 0, 0);

    (void)state;
    edf_run(1); /* it is on the pCPU */
    edf_machine.stretch = 450 * US;
    edf_machine.late_percent = 100;
    edf_run(99 * US);
    edf_machine.stretch = 0;
    uint64_t over = t->ran;
    edf_run(20 * MS - edf_now());
    assert_true(over > 200 * US);
    assert_int_equal(t->ran, 20 * 100 * US);
}

/* ---- Waking ---- */

/* It slept past its deadline: a new period, with a full budget, from when it wakes. */
static void a_long_sleep_begins_a_new_period(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 300 * US, 5000 * US);

    (void)state;
    edf_run(5300 * US);
    assert_int_equal(t->ran, 300 * US);
    t->run_ns = 0;
    assert_int_equal(gets(t, 1000 * US), 300 * US);
    assert_int_equal(gets(t, 300 * US), 300 * US);
}

/* Sleeping for a moment with the budget nearly used up brings no new one. */
static void a_short_sleep_earns_nothing(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 290 * US, 1 * US);

    (void)state;
    edf_run(100 * MS);
    assert_in_range(t->ran, 99 * 300 * US, 100 * 300 * US + 300 * US);
}

/* It wakes when what is left is more than its share until the deadline. */
static void what_is_left_is_kept_only_as_its_share_allows(void **state) {
    struct edf_task *t = edf_add_rt(1000, 400, false, 100 * US, 800 * US);

    (void)state;
    edf_run(900 * US); /* 300 us left for 100 us: a new period from here */
    t->run_ns = 0;
    assert_int_equal(gets(t, 1000 * US), 400 * US);
    /* 300 us left for 400 us until the deadline are too much as well; 100 us are not */
    edf_run(1000 * US);
}

static void yielding_costs_and_earns_nothing(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 10 * US, 0);
    struct edf_task *hog = edf_add(0, 0);

    (void)state;
    t->yields = true;
    edf_run(100 * MS);
    assert_int_equal(t->ran, 100 * 300 * US);
    assert_int_equal(hog->ran, 100 * 700 * US);
}

/* ---- Extra time ---- */

static void with_extra_time_it_gets_what_is_left(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, true, 0, 0);

    (void)state;
    assert_int_equal(gets(t, 10 * MS), 10 * MS);
}

static void extra_time_is_shared_with_the_fair_class(void **state) {
    struct edf_task *t = edf_add_rt(1000, 200, true, 0, 0);
    struct edf_task *hog = edf_add(0, 0);

    (void)state;
    edf_run(1000 * MS);
    assert_in_range(t->ran, 590 * MS, 610 * MS);
    assert_in_range(hog->ran, 390 * MS, 410 * MS);
}

static void extra_time_takes_nothing_from_other_budgets(void **state) {
    struct edf_task *t = edf_add_rt(10000, 3000, true, 0, 0);
    struct edf_task *other = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    for (unsigned int i = 0; i < 100; i++) {
        assert_int_equal(gets(other, MS), 300 * US);
    }
    assert_int_equal(t->ran, 70 * MS);
}

/* Back from the fair class at its release, with its whole budget, though a hog is owed the pCPU. */
static void the_release_ends_extra_time(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, true, 0, 0);

    (void)state;
    edf_add(0, 0);
    edf_run(10 * MS);
    for (unsigned int i = 0; i < 100; i++) {
        assert_int_equal(gets(t, 300 * US), 300 * US);
        edf_run(700 * US);
    }
}

static void sleeping_in_extra_time_keeps_the_period(void **state) {
    struct edf_task *t = edf_add_rt(1000, 100, true, 500 * US, 100 * US);

    (void)state;
    edf_run(100 * MS);
    assert_in_range(t->ran, 80 * MS, 86 * MS); /* five sixths */
    assert_true(sched_is_realtime(&t->v));
}

static void a_cap_is_for_extra_time(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, true, 0, 0);
    struct sched_params params = {.weight = 256, .cap = 10};

    (void)state;
    sched_set_params(&t->v, &params, 1);
    edf_run(50 * MS);
    assert_in_range(gets(t, 1000 * MS), 390 * MS, 410 * MS);
}

/* ---- Stopping ---- */

static void who_is_parked_can_be_stopped_and_started(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    edf_run(500 * US);
    sched_pause(&t->v);
    assert_int_equal(gets(t, 10 * MS), 0);
    sched_unpause(&t->v);
    assert_int_equal(gets(t, MS), 300 * US);
    sched_sleep(&t->v);
    assert_int_equal(gets(t, 10 * MS), 0);
    sched_start(&t->v);
    assert_int_equal(gets(t, MS), 300 * US);
}

static void who_is_on_extra_time_can_be_stopped_and_started(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, true, 0, 0);

    (void)state;
    edf_run(500 * US);
    sched_pause(&t->v);
    assert_int_equal(gets(t, 10 * MS), 0);
    sched_unpause(&t->v);
    assert_int_equal(gets(t, MS), MS);
}

static void pausing_earns_nothing(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    for (unsigned int i = 0; i < 1000; i++) {
        edf_run(100 * US);
        sched_pause(&t->v);
        sched_unpause(&t->v);
    }
    assert_in_range(t->ran, 29 * MS, 30 * MS + 300 * US);
}

/* ---- Changes ---- */

static void parameters_have_limits(void **state) {
    struct edf_task *t = edf_add(0, 0);

    (void)state;
    assert_int_equal(set(t, 99, 50, false), -XEN_EINVAL);
    assert_int_equal(set(t, 1000001, 50, false), -XEN_EINVAL);
    assert_int_equal(set(t, 1000, 19, false), -XEN_EINVAL);
    assert_int_equal(set(t, 1000, 1001, false), -XEN_EINVAL);
    assert_false(sched_is_realtime(&t->v));
    assert_int_equal(set(t, 100, 20, false), 0);
    assert_true(sched_is_realtime(&t->v));
    assert_int_equal(set(t, 1000000, 900000, false), 0);
}

static void without_the_boards_figures_nothing_is_promised(void **state) {
    struct edf_task *t = edf_add(0, 0);

    (void)state;
    edf_remove_all();
    edf_power_on(&(struct sched_figures){.reserve_percent = 5});
    t = edf_add(0, 0);
    assert_int_equal(set(t, 1000, 100, false), -XEN_EOPNOTSUPP);
    assert_false(sched_is_realtime(&t->v));
}

/* What one gives up is free when its period ends; that another sets what it has anew takes nothing
 * longer. */
static void what_is_given_up_is_free_with_its_period(void **state) {
    struct edf_task *t = edf_add_rt(1000, 500, false, 0, 0);
    struct edf_task *long_one = edf_add_rt(100000, 30000, false, 0, 0);
    struct edf_task *next = edf_add(0, 0);

    (void)state;
    edf_run(100 * US);
    sched_set_fair(&t->v);
    assert_int_equal(set(long_one, 100000, 30000, false), 0);
    assert_int_equal(set(next, 1000, 500, false), -XEN_EAGAIN);
    edf_run(MS);
    assert_int_equal(set(next, 1000, 500, false), 0);
}

static void it_may_join_and_leave_while_it_runs(void **state) {
    struct edf_task *t = edf_add(0, 0);
    struct edf_task *hog = edf_add(0, 0);

    (void)state;
    edf_run(105 * MS);
    assert_int_equal(set(t, 1000, 700, false), 0);
    assert_int_equal(gets(t, 10 * MS), 7 * MS);
    sched_set_fair(&t->v);
    edf_run(10 * MS);
    uint64_t before = hog->ran;
    assert_in_range(gets(t, 1000 * MS), 480 * MS, 520 * MS);
    assert_in_range(hog->ran - before, 480 * MS, 520 * MS);
}

/* Its virtual time stood still meanwhile: it must not take all that it has missed. */
static void who_comes_back_to_the_fair_class_starves_nobody(void **state) {
    struct edf_task *t = edf_add_rt(1000, 100, false, 0, 0);
    struct edf_task *hog = edf_add(0, 0);

    (void)state;
    edf_run(2000 * MS);
    sched_set_fair(&t->v);
    assert_in_range(gets(hog, 1000 * MS), 480 * MS, 520 * MS);
}

static void new_parameters_count_from_the_next_period_on(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    edf_run(100 * US);
    assert_int_equal(set(t, 2000, 1000, false), 0);
    assert_int_equal(gets(t, 900 * US), 200 * US);
    assert_int_equal(gets(t, 2 * MS), MS);
    assert_int_equal(set(t, 2000, 1000, true), 0);
    assert_int_equal(gets(t, 2 * MS), 2 * MS);
    assert_int_equal(set(t, 2000, 1000, false), 0);
    edf_run(2 * MS);
    assert_int_equal(gets(t, 2 * MS), MS);
}

/* Putting back what was read, again and again, changes nothing. */
static void setting_the_same_earns_nothing(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    for (unsigned int i = 0; i < 1000; i++) {
        assert_int_equal(set(t, 1000, 300, false), 0);
        edf_run(100 * US);
    }
    assert_int_equal(t->ran, 30 * MS);
}

static void what_a_pcpu_cannot_carry_is_refused(void **state) {
    struct edf_task *a = edf_add_rt(1000, 600, false, 0, 0);
    struct edf_task *b = edf_add(0, 0);

    (void)state;
    assert_int_equal(set(b, 1000, 400, false), -XEN_ENOSPC);
    assert_false(sched_is_realtime(&b->v));
    assert_int_equal(gets(a, MS), 600 * US);
    assert_int_equal(set(b, 1000, 300, false), 0);
    assert_int_equal(set(b, 1000, 400, false), -XEN_ENOSPC);
    edf_run(MS);
    assert_int_equal(gets(b, MS), 300 * US);
}

/* a has run its budget ahead of time; if b had that share at once, c would miss its deadline. */
static void a_share_is_not_given_away_before_it_is_free(void **state) {
    struct edf_task *a = edf_add_rt(10000, 5500, false, 0, 0);
    struct edf_task *b = edf_add(0, 0);
    struct edf_task *c = edf_add_rt(10010, 3800, false, 0, 0);

    (void)state;
    edf_run(5500 * US);
    assert_int_equal(a->ran, 5500 * US);
    assert_int_equal(c->ran, 0);
    sched_set_fair(&a->v);
    assert_int_equal(set(b, 100, 40, false), -XEN_EAGAIN);
    edf_run(4510 * US);
    assert_int_equal(c->ran, 3800 * US);
    assert_int_equal(set(b, 100, 40, false), 0);
}

/* What counts of one that left is over when the next leaves. */
static void shares_given_up_one_after_the_other_do_not_add_up(void **state) {
    struct edf_task *a = edf_add_rt(1000, 400, false, 0, 0);
    struct edf_task *b = edf_add_rt(1000, 400, false, 0, 0);
    struct edf_task *c = edf_add(0, 0);

    (void)state;
    edf_run(500 * US);
    sched_set_fair(&a->v);
    edf_run(10900 * US);
    sched_set_fair(&b->v);
    assert_true(sched_cpus[0].edf.freed > 0);
    assert_int_equal(set(c, 1000, 500, false), 0);
}

static void a_share_that_was_not_used_is_free_at_once(void **state) {
    struct edf_task *a = edf_add_rt(10000, 8000, false, 100 * US, 900 * MS);
    struct edf_task *b = edf_add(0, 0);

    (void)state;
    edf_run(MS);
    sched_set_fair(&a->v);
    assert_int_equal(set(b, 1000, 800, false), 0);
}

/* ---- Admission ---- */

static bool fits(uint32_t cost, uint32_t stretch, uint32_t reserve, uint32_t period_us,
                 uint32_t budget_us) {
    const struct sched_figures f = {
        .cost_ns = cost, .stretch_ns = stretch, .reserve_percent = reserve};
    uint32_t period = period_us * 1000, budget = budget_us * 1000;

    return sched_admissible(&f, sched_share(&f, period, budget), period);
}

/* Of each term exactly so much that the whole is used, and then more by the least that there is. */
static void each_term_counts(void **state) {
    (void)state;
    assert_true(fits(0, 0, 0, 1024, 1024));
    assert_true(fits(128000, 0, 0, 1024, 896));
    assert_false(fits(128001, 0, 0, 1024, 896));
    assert_true(fits(0, 128000, 0, 1024, 896));
    assert_false(fits(0, 128001, 0, 1024, 896));
    assert_true(fits(0, 0, 50, 1024, 512));
    assert_false(fits(1, 0, 50, 1024, 512));
    assert_true(fits(64000, 64000, 50, 1024, 384));
    assert_false(fits(64000, 64001, 50, 1024, 384));
}

/* Each is rounded up, so that many small ones never add up to more than there is. */
static void shares_are_rounded_up(void **state) {
    const struct sched_figures none = {0};

    (void)state;
    assert_int_equal(sched_share(&none, 3, 1), SCHED_SHARE_ONE / 3 + 1);
    assert_int_equal(sched_share(&none, 1000000000u, 1), 2);
    assert_int_equal(sched_share(&none, 1000000000u, 1000000000u), SCHED_SHARE_ONE);
    assert_true(sched_share(&(struct sched_figures){.cost_ns = SCHED_FIGURES_MAX}, 100000, 100000) >
                10ull * SCHED_SHARE_ONE);
}

/* ---- Events of others ---- */

/* ---- Waiting for its timer ---- */

static void who_is_waited_for_pays(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 100 * US, 5 * MS);
    struct edf_task *other = edf_add_rt(1000, 300, false, 0, 0);

    (void)state;
    edf_run(200 * US);
    assert_int_equal(other->v.state, VCPU_RUNNING);
    uint64_t left = (uint64_t)other->v.edf.left;
    uint64_t accounted = sched_cpus[0].accounted;

    sched_waited(&t->v, 2 * US);
    assert_int_equal(sched_cpus[0].accounted, accounted + 2 * US);
    assert_int_equal(other->v.edf.left, left);
    sched_waited(&other->v, 2 * US); /* it runs: that is counted as all it runs */
    assert_int_equal(sched_cpus[0].accounted, accounted + 2 * US);
    edf_run(4900 * US + 10 * US); /* it woke */
    assert_in_range(t->v.edf.left, 200 * US, 300 * US - 2 * US);
    assert_int_equal(t->v.edf.waited, 0);
}

static void a_deferred_event_wakes_at_the_release(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 50 * US, 100 * MS);

    (void)state;
    struct sched_rt_params params = {.period_us = 1000, .budget_us = 300, .defers_events = true};
    assert_int_equal(sched_set_realtime(&t->v, &params), 0);
    edf_run(100 * US);
    assert_int_equal(t->v.state, VCPU_BLOCKED);
    sched_wake_by_other(&t->v);
    assert_true(sched_wakes_at_release(&t->v));
    assert_int_equal(gets(t, 890 * US), 0);
    assert_int_equal(t->v.state, VCPU_BLOCKED);
    edf_run(20 * US);
    assert_int_equal(t->v.state, VCPU_RUNNING);
    assert_false(sched_wakes_at_release(&t->v));
    assert_ptr_equal(edf_machine.current, t);
}

/* Its period is over: there is no budget that the event could spend. */
static void an_event_after_the_deadline_wakes_at_once(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 50 * US, 100 * MS);

    (void)state;
    struct sched_rt_params params = {.period_us = 1000, .budget_us = 300, .defers_events = true};
    assert_int_equal(sched_set_realtime(&t->v, &params), 0);
    edf_run(2 * MS);
    sched_wake_by_other(&t->v);
    edf_run(1);
    assert_ptr_equal(edf_machine.current, t);
}

/* ---- Its own timer is about to fire ---- */

#define EARLY (2 * US)

static struct timer alarm;
static enum vcpu_state found; /* what the alarm found its owner to be */

static void fired(void *data) {
    struct edf_task *t = data;

    found = t->v.state;
    sched_wake(&t->v);
}

static void wakes_nobody(void *data) {
    (void)data;
}

/* Blocked in a period that ends after a millisecond, with a timer of its own that is not set. */
static struct edf_task *sleeper_with_alarm(timer_fn *fn) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 50 * US, 100 * MS);
    struct sched_rt_params params = {.period_us = 1000, .budget_us = 300, .defers_events = true};

    assert_int_equal(sched_set_realtime(&t->v, &params), 0);
    devices.oneshot_late = EARLY;
    timer_init(&alarm, fn, t);
    timer_be_exact(&alarm, true);
    t->v.alarm = &alarm;
    found = VCPU_OFFLINE;
    edf_run(100 * US);
    assert_int_equal(t->v.state, VCPU_BLOCKED);
    return t;
}

/* One upcall, in time, instead of two of which the first delays the other. */
static void a_timer_about_to_fire_wakes_for_both(void **state) {
    struct edf_task *t = sleeper_with_alarm(fired);

    (void)state;
    sched_wake_by_other(&t->v);
    timer_set(&alarm, MS + EARLY);
    edf_run(901 * US);
    assert_int_equal(found, VCPU_BLOCKED);
    assert_int_equal(t->v.state, VCPU_RUNNING);
    assert_false(sched_wakes_at_release(&t->v));
}

static void a_timer_that_is_not_near_changes_nothing(void **state) {
    struct edf_task *t = sleeper_with_alarm(fired);

    (void)state;
    sched_wake_by_other(&t->v);
    timer_set(&alarm, MS + EARLY + 1);
    edf_run(901 * US);
    assert_int_equal(found, VCPU_RUNNING);
}

/* The event comes when the period is over already. */
static void who_is_about_to_wake_is_not_woken_before(void **state) {
    struct edf_task *t = sleeper_with_alarm(fired);

    (void)state;
    edf_run(1900 * US);
    timer_set(&alarm, edf_now() + EARLY - 1);
    sched_wake_by_other(&t->v);
    assert_int_equal(t->v.state, VCPU_BLOCKED);
    edf_run(1);
    assert_int_equal(found, VCPU_BLOCKED);
    assert_int_equal(t->v.state, VCPU_RUNNING);
}

/* It masked its timer's port, say: no wake-up is lost. */
static void a_timer_that_does_not_wake_costs_a_period(void **state) {
    struct edf_task *t = sleeper_with_alarm(wakes_nobody);

    (void)state;
    sched_wake_by_other(&t->v);
    timer_set(&alarm, MS + EARLY);
    edf_run(1900 * US - 1);
    assert_int_equal(t->v.state, VCPU_BLOCKED);
    edf_run(2);
    assert_int_equal(t->v.state, VCPU_RUNNING);
}

/* What is its own comes when it comes. */
static void its_own_events_are_not_deferred(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 50 * US, 400 * US);

    (void)state;
    struct sched_rt_params params = {.period_us = 1000, .budget_us = 300, .defers_events = true};
    assert_int_equal(sched_set_realtime(&t->v, &params), 0);
    edf_run(100 * US);
    sched_wake_by_other(&t->v);
    edf_run(355 * US); /* its alarm */
    assert_ptr_equal(edf_machine.current, t);
    assert_false(sched_wakes_at_release(&t->v));
}

static void who_does_not_ask_gets_events_at_once(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 50 * US, 100 * MS);

    (void)state;
    edf_run(100 * US);
    sched_wake_by_other(&t->v);
    edf_run(1);
    assert_ptr_equal(edf_machine.current, t);
}

/* A flood costs one wake-up in each period. */
static void a_flood_of_events_leaves_the_budget(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 10 * US, 10000 * MS);

    (void)state;
    struct sched_rt_params params = {.period_us = 1000, .budget_us = 300, .defers_events = true};
    assert_int_equal(sched_set_realtime(&t->v, &params), 0);
    edf_add(0, 0);
    for (unsigned int i = 0; i < 10000; i++) {
        sched_wake_by_other(&t->v);
        edf_run(10 * US);
        t->wake_at = 0;
    }
    assert_in_range(t->ran, 95 * 10 * US, 105 * 10 * US);
}

/* Who ends with an event outstanding is not woken. */
static void a_deferred_event_of_one_that_is_gone_is_forgotten(void **state) {
    struct edf_task *t = edf_add_rt(1000, 300, false, 50 * US, 100 * MS);

    (void)state;
    struct sched_rt_params params = {.period_us = 1000, .budget_us = 300, .defers_events = true};
    assert_int_equal(sched_set_realtime(&t->v, &params), 0);
    edf_run(100 * US);
    sched_wake_by_other(&t->v);
    sched_sleep(&t->v);
    edf_run(10 * MS);
    assert_int_equal(t->v.state, VCPU_OFFLINE);
    assert_null(edf_machine.current);
}

/* ---- Where it may run, and until when what it leaves counts ---- */

static void a_pcpu_that_it_has_a_guarantee_on_is_not_taken_from_it(void **state) {
    struct edf_task *a = edf_add_rt(1000, 400, false, 0, 0);
    struct edf_task *b = edf_add(0, 0);

    (void)state;
    assert_int_equal(sched_set_affinity(&a->v, 2), -XEN_EBUSY);
    assert_int_equal(a->v.affinity, SCHED_ALL_CPUS);
    assert_int_equal(sched_set_affinity(&a->v, 3), 0);
    assert_int_equal(a->v.affinity, 3);
    assert_int_equal(sched_set_affinity(&b->v, 2), 0);
    assert_int_equal(b->v.affinity, 2);
    /* Who runs may have to leave it to another. */
    edf_run(100 * US);
    this_cpu()->work = 0;
    assert_ptr_equal(sched_cpus[0].running, &a->v);
    assert_int_equal(sched_set_affinity(&a->v, 1), 0);
    assert_true(sched_needed());
}

/* What is left of the budget is its share of the time that far before the deadline. */
static void what_is_given_up_counts_until_it_is_paid(void **state) {
    static const struct {
        int32_t left;
        uint64_t before;
    } cases[] = {{-1000, 0}, {0, 0}, {1, 2}, {2, 5}, {100000, 250000}};

    (void)state;
    for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct edf_task *a = edf_add_rt(1000, 400, false, 0, 0);

        edf_run(10 * US);
        a->v.edf.left = cases[i].left;
        a->v.edf.deadline = edf_now() + 900 * US;
        sched_cpus[0].accounted = edf_now();
        sched_cpus[0].edf.freed_until = 0;
        sched_set_fair(&a->v);
        assert_int_equal(sched_cpus[0].edf.freed_until, edf_now() + 900 * US - cases[i].before);
        assert_false(sched_is_realtime(&a->v));
        assert_int_equal(a->v.edf.params.period_us, 0);
        assert_int_equal(a->v.edf.share, 0);
        edf_remove_all();
        edf_power_on(&figures);
    }
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_budget_is_kept_and_no_more),
        test(it_goes_before_the_fair_class),
        test(it_takes_the_pcpu_from_the_fair_class_at_once),
        test(the_earliest_deadline_goes_first),
        test(a_deadline_that_is_later_preempts_nothing),
        test(periods_do_not_drift),
        test(what_it_overran_comes_off_the_next_budget),
        test(a_large_debt_is_paid_too),
        test(a_long_sleep_begins_a_new_period),
        test(a_short_sleep_earns_nothing),
        test(what_is_left_is_kept_only_as_its_share_allows),
        test(yielding_costs_and_earns_nothing),
        test(with_extra_time_it_gets_what_is_left),
        test(extra_time_is_shared_with_the_fair_class),
        test(extra_time_takes_nothing_from_other_budgets),
        test(the_release_ends_extra_time),
        test(sleeping_in_extra_time_keeps_the_period),
        test(a_cap_is_for_extra_time),
        test(who_is_parked_can_be_stopped_and_started),
        test(who_is_on_extra_time_can_be_stopped_and_started),
        test(pausing_earns_nothing),
        test(parameters_have_limits),
        test(without_the_boards_figures_nothing_is_promised),
        test(what_is_given_up_is_free_with_its_period),
        test(it_may_join_and_leave_while_it_runs),
        test(who_comes_back_to_the_fair_class_starves_nobody),
        test(new_parameters_count_from_the_next_period_on),
        test(setting_the_same_earns_nothing),
        test(what_a_pcpu_cannot_carry_is_refused),
        test(a_share_is_not_given_away_before_it_is_free),
        test(shares_given_up_one_after_the_other_do_not_add_up),
        test(a_share_that_was_not_used_is_free_at_once),
        test(a_pcpu_that_it_has_a_guarantee_on_is_not_taken_from_it),
        test(what_is_given_up_counts_until_it_is_paid),
        test(each_term_counts),
        test(shares_are_rounded_up),
        test(who_is_waited_for_pays),
        test(a_deferred_event_wakes_at_the_release),
        test(an_event_after_the_deadline_wakes_at_once),
        test(a_timer_about_to_fire_wakes_for_both),
        test(a_timer_that_is_not_near_changes_nothing),
        test(who_is_about_to_wake_is_not_woken_before),
        test(a_timer_that_does_not_wake_costs_a_period),
        test(its_own_events_are_not_deferred),
        test(who_does_not_ask_gets_events_at_once),
        test(a_flood_of_events_leaves_the_budget),
        test(a_deferred_event_of_one_that_is_gone_is_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
