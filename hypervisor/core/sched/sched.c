/* SPDX-License-Identifier: GPL-2.0-only */
/* The generic part: states, accounting, who is current.  See sched.h. */
#include "core/sched/sched.h"

#include <stddef.h>

#include "core/base/panic.h"
#include "core/base/percpu.h"
#include "core/device/cpus.h"
#include "core/sched/sched_credit.h"
#include "core/sched/sched_edf.h"
#include "core/time/clock.h"

/* By rank. */
static const struct sched_ops *const classes[] = {&sched_edf, &sched_credit};

struct sched_cpu sched_cpus[ARCH_CPU_MAX];
spinlock_t sched_shared_lock = SPINLOCK_INIT(LOCK_RUN_QUEUE);

static struct sched_cpu *cpu_of(const struct sched_vcpu *v) {
    return &sched_cpus[cpu_index(v->cpu)];
}

/* The scheduler of @v's pCPU, locked: where they are several it may be another one before. */
static inline struct sched_cpu *lock_cpu_of(const struct sched_vcpu *v) {
    if (ARCH_CPU_MAX > 1) {
        spin_lock(&sched_shared_lock);
        return cpu_of(v);
    }
    sched_lock(cpu_of(v));
    return cpu_of(v);
}

static bool is_idle(const struct sched_vcpu *v) {
    return !v->ops;
}

/* One that was asked before has been kicked, or is about to look. */
static void set_needed(const struct sched_cpu *cpu) {
    struct percpu *of = percpu_of(cpu->id);

    if (ARCH_CPU_MAX > 1 && cpu->id != this_cpu_index() && (of->work & PERCPU_WORK_SCHED) == 0) {
        of->work |= PERCPU_WORK_SCHED;
        cpus_kick(1u << cpu->id);
        return;
    }
    of->work |= PERCPU_WORK_SCHED;
}

/* ---- States ---- */

static inline bool may_run(const struct sched_vcpu *v) {
    return v->state == VCPU_RUNNING || (v->state == VCPU_RUNNABLE && v->pause_count == 0);
}

/* As Xen: one that waits for an event is blocked, held or not; else one that is held is offline. */
static inline int runstate_of(enum vcpu_state state, bool is_held) {
    switch (state) {
    case VCPU_BLOCKED: return RUNSTATE_blocked;
    case VCPU_RUNNING: return RUNSTATE_running;
    case VCPU_RUNNABLE: return is_held ? RUNSTATE_offline : RUNSTATE_runnable;
    case VCPU_OFFLINE:
    case VCPU_STATES: break;
    }
    return RUNSTATE_offline;
}

static inline bool is_held(const struct sched_vcpu *v) {
    return v->pause_count > 0;
}

/* The only writer of a vCPU's state, and of the runstate that follows from it. */
static inline void enter(struct sched_vcpu *v, enum vcpu_state from, bool was_held,
                         enum vcpu_state to, bool held, uint64_t now) {
    struct vcpu_runstate_info *info = &v->runstate;

    v->state = (uint8_t)to;
    info->time[runstate_of(from, was_held)] += now - info->state_entry_time;
    info->state_entry_time = now;
    info->state = runstate_of(to, held);
}

/*
 * False: refused, nothing has changed.  Inline, so that with a constant @event, and @held if that
 * is known, little is left of it.
 */
static inline __attribute__((always_inline)) bool happen(struct sched_vcpu *v,
                                                         enum vcpu_event event, bool held,
                                                         uint64_t now) {
    enum vcpu_state from = (enum vcpu_state)v->state;
    enum vcpu_state to = vcpu_state_after(from, event);

    if (to == VCPU_REFUSED) {
        return false;
    }
    enter(v, from, held, to, held, now);
    return true;
}

/* ---- The slice timer ---- */

/*
 * The timer is not moved when it fires too early: it then goes on to slice_end.  So most
 * switches between vCPUs touch no timer.
 */
static void arm_slice(struct sched_cpu *cpu, uint64_t now) {
    struct sched_vcpu *v = cpu->running;

    cpu->slice_end = is_idle(v) ? TIMER_NEVER : v->ops->slice_end(cpu, v, now);
    if (cpu->slice_end != TIMER_NEVER &&
        (!timer_is_set(&cpu->slice) || cpu->slice.deadline > cpu->slice_end)) {
        timer_set_on(&cpu->slice, cpu->id, cpu->slice_end);
    }
}

static void slice_timer(void *data) {
    struct sched_cpu *cpu = data;

    sched_lock(cpu);
    if (cpu->slice_end <= clock_now()) {
        set_needed(cpu);
    } else if (cpu->slice_end != TIMER_NEVER) {
        timer_set_on(&cpu->slice, cpu->id, cpu->slice_end);
    }
    sched_unlock(cpu);
}

/* ---- Picking ---- */

static void account(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    uint64_t ns = now - cpu->accounted;

    cpu->accounted = now;
    /* Saturate: after 4 s alone nobody waits, so fairness does not matter. */
    v->ops->account(cpu, v, ns >> 32 ? UINT32_MAX : (uint32_t)ns);
}

static void account_running(struct sched_cpu *cpu, uint64_t now) {
    if (is_idle(cpu->running)) {
        cpu->accounted = now;
    } else {
        account(cpu, cpu->running, now);
    }
}

/* Account for @v, which runs and is not idle, and queue it if it still can run. */
static inline void put_back(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    account(cpu, v, now);
    if (may_run(v)) {
        if (cpu->yields) {
            v->ops->yield(cpu, v);
        }
        v->ops->requeue(cpu, v, now);
    }
}

static struct sched_vcpu *pick_from_classes(struct sched_cpu *cpu) {
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        struct sched_vcpu *v = classes[i]->pick(cpu);

        if (v) {
            return v;
        }
    }
    return cpu->idle;
}

/* ---- Where there are several pCPUs ---- */

bool sched_may_have(const struct sched_cpu *cpu, const struct sched_vcpu *v) {
    return sched_is_realtime(v) ? v->cpu == cpu->id : (v->affinity & 1u << cpu->id) != 0;
}

/* It sleeps, and nobody has woken it yet. */
static bool is_free(const struct sched_cpu *cpu) {
    return cpu->running && is_idle(cpu->running) &&
           (percpu_of(cpu->id)->work & PERCPU_WORK_SCHED) == 0;
}

static struct sched_cpu *free_cpu_for(const struct sched_vcpu *v) {
    struct sched_cpu *last = cpu_of(v);

    if (is_free(last) && sched_may_have(last, v)) {
        return last;
    }
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (is_free(&sched_cpus[i]) && sched_may_have(&sched_cpus[i], v)) {
            return &sched_cpus[i];
        }
    }
    return NULL;
}

/* Of those that run one of the fair class, the one that is furthest ahead. */
static struct sched_cpu *busy_cpu_for(const struct sched_vcpu *v) {
    struct sched_cpu *best = cpu_of(v);

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        struct sched_cpu *cpu = &sched_cpus[i];

        if (cpu->running && cpu->running->ops == &sched_credit && sched_may_have(cpu, v) &&
            (best->running->ops != &sched_credit || !sched_may_have(best, v) ||
             cpu->running->credit.vtime > best->running->credit.vtime)) {
            best = cpu;
        }
    }
    return best;
}

/* The pCPU that is to run @v, queued, or is to stop running another for it. */
static struct sched_cpu *place_for(struct sched_cpu *cpu, const struct sched_vcpu *v) {
    if (ARCH_CPU_MAX == 1 || v->ops != &sched_credit) {
        return cpu;
    }
    struct sched_cpu *unused = free_cpu_for(v);
    return unused ? unused : busy_cpu_for(v);
}

/* @prev has left its pCPU and waits: one that sleeps can have it. */
static void offer(const struct sched_vcpu *prev) {
    if (prev->is_queued && !prev->on_cpu && prev->ops == &sched_credit) {
        struct sched_cpu *unused = free_cpu_for(prev);

        if (unused) {
            set_needed(unused);
        }
    }
}

static void move_to(struct sched_cpu *cpu, struct sched_vcpu *v) {
    cpu_of(v)->count--;
    cpu->count++;
    v->cpu = (uint8_t)cpu->id;
}

/* ---- Switching ---- */

static void switch_to(struct sched_cpu *cpu, struct sched_vcpu *next, uint64_t now) {
    struct sched_vcpu *prev = cpu->running;

    if (prev != next) {
        (void)happen(prev, VCPU_PREEMPT, false, now);
        /* Its registers were saved when it entered the hypervisor, and it has none of its pCPU from
         * here on; what the hardware keeps of it until it is needed, arch_vcpu_unload() takes
         * away. */
        prev->on_cpu = false;
        next->on_cpu = true;
        if (ARCH_CPU_MAX > 1) {
            move_to(cpu, next);
        }
    }
    (void)happen(next, VCPU_PICK, false, now); /* refused if it has not stopped running */
    cpu->running = next;
    cpu->turn_start = now;
    if (ARCH_CPU_MAX > 1) {
        offer(prev);
    }
}

/* This pCPU's.  As a value that the compiler knows nothing of: as a constant address it would be
 * made anew, in two instructions, wherever it is passed on. */
static struct sched_cpu *this_sched_cpu(void) {
    struct sched_cpu *cpu = &sched_cpus[this_cpu_index()];

    __asm__("" : "+r"(cpu));
    return cpu;
}

struct sched_vcpu *sched_pick(void) {
    struct sched_cpu *cpu = this_sched_cpu();
    uint64_t now = clock_now();

    sched_lock(cpu);
    this_cpu()->work &= ~PERCPU_WORK_SCHED;
    if (is_idle(cpu->running)) {
        cpu->accounted = now;
    } else {
        put_back(cpu, cpu->running, now);
    }
    cpu->yields = false;
    struct sched_vcpu *next = pick_from_classes(cpu);
    switch_to(cpu, next, now);
    arm_slice(cpu, now);
    sched_unlock(cpu);
    return next;
}

/* ---- Changes of state ---- */

static bool goes_first(const struct sched_vcpu *v, const struct sched_vcpu *running) {
    return v->ops == running->ops ? running->ops->preempts(v, running)
                                  : v->ops->rank < running->ops->rank;
}

/* @v was queued: does it run at once, later, or now that nobody else does? */
static void reconsider(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    struct sched_vcpu *running = cpu->running;

    if (is_idle(running) || !may_run(running) || goes_first(v, running)) {
        set_needed(cpu);
    } else {
        arm_slice(cpu, now);
    }
}

/* So that whoever is furthest ahead, or behind, is so by now. */
static inline void account_all(struct sched_cpu *cpu, uint64_t now) {
    if (ARCH_CPU_MAX == 1) {
        account_running(cpu, now);
        return;
    }
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (sched_cpus[i].running) {
            account_running(&sched_cpus[i], now);
        }
    }
}

void sched_queued(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    account_all(cpu, now);
    reconsider(place_for(cpu, v), v, now);
}

/* @v, which was not queued, is RUNNABLE or lost a hold: does it wait for a pCPU now? */
static void queue(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    if (!may_run(v)) {
        return;
    }
    if (v == cpu->running) {
        set_needed(cpu); /* it has not left its pCPU yet: sched_pick() queues it */
        return;
    }
    account_all(cpu, now);
    if (v->home->wake(cpu, v, now)) {
        reconsider(place_for(cpu, v), v, now);
    }
}

void sched_settle(struct sched_cpu *cpu, uint64_t now) {
    account_running(cpu, now);
    set_needed(cpu);
}

void sched_woken(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    if (happen(v, VCPU_WAKE, is_held(v), now)) {
        queue(cpu, v, now);
    }
}

/* @v can no longer run: it leaves the queue, or its pCPU as soon as that looks. */
static void unqueue(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    if (v->is_queued) {
        v->ops->dequeue(cpu, v);
    }
    if (v == cpu->running) {
        account_running(cpu, now);
        set_needed(cpu);
    }
}

/* Out of line: events are sent far more often than they wake somebody. */
static __attribute__((noinline)) void make_runnable(struct sched_vcpu *v, enum vcpu_event event) {
    uint64_t now = clock_now();

    struct sched_cpu *cpu = lock_cpu_of(v);
    if (happen(v, event, is_held(v), now)) {
        queue(cpu, v, now);
    }
    sched_unlock(cpu);
}

/* A look without the lock is enough to see that nothing is to be done. */
static inline bool has_effect(const struct sched_vcpu *v, enum vcpu_event event) {
    return vcpu_state_after((enum vcpu_state)v->state, event) != VCPU_REFUSED;
}

/* @v runs: if it does so elsewhere, it is to see at once that an event is pending.  It is sent for
 * whatever it masks: who looked at the mask before would miss that it is taken away (a store is
 * seen after a later load, ARM ARM DDI 0406, A3.8.2). */
static inline void kick_runner(const struct sched_vcpu *v) {
    if (ARCH_CPU_MAX > 1 && v->on_cpu && v->cpu != this_cpu_index()) {
        cpus_kick(1u << v->cpu);
    }
}

void sched_wake(struct sched_vcpu *v) {
    if (has_effect(v, VCPU_WAKE)) {
        make_runnable(v, VCPU_WAKE);
    } else {
        kick_runner(v);
    }
}

void sched_wake_by_other(struct sched_vcpu *v) {
    struct sched_cpu *cpu;
    bool is_deferred = false;

    if (!has_effect(v, VCPU_WAKE)) {
        kick_runner(v);
        return;
    }
    if (v->edf.params.defers_events) {
        cpu = lock_cpu_of(v);
        is_deferred = has_effect(v, VCPU_WAKE) && sched_edf_defer(cpu, v, clock_now());
        sched_unlock(cpu);
    }
    if (!is_deferred) {
        make_runnable(v, VCPU_WAKE);
    }
}

void sched_waited(struct sched_vcpu *v, uint32_t ns) {
    struct sched_cpu *cpu = cpu_of(v);

    if (v == cpu->running) {
        return; /* it pays already */
    }
    sched_lock(cpu);
    cpu->accounted += ns;
    v->edf.waited += ns;
    sched_unlock(cpu);
}

void sched_start(struct sched_vcpu *v) {
    if (has_effect(v, VCPU_UP)) {
        make_runnable(v, VCPU_UP);
    }
}

void sched_block(struct sched_vcpu *v) {
    struct sched_cpu *cpu = lock_cpu_of(v);
    if (happen(v, VCPU_BLOCK, false, clock_now())) {
        set_needed(cpu); /* sched_pick() accounts for what it ran */
    }
    sched_unlock(cpu);
}

void sched_sleep(struct sched_vcpu *v) {
    uint64_t now = clock_now();

    struct sched_cpu *cpu = lock_cpu_of(v);
    if (happen(v, VCPU_DOWN, is_held(v), now)) {
        unqueue(cpu, v, now);
    }
    sched_unlock(cpu);
}

/* The state is the same, the runstate may be another. */
static void hold_changed(struct sched_vcpu *v, bool held, uint64_t now) {
    enum vcpu_state state = (enum vcpu_state)v->state;

    enter(v, state, !held, state, held, now);
}

void sched_pause(struct sched_vcpu *v) {
    uint64_t now = clock_now();

    struct sched_cpu *cpu = lock_cpu_of(v);
    CHECK(v->pause_count < UINT16_MAX);
    if (v->pause_count++ == 0) {
        (void)happen(v, VCPU_PREEMPT, false, now); /* refused unless it runs */
        hold_changed(v, true, now);
        unqueue(cpu, v, now);
    }
    sched_unlock(cpu);
}

void sched_unpause(struct sched_vcpu *v) {
    uint64_t now = clock_now();

    struct sched_cpu *cpu = lock_cpu_of(v);
    CHECK(v->pause_count > 0);
    if (--v->pause_count == 0) {
        hold_changed(v, false, now);
        queue(cpu, v, now);
    }
    sched_unlock(cpu);
}

void sched_give_way(struct sched_vcpu *v) {
    struct sched_cpu *cpu = lock_cpu_of(v);
    cpu->yields = v == cpu->running;
    set_needed(cpu);
    sched_unlock(cpu);
}

void sched_runstate(struct sched_vcpu *v, struct vcpu_runstate_info *out) {
    struct sched_cpu *cpu = lock_cpu_of(v);
    *out = v->runstate;
    out->time[out->state] += clock_now() - out->state_entry_time;
    sched_unlock(cpu);
}

/* ---- Set-up ---- */

static void init_runstate(struct sched_vcpu *v, int state) {
    v->runstate = (struct vcpu_runstate_info){.state = state, .state_entry_time = clock_now()};
}

void sched_init(struct sched_vcpu *idle) {
    struct sched_cpu *cpu = &sched_cpus[this_cpu_index()];

    *cpu = (struct sched_cpu){.lock = SPINLOCK_INIT(LOCK_RUN_QUEUE),
                              .id = this_cpu_index(),
                              .idle = idle,
                              .running = idle,
                              .slice_end = TIMER_NEVER};
    *idle = (struct sched_vcpu){
        .cpu = (uint8_t)cpu->id, .state = VCPU_RUNNING, .on_cpu = true, .is_own = true};
    init_runstate(idle, RUNSTATE_running);
    cpu->turn_start = cpu->accounted = clock_now();
    timer_init(&cpu->slice, slice_timer, cpu);
    sched_credit_init(cpu);
    sched_edf_init(cpu);
}

bool sched_is_there(unsigned int cpu) {
    return sched_cpus[cpu].idle != NULL;
}

uint32_t sched_cpus_there(void) {
    uint32_t there = 0;

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        there |= (uint32_t)sched_is_there(i) << i;
    }
    return there;
}

/* Of those that schedule. */
static struct sched_cpu *least_loaded(void) {
    struct sched_cpu *best = &sched_cpus[this_cpu_index()];

    for (unsigned int i = 0; ARCH_CPU_MAX > 1 && i < ARCH_CPU_MAX; i++) {
        if (sched_cpus[i].idle && sched_cpus[i].count < best->count) {
            best = &sched_cpus[i];
        }
    }
    return best;
}

void sched_vcpu_init(struct sched_vcpu *v) {
    struct sched_cpu *cpu = least_loaded();

    *v = (struct sched_vcpu){.ops = &sched_credit,
                             .home = &sched_credit,
                             .cpu = (uint8_t)cpu->id,
                             .state = VCPU_OFFLINE,
                             .pause_count = 1,
                             .sharers = 1,
                             .affinity = SCHED_ALL_CPUS,
                             .params.weight = SCHED_WEIGHT_DEFAULT};
    init_runstate(v, RUNSTATE_offline);
    sched_lock(cpu);
    cpu->count++;
    v->ops->adjust(cpu, v);
    sched_unlock(cpu);
}

void sched_vcpu_destroy(struct sched_vcpu *v) {
    struct sched_cpu *cpu = lock_cpu_of(v);
    CHECK(v->pause_count > 0 && !v->on_cpu && !v->is_queued);
    if (sched_is_realtime(v)) {
        sched_edf_leave(cpu, v, clock_now());
    }
    cpu->count--;
    sched_unlock(cpu);
}

void sched_set_params(struct sched_vcpu *v, const struct sched_params *params,
                      unsigned int sharers) {
    struct sched_cpu *cpu = lock_cpu_of(v);
    v->params = *params;
    v->sharers = (uint8_t)sharers;
    v->ops->adjust(cpu, v);
    set_needed(cpu);
    sched_unlock(cpu);
}

int sched_set_affinity(struct sched_vcpu *v, uint32_t cpus) {
    struct sched_cpu *cpu = lock_cpu_of(v);
    int err = sched_is_realtime(v) && (cpus & 1u << cpu->id) == 0 ? -XEN_EBUSY : 0;

    if (err == 0) {
        v->affinity = (uint8_t)cpus;
        if (v->is_queued) {
            sched_queued(cpu, v, clock_now());
        } else if (v == cpu->running) {
            set_needed(cpu); /* who has it now may have to leave it to another */
        }
    }
    sched_unlock(cpu);
    return err;
}

/* ---- Classes ---- */

/* @v is about to change: it is in no queue, and accounted for.  True if it was queued. */
static bool take_out(struct sched_cpu *cpu, struct sched_vcpu *v, uint64_t now) {
    bool was_queued = v->is_queued;

    if (was_queued) {
        v->ops->dequeue(cpu, v);
    }
    if (v == cpu->running) {
        sched_settle(cpu, now);
    }
    return was_queued;
}

/* It is ordered by the class that it is of, for as long as that wants to. */
static void put_in(struct sched_cpu *cpu, struct sched_vcpu *v, bool was_queued, uint64_t now) {
    v->ops = v->home;
    if (was_queued) {
        v->ops->requeue(cpu, v, now);
        sched_queued(cpu, v, now);
    }
}

int sched_set_realtime(struct sched_vcpu *v, const struct sched_rt_params *params) {
    uint64_t now = clock_now();
    int err;

    struct sched_cpu *cpu = lock_cpu_of(v);
    bool was_queued = take_out(cpu, v, now);
    err = sched_edf_admit(cpu, v, params, now);
    put_in(cpu, v, was_queued, now);
    sched_unlock(cpu);
    return err;
}

void sched_set_fair(struct sched_vcpu *v) {
    uint64_t now = clock_now();

    struct sched_cpu *cpu = lock_cpu_of(v);
    if (sched_is_realtime(v)) {
        bool was_queued = take_out(cpu, v, now);

        sched_edf_leave(cpu, v, now);
        put_in(cpu, v, was_queued, now);
    }
    sched_unlock(cpu);
}
