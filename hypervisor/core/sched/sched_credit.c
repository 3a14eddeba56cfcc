/* SPDX-License-Identifier: GPL-2.0-only */
/* See sched_credit.h. */
#include "core/sched/sched_credit.h"

#include "core/base/percpu.h"
#include "core/sched/sched.h"
#include "core/time/clock.h"

/* Shortest budget, so that a small cap is not all switching. */
#define BUDGET_MIN 100000u

/* What several pCPUs share: all but turn_ns. */
static struct credit_cpu several;

static inline struct credit_cpu *shared(struct sched_cpu *cpu) {
    return ARCH_CPU_MAX > 1 ? &several : &cpu->credit;
}

/* ---- Lists: ascending by @key, equals in order of arrival ---- */

static uint64_t key_of(const struct sched_vcpu *v) {
    return v->credit.is_parked ? v->credit.period_end : v->credit.vtime;
}

static struct sched_vcpu **credit_list(struct sched_cpu *cpu, const struct sched_vcpu *v) {
    return v->credit.is_parked ? &shared(cpu)->parked : &shared(cpu)->queue;
}

static void list_insert(struct sched_cpu *cpu, struct sched_vcpu *v) {
    struct sched_vcpu **link = credit_list(cpu, v);
    struct sched_vcpu *before = NULL;
    uint64_t key = key_of(v);

    while (*link && key_of(*link) <= key) {
        before = *link;
        link = &before->credit.next;
    }
    v->credit.prev = before;
    v->credit.next = *link;
    if (*link) {
        (*link)->credit.prev = v;
    }
    *link = v;
    v->is_queued = true;
}

static void credit_dequeue(struct sched_cpu *cpu, struct sched_vcpu *v) {
    if (v->credit.prev) {
        v->credit.prev->credit.next = v->credit.next;
    } else {
        *credit_list(cpu, v) = v->credit.next;
    }
    if (v->credit.next) {
        v->credit.next->credit.prev = v->credit.prev;
    }
    v->is_queued = v->credit.is_parked = false;
}

/* credit_dequeue() for the head of the queue, which every switch takes. */
static void take_head(struct sched_cpu *cpu, struct sched_vcpu *v) {
    shared(cpu)->queue = v->credit.next;
    if (v->credit.next) {
        v->credit.next->credit.prev = NULL;
    }
    v->is_queued = false;
}

/* ---- Caps ---- */

static inline void start_period(struct sched_vcpu *v, uint64_t now) {
    if (v->credit.budget != 0 && now >= v->credit.period_end) {
        /* What it ran too long comes off the new budget; what it did not use is lost. */
        int32_t debt = v->credit.budget_left < 0 ? v->credit.budget_left : 0;

        v->credit.budget_left = (int32_t)v->credit.budget + debt;
        v->credit.period_end = now + SCHED_CREDIT_PERIOD;
    }
}

static void arm_unpark(struct sched_cpu *cpu) {
    if (shared(cpu)->parked) {
        timer_set(&shared(cpu)->unpark, shared(cpu)->parked->credit.period_end);
    }
}

static bool is_used_up(const struct sched_vcpu *v) {
    return v->credit.budget != 0 && v->credit.budget_left <= 0;
}

/*
 * With a greater weight than one pCPU's share of all it cannot have what it is due, and stays
 * behind: no further than two slices of the next one, or whoever comes new would start there and
 * have the pCPUs for itself.
 */
static inline void limit_lag(struct sched_vcpu *v) {
    const struct sched_vcpu *head = several.queue;

    if (head) {
        uint32_t scale = head->credit.vtime_scale > 1u << 16 ? head->credit.vtime_scale : 1u << 16;
        uint64_t most = (uint64_t)(2 * SCHED_SLICE_NS) * scale >> 16;

        if (v->credit.vtime + most < head->credit.vtime) {
            v->credit.vtime = head->credit.vtime - most;
        }
    }
}

static void credit_requeue(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    if (ARCH_CPU_MAX > 1) {
        limit_lag(v);
    }
    start_period(v, now);
    v->credit.is_parked = is_used_up(v);
    list_insert(cpu, v);
    if (v->credit.is_parked) {
        arm_unpark(cpu);
    }
}

static void unpark_timer(void *data) {
    struct sched_cpu *cpu = data;
    uint64_t now = clock_now();

    sched_lock(cpu);
    while (shared(cpu)->parked && shared(cpu)->parked->credit.period_end <= now) {
        struct sched_vcpu *v = shared(cpu)->parked;

        credit_dequeue(cpu, v);
        credit_requeue(cpu, v, now);
        if (!v->credit.is_parked) {
            sched_queued(cpu, v, now);
        }
    }
    arm_unpark(cpu);
    sched_unlock(cpu);
}

/* ---- Taking the CPU from another ---- */

static bool is_owed(const struct sched_vcpu *v, const struct sched_vcpu *running) {
    return v->credit.vtime + SCHED_CREDIT_OWED < running->credit.vtime;
}

/* Whatever wakes a vCPU now, is it a hypercall of the one that runs on @cpu? */
static bool is_own_doing(const struct sched_cpu *cpu) {
    return cpu->id == this_cpu_index() && !this_cpu()->in_interrupt;
}

/* The run queue is accounted for up to now, so this reads no clock. */
static bool credit_preempts(const struct sched_vcpu *v, const struct sched_vcpu *running) {
    struct sched_cpu *cpu = &sched_cpus[cpu_index(running->cpu)];
    uint64_t turn = cpu->accounted - cpu->turn_start;

    if (!is_owed(v, running)) {
        return false;
    }
    cpu->credit.turn_ns = SCHED_CREDIT_TURN_MIN;
    return turn >= SCHED_CREDIT_TURN_MIN || (turn < SCHED_CREDIT_ANSWER && is_own_doing(cpu));
}

/* ---- Operations ---- */

/* Of those that run, @running among them. */
static inline uint64_t least_running(const struct sched_vcpu *running) {
    uint64_t min = running->credit.vtime;

    for (unsigned int i = 0; ARCH_CPU_MAX > 1 && i < ARCH_CPU_MAX; i++) {
        const struct sched_vcpu *v = sched_cpus[i].running;

        if (v && v->ops == &sched_credit && v->credit.vtime < min) {
            min = v->credit.vtime;
        }
    }
    return min;
}

/* Virtual time never goes back; it follows whoever is furthest behind. */
static inline void advance_min(struct sched_cpu *cpu, const struct sched_vcpu *running) {
    uint64_t min = least_running(running);

    if (shared(cpu)->queue && shared(cpu)->queue->credit.vtime < min) {
        min = shared(cpu)->queue->credit.vtime;
    }
    if (min > shared(cpu)->vtime_min) {
        shared(cpu)->vtime_min = min;
    }
}

static void spend_budget(struct sched_vcpu *v, uint32_t ns) {
    /* The debt is bounded, so that one long call does not park it for ever. */
    if (v->credit.budget_left > -(int32_t)SCHED_CREDIT_PERIOD) {
        v->credit.budget_left -= (int32_t)(ns < SCHED_CREDIT_PERIOD ? ns : SCHED_CREDIT_PERIOD);
    }
}

/*
 * While several pCPUs have no more than one vCPU each nobody takes anything from another, whatever
 * their weights: all go on alike, and nobody is ahead, or behind, for that time when others come.
 */
static inline uint32_t scale_of(const struct sched_vcpu *v) {
    return ARCH_CPU_MAX > 1 && !several.queue ? 1u << 16 : v->credit.vtime_scale;
}

static void credit_account(struct sched_cpu *cpu, struct sched_vcpu *v, uint32_t ns) {
    v->credit.vtime += (uint64_t)ns * scale_of(v) >> 16;
    if (v->credit.budget != 0) {
        spend_budget(v, ns);
    }
    advance_min(cpu, v);
}

void sched_credit_enter(struct sched_cpu *cpu, struct sched_vcpu *v) {
    uint64_t least =
        shared(cpu)->vtime_min > SCHED_CREDIT_LEAD ? shared(cpu)->vtime_min - SCHED_CREDIT_LEAD : 0;

    if (v->credit.vtime < least) {
        v->credit.vtime = least;
    }
}

static bool credit_wake(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    sched_credit_enter(cpu, v);
    credit_requeue(cpu, v, now);
    return !v->credit.is_parked;
}

static void credit_yield(struct sched_cpu *cpu, struct sched_vcpu *v) {
    const struct sched_vcpu *head = shared(cpu)->queue;

    if (head && v->credit.vtime < head->credit.vtime) {
        v->credit.vtime = head->credit.vtime;
    }
}

/* Of several pCPUs, the first that this one may have. */
static inline struct sched_vcpu *pick_allowed(struct sched_cpu *cpu) {
    struct sched_vcpu *v = several.queue;

    while (v && !sched_may_have(cpu, v)) {
        v = v->credit.next;
    }
    if (v) {
        credit_dequeue(cpu, v);
    }
    return v;
}

static struct sched_vcpu *credit_pick(struct sched_cpu *cpu) {
    struct sched_vcpu *v = shared(cpu)->queue;

    cpu->credit.turn_ns = SCHED_SLICE_NS;
    if (ARCH_CPU_MAX > 1) {
        return pick_allowed(cpu);
    }
    if (v) {
        take_head(cpu, v);
    }
    return v;
}

static uint64_t credit_slice_end(const struct sched_cpu *cpu, const struct sched_vcpu *v,
                                 uint64_t now) {
    uint64_t end = TIMER_NEVER;

    /* Of several pCPUs each looks after a slice, whoever waits: so nobody needs to tell it. */
    if (ARCH_CPU_MAX > 1 || cpu->credit.queue) {
        end = cpu->turn_start + cpu->credit.turn_ns;
    }
    if (v->credit.budget != 0 && now + (uint64_t)(int64_t)v->credit.budget_left < end) {
        end = now + (uint64_t)(int64_t)v->credit.budget_left;
    }
    return end;
}

static void credit_adjust(struct sched_cpu *cpu, struct sched_vcpu *v) {
    const struct sched_params *params = &v->params;
    uint32_t budget = SCHED_CREDIT_PERIOD / 100 * params->cap / v->sharers;

    v->credit.vtime_scale = (SCHED_WEIGHT_DEFAULT << 16) / params->weight;
    v->credit.budget = params->cap == 0 || budget >= SCHED_CREDIT_PERIOD ? 0
                       : budget < BUDGET_MIN                             ? BUDGET_MIN
                                                                         : budget;
    if (v->credit.is_parked && !is_used_up(v)) {
        credit_dequeue(cpu, v);
        list_insert(cpu, v);
        sched_queued(cpu, v, clock_now());
    }
}

const struct sched_ops sched_credit = {
    .name = "credit",
    .rank = 1,
    .adjust = credit_adjust,
    .wake = credit_wake,
    .requeue = credit_requeue,
    .yield = credit_yield,
    .dequeue = credit_dequeue,
    .account = credit_account,
    .pick = credit_pick,
    .preempts = credit_preempts,
    .slice_end = credit_slice_end,
};

void sched_credit_init(struct sched_cpu *cpu) {
    struct credit_cpu *credit = shared(cpu);

    if (!credit->unpark.fn) {
        timer_init(&credit->unpark, unpark_timer, cpu);
    }
}
