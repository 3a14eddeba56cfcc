/* SPDX-License-Identifier: GPL-2.0-only */
/* See sched_credit.h. */
#include "core/sched/sched_credit.h"

#include "core/base/percpu.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/sched/sched.h"
#include "core/time/clock.h"

/* Shortest budget, so that a small cap is not all switching. */
#define BUDGET_MIN 100000u

/* ---- Lists: ascending by @key, equals in order of arrival ---- */

static uint64_t key_of(const struct vcpu *v) {
    return v->sched.is_parked ? v->sched.period_end : v->sched.vtime;
}

static struct vcpu **list_of(struct sched_cpu *cpu, const struct vcpu *v) {
    return v->sched.is_parked ? &cpu->parked : &cpu->queue;
}

static void list_insert(struct sched_cpu *cpu, struct vcpu *v) {
    struct vcpu **link = list_of(cpu, v);
    struct vcpu *before = NULL;
    uint64_t key = key_of(v);

    while (*link != NULL && key_of(*link) <= key) {
        before = *link;
        link = &before->sched.next;
    }
    v->sched.prev = before;
    v->sched.next = *link;
    if (*link != NULL) {
        (*link)->sched.prev = v;
    }
    *link = v;
    v->sched.is_queued = true;
}

static void list_remove(struct sched_cpu *cpu, struct vcpu *v) {
    if (v->sched.prev != NULL) {
        v->sched.prev->sched.next = v->sched.next;
    } else {
        *list_of(cpu, v) = v->sched.next;
    }
    if (v->sched.next != NULL) {
        v->sched.next->sched.prev = v->sched.prev;
    }
    v->sched.is_queued = v->sched.is_parked = false;
}

/* list_remove() for the head of the queue, which every switch takes. */
static void take_head(struct sched_cpu *cpu, struct vcpu *v) {
    cpu->queue = v->sched.next;
    if (v->sched.next != NULL) {
        v->sched.next->sched.prev = NULL;
    }
    v->sched.is_queued = false;
}

/* ---- Caps ---- */

static inline void start_period(struct vcpu *v, uint64_t now) {
    if (v->sched.budget != 0 && now >= v->sched.period_end) {
        /* What it ran too long comes off the new budget; what it did not use is lost. */
        int32_t debt = v->sched.budget_left < 0 ? v->sched.budget_left : 0;

        v->sched.budget_left = (int32_t)v->sched.budget + debt;
        v->sched.period_end = now + SCHED_CREDIT_PERIOD;
    }
}

static void arm_unpark(struct sched_cpu *cpu) {
    if (cpu->parked != NULL) {
        timer_set(&cpu->unpark, cpu->parked->sched.period_end);
    }
}

static bool is_used_up(const struct vcpu *v) {
    return v->sched.budget != 0 && v->sched.budget_left <= 0;
}

static void enqueue(struct sched_cpu *cpu, struct vcpu *v, uint64_t now) {
    start_period(v, now);
    v->sched.is_parked = is_used_up(v);
    list_insert(cpu, v);
    if (v->sched.is_parked) {
        arm_unpark(cpu);
    }
}

static void unpark_timer(void *data) {
    struct sched_cpu *cpu = data;
    uint64_t now = clock_now();

    spin_lock(&cpu->lock);
    while (cpu->parked != NULL && cpu->parked->sched.period_end <= now) {
        struct vcpu *v = cpu->parked;

        list_remove(cpu, v);
        enqueue(cpu, v, now);
        if (!v->sched.is_parked) {
            sched_queued(cpu, v, now);
        }
    }
    arm_unpark(cpu);
    spin_unlock(&cpu->lock);
}

/* ---- Taking the CPU from another ---- */

static bool is_owed(const struct vcpu *v, const struct vcpu *running) {
    return v->sched.vtime + SCHED_CREDIT_OWED < running->sched.vtime;
}

/* Whatever wakes a vCPU now, is it a hypercall of the one that runs on @cpu? */
static bool is_own_doing(const struct percpu *cpu) {
    return cpu == this_cpu() && !cpu->in_interrupt;
}

/* The run queue is accounted for up to now, so this reads no clock. */
static bool credit_preempts(const struct vcpu *v, const struct vcpu *running) {
    struct percpu *cpu = percpu_of(running->sched.cpu);

    if (!is_owed(v, running)) {
        return false;
    }
    cpu->sched.turn_ns = SCHED_CREDIT_TURN_MIN;
    return is_own_doing(cpu) ||
           cpu->sched.accounted - cpu->sched.turn_start >= SCHED_CREDIT_TURN_MIN;
}

/* ---- Operations ---- */

/* Virtual time never goes back; it follows whoever is furthest behind. */
static inline void advance_min(struct sched_cpu *cpu, const struct vcpu *running) {
    uint64_t min = running->sched.vtime;

    if (cpu->queue != NULL && cpu->queue->sched.vtime < min) {
        min = cpu->queue->sched.vtime;
    }
    if (min > cpu->vtime_min) {
        cpu->vtime_min = min;
    }
}

static void spend_budget(struct vcpu *v, uint32_t ns) {
    /* The debt is bounded, so that one long call does not park it for ever. */
    if (v->sched.budget_left > -(int32_t)SCHED_CREDIT_PERIOD) {
        v->sched.budget_left -= (int32_t)(ns < SCHED_CREDIT_PERIOD ? ns : SCHED_CREDIT_PERIOD);
    }
}

static void credit_account(struct sched_cpu *cpu, struct vcpu *v, uint32_t ns) {
    v->sched.vtime += (uint64_t)ns * v->sched.vtime_scale >> 16;
    if (v->sched.budget != 0) {
        spend_budget(v, ns);
    }
    advance_min(cpu, v);
}

static void credit_wake(struct sched_cpu *cpu, struct vcpu *v, uint64_t now) {
    uint64_t least = cpu->vtime_min > SCHED_CREDIT_LEAD ? cpu->vtime_min - SCHED_CREDIT_LEAD : 0;

    if (v->sched.vtime < least) {
        v->sched.vtime = least;
    }
    enqueue(cpu, v, now);
}

static void credit_yield(struct sched_cpu *cpu, struct vcpu *v) {
    const struct vcpu *head = cpu->queue;

    if (head != NULL && v->sched.vtime < head->sched.vtime) {
        v->sched.vtime = head->sched.vtime;
    }
}

static struct vcpu *credit_pick(struct sched_cpu *cpu) {
    struct vcpu *v = cpu->queue;

    cpu->turn_ns = SCHED_SLICE_NS;
    if (v != NULL) {
        take_head(cpu, v);
    }
    return v;
}

static uint64_t credit_slice_end(const struct sched_cpu *cpu, const struct vcpu *v, uint64_t now) {
    uint64_t end = TIMER_NEVER;

    if (cpu->queue != NULL) {
        end = cpu->turn_start + cpu->turn_ns;
    }
    if (v->sched.budget != 0 && now + (uint64_t)(int64_t)v->sched.budget_left < end) {
        end = now + (uint64_t)(int64_t)v->sched.budget_left;
    }
    return end;
}

static void credit_adjust(struct sched_cpu *cpu, struct vcpu *v) {
    const struct sched_params *params = &v->sched.params;
    unsigned int vcpu_count = v->domain->vcpu_count > 0 ? v->domain->vcpu_count : 1;
    uint32_t budget = SCHED_CREDIT_PERIOD / 100 * params->cap / vcpu_count;

    v->sched.vtime_scale = (SCHED_WEIGHT_DEFAULT << 16) / params->weight;
    v->sched.budget = params->cap == 0 || budget >= SCHED_CREDIT_PERIOD ? 0
                      : budget < BUDGET_MIN                             ? BUDGET_MIN
                                                                        : budget;
    if (v->sched.is_parked && !is_used_up(v)) {
        list_remove(cpu, v);
        list_insert(cpu, v);
        sched_queued(cpu, v, clock_now());
    }
}

const struct sched_ops sched_credit = {
    .name = "credit",
    .adjust = credit_adjust,
    .wake = credit_wake,
    .requeue = enqueue,
    .yield = credit_yield,
    .dequeue = list_remove,
    .account = credit_account,
    .pick = credit_pick,
    .preempts = credit_preempts,
    .slice_end = credit_slice_end,
};

void sched_credit_init(struct sched_cpu *cpu) {
    timer_init(&cpu->unpark, unpark_timer, cpu);
}
