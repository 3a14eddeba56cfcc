/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_edf.h. */
#include "support_edf.h"

#include <arch/fake.h>
#include <string.h>

#include "core/base/percpu.h"
#include "core/time/clock.h"

struct edf_machine edf_machine;

static uint32_t counter; /* of 1 GHz, so that a tick is a nanosecond */

uint64_t edf_now(void) {
    return clock_now();
}

uint64_t edf_random(uint64_t limit) {
    uint64_t x = edf_machine.random;

    /* xorshift64* (Vigna, ACM TOMS 42(4), 2016) */
    x ^= x >> 12;
    x ^= x << 25;
    x ^= x >> 27;
    edf_machine.random = x;
    return (x * 0x2545f4914f6cdd1dull >> 16) % limit;
}

void edf_power_on(const struct sched_figures *figures) {
    memset(&edf_machine, 0, sizeof(edf_machine));
    edf_machine.random = 1;
    fake_board_init(0);
    counter = 0;
    devices.counter = (struct counter){.hz = 1000000000u, .mask = UINT32_MAX, .reg = &counter};
    clock_init();
    timer_queue_init();
    clock_start();
    sched_init(&edf_machine.idle);
    sched_edf_set_figures(figures);
}

/* ---- Tasks ---- */

static void note(struct edf_task *t, bool starts) {
    if (t->point_count < EDF_POINTS_MAX) {
        t->point[t->point_count++] = (struct edf_point){edf_now(), t->ran, starts};
    }
}

static uint64_t vary(const struct edf_task *t, uint64_t ns) {
    return t->is_random && ns > 0 ? 1 + edf_random(2 * ns) : ns;
}

static void begin_run(struct edf_task *t) {
    t->since = edf_now();
    t->wake_at = 0;
    t->run_left = vary(t, t->run_ns);
}

static struct edf_task *new_task(uint64_t run_ns, uint64_t sleep_ns) {
    struct edf_task *t = &edf_machine.task[edf_machine.task_count];

    memset(t, 0, offsetof(struct edf_task, point));
    t->run_ns = run_ns;
    t->sleep_ns = sleep_ns;
    sched_vcpu_init(&t->v);
    return t;
}

static void start(struct edf_task *t) {
    edf_machine.task_count++;
    begin_run(t);
    t->next_at = edf_now();
    sched_unpause(&t->v);
    sched_start(&t->v);
}

struct edf_task *edf_add(uint64_t run_ns, uint64_t sleep_ns) {
    struct edf_task *t = new_task(run_ns, sleep_ns);

    start(t);
    return t;
}

struct edf_task *edf_add_rt(uint32_t period_us, uint32_t budget_us, bool has_extratime,
                            uint64_t run_ns, uint64_t sleep_ns) {
    struct edf_task *t = new_task(run_ns, sleep_ns);

    t->params = (struct sched_rt_params){
        .period_us = period_us, .budget_us = budget_us, .has_extratime = has_extratime};
    if (sched_set_realtime(&t->v, &t->params)) {
        sched_vcpu_destroy(&t->v);
        return NULL;
    }
    start(t);
    return t;
}

/* ---- Time ---- */

static void advance(uint64_t ns) {
    fake_board.now += ns;
    counter = (uint32_t)fake_board.now;
    if (edf_machine.current) {
        edf_machine.current->ran += ns;
    }
    if (fake_board.oneshot_at <= fake_board.now) {
        fake_board.oneshot_at = UINT64_MAX;
        fake_board.pending[FAKE_ONESHOT_IRQ] = true;
    }
}

static struct edf_task *task_of(const struct sched_vcpu *v) {
    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        if (&edf_machine.task[i].v == v) {
            return &edf_machine.task[i];
        }
    }
    return NULL;
}

static void pick(void) {
    while (sched_needed()) {
        struct edf_task *before = edf_machine.current;

        edf_machine.current = task_of(sched_pick());
        timer_settle();
        if (edf_machine.current == before) {
            continue;
        }
        edf_machine.switch_count++;
        if (before) {
            note(before, false);
        }
        if (edf_machine.current) {
            note(edf_machine.current, true);
        }
        advance(edf_machine.switch_cost);
    }
}

void edf_remove_all(void) {
    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        sched_pause(&edf_machine.task[i].v);
    }
    pick();
    while (edf_machine.task_count > 0) {
        sched_vcpu_destroy(&edf_machine.task[--edf_machine.task_count].v);
    }
    edf_machine.switch_count = 0;
}

/* When the next thing happens that is not the timer's. */
static uint64_t next_event(uint64_t end) {
    const struct edf_task *t = edf_machine.current;
    uint64_t next = fake_board.pending[FAKE_ONESHOT_IRQ] ? fake_board.now : end;

    if (t && t->run_ns && fake_board.now + t->run_left < next) {
        next = fake_board.now + t->run_left;
    }
    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        uint64_t at = edf_machine.task[i].wake_at;

        next = at && at < next ? at : next;
    }
    return fake_board.oneshot_at < next ? fake_board.oneshot_at : next;
}

static void end_run(struct edf_task *t) {
    uint64_t now = edf_now();

    t->run_left = vary(t, t->run_ns);
    if (t->yields) {
        sched_give_way(&t->v);
        return;
    }
    if (t->is_strict && now - t->next_at > t->worst_end) {
        t->worst_end = now - t->next_at;
    }
    t->next_at = t->is_strict ? t->next_at + t->sleep_ns : now + vary(t, t->sleep_ns);
    if (t->next_at > now) {
        t->wake_at = t->next_at;
        t->since = 0;
        sched_block(&t->v);
    }
}

static void wake(struct edf_task *t) {
    advance(edf_machine.irq_cost);
    begin_run(t);
    this_cpu()->in_interrupt = true;
    sched_wake(&t->v);
    this_cpu()->in_interrupt = false;
}

static void wake_those_due(void) {
    for (unsigned int i = 0; i < edf_machine.task_count; i++) {
        struct edf_task *t = &edf_machine.task[i];

        if (t->wake_at && t->wake_at <= fake_board.now) {
            wake(t);
        }
    }
}

static void spend(struct edf_task *t, uint64_t ns) {
    if (t && t->run_ns) {
        t->run_left -= ns < t->run_left ? ns : t->run_left;
        if (t->run_left == 0) {
            end_run(t);
        }
    }
}

/* What falls due next does so while the hypervisor works for whoever runs, and does not look.  What
 * is due already is served before anybody runs. */
static uint64_t lateness(void) {
    if (edf_machine.stretch == 0 || edf_random(100) >= edf_machine.late_percent) {
        return 0;
    }
    return edf_random(2) ? edf_machine.stretch : edf_random(edf_machine.stretch);
}

void edf_run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    while (fake_board.now < end) {
        pick();
        struct edf_task *t = edf_machine.current;
        uint64_t next = next_event(end);
        uint64_t step = next > fake_board.now ? next - fake_board.now + lateness() : 0;

        advance(step);
        spend(t, step);
        wake_those_due();
        if (fake_board.pending[FAKE_ONESHOT_IRQ]) {
            devices.oneshot->ack();
            advance(edf_machine.irq_cost);
            timer_interrupt();
        }
    }
    pick();
}

uint64_t edf_supply(uint64_t period, uint64_t budget, uint64_t window) {
    uint64_t gap = period - budget;

    if (window <= gap) {
        return 0;
    }
    uint64_t whole = (window - gap) / period;
    uint64_t begun = window - gap - whole * period;
    return whole * budget + (begun > gap ? begun - gap : 0);
}
