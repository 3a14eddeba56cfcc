/* SPDX-License-Identifier: GPL-2.0-only */
/* See sched_edf.h. */
#include "core/sched/sched_edf.h"

#include <stddef.h>

#include "core/sched/sched.h"
#include "core/time/clock.h"

#define NS_PER_US 1000u
/* More debt than the longest period is not kept: the vCPU waits long enough for that. */
#define DEBT_MAX  ((int32_t)(SCHED_RT_PERIOD_MAX_US * NS_PER_US))

static struct sched_figures figures; /* constant after boot */

/* ---- Lists: ascending by deadline, equals in order of arrival ---- */

static struct sched_vcpu **list_of(struct sched_cpu *cpu, enum edf_list list) {
    return list == EDF_READY ? &cpu->edf.ready : &cpu->edf.waiting;
}

static void list_insert(struct sched_cpu *cpu, struct sched_vcpu *v, enum edf_list list) {
    struct sched_vcpu **link = list_of(cpu, list);
    struct sched_vcpu *before = NULL;

    while (*link && (*link)->edf.deadline <= v->edf.deadline) {
        before = *link;
        link = &before->edf.next;
    }
    v->edf.prev = before;
    v->edf.next = *link;
    if (*link) {
        (*link)->edf.prev = v;
    }
    *link = v;
    v->edf.list = (uint8_t)list;
}

static void list_remove(struct sched_cpu *cpu, struct sched_vcpu *v) {
    if (v->edf.prev) {
        v->edf.prev->edf.next = v->edf.next;
    } else {
        *list_of(cpu, (enum edf_list)v->edf.list) = v->edf.next;
    }
    if (v->edf.next) {
        v->edf.next->edf.prev = v->edf.prev;
    }
    v->edf.list = EDF_NONE;
}

static void leave_list(struct sched_cpu *cpu, struct sched_vcpu *v) {
    if (v->edf.list != EDF_NONE) {
        list_remove(cpu, v);
    }
}

/* ---- Periods ---- */

static void begin_period(struct sched_vcpu *v, uint64_t deadline) {
    int32_t debt = v->edf.left < 0 ? v->edf.left : 0;

    v->edf.deadline = deadline;
    v->edf.left = (int32_t)v->edf.budget + debt;
}

/* It could run all the time: the next period begins where this one ended. */
static void next_period(struct sched_vcpu *v, uint64_t now) {
    bool is_late = now - v->edf.deadline >= v->edf.period;

    begin_period(v, (is_late ? now : v->edf.deadline) + v->edf.period);
}

/* Is what is left of the budget more than the share of the time until the deadline? */
static bool exceeds_share(const struct sched_vcpu *v, uint64_t now) {
    return v->edf.left > 0 &&
           (uint64_t)v->edf.left * v->edf.period > (v->edf.deadline - now) * v->edf.budget;
}

/* It was away: is the rest of its period still its own? */
static void resume_period(struct sched_vcpu *v, uint64_t now) {
    if (now >= v->edf.deadline || exceeds_share(v, now)) {
        begin_period(v, now + v->edf.period);
    }
}

/* What was waited for it comes off the budget that it has now. */
static void pay_for_wait(struct sched_vcpu *v) {
    v->edf.left -= (int32_t)v->edf.waited;
    v->edf.waited = 0;
}

/* ---- Release ---- */

static void arm_release(struct sched_cpu *cpu) {
    if (cpu->edf.waiting) {
        timer_set_on(&cpu->edf.release, cpu->id, cpu->edf.waiting->edf.deadline);
    }
}

static void wait_for_release(struct sched_cpu *cpu, struct sched_vcpu *v) {
    if (v->edf.list != EDF_WAITING) {
        list_insert(cpu, v, EDF_WAITING);
        arm_release(cpu);
    }
}

static void make_ready(struct sched_cpu *cpu, struct sched_vcpu *v) {
    leave_list(cpu, v);
    v->ops = &sched_edf;
    v->edf.wakes_at_release = false;
    list_insert(cpu, v, EDF_READY);
    v->is_queued = true;
}

/* Its budget is used up.  True: it has extra time and is queued with the others. */
static bool throttle(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    v->edf.wakes_at_release = false;
    wait_for_release(cpu, v);
    if (v->edf.params.has_extratime) {
        v->ops = &sched_credit;
        return sched_credit.wake(cpu, v, now);
    }
    v->ops = &sched_edf;
    v->is_queued = true;
    return false;
}

/* @v can run: queue it by what is left of its budget.  False: it must wait. */
static bool place(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    if (v->edf.left <= 0 && now >= v->edf.deadline) {
        next_period(v, now);
    }
    if (v->edf.left <= 0) {
        return throttle(cpu, v, now);
    }
    make_ready(cpu, v);
    return true;
}

/* Is its own timer waited for, or about to be?  Who was woken now would be handling what was
 * deferred, or going back to sleep, when that fires. */
static bool wakes_anyway(const struct sched_vcpu *v, uint64_t now) {
    return v->alarm && timer_is_near(v->alarm, now);
}

/* It has budget again: where is it?  If its own timer should not wake it after all, what was
 * deferred does at the next release. */
static void go_on(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    if (v->edf.wakes_at_release && wakes_anyway(v, now)) {
        list_insert(cpu, v, EDF_WAITING);
    } else if (v->edf.wakes_at_release) { /* blocked */
        v->edf.wakes_at_release = false;
        sched_woken(cpu, v, now);
    } else if (v == cpu->running) { /* on extra time */
        sched_settle(cpu, now);
        v->ops = &sched_edf;
    } else if (v->is_queued) { /* there, or parked */
        if (v->ops == &sched_credit) {
            sched_credit.dequeue(cpu, v);
        }
        make_ready(cpu, v);
        sched_queued(cpu, v, now);
    }
}

static void release(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    list_remove(cpu, v);
    next_period(v, now);
    pay_for_wait(v);
    if (v->edf.left > 0) {
        go_on(cpu, v, now);
    } else { /* its debt is more than a budget */
        list_insert(cpu, v, EDF_WAITING);
    }
}

/* One at a time: others that are due fire the timer again, with a look for interrupts before. */
static void release_timer(void *data) {
    struct sched_cpu *cpu = data;
    uint64_t now = clock_now();
    struct sched_vcpu *v;

    sched_lock(cpu);
    v = cpu->edf.waiting;
    if (v && v->edf.deadline <= now) {
        if (v != cpu->running) {
            cpu->accounted += timer_waited();
            v->edf.waited += timer_waited();
        }
        release(cpu, v, now);
    }
    arm_release(cpu);
    sched_unlock(cpu);
}

bool sched_edf_defer(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    if (now >= v->edf.deadline) {
        if (v->edf.list != EDF_NONE || !wakes_anyway(v, now)) {
            return false;
        }
        next_period(v, now);
    }
    v->edf.wakes_at_release = true;
    wait_for_release(cpu, v);
    return true;
}

/* ---- Operations ---- */

static bool edf_wake(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    resume_period(v, now);
    pay_for_wait(v);
    return place(cpu, v, now);
}

static void edf_requeue(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    (void)place(cpu, v, now);
}

/* Who yields keeps its budget and its deadline, as with Xen's RTDS: it goes behind its equals. */
static void edf_yield(struct sched_cpu *cpu, struct sched_vcpu *v) {
    (void)cpu;
    (void)v;
}

static void edf_dequeue(struct sched_cpu *cpu, struct sched_vcpu *v) {
    list_remove(cpu, v);
    v->is_queued = false;
}

static void edf_account(struct sched_cpu *cpu, struct sched_vcpu *v, uint32_t ns) {
    (void)cpu;
    if (v->edf.left > -DEBT_MAX) {
        v->edf.left -= ns < (uint32_t)DEBT_MAX ? (int32_t)ns : DEBT_MAX;
    }
}

static struct sched_vcpu *edf_pick(struct sched_cpu *cpu) {
    struct sched_vcpu *v = cpu->edf.ready;

    if (v) {
        edf_dequeue(cpu, v);
    }
    return v;
}

static bool edf_preempts(const struct sched_vcpu *v, const struct sched_vcpu *running) {
    return v->edf.deadline < running->edf.deadline;
}

static uint64_t edf_slice_end(const struct sched_cpu *cpu, const struct sched_vcpu *v,
                              uint64_t now) {
    (void)cpu;
    return v->edf.left > 0 ? now + (uint32_t)v->edf.left : now;
}

/* Weight and cap are for its extra time. */
static void edf_adjust(struct sched_cpu *cpu, struct sched_vcpu *v) {
    sched_credit.adjust(cpu, v);
}

const struct sched_ops sched_edf = {
    .name = "edf",
    .rank = 0,
    .adjust = edf_adjust,
    .wake = edf_wake,
    .requeue = edf_requeue,
    .yield = edf_yield,
    .dequeue = edf_dequeue,
    .account = edf_account,
    .pick = edf_pick,
    .preempts = edf_preempts,
    .slice_end = edf_slice_end,
};

/* ---- Members ---- */

static bool is_valid(const struct sched_rt_params *params) {
    return params->period_us >= SCHED_RT_PERIOD_MIN_US &&
           params->period_us <= SCHED_RT_PERIOD_MAX_US &&
           params->budget_us >= SCHED_RT_BUDGET_MIN_US && params->budget_us <= params->period_us;
}

/* The shortest period on @cpu if @v had @period. */
static uint32_t shortest_period(const struct sched_cpu *cpu, const struct sched_vcpu *v,
                                uint32_t period) {
    uint32_t shortest = period;

    for (const struct sched_vcpu *m = cpu->edf.members; m; m = m->edf.member) {
        if (m != v && m->edf.period < shortest) {
            shortest = m->edf.period;
        }
    }
    return shortest;
}

static void forget_freed(struct sched_cpu *cpu, uint64_t now) {
    if (now >= cpu->edf.freed_until) {
        cpu->edf.freed = 0;
    }
}

static int check(struct sched_cpu *cpu, const struct sched_vcpu *v, uint32_t period, uint64_t share,
                 uint64_t now) {
    uint64_t shares = cpu->edf.shares - v->edf.share + share;
    uint32_t shortest = shortest_period(cpu, v, period);

    if (!sched_admissible(&figures, shares, shortest)) {
        return -XEN_ENOSPC;
    }
    forget_freed(cpu, now);
    return sched_admissible(&figures, shares + cpu->edf.freed, shortest) ? 0 : -XEN_EAGAIN;
}

/* Until when is what @v has run of its present period more than its share of the time since that
 * began? */
static uint64_t ahead_until(const struct sched_vcpu *v) {
    return v->edf.left <= 0
               ? v->edf.deadline
               : v->edf.deadline - (uint64_t)v->edf.left * v->edf.period / v->edf.budget;
}

/* @v has @share from now on; what it gives up is another's only at @until. */
static void set_share(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t share, uint64_t until,
                      uint64_t now) {
    if (share < v->edf.share && until > now) {
        forget_freed(cpu, now);
        cpu->edf.freed += v->edf.share - share;
        cpu->edf.freed_until = until > cpu->edf.freed_until ? until : cpu->edf.freed_until;
    }
    cpu->edf.shares += share - v->edf.share;
    v->edf.share = share;
}

/* For its next period: what is left of the present one is paid for, since its old share counts
 * until that ends. */
static void set_params(struct sched_vcpu *v, const struct sched_rt_params *params) {
    v->edf.params = *params;
    v->edf.period = params->period_us * NS_PER_US;
    v->edf.budget = params->budget_us * NS_PER_US;
}

static void join(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    v->edf = (struct edf_vcpu){.deadline = now, .member = cpu->edf.members};
    cpu->edf.members = v;
    v->home = &sched_edf;
}

int sched_edf_admit(struct sched_cpu *cpu, struct sched_vcpu *v,
                    const struct sched_rt_params *params, uint64_t now) {
    uint64_t share;
    int err;

    if (!is_valid(params)) {
        return -XEN_EINVAL;
    }
    if (figures.cost_ns == 0) {
        return -XEN_EOPNOTSUPP;
    }
    share = sched_share(&figures, params->period_us * NS_PER_US, params->budget_us * NS_PER_US);
    err = check(cpu, v, params->period_us * NS_PER_US, share, now);
    if (err) {
        return err;
    }
    if (v->home != &sched_edf) {
        join(cpu, v, now);
    }
    set_share(cpu, v, share, v->edf.deadline, now);
    set_params(v, params);
    return 0;
}

void sched_edf_leave(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    struct sched_vcpu **link = &cpu->edf.members;

    while (*link != v) {
        link = &(*link)->edf.member;
    }
    *link = v->edf.member;
    leave_list(cpu, v);
    set_share(cpu, v, 0, ahead_until(v), now);
    v->edf.params = (struct sched_rt_params){0};
    v->edf.wakes_at_release = false;
    v->home = &sched_credit;
    sched_credit_enter(cpu, v);
}

/* ---- Set-up ---- */

void sched_edf_set_figures(const struct sched_figures *from) {
    figures = *from;
}

void sched_edf_init(struct sched_cpu *cpu) {
    timer_init(&cpu->edf.release, release_timer, cpu);
    timer_be_exact(&cpu->edf.release, true);
}
