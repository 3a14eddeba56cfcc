/* SPDX-License-Identifier: GPL-2.0-only */
/* See timer.h. */
#include "core/time/timer.h"

#include "core/base/panic.h"
#include "core/base/percpu.h"
#include "core/base/steps.h"
#include "core/device/cpus.h"
#include "core/device/device.h"
#include "core/device/irq.h"
#include "core/time/clock.h"

/* Longest wait that is asked of the hardware at once, 1 s. */
#define TIMER_STEP_MAX 1000000000u

struct timer_queue timer_queues[ARCH_CPU_MAX];

static struct timer_queue *this_queue(void) {
    return &timer_queues[this_cpu_index()];
}

/* Behind those that have the same deadline. */
static void insert_timer(struct timer_queue *queue, struct timer *timer, uint64_t deadline) {
    struct timer **link = &queue->first;

    while (*link && (*link)->deadline <= deadline) {
        link = &(*link)->next;
    }
    timer->deadline = deadline;
    timer->next = *link;
    timer->link = link;
    if (timer->next) {
        timer->next->link = &timer->next;
    }
    *link = timer;
}

static void take_out(struct timer *timer) {
    *timer->link = timer->next;
    if (timer->next) {
        timer->next->link = timer->link;
    }
    timer->link = NULL;
}

/* Where there are several pCPUs only its own can set its timer: it is told to look. */
static inline bool is_here(const struct timer_queue *queue) {
    return ARCH_CPU_MAX == 1 || queue == this_queue();
}

/*
 * Set the hardware for the earliest deadline.  It is left alone when it fires no later
 * than that: slice ends are set and dropped at each world switch, and an interrupt too
 * many per slice is cheaper than a device access per switch.
 */
static void program(struct timer_queue *queue) {
    if (!queue->first || queue->first->deadline >= queue->programmed) {
        return;
    }
    if (!is_here(queue)) {
        cpus_kick(1u << (queue - timer_queues));
        return;
    }
    uint64_t deadline = queue->first->deadline;
    uint64_t now = clock_now();
    uint64_t wait = deadline > now ? deadline - now : 0;
    uint32_t step = wait < TIMER_STEP_MAX ? (uint32_t)wait : TIMER_STEP_MAX;
    devices.oneshot->set(step);
    queue->programmed = now + step;
}

static bool timer_fired(unsigned int irq, void *data) {
    (void)irq;
    (void)data;
    devices.oneshot->ack();
    timer_interrupt();
    return true;
}

void timer_queue_init(void) {
    struct timer_queue *queue = this_queue();

    *queue = (struct timer_queue){.lock = SPINLOCK_INIT(LOCK_TIMER), .programmed = TIMER_NEVER};
    devices.oneshot->stop();
}

void timer_start(void) {
    CHECK(irq_claim(devices.oneshot_irq, timer_fired, NULL) == 0);
    timer_start_here();
}

void timer_start_here(void) {
    devices.intc->unmask(devices.oneshot_irq);
}

void timer_init(struct timer *timer, timer_fn *fn, void *data) {
    *timer = (struct timer){.deadline = TIMER_NEVER, .fn = fn, .data = data};
}

void timer_be_exact(struct timer *timer, bool is_exact) {
    timer->early = is_exact ? devices.oneshot_late : 0;
}

static inline __attribute__((always_inline)) void set_on(struct timer *timer, unsigned int cpu,
                                                         uint64_t deadline) {
    struct timer_queue *queue = &timer_queues[cpu_index(cpu)];

    if (ARCH_CPU_MAX > 1 && timer_is_set(timer) && timer->cpu != cpu) {
        timer_stop(timer);
    }
    spin_lock(&queue->lock);
    if (timer_is_set(timer)) {
        take_out(timer);
    }
    timer->cpu = (uint8_t)cpu;
    timer->ahead = timer->early;
    if (timer->ahead) {
        deadline = deadline > timer->ahead ? deadline - timer->ahead : 0;
    }
    insert_timer(queue, timer, deadline);
    program(queue);
    spin_unlock(&queue->lock);
}

void timer_set(struct timer *timer, uint64_t deadline) {
    set_on(timer, this_cpu_index(), deadline);
}

void timer_set_there(struct timer *timer, unsigned int cpu, uint64_t deadline) {
    set_on(timer, cpu, deadline);
}

void timer_stop(struct timer *timer) {
    if (!timer_is_set(timer)) {
        return;
    }
    struct timer_queue *queue = &timer_queues[cpu_index(timer->cpu)];

    spin_lock(&queue->lock);
    if (timer_is_set(timer)) {
        take_out(timer);
    }
    spin_unlock(&queue->lock);
}

bool timer_is_unseen(void) {
    return this_queue()->is_serving && timer_is_due();
}

bool timer_is_due(void) {
    const struct timer *first = this_queue()->first;

    return first && first->deadline <= clock_now();
}

/*
 * Waits for the end of the time by which @timer was set early.  False: another interrupt waits, and
 * it is not there yet.  Bounded by that time; a look takes more than 1 ns, should the counter stop.
 * How long a look takes is how late the timer may be, so that nothing is read in it that stays the
 * same.
 */
static __attribute__((noinline)) bool is_time(struct timer_queue *queue,
                                              const struct timer *timer) {
    struct clock_target target = clock_target(timer->deadline + timer->ahead);
    bool (*pending)(void) = devices.intc->pending;
    uint32_t looks = timer->ahead;
    int32_t start = clock_left(&target), left = start;

    while (left > 0) {
        if (looks-- == 0) {
            break;
        }
        if (pending()) {
            return false;
        }
        left = clock_left(&target);
    }
    queue->waited = (uint32_t)(start - left);
    return true;
}

/* The first timer, if it is due and it is time to run it. */
static struct timer *take_due(struct timer_queue *queue, uint64_t now) {
    struct timer *timer = queue->first;

    if (!timer || timer->deadline > now || (timer->ahead && !is_time(queue, timer))) {
        return NULL;
    }
    take_out(timer);
    return timer;
}

/* Another one in this interrupt?  Not behind an exact one that woke somebody who is to run: then
 * the hardware fires again.  Who was woken by others waits, since an exact one may come next. */
static bool goes_on(const struct timer_queue *queue, uint64_t now, bool was_exact) {
    return queue->first && queue->first->deadline <= now && !(was_exact && sched_needed()) &&
           !devices.intc->pending() && timer_is_due();
}

void timer_interrupt(void) {
    struct timer_queue *queue = this_queue();
    uint64_t now = clock_now();
    bool was_exact = false;
    struct timer *timer;

    spin_lock(&queue->lock);
    queue->is_serving = true;
    for (unsigned int i = 0; i < STEP_TIMERS && (i == 0 || goes_on(queue, now, was_exact)) &&
                             (timer = take_due(queue, now));
         i++) {
        was_exact = timer->ahead > 0;
        spin_unlock(&queue->lock);
        timer->fn(timer->data);
        spin_lock(&queue->lock);
        queue->waited = 0;
    }
    queue->is_serving = false;
    queue->programmed = TIMER_NEVER;
    queue->is_unsettled = sched_needed();
    if (!queue->is_unsettled) {
        program(queue);
    }
    spin_unlock(&queue->lock);
}

void timer_program(void) {
    struct timer_queue *queue = this_queue();

    spin_lock(&queue->lock);
    queue->is_unsettled = false;
    program(queue);
    spin_unlock(&queue->lock);
}
