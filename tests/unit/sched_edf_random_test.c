/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The real-time class against an oracle: random sets of vCPUs, those that are admitted, on a
 * machine where interrupts and switches cost something and the hypervisor sometimes does not look.
 * What is owed to each is computed here from its budget and period alone.
 *
 * EDF_SETS says how many sets (3,000 when not given), EDF_SEED where
 * to begin.
 */
/* links: core/sched */
#include "core/sched/sched_edf.h"

#include <stdio.h>
#include <stdlib.h>

#include "support_cmocka.h"
#include "support_edf.h"

#define IRQ_COST    400u
#define SWITCH_COST 425u
#define STRETCH     1500u
/* Two interrupts, two switches, an overrun. */
#define COST        (2 * IRQ_COST + 2 * SWITCH_COST + STRETCH)
/* How late a period may begin and end: a stretch, an interrupt and a switch each. */
#define LATE        (2 * (STRETCH + IRQ_COST + SWITCH_COST))

static const struct sched_figures no_reserve = {.cost_ns = COST, .stretch_ns = STRETCH};

static uint64_t set_number;

static unsigned long long option(const char *name, unsigned long long missing) {
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 0) : missing;
}

static void begin_set(uint64_t number) {
    set_number = number;
    edf_machine.random = number * 0x9e3779b97f4a7c15ull + 1;
    edf_machine.irq_cost = IRQ_COST;
    edf_machine.switch_cost = SWITCH_COST;
    edf_machine.stretch = STRETCH;
    edf_machine.late_percent = (unsigned int)edf_random(100);
}

/* Until nothing of it is left: what it ran ahead of time counts until then. */
static void end_set(void) {
    edf_remove_all();
    edf_run(25 * MS);
}

static uint64_t period_of(const struct edf_task *t) {
    return t->params.period_us * US;
}

static uint64_t budget_of(const struct edf_task *t) {
    return t->params.budget_us * US;
}

static void describe(const struct edf_task *bad) {
    printf("set %llu:\n", (unsigned long long)set_number);
    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        const struct edf_task *t = &edf_machine.task[i];

        printf("%c %u us in %u us%s, runs %llu ns, sleeps %llu ns%s%s%s; ran %llu ns\n",
               t == bad ? '*' : ' ', t->params.budget_us, t->params.period_us,
               t->params.has_extratime ? " and extra" : "", (unsigned long long)t->run_ns,
               (unsigned long long)t->sleep_ns, t->is_random ? " at random" : "",
               t->is_strict ? " strictly" : "", t->yields ? " yields" : "",
               (unsigned long long)t->ran);
    }
}

#define expect(t, condition, ...)  \
    do {                           \
        if (!(condition)) {        \
            describe(t);           \
            fail_msg(__VA_ARGS__); \
        }                          \
    } while (0)

/* ---- Sets ---- */

static uint32_t random_period(void) {
    static const uint32_t scale[] = {100, 200, 500, 1000, 2000};

    return scale[edf_random(5)] + (uint32_t)edf_random(scale[edf_random(5)]);
}

/* A part of the period, often a small one, now and then nearly all. */
static uint32_t random_budget(uint32_t period) {
    uint32_t least = SCHED_RT_BUDGET_MIN_US;
    uint32_t most = edf_random(4) ? period / 2 : period;

    return most > least ? least + (uint32_t)edf_random(most - least) : least;
}

/* What a vCPU may do to get more: nothing but run, sleep for moments, sleep long, yield. */
static void behave(struct edf_task *t) {
    uint64_t period = period_of(t), budget = budget_of(t);

    switch (edf_random(6)) {
    case 0:
    case 1: t->run_ns = 0; break; /* runs all the time */
    case 2:                       /* a control loop */
        t->run_ns = budget / 2;
        t->sleep_ns = period;
        t->is_strict = true;
        break;
    case 3: /* sleeps as soon as its budget is nearly used up */
        t->run_ns = budget - budget / 20;
        t->sleep_ns = 1 + edf_random(period / 10);
        break;
    case 4: /* anything */
        t->run_ns = 1 + edf_random(budget);
        t->sleep_ns = edf_random(2 * period);
        t->is_random = true;
        break;
    default:
        t->run_ns = 1 * US + edf_random(budget);
        t->yields = true;
        break;
    }
    t->run_left = t->run_ns;
}

static void add_random_tasks(void) {
    unsigned int wanted = 1 + (unsigned int)edf_random(7);

    for (unsigned int i = 0; i < wanted; i++) {
        uint32_t period = random_period();
        struct edf_task *t = edf_add_rt(period, random_budget(period), edf_random(4) == 0, 0, 0);

        if (t) {
            behave(t);
        }
    }
    for (uint64_t i = edf_random(3); i > 0; i--) {
        edf_add(edf_random(2) ? 0 : 1 + edf_random(200 * US), 1 + edf_random(200 * US));
    }
}

/* ---- What is owed ---- */

/* In no window in which it could run has it got less than its supply: from when it lost the pCPU,
 * or woke, until it got it again.  What it overran before was paid back within. */
static void check_windows(const struct edf_task *t, uint64_t since, uint64_t now) {
    for (unsigned int i = 0; i < t->point_count; i++) {
        const struct edf_point *from = &t->point[i];

        if (from->at < since || from->starts) {
            continue;
        }
        for (unsigned int j = i + 1; j < t->point_count; j++) {
            const struct edf_point *to = &t->point[j];
            uint64_t owed = edf_supply(period_of(t), budget_of(t), to->at - from->at);

            if (!to->starts) {
                continue;
            }
            expect(t, to->ran - from->ran + LATE >= owed,
                   "from %llu to %llu it got %llu ns, not %llu", (unsigned long long)from->at,
                   (unsigned long long)to->at, (unsigned long long)(to->ran - from->ran),
                   (unsigned long long)owed);
        }
        uint64_t owed = edf_supply(period_of(t), budget_of(t), now - from->at);

        expect(t, t->ran - from->ran + LATE >= owed,
               "from %llu to the end it got %llu ns, not %llu", (unsigned long long)from->at,
               (unsigned long long)(t->ran - from->ran), (unsigned long long)owed);
    }
}

/* It has never more than its share, but for what it may have at both ends and one overrun. */
static void check_no_gain(const struct edf_task *t, uint64_t from, uint64_t ran, uint64_t now) {
    uint64_t share = (now - from) * t->params.budget_us / t->params.period_us;

    expect(t, t->ran - ran <= share + 2 * budget_of(t) + LATE,
           "it got %llu ns of %llu, more than its share of %llu",
           (unsigned long long)(t->ran - ran), (unsigned long long)(now - from),
           (unsigned long long)share);
}

/* A control loop that needs half its budget is done before its next release, if the other half pays
 * for the times that it may be preempted. */
static void check_loop(const struct edf_task *t) {
    uint64_t preemptions = edf_machine.task_count * (1 + period_of(t) / (100 * US));

    if (t->is_strict && preemptions * (IRQ_COST + SWITCH_COST) + LATE < budget_of(t) / 2) {
        expect(t, t->worst_end <= period_of(t) + LATE, "it was done %llu ns after its release",
               (unsigned long long)t->worst_end);
    }
}

/* Its budget in each of its periods, which begin where it first could run. */
static void check_period(const struct edf_task *t, uint64_t number, uint64_t ran) {
    uint64_t owed = (number + 1) * budget_of(t);

    expect(t, ran + LATE >= owed, "after period %llu it has %llu ns, not %llu",
           (unsigned long long)number, (unsigned long long)ran, (unsigned long long)owed);
}

static bool is_hog(const struct edf_task *t) {
    return t->params.period_us && (!t->run_ns || t->yields);
}

static void check_end(uint64_t begin) {
    uint64_t now = edf_now();

    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        const struct edf_task *t = &edf_machine.task[i];

        if (!t->params.period_us) {
            continue;
        }
        if (is_hog(t)) {
            check_windows(t, begin, now);
        }
        check_loop(t);
        if (!t->params.has_extratime) {
            check_no_gain(t, begin, 0, now);
        }
    }
}

/* ---- The properties ---- */

/* The next end of a period of one that can run all the time, each of which is looked at. */
static struct edf_task *next_deadline(uint64_t begin, const uint64_t done[], uint64_t *at) {
    struct edf_task *next = NULL;

    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        struct edf_task *t = &edf_machine.task[i];
        uint64_t deadline = begin + (done[i] + 1) * period_of(t);

        if (is_hog(t) && (!next || deadline < *at)) {
            next = t;
            *at = deadline;
        }
    }
    return next;
}

static void run_and_check_deadlines(uint64_t begin, uint64_t end) {
    uint64_t done[EDF_TASKS_MAX] = {0};
    uint64_t at = 0;

    for (;;) {
        struct edf_task *t = next_deadline(begin, done, &at);

        if (!t || at + LATE >= end) {
            break;
        }
        if (at + LATE > edf_now()) {
            edf_run(at + LATE - edf_now());
        }
        unsigned int i = (unsigned int)(t - edf_machine.task);
        check_period(t, done[i]++, t->ran);
    }
    edf_run(end > edf_now() ? end - edf_now() : 1);
}

static uint64_t longest_period(void) {
    uint64_t longest = 0;

    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        uint64_t period = period_of(&edf_machine.task[i]);

        longest = period > longest ? period : longest;
    }
    return longest;
}

static void one_set(uint64_t number) {
    begin_set(number);
    uint64_t begin = edf_now();
    add_random_tasks();
    run_and_check_deadlines(begin, begin + 6 * longest_period() + edf_random(MS));
    check_end(begin);
    end_set();
}

static void no_admitted_set_misses_and_nobody_gains(void **state) {
    uint64_t first = option("EDF_SEED", 1);
    uint64_t count = option("EDF_SETS", 3000);

    (void)state;
    edf_power_on(&no_reserve);
    for (uint64_t i = 0; i < count; i++) {
        one_set(first + i);
    }
}

/* ---- How much is admitted ---- */

/* Up to four with periods of 1 to 20 ms that can run all the time: the last takes what is left. */
static void fill_up(void) {
    unsigned int count = 2 + (unsigned int)edf_random(3);

    for (unsigned int i = 0; i + 1 < count; i++) {
        uint32_t period = 1000 + (uint32_t)edf_random(19000);

        (void)edf_add_rt(period, 20 + (uint32_t)edf_random(period / count), false, 0, 0);
    }
    uint32_t period = 5000 + (uint32_t)edf_random(15000);
    for (uint32_t budget = period; !edf_add_rt(period, budget, false, 0, 0); budget--) {
    }
}

static uint64_t parts_per_million(void) {
    uint64_t sum = 0;

    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        sum += 1000000ull * edf_machine.task[i].params.budget_us /
               edf_machine.task[i].params.period_us;
    }
    return sum;
}

/* No machine can keep more budgets than its whole time.  What is admitted is at most one per cent
 * less, and is kept with the worst that everything can cost. */
static void within_one_percent_of_the_whole(void **state) {
    uint64_t count = option("EDF_SETS", 3000) / 30;

    (void)state;
    edf_power_on(&no_reserve);
    for (uint64_t i = 0; i < count; i++) {
        begin_set(i);
        edf_machine.late_percent = 100;
        uint64_t begin = edf_now();
        fill_up();
        assert_in_range(parts_per_million(), 990000, 1000000);
        edf_add(0, 0);
        run_and_check_deadlines(begin, begin + 6 * longest_period());
        check_end(begin);
        end_set();
    }
}

/* Eight of one period that can run all the time, of which the last takes what is left. */
static void fill_up_with_equals(void) {
    uint32_t period = 300 + (uint32_t)edf_random(700);

    for (unsigned int i = 0; i < 7; i++) {
        (void)edf_add_rt(period, 20 + (uint32_t)edf_random(period / 10), false, 0, 0);
    }
    for (uint32_t budget = period; !edf_add_rt(period, budget, false, 0, 0); budget--) {
    }
}

/* All deadlines are one, and each budget before it was overrun: there the last one has its budget
 * all the same. */
static void all_overruns_before_one_deadline(void **state) {
    uint64_t count = option("EDF_SETS", 3000) / 30;

    (void)state;
    edf_power_on(&no_reserve);
    for (uint64_t i = 0; i < count; i++) {
        begin_set(i);
        edf_machine.late_percent = 100;
        uint64_t begin = edf_now();
        fill_up_with_equals();
        run_and_check_deadlines(begin, begin + 20 * longest_period());
        check_end(begin);
        end_set();
    }
}

/* What is given to others changes nothing for those who stay. */
static void changes_harm_nobody_else(void **state) {
    uint64_t count = option("EDF_SETS", 3000) / 3;

    (void)state;
    edf_power_on(&no_reserve);
    for (uint64_t i = 0; i < count; i++) {
        begin_set(i);
        uint64_t begin = edf_now();
        uint32_t period = random_period();
        struct edf_task *kept = edf_add_rt(period, random_budget(period), false, 0, 0);
        add_random_tasks();
        uint64_t done = 0;
        while (kept && done < 20) {
            uint64_t step = 1 + edf_random(period_of(kept));
            uint64_t end = begin + (done + 1) * period_of(kept) + LATE;
            edf_run(edf_now() + step < end ? step : end - edf_now());
            if (edf_now() >= end) {
                check_period(kept, done++, kept->ran);
            }
            struct edf_task *t = &edf_machine.task[edf_random(edf_machine.task_count)];
            uint32_t other = random_period();
            struct sched_rt_params params = {.period_us = other,
                                             .budget_us = random_budget(other),
                                             .has_extratime = edf_random(2)};
            if (t != kept && edf_random(4)) {
                (void)sched_set_realtime(&t->v, &params);
            } else if (t != kept) {
                sched_set_fair(&t->v);
            }
        }
        end_set();
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_admitted_set_misses_and_nobody_gains),
        cmocka_unit_test(within_one_percent_of_the_whole),
        cmocka_unit_test(all_overruns_before_one_deadline),
        cmocka_unit_test(changes_harm_nobody_else),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
