/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic part: states, accounting, who is current.  See sched.h. */
#include "core/sched.h"

#include <stddef.h>

#include "core/clock.h"
#include "core/domain.h"
#include "core/guest_access.h"
#include "core/panic.h"
#include "core/percpu.h"
#include "core/sched_credit.h"
#include "core/vcpu.h"

/* In order of precedence. */
static const struct sched_ops *const classes[] = {&sched_credit};

static struct vcpu idle_vcpu[ARCH_CPU_MAX];

static struct sched_cpu *cpu_of(const struct vcpu *v) {
    return &percpu_of(v->sched.cpu)->sched;
}

static bool is_idle(const struct vcpu *v) {
    return v->sched.ops == NULL;
}

static void set_needed(const struct sched_cpu *cpu) {
    percpu_of(cpu->id)->work |= PERCPU_WORK_SCHED;
}

static void set_state(struct vcpu *v, int state, uint64_t now) {
    struct vcpu_runstate_info *info = &v->runstate;

    info->time[info->state] += now - info->state_entry_time;
    info->state_entry_time = now;
    info->state = state;
}

/* ---- The slice timer ---- */

/*
 * The timer is not moved when it fires too early: it then goes on to slice_end.  So most
 * switches between vCPUs touch no timer.
 */
static void arm_slice(struct sched_cpu *cpu, uint64_t now) {
    struct vcpu *v = cpu->running;

    cpu->slice_end = is_idle(v) ? TIMER_NEVER : v->sched.ops->slice_end(cpu, v, now);
    if (cpu->slice_end != TIMER_NEVER &&
        (!timer_is_set(&cpu->slice) || cpu->slice.deadline > cpu->slice_end)) {
        timer_set(&cpu->slice, cpu->slice_end);
    }
}

static void slice_timer(void *data) {
    struct sched_cpu *cpu = data;

    spin_lock(&cpu->lock);
    if (cpu->slice_end <= clock_now()) {
        set_needed(cpu);
    } else if (cpu->slice_end != TIMER_NEVER) {
        timer_set(&cpu->slice, cpu->slice_end);
    }
    spin_unlock(&cpu->lock);
}

/* ---- Picking ---- */

static void account_running(struct sched_cpu *cpu, uint64_t now) {
    struct vcpu *v = cpu->running;
    uint64_t ns = now - cpu->accounted;

    cpu->accounted = now;
    if (!is_idle(v)) {
        /* Alone for seconds, without a look at the scheduler: nobody to be fair to. */
        v->sched.ops->account(cpu, v, ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX);
    }
}

static void requeue_running(struct sched_cpu *cpu, uint64_t now) {
    struct vcpu *v = cpu->running;

    if (!is_idle(v) && v->runstate.state == RUNSTATE_running) {
        if (cpu->yields) {
            v->sched.ops->yield(cpu, v);
        }
        v->sched.ops->requeue(cpu, v, now);
    }
    cpu->yields = false;
}

static struct vcpu *pick_from_classes(struct sched_cpu *cpu) {
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        struct vcpu *v = classes[i]->pick(cpu);

        if (v != NULL) {
            return v;
        }
    }
    return cpu->idle;
}

static void switch_to(struct sched_cpu *cpu, struct vcpu *next, uint64_t now) {
    struct vcpu *prev = cpu->running;

    if (prev != next && prev->runstate.state == RUNSTATE_running) {
        set_state(prev, RUNSTATE_runnable, now);
    }
    if (next->runstate.state != RUNSTATE_running) {
        set_state(next, RUNSTATE_running, now);
    }
    cpu->running = next;
    cpu->turn_start = now;
}

struct vcpu *sched_pick(void) {
    struct sched_cpu *cpu = &this_cpu()->sched;
    uint64_t now = clock_now();

    spin_lock(&cpu->lock);
    this_cpu()->work &= ~PERCPU_WORK_SCHED;
    account_running(cpu, now);
    requeue_running(cpu, now);
    struct vcpu *next = pick_from_classes(cpu);
    switch_to(cpu, next, now);
    arm_slice(cpu, now);
    spin_unlock(&cpu->lock);
    return next;
}

void sched_switched(struct vcpu *v) {
    if (v->runstate_area.v == 0 || v->sched.published == v->runstate.state_entry_time) {
        return;
    }
    /* An area that is not mapped now is the guest's loss. */
    (void)copy_to_guest(v->runstate_area, &v->runstate, sizeof(v->runstate));
    v->sched.published = v->runstate.state_entry_time;
}

struct vcpu *sched_idle_vcpu(void) {
    return this_cpu()->sched.idle;
}

/* ---- Changes of state ---- */

/* @v was queued: does it run at once, later, or now that nobody else does? */
static void reconsider(struct sched_cpu *cpu, struct vcpu *v, uint64_t now) {
    struct vcpu *running = cpu->running;

    if (is_idle(running) || running->runstate.state != RUNSTATE_running ||
        running->sched.ops->preempts(v, running)) {
        set_needed(cpu);
    } else {
        arm_slice(cpu, now);
    }
}

void sched_queued(struct sched_cpu *cpu, struct vcpu *v, uint64_t now) {
    account_running(cpu, now);
    reconsider(cpu, v, now);
}

static void make_runnable(struct vcpu *v, int from) {
    struct sched_cpu *cpu = cpu_of(v);
    uint64_t now;

    if (v->runstate.state != from) {
        return; /* a look without the lock is enough to see that nothing is to be done */
    }
    now = clock_now();
    spin_lock(&cpu->lock);
    if (v->runstate.state == from) {
        if (v == cpu->running) {
            /* It has not left the CPU yet: as if it had never blocked. */
            set_state(v, RUNSTATE_running, now);
        } else {
            set_state(v, RUNSTATE_runnable, now);
            account_running(cpu, now);
            v->sched.ops->wake(cpu, v, now);
            if (!v->sched.is_parked) {
                reconsider(cpu, v, now);
            }
        }
    }
    spin_unlock(&cpu->lock);
}

void sched_wake(struct vcpu *v) {
    make_runnable(v, RUNSTATE_blocked);
}

void sched_start(struct vcpu *v) {
    make_runnable(v, RUNSTATE_offline);
}

void sched_block(struct vcpu *v) {
    struct sched_cpu *cpu = cpu_of(v);

    spin_lock(&cpu->lock);
    if (v->runstate.state == RUNSTATE_running) {
        set_state(v, RUNSTATE_blocked, clock_now()); /* sched_pick() accounts for what it ran */
        set_needed(cpu);
    }
    spin_unlock(&cpu->lock);
}

void sched_sleep(struct vcpu *v) {
    struct sched_cpu *cpu = cpu_of(v);
    uint64_t now = clock_now();

    spin_lock(&cpu->lock);
    if (v->sched.is_queued) {
        v->sched.ops->dequeue(cpu, v);
    }
    if (v == cpu->running) {
        account_running(cpu, now);
        set_needed(cpu);
    }
    set_state(v, RUNSTATE_offline, now);
    spin_unlock(&cpu->lock);
}

void sched_give_way(struct vcpu *v) {
    struct sched_cpu *cpu = cpu_of(v);

    spin_lock(&cpu->lock);
    cpu->yields = v == cpu->running;
    set_needed(cpu);
    spin_unlock(&cpu->lock);
}

void sched_runstate(struct vcpu *v, struct vcpu_runstate_info *out) {
    struct sched_cpu *cpu = cpu_of(v);

    spin_lock(&cpu->lock);
    *out = v->runstate;
    out->time[out->state] += clock_now() - out->state_entry_time;
    spin_unlock(&cpu->lock);
}

/* ---- Set-up ---- */

static void init_runstate(struct vcpu *v, int state) {
    v->runstate = (struct vcpu_runstate_info){.state = state, .state_entry_time = clock_now()};
}

void sched_init(void) {
    struct sched_cpu *cpu = &this_cpu()->sched;
    struct vcpu *idle = &idle_vcpu[arch_cpu_id()];

    *cpu = (struct sched_cpu){.lock = SPINLOCK_INIT,
                              .id = arch_cpu_id(),
                              .idle = idle,
                              .running = idle,
                              .slice_end = TIMER_NEVER};
    idle->sched = (struct sched_vcpu){.cpu = (uint8_t)cpu->id};
    init_runstate(idle, RUNSTATE_running);
    cpu->turn_start = cpu->accounted = clock_now();
    timer_init(&cpu->slice, slice_timer, cpu);
    sched_credit_init(cpu);
}

static struct sched_cpu *least_loaded(void) {
    struct sched_cpu *best = &percpu_of(0)->sched;

    for (unsigned int i = 1; i < ARCH_CPU_MAX; i++) {
        if (percpu_of(i)->sched.count < best->count) {
            best = &percpu_of(i)->sched;
        }
    }
    return best;
}

void sched_vcpu_init(struct vcpu *v) {
    struct sched_cpu *cpu = least_loaded();

    v->sched = (struct sched_vcpu){
        .ops = &sched_credit, .cpu = (uint8_t)cpu->id, .params.weight = SCHED_WEIGHT_DEFAULT};
    init_runstate(v, RUNSTATE_offline);
    spin_lock(&cpu->lock);
    cpu->count++;
    v->sched.ops->adjust(cpu, v);
    spin_unlock(&cpu->lock);
}

void sched_vcpu_destroy(struct vcpu *v) {
    struct sched_cpu *cpu = cpu_of(v);

    spin_lock(&cpu->lock);
    CHECK(v->runstate.state == RUNSTATE_offline && v != cpu->running);
    cpu->count--;
    spin_unlock(&cpu->lock);
}

/* ---- Parameters ---- */

int sched_domain_set(struct domain *d, const struct sched_params *params) {
    if (params->weight < SCHED_WEIGHT_MIN || params->cap > 100 * d->vcpu_count) {
        return -XEN_EINVAL;
    }
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        struct vcpu *v = d->vcpu[i];
        struct sched_cpu *cpu = cpu_of(v);

        spin_lock(&cpu->lock);
        v->sched.params = *params;
        v->sched.ops->adjust(cpu, v);
        set_needed(cpu);
        spin_unlock(&cpu->lock);
    }
    return 0;
}

void sched_domain_get(const struct domain *d, struct sched_params *params) {
    *params = d->vcpu[0]->sched.params;
}
