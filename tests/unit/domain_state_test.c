/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The life of domains and vCPUs: every state and event, and random histories of a domain with
 * several vCPUs against an oracle that knows only the drawings of domain_state.h and vcpu_state.h.
 */
/* links: core/domain */
#include "core/domain/domain_state.h"

#include <arch/fake.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/percpu.h"
#include "core/sched/sched.h"
#include "core/time/clock.h"
#include "support_cmocka.h"
#include "support_domain.h"

#define VCPUS     3
#define HISTORIES 2000
#define LENGTH    100
#define SLICE     20000000u /* longer than a turn of the scheduler, ns */

static struct domain *d, *other; /* @other has one vCPU, which always wants to run */

static void add(struct domain **domain, domid_t id, unsigned int vcpu_count) {
    *domain = support_domain_add(id, vcpu_count);
    (*domain)->state = DOMAIN_CREATED;
}

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    add(&d, 1, VCPUS);
    add(&other, 2, 1);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    support_domain_remove_all();
    return 0;
}

static void release(struct domain *domain) {
    while (domain_release_step(domain)) {
    }
}

static void start(struct domain *domain) {
    for (unsigned int i = 0; i < domain->vcpu_count; i++) {
        sched_start(&domain->vcpu[i]->sched);
    }
    assert_int_equal(domain_change_state(domain, DOMAIN_RUNNING), 0);
    release(domain);
}

static struct vcpu *pick(void) {
    struct vcpu *v = vcpu_of(sched_pick());

    assert_false(sched_needed());
    return v;
}

static void states_have_names(void **state) {
    (void)state;
    for (unsigned int i = 0; i < DOMAIN_STATES; i++) {
        assert_true(strlen(domain_state_name((enum domain_state)i)) > 1);
    }
    assert_string_equal(domain_state_name(DOMAIN_RUNNING), "running");
    assert_string_equal(domain_state_name(DOMAIN_STATES), "?");
}

/* ---- Tables ---- */

static void a_domain_lives_as_the_drawing_says(void **state) {
    static const bool allowed[DOMAIN_STATES][DOMAIN_STATES] = {
        [DOMAIN_CREATED] = {[DOMAIN_RUNNING] = true, [DOMAIN_DYING] = true},
        [DOMAIN_RUNNING] = {[DOMAIN_SHUTDOWN] = true, [DOMAIN_DYING] = true},
        [DOMAIN_SHUTDOWN] = {[DOMAIN_RUNNING] = true, [DOMAIN_DYING] = true},
        [DOMAIN_DYING] = {[DOMAIN_DEAD] = true},
    };

    (void)state;
    for (unsigned int from = 0; from < DOMAIN_STATES; from++) {
        for (unsigned int to = 0; to < DOMAIN_STATES; to++) {
            struct domain empty = {.state = (enum domain_state)from,
                                   .life_lock = SPINLOCK_INIT(LOCK_LIFE)};
            int error = domain_change_state(&empty, (enum domain_state)to);

            assert_int_equal(error, allowed[from][to] ? 0 : -XEN_EINVAL);
            assert_int_equal(empty.state, allowed[from][to] ? to : from);
        }
    }
}

static void a_vcpu_lives_as_the_drawing_says(void **state) {
    static const enum vcpu_state expected[VCPU_STATES][VCPU_EVENTS] = {
        /* up, down, pick, preempt, block, wake */
        [VCPU_OFFLINE] = {VCPU_RUNNABLE, VCPU_REFUSED, VCPU_REFUSED, VCPU_REFUSED, VCPU_REFUSED,
                          VCPU_REFUSED},
        [VCPU_RUNNABLE] = {VCPU_REFUSED, VCPU_OFFLINE, VCPU_RUNNING, VCPU_REFUSED, VCPU_REFUSED,
                           VCPU_REFUSED},
        [VCPU_RUNNING] = {VCPU_REFUSED, VCPU_OFFLINE, VCPU_REFUSED, VCPU_RUNNABLE, VCPU_BLOCKED,
                          VCPU_REFUSED},
        [VCPU_BLOCKED] = {VCPU_REFUSED, VCPU_OFFLINE, VCPU_REFUSED, VCPU_REFUSED, VCPU_REFUSED,
                          VCPU_RUNNABLE},
    };

    (void)state;
    for (unsigned int from = 0; from < VCPU_STATES; from++) {
        for (unsigned int event = 0; event < VCPU_EVENTS; event++) {
            assert_int_equal(vcpu_state_after((enum vcpu_state)from, (enum vcpu_event)event),
                             expected[from][event]);
        }
    }
}

/* ---- Single rules ---- */

static void nothing_runs_before_its_domain_does(void **state) {
    (void)state;
    sched_start(&d->vcpu[0]->sched);
    assert_ptr_equal(pick(), vcpu_idle());
    assert_int_equal(d->vcpu[0]->sched.runstate.state, RUNSTATE_offline);
    assert_int_equal(domain_change_state(d, DOMAIN_RUNNING), 0);
    release(d);
    assert_ptr_equal(pick(), d->vcpu[0]);
}

/* One entry of a multicall shuts the domain down, another brings its vCPU up again. */
static void a_domain_that_shut_down_cannot_bring_itself_back(void **state) {
    struct vcpu *v = d->vcpu[0];

    (void)state;
    start(d);
    assert_ptr_equal(pick(), v);
    assert_int_equal(domain_end(d, SHUTDOWN_poweroff, 7), 0);
    assert_true(sched_needed());
    sched_sleep(&v->sched);
    sched_start(&v->sched);
    sched_block(&v->sched);
    sched_wake(&v->sched);
    assert_true(v->sched.on_cpu);
    assert_false(domain_is_off_cpu(d));
    assert_ptr_equal(pick(), vcpu_idle());
    assert_true(domain_is_off_cpu(d));
    for (unsigned int i = 0; i < VCPUS; i++) {
        sched_sleep(&d->vcpu[i]->sched);
        sched_start(&d->vcpu[i]->sched);
        sched_wake(&d->vcpu[i]->sched);
        assert_ptr_equal(pick(), vcpu_idle());
    }
    assert_int_equal(domain_change_state(d, DOMAIN_DYING), 0);
    assert_int_equal(domain_change_state(d, DOMAIN_RUNNING), -XEN_EINVAL);
    sched_vcpu_destroy(&v->sched);
}

static void the_first_reason_of_a_shutdown_is_kept(void **state) {
    (void)state;
    assert_int_equal(domain_end(d, SHUTDOWN_crash, 3), -XEN_EINVAL); /* it never ran */
    start(d);
    assert_int_equal(domain_end(d, SHUTDOWN_reboot, 5), 0);
    assert_int_equal(domain_end(d, SHUTDOWN_crash, 9), -XEN_EINVAL);
    assert_int_equal(d->shutdown_reason, SHUTDOWN_reboot);
    assert_int_equal(d->stopped, 5);
}

static void a_resumed_domain_goes_on_where_it_was(void **state) {
    (void)state;
    start(d);
    assert_ptr_equal(pick(), d->vcpu[0]);
    sched_block(&d->vcpu[0]->sched);
    assert_ptr_equal(pick(), d->vcpu[1]);
    assert_int_equal(domain_end(d, SHUTDOWN_suspend, 1), 0);
    assert_ptr_equal(pick(), vcpu_idle());
    assert_int_equal(domain_change_state(d, DOMAIN_RUNNING), 0);
    release(d);
    assert_int_equal(d->vcpu[0]->sched.state, VCPU_BLOCKED);
    assert_ptr_not_equal(pick(), d->vcpu[0]);
    assert_int_equal(d->vcpu[0]->sched.runstate.state, RUNSTATE_blocked);
}

static void pauses_are_counted(void **state) {
    (void)state;
    start(d);
    for (unsigned int i = 0; i < DOMAIN_PAUSE_MAX; i++) {
        assert_int_equal(domain_pause(d), 0);
    }
    assert_int_equal(domain_pause(d), -XEN_EOVERFLOW);
    for (unsigned int i = 0; i < DOMAIN_PAUSE_MAX; i++) {
        assert_ptr_equal(pick(), vcpu_idle());
        assert_int_equal(domain_unpause(d), 0);
    }
    assert_int_equal(domain_unpause(d), -XEN_EINVAL);
    assert_ptr_equal(pick(), vcpu_idle()); /* none is released yet */
    release(d);
    assert_ptr_not_equal(pick(), vcpu_idle());
}

static void a_domain_can_start_and_end_while_it_is_paused(void **state) {
    (void)state;
    assert_int_equal(domain_pause(d), 0);
    start(d);
    assert_ptr_equal(pick(), vcpu_idle());
    assert_int_equal(domain_end(d, SHUTDOWN_crash, 1), 0);
    assert_int_equal(domain_unpause(d), 0);
    assert_false(domain_release_step(d));
    assert_ptr_equal(pick(), vcpu_idle());
    assert_int_equal(d->vcpu[0]->sched.pause_count, 1);
}

static void a_pause_that_ends_before_the_cpu_was_left_loses_nothing(void **state) {
    (void)state;
    start(other);
    assert_ptr_equal(pick(), other->vcpu[0]);
    assert_int_equal(domain_pause(other), 0);
    assert_int_equal(domain_unpause(other), 0);
    release(other);
    assert_ptr_equal(pick(), other->vcpu[0]);
    assert_int_equal(other->vcpu[0]->sched.state, VCPU_RUNNING);
}

/* ---- Histories ---- */

struct model {
    enum domain_state state;
    unsigned int pauses;
    unsigned int released; /* vCPUs, from 0 on */
    struct {
        enum vcpu_state state;
        unsigned int pauses; /* its own */
    } vcpu[VCPUS];
};

static struct model model;

static bool model_may_run(unsigned int i) {
    return i < model.released && model.vcpu[i].pauses == 0 &&
           (model.vcpu[i].state == VCPU_RUNNABLE || model.vcpu[i].state == VCPU_RUNNING);
}

static bool model_lets_run(void) {
    return model.state == DOMAIN_RUNNING && model.pauses == 0;
}

static void model_domain(enum domain_state to, bool from_is_right) {
    if (from_is_right) {
        model.state = to;
    }
}

static void model_vcpu(unsigned int i, enum vcpu_event event) {
    enum vcpu_state to = vcpu_state_after(model.vcpu[i].state, event);

    model.vcpu[i].state = to == VCPU_REFUSED ? model.vcpu[i].state : to;
}

/* What was picked runs, what was running and is not picked can still run or has stopped. */
static void model_pick(const struct vcpu *next) {
    for (unsigned int i = 0; i < VCPUS; i++) {
        if (d->vcpu[i] == next) {
            assert_true(model_may_run(i));
            model.vcpu[i].state = VCPU_RUNNING;
        } else if (model.vcpu[i].state == VCPU_RUNNING) {
            model.vcpu[i].state = VCPU_RUNNABLE;
        }
        assert_int_equal(d->vcpu[i]->sched.on_cpu, d->vcpu[i] == next);
    }
}

static void schedule(void) {
    const struct vcpu *next = pick();

    assert_ptr_not_equal(next, vcpu_idle()); /* the other domain wants to run */
    model_pick(next);
}

/* A pause takes what runs off its pCPU, which is no change of the drawing's states but one. */
static void model_stop(void) {
    for (unsigned int i = 0; i < VCPUS; i++) {
        if (model.vcpu[i].state == VCPU_RUNNING && !model_may_run(i)) {
            model.vcpu[i].state = VCPU_RUNNABLE;
        }
    }
}

static void pause_vcpu(unsigned int i) {
    if (model.vcpu[i].pauses < 3) {
        sched_pause(&d->vcpu[i]->sched);
        model.vcpu[i].pauses++;
    }
}

static void unpause_vcpu(unsigned int i) {
    if (model.vcpu[i].pauses > 0) {
        sched_unpause(&d->vcpu[i]->sched);
        model.vcpu[i].pauses--;
    }
}

static void change_domain(unsigned int what) {
    switch (what) {
    case 0:
        (void)domain_change_state(d, DOMAIN_RUNNING);
        model_domain(DOMAIN_RUNNING,
                     model.state == DOMAIN_CREATED || model.state == DOMAIN_SHUTDOWN);
        break;
    case 1:
        (void)domain_end(d, SHUTDOWN_crash, 1);
        model_domain(DOMAIN_SHUTDOWN, model.state == DOMAIN_RUNNING);
        break;
    case 2: model.pauses += domain_pause(d) == 0; break;
    case 3: model.pauses -= domain_unpause(d) == 0; break;
    case 4: /* rarely: nothing happens afterwards */
        if (rand() % 50 == 0) {
            (void)domain_change_state(d, DOMAIN_DYING);
            model_domain(DOMAIN_DYING, model.state < DOMAIN_DYING);
        }
        break;
    case 5:
        model.released += model_lets_run() && model.released < VCPUS;
        assert_int_equal(domain_release_step(d), model_lets_run() && model.released < VCPUS);
        break;
    }
    model.released = model_lets_run() ? model.released : 0;
}

static void change_vcpu(unsigned int i, unsigned int what) {
    switch (what) {
    case 0:
        sched_start(&d->vcpu[i]->sched);
        model_vcpu(i, VCPU_UP);
        break;
    case 1:
        sched_sleep(&d->vcpu[i]->sched);
        model_vcpu(i, VCPU_DOWN);
        break;
    case 2:
        sched_block(&d->vcpu[i]->sched);
        model_vcpu(i, VCPU_BLOCK);
        break;
    case 3:
        sched_wake(&d->vcpu[i]->sched);
        model_vcpu(i, VCPU_WAKE);
        break;
    case 4: pause_vcpu(i); break;
    case 5: unpause_vcpu(i); break;
    }
}

static void compare(void) {
    assert_int_equal(d->state, model.state);
    assert_int_equal(d->pause_count, model.pauses);
    for (unsigned int i = 0; i < VCPUS; i++) {
        const struct vcpu *v = d->vcpu[i];

        assert_int_equal(v->sched.state, model.vcpu[i].state);
        assert_int_equal(v->sched.pause_count, model.vcpu[i].pauses + (i >= model.released));
        /* In a queue exactly if it waits for a pCPU. */
        assert_int_equal(v->sched.is_queued, model_may_run(i) && !v->sched.on_cpu);
    }
}

static void one_history(void) {
    assert_int_equal(power_on(NULL), 0);
    model = (struct model){.state = DOMAIN_CREATED};
    start(other);
    for (unsigned int i = 0; i < LENGTH; i++) {
        switch (rand() % 3) {
        case 0: change_domain((unsigned int)rand() % 6); break;
        case 1: change_vcpu((unsigned int)rand() % VCPUS, (unsigned int)rand() % 6); break;
        case 2:
            fake_advance((uint64_t)rand() % SLICE);
            schedule();
            break;
        }
        model_stop();
        compare();
    }
    assert_int_equal(power_off(NULL), 0);
}

static void histories_end_as_the_oracle_says(void **state) {
    unsigned int seed = (unsigned int)time(NULL);

    (void)state;
    support_domain_remove_all();
    printf("seed %u\n", seed);
    srand(seed);
    for (unsigned int i = 0; i < HISTORIES; i++) {
        one_history();
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(states_have_names),
        TEST(a_domain_lives_as_the_drawing_says),
        TEST(a_vcpu_lives_as_the_drawing_says),
        TEST(nothing_runs_before_its_domain_does),
        TEST(a_domain_that_shut_down_cannot_bring_itself_back),
        TEST(the_first_reason_of_a_shutdown_is_kept),
        TEST(a_resumed_domain_goes_on_where_it_was),
        TEST(pauses_are_counted),
        TEST(a_domain_can_start_and_end_while_it_is_paused),
        TEST(a_pause_that_ends_before_the_cpu_was_left_loses_nothing),
        TEST(histories_end_as_the_oracle_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
