/* SPDX-License-Identifier: GPL-2.0-only */
/* The scheduler over virtual time: shares by weight, caps, latency, and who cannot cheat. */
/* links: core/domain */
#include "core/domain/domain_sched.h"
#include "core/sched/sched.h"

#include <arch/fake.h>
#include <stdlib.h>

#include "core/base/percpu.h"
#include "core/sched/sched_credit.h"
#include "core/time/clock.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define MS  1000000ull
#define SEC (1000 * MS)
#define MAX 16

/* What a simulated vCPU does: run for a while, block for a while; 0 = never blocks. */
struct task {
    struct vcpu *v;
    uint64_t run_ns, block_ns;
    bool yields;            /* yields instead of blocking */
    uint64_t left;          /* of this run */
    uint64_t wake_at;       /* while blocked */
    uint64_t ran;           /* in all */
    uint64_t woke_at;       /* waiting to run since, 0 = not */
    uint64_t worst_latency; /* from wake-up to running */
};

static struct task tasks[MAX];
static unsigned int task_count;
static unsigned int switch_count;
static struct vcpu *running;

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    clock_start();
    vcpu_idle_init();
    task_count = switch_count = 0;
    running = vcpu_idle();
    return 0;
}

static int power_off(void **state) {
    (void)state;
    support_domain_remove_all();
    return 0;
}

static struct task *add(uint64_t run_ns, uint64_t block_ns) {
    struct domain *d = support_domain_add((domid_t)task_count, 1);
    struct task *t = &tasks[task_count++];

    *t = (struct task){.v = d->vcpu[0], .run_ns = run_ns, .block_ns = block_ns, .left = run_ns};
    sched_unpause(&t->v->sched); /* its domain runs */
    sched_start(&t->v->sched);
    return t;
}

static struct task *spinner(void) {
    return add(0, 0);
}

static void set(struct task *t, unsigned int weight, unsigned int cap) {
    struct sched_params params = {.weight = (uint16_t)weight, .cap = (uint16_t)cap};

    assert_int_equal(domain_sched_set(t->v->domain, &params), 0);
}

static struct task *current(void) {
    for (unsigned int i = 0; i < task_count; i++) {
        if (tasks[i].v == running) {
            return &tasks[i];
        }
    }
    return NULL;
}

static void pick(void) {
    while (sched_needed()) {
        struct vcpu *next = vcpu_of(sched_pick());

        timer_settle();
        switch_count += next != running;
        running = next;
    }
    struct task *t = current();
    if (t != NULL && t->woke_at != 0) {
        uint64_t latency = clock_now() - t->woke_at;

        t->worst_latency = latency > t->worst_latency ? latency : t->worst_latency;
        t->woke_at = 0;
    }
}

static uint64_t next_event(uint64_t end) {
    const struct task *t = current();
    uint64_t next = fake_board.oneshot_at < end ? fake_board.oneshot_at : end;

    if (t != NULL && t->run_ns != 0 && fake_board.now + t->left < next) {
        next = fake_board.now + t->left;
    }
    for (unsigned int i = 0; i < task_count; i++) {
        if (tasks[i].wake_at != 0 && tasks[i].wake_at < next) {
            next = tasks[i].wake_at;
        }
    }
    return next > fake_board.now ? next : fake_board.now + 1;
}

static void end_of_run(struct task *t) {
    t->left = t->run_ns;
    if (t->yields) {
        sched_give_way(&t->v->sched);
    } else {
        sched_block(&t->v->sched);
        t->wake_at = fake_board.now + t->block_ns;
    }
}

static void run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    while (fake_board.now < end) {
        pick();
        struct task *t = current();
        uint64_t step = next_event(end) - fake_board.now;
        fake_advance(step);
        if (t != NULL) {
            t->ran += step;
            if (t->run_ns != 0) {
                t->left -= step < t->left ? step : t->left;
                if (t->left == 0) {
                    end_of_run(t);
                }
            }
        }
        for (unsigned int i = 0; i < task_count; i++) {
            if (tasks[i].wake_at != 0 && tasks[i].wake_at <= fake_board.now) {
                tasks[i].wake_at = 0;
                tasks[i].woke_at = clock_now();
                this_cpu()->in_interrupt = true; /* a timer of its own */
                sched_wake(&tasks[i].v->sched);
                this_cpu()->in_interrupt = false;
            }
        }
        if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
            devices.oneshot->ack();
            timer_interrupt();
        }
    }
    pick();
}

static void assert_share(const struct task *t, uint64_t total, unsigned int permille) {
    uint64_t want = total / 1000 * permille;

    assert_in_range(t->ran, want - total / 100, want + total / 100); /* within 1 % of the CPU */
}

static void an_idle_machine_runs_the_idle_vcpu(void **state) {
    (void)state;
    run(SEC);
    assert_ptr_equal(running, vcpu_idle());
    assert_int_equal(switch_count, 0);
}

static void one_alone_gets_all_and_no_slice_timer(void **state) {
    struct task *t = spinner();

    (void)state;
    run(10 * SEC);
    assert_share(t, 10 * SEC, 1000);
    assert_int_equal(switch_count, 1);
    /* The clock's own renewal may wake the hardware, nothing else. */
    assert_in_range(fake_board.oneshot_sets, 0, 20);
}

static void equals_share_equally(void **state) {
    struct task *t[3] = {spinner(), spinner(), spinner()};

    (void)state;
    run(30 * SEC);
    for (unsigned int i = 0; i < 3; i++) {
        assert_share(t[i], 30 * SEC, 333);
    }
    assert_in_range(switch_count, 2000, 4000); /* a slice is 10 ms */
}

static void shares_follow_weights(void **state) {
    struct task *a = spinner(), *b = spinner(), *c = spinner();

    (void)state;
    set(a, 512, 0);
    set(b, 256, 0);
    set(c, 1024, 0);
    run(35 * SEC);
    assert_share(a, 35 * SEC, 285);
    assert_share(b, 35 * SEC, 142);
    assert_share(c, 35 * SEC, 571);
}

static void extreme_weights_work(void **state) {
    struct task *a = spinner(), *b = spinner();

    (void)state;
    set(a, SCHED_WEIGHT_MAX, 0);
    set(b, SCHED_WEIGHT_MIN, 0);
    run(20 * SEC);
    assert_share(a, 20 * SEC, 1000);
    assert_true(b->ran > 0); /* its turn comes */
}

static void a_cap_holds_though_the_machine_is_idle(void **state) {
    struct task *t = spinner();

    (void)state;
    set(t, 256, 30);
    run(20 * SEC);
    assert_share(t, 20 * SEC, 300);
}

/* A long hypercall delays the end of a slice; what it took is paid back. */
static void a_cap_holds_though_slices_are_overrun(void **state) {
    struct task *t = spinner();

    (void)state;
    set(t, 256, 10);
    for (unsigned int i = 0; i < 40; i++) {
        while (running != t->v) {
            run(MS);
        }
        fake_advance(20 * MS); /* no interrupt is taken */
        t->ran += 20 * MS;
        run(1); /* now it is */
        run(480 * MS);
    }
    assert_in_range(t->ran, fake_board.now / 100 * 9, fake_board.now / 100 * 11);
}

static void a_cap_holds_against_others(void **state) {
    struct task *a = spinner(), *b = spinner();

    (void)state;
    set(a, 65535, 10);
    run(20 * SEC);
    assert_share(a, 20 * SEC, 100);
    assert_share(b, 20 * SEC, 900);
}

static void a_cap_can_be_lifted(void **state) {
    struct task *t = spinner();

    (void)state;
    set(t, 256, 1);
    run(5 * SEC);
    assert_share(t, 5 * SEC, 10);
    run(10 * MS);
    assert_ptr_equal(running, vcpu_idle());
    set(t, 256, 0);
    t->ran = 0;
    run(MS); /* it does not wait for its next period */
    assert_true(t->ran > 0);
    t->ran = 0;
    run(5 * SEC);
    assert_share(t, 5 * SEC, 1000);
}

static void a_cap_set_on_a_running_vcpu_takes_effect(void **state) {
    struct task *t = spinner();

    (void)state;
    run(SEC);
    set(t, 256, 50);
    t->ran = 0;
    run(10 * SEC);
    assert_share(t, 10 * SEC, 500);
}

static void parameters_are_checked(void **state) {
    struct task *t = spinner();
    struct sched_params params = {.weight = 0, .cap = 0};

    (void)state;
    assert_int_equal(domain_sched_set(t->v->domain, &params), -XEN_EINVAL);
    params = (struct sched_params){.weight = 1, .cap = 101};
    assert_int_equal(domain_sched_set(t->v->domain, &params), -XEN_EINVAL);
    domain_sched_get(t->v->domain, &params);
    assert_int_equal(params.weight, SCHED_WEIGHT_DEFAULT);
    assert_int_equal(params.cap, 0);
}

static void an_interactive_vcpu_runs_at_once_beside_spinners(void **state) {
    struct task *t = add(200000, 10 * MS); /* 0.2 ms each 10 ms */

    (void)state;
    spinner();
    spinner();
    run(20 * SEC);
    assert_share(t, 20 * SEC, 20);
    assert_in_range(t->worst_latency, 0, SCHED_SLICE_NS);
}

/* Two that wake all the time have a spinner switched out once in SCHED_CREDIT_TURN_MIN, and wait
 * for that long, but no longer. */
static void a_young_turn_is_not_ended_by_a_wake_up(void **state) {
    struct task *a = add(2000, 5000), *b = add(2000, 5000);
    struct task *honest = spinner();

    (void)state;
    run(SEC);
    switch_count = 0;
    a->worst_latency = b->worst_latency = honest->ran = 0;
    run(SEC);
    assert_in_range(switch_count, 2900, 3100); /* to a, to b and back, a thousand times */
    assert_in_range(a->worst_latency, SCHED_CREDIT_TURN_MIN - 10000, SCHED_CREDIT_TURN_MIN);
    assert_in_range(b->worst_latency, SCHED_CREDIT_TURN_MIN - 10000, SCHED_CREDIT_TURN_MIN + 2000);
    assert_true(honest->ran > SEC / 1000 * 995);
}

static void an_old_turn_is_ended_by_a_wake_up_at_once(void **state) {
    struct task *t = add(200000, SCHED_CREDIT_TURN_MIN + 1000);

    (void)state;
    spinner();
    run(SEC);
    t->worst_latency = 0;
    run(SEC);
    assert_int_equal(t->worst_latency, 0);
}

/* A spinner whose turn has just begun, since @t went to sleep until it is woken. */
static struct task *wakes_another(struct task *t) {
    struct task *waker = spinner();

    run(50 * MS);
    for (unsigned int i = 0; i < 100000 && running != t->v; i++) {
        run(1000);
    }
    for (unsigned int i = 0; i < 3000 && running == t->v; i++) {
        run(1);
    }
    assert_ptr_equal(running, waker->v);
    assert_int_equal(t->v->sched.runstate.state, RUNSTATE_blocked);
    t->wake_at = 0;
    return waker;
}

/* A hypercall of the running vCPU may end its own turn when that has only begun: nobody else pays
 * for it. */
static void who_answers_another_gives_way_at_once(void **state) {
    struct task *t = add(2000, 5000);

    (void)state;
    (void)wakes_another(t);
    run(SCHED_CREDIT_ANSWER - 2);
    sched_wake(&t->v->sched);
    run(1);
    assert_ptr_equal(running, t->v);
}

/* One that has worked for a while goes on, for as long as anybody else's wake-up would let it. */
static void who_works_goes_on_after_waking_another(void **state) {
    struct task *t = add(2000, 100 * MS);
    struct task *waker;

    (void)state;
    waker = wakes_another(t);
    run(SCHED_CREDIT_ANSWER);
    sched_wake(&t->v->sched);
    run(SCHED_CREDIT_TURN_MIN - SCHED_CREDIT_ANSWER - 10);
    assert_ptr_equal(running, waker->v);
    run(20);
    assert_ptr_equal(running, t->v);
}

/* Who wakes while it is not owed the CPU waits for the end of the slice, not for that of the least
 * turn; nor does its wake-up end the turn for another that waits. */
static void a_wake_up_that_is_owed_nothing_ends_no_turn(void **state) {
    struct task *t = add(100000, 1000);

    (void)state;
    set(t, SCHED_WEIGHT_MIN, 0); /* what it runs counts 256 times */
    spinner();
    spinner();
    run(SEC);
    switch_count = 0;
    run(SEC);
    assert_in_range(switch_count, 100, 130); /* a slice is 10 ms */
}

/* The one that asked went away: the turn ends all the same, and whoever is furthest behind goes
 * on. */
static void who_woke_may_go_offline_before_its_turn(void **state) {
    struct task *t = add(2000, 5000);
    struct task *honest = spinner();

    (void)state;
    run(100 * MS);
    for (unsigned int i = 0; i < 10 && t->v->sched.runstate.state != RUNSTATE_runnable; i++) {
        run(1000);
    }
    assert_ptr_equal(running, honest->v);
    assert_int_equal(t->v->sched.runstate.state, RUNSTATE_runnable);
    sched_sleep(&t->v->sched);
    honest->ran = 0;
    run(SEC);
    assert_share(honest, SEC, 1000);
}

static void waking_often_gives_no_more_than_the_share(void **state) {
    struct task *cheat = add(9 * MS, 1); /* gives up the CPU just before its slice ends */
    struct task *honest = spinner();

    (void)state;
    run(20 * SEC);
    assert_share(honest, 20 * SEC, 500);
    assert_share(cheat, 20 * SEC, 500);
}

static void sleeping_long_earns_no_burst(void **state) {
    struct task *sleeper = add(5 * SEC, 10 * SEC);
    struct task *honest = spinner();

    (void)state;
    sched_block(&sleeper->v->sched); /* it may have been picked first */
    run(40 * SEC);
    /* While the sleeper runs they share; a burst would have stopped the honest one. */
    assert_true(honest->ran > 23 * SEC);
    assert_in_range(sleeper->ran, 10 * SEC, 17 * SEC);
}

static void yielding_lets_the_other_run(void **state) {
    struct task *polite = add(100000, 0);
    struct task *busy = spinner();

    (void)state;
    polite->yields = true;
    run(10 * SEC);
    assert_true(busy->ran > 7 * SEC);
    assert_true(polite->ran > 50 * MS);
}

static void a_yield_alone_returns_at_once(void **state) {
    struct task *t = add(100000, 0);

    (void)state;
    t->yields = true;
    run(SEC);
    assert_share(t, SEC, 1000);
}

static void a_wake_up_before_the_block_took_effect_is_not_lost(void **state) {
    struct task *t = spinner();

    (void)state;
    run(MS);
    sched_block(&t->v->sched);
    sched_wake(&t->v->sched);
    run(10 * MS);
    assert_ptr_equal(running, t->v);
    assert_int_equal(t->v->sched.runstate.state, RUNSTATE_running);
}

static void wake_has_no_effect_on_who_is_not_blocked(void **state) {
    struct task *a = spinner(), *b = spinner();

    (void)state;
    run(MS);
    sched_wake(&a->v->sched);
    sched_wake(&b->v->sched);
    sched_sleep(&b->v->sched);
    sched_wake(&b->v->sched);
    assert_int_equal(b->v->sched.runstate.state, RUNSTATE_offline);
    run(SEC);
    assert_share(a, SEC, 1000);
}

static void an_offline_vcpu_never_runs(void **state) {
    struct task *a = spinner(), *b = spinner();

    (void)state;
    run(SEC);
    sched_sleep(&running->sched); /* the one that runs */
    run(MS);
    struct vcpu *other = running;
    assert_ptr_not_equal(other, vcpu_idle());
    sched_sleep(&other->sched);
    run(SEC);
    assert_ptr_equal(running, vcpu_idle());
    sched_start(&a->v->sched);
    sched_start(&b->v->sched);
    run(100 * MS);
    assert_ptr_not_equal(running, vcpu_idle());
}

static void a_parked_vcpu_can_go_offline(void **state) {
    struct task *t = spinner();

    (void)state;
    set(t, 256, 1);
    run(40 * MS); /* budget is 0.5 ms of 50 */
    assert_ptr_equal(running, vcpu_idle());
    sched_sleep(&t->v->sched);
    run(SEC);
    assert_ptr_equal(running, vcpu_idle());
    sched_pause(&t->v->sched);
    sched_vcpu_destroy(&t->v->sched);
}

static void runstate_accounts_for_all_time(void **state) {
    struct task *a = spinner();
    struct task *b = add(5 * MS, 5 * MS);
    struct vcpu_runstate_info info;

    (void)state;
    run(10 * SEC);
    sched_runstate(&a->v->sched, &info);
    assert_in_range(info.time[RUNSTATE_running] + info.time[RUNSTATE_runnable], 9999 * MS,
                    10001 * MS);
    assert_in_range(info.time[RUNSTATE_running], a->ran - MS, a->ran + MS);
    sched_runstate(&b->v->sched, &info);
    assert_in_range(info.time[RUNSTATE_running], b->ran - MS, b->ran + MS);
    assert_true(info.time[RUNSTATE_blocked] > SEC);
    sched_pause(&a->v->sched);
    run(SEC); /* of which it knows nothing */
    sched_runstate(&a->v->sched, &info);
    assert_int_equal(info.state, RUNSTATE_offline);
    assert_in_range(info.time[RUNSTATE_offline], SEC - MS, SEC + MS);
    sched_unpause(&a->v->sched);
    sched_runstate(&b->v->sched, &info);
    assert_in_range(info.time[0] + info.time[1] + info.time[2] + info.time[3], 10999 * MS,
                    11001 * MS);
}

static void the_guest_gets_its_runstate_when_it_is_switched_to(void **state) {
    struct vcpu_runstate_info info;
    struct task *t = spinner();

    (void)state;
    run(MS);
    memset(fake_guest, 0, sizeof(fake_guest));
    t->v->runstate_area = gvaddr(FAKE_GUEST_VA + 16);
    vcpu_publish_runstate(t->v);
    memcpy(&info, &fake_guest[16], sizeof(info));
    assert_memory_equal(&info, &t->v->sched.runstate, sizeof(info));
    t->v->runstate_area = gvaddr(0x1000); /* not mapped: ignored */
    t->v->runstate_published = 0;
    vcpu_publish_runstate(t->v);
}

static void many_mixed_tasks_leave_no_time_unused(void **state) {
    uint64_t total = 0;

    (void)state;
    srand(3);
    spinner();
    for (unsigned int i = 1; i < MAX; i++) {
        struct task *t =
            add(1000 + (uint64_t)(rand() % 20) * MS, 1000 + (uint64_t)(rand() % 50) * MS);

        set(t, 1 + (unsigned int)(rand() % 1000), i % 4 == 0 ? 20 : 0);
    }
    run(60 * SEC);
    for (unsigned int i = 0; i < task_count; i++) {
        total += tasks[i].ran;
        assert_true(tasks[i].ran > 0);
    }
    assert_in_range(total, 60 * SEC - 60 * MS, 60 * SEC);
}

/* One that was there first and one that comes after an hour start as equals. */
static void a_newcomer_neither_starves_nor_is_starved(void **state) {
    struct task *old = spinner();

    (void)state;
    run(3600 * SEC);
    old->ran = 0;
    struct task *young = spinner();
    run(2 * SEC);
    assert_share(old, 2 * SEC, 500);
    assert_share(young, 2 * SEC, 500);
}

static void world_switches_touch_the_timer_rarely(void **state) {
    struct task *a = add(20000, 1); /* blocks each 20 us: a ping-pong */
    struct task *b = add(20000, 1);

    (void)state;
    run(SEC);
    assert_true(switch_count > 10000);
    assert_in_range(fake_board.oneshot_sets, 1, 400);
    assert_share(a, SEC, 500);
    assert_share(b, SEC, 500);
}

/* It runs from the start, and its time is counted from there. */
static void the_idle_vcpu_has_a_runstate(void **state) {
    struct vcpu_runstate_info info;

    (void)state;
    fake_advance(3 * SEC);
    sched_init(&vcpu_idle()->sched);
    uint64_t begin = clock_now();
    sched_runstate(&vcpu_idle()->sched, &info);
    assert_int_equal(info.state, RUNSTATE_running);
    assert_true(info.state_entry_time == begin);
    fake_advance(SEC);
    sched_runstate(&vcpu_idle()->sched, &info);
    assert_true(info.time[RUNSTATE_running] == clock_now() - begin);
    assert_true(info.time[RUNSTATE_offline] == 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(an_idle_machine_runs_the_idle_vcpu),
        test(the_idle_vcpu_has_a_runstate),
        test(one_alone_gets_all_and_no_slice_timer),
        test(equals_share_equally),
        test(shares_follow_weights),
        test(extreme_weights_work),
        test(a_cap_holds_though_the_machine_is_idle),
        test(a_cap_holds_though_slices_are_overrun),
        test(a_cap_holds_against_others),
        test(a_cap_can_be_lifted),
        test(a_cap_set_on_a_running_vcpu_takes_effect),
        test(parameters_are_checked),
        test(an_interactive_vcpu_runs_at_once_beside_spinners),
        test(a_young_turn_is_not_ended_by_a_wake_up),
        test(an_old_turn_is_ended_by_a_wake_up_at_once),
        test(a_wake_up_that_is_owed_nothing_ends_no_turn),
        test(who_answers_another_gives_way_at_once),
        test(who_works_goes_on_after_waking_another),
        test(who_woke_may_go_offline_before_its_turn),
        test(waking_often_gives_no_more_than_the_share),
        test(sleeping_long_earns_no_burst),
        test(yielding_lets_the_other_run),
        test(a_yield_alone_returns_at_once),
        test(a_wake_up_before_the_block_took_effect_is_not_lost),
        test(wake_has_no_effect_on_who_is_not_blocked),
        test(an_offline_vcpu_never_runs),
        test(a_parked_vcpu_can_go_offline),
        test(runstate_accounts_for_all_time),
        test(the_guest_gets_its_runstate_when_it_is_switched_to),
        test(many_mixed_tasks_leave_no_time_unused),
        test(a_newcomer_neither_starves_nor_is_starved),
        test(world_switches_touch_the_timer_rarely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
