/* SPDX-License-Identifier: GPL-2.0-only */
/* See timer.h. */
#include "core/timer.h"

#include "core/clock.h"
#include "core/device.h"
#include "core/domain.h"
#include "core/panic.h"
#include "core/percpu.h"

/* Per vCPU: single-shot, poll, and one for a scheduling class.  Per pCPU: slice, unpark.  The clock,
 * the console and the reaper of domains have one each. */
_Static_assert(TIMER_QUEUE_MAX >= DOMAIN_MAX * DOMAIN_VCPU_MAX * 3 + 2 * ARCH_CPU_MAX + 3,
               "every timer there can be has a place");

/* Timers run in one interrupt; with more than that the hardware fires again. */
#define TIMER_BATCH    16u

/* Longest wait that is asked of the hardware at once, 1 s. */
#define TIMER_STEP_MAX 1000000000u

static void place(struct timer_queue *queue, unsigned int index, struct timer *timer) {
    queue->heap[index] = timer;
    timer->slot = (uint16_t)(index + 1);
}

static void sift_up(struct timer_queue *queue, unsigned int index) {
    struct timer *timer = queue->heap[index];

    while (index > 0) {
        unsigned int parent = (index - 1) / 2;

        if (queue->heap[parent]->deadline <= timer->deadline) {
            break;
        }
        place(queue, index, queue->heap[parent]);
        index = parent;
    }
    place(queue, index, timer);
}

static void sift_down(struct timer_queue *queue, unsigned int index) {
    struct timer *timer = queue->heap[index];

    for (;;) {
        unsigned int child = 2 * index + 1;

        if (child >= queue->count) {
            break;
        }
        if (child + 1 < queue->count &&
            queue->heap[child + 1]->deadline < queue->heap[child]->deadline) {
            child++;
        }
        if (timer->deadline <= queue->heap[child]->deadline) {
            break;
        }
        place(queue, index, queue->heap[child]);
        index = child;
    }
    place(queue, index, timer);
}

static void insert(struct timer_queue *queue, struct timer *timer) {
    CHECK(queue->count < TIMER_QUEUE_MAX);
    queue->heap[queue->count++] = timer;
    sift_up(queue, queue->count - 1);
}

static void take_out(struct timer_queue *queue, struct timer *timer) {
    unsigned int index = timer->slot - 1u;
    struct timer *last = queue->heap[--queue->count];

    timer->slot = 0;
    if (last != timer) {
        place(queue, index, last);
        sift_down(queue, index);
        sift_up(queue, last->slot - 1u);
    }
}

/*
 * Set the hardware for the earliest deadline.  It is left alone when it fires no later
 * than that: slice ends are set and dropped at each world switch, and an interrupt too
 * many per slice is cheaper than a device access per switch.
 */
static void program(struct timer_queue *queue) {
    uint64_t deadline = queue->count > 0 ? queue->heap[0]->deadline : TIMER_NEVER;

    if (deadline >= queue->programmed) {
        return;
    }
    uint64_t now = clock_now();
    uint64_t wait = deadline > now ? deadline - now : 0;
    uint32_t step = wait < TIMER_STEP_MAX ? (uint32_t)wait : TIMER_STEP_MAX;
    devices.oneshot->set(step);
    queue->programmed = now + step;
}

void timer_queue_init(void) {
    struct timer_queue *queue = &this_cpu()->timers;

    *queue = (struct timer_queue){.lock = SPINLOCK_INIT, .programmed = TIMER_NEVER};
    devices.oneshot->stop();
}

void timer_init(struct timer *timer, timer_fn *fn, void *data) {
    *timer = (struct timer){.deadline = TIMER_NEVER, .fn = fn, .data = data};
}

/* In place where it can be: a vCPU's timer is set again and again. */
static void move(struct timer_queue *queue, struct timer *timer, uint64_t deadline) {
    bool is_later = deadline > timer->deadline;

    timer->deadline = deadline;
    if (is_later) {
        sift_down(queue, timer->slot - 1u);
    } else {
        sift_up(queue, timer->slot - 1u);
    }
}

void timer_set(struct timer *timer, uint64_t deadline) {
    struct timer_queue *queue = &this_cpu()->timers;

    if (timer_is_set(timer) && timer->cpu != arch_cpu_id()) {
        timer_stop(timer);
    }
    spin_lock(&queue->lock);
    if (timer_is_set(timer)) {
        move(queue, timer, deadline);
    } else {
        timer->deadline = deadline;
        timer->cpu = (uint8_t)arch_cpu_id();
        insert(queue, timer);
    }
    program(queue);
    spin_unlock(&queue->lock);
}

void timer_stop(struct timer *timer) {
    if (!timer_is_set(timer)) {
        return;
    }
    struct timer_queue *queue = &percpu_of(timer->cpu)->timers;

    spin_lock(&queue->lock);
    if (timer_is_set(timer)) {
        take_out(queue, timer);
    }
    spin_unlock(&queue->lock);
}

/* The first timer that has expired, taken off the queue, or NULL. */
static struct timer *take_expired(struct timer_queue *queue, uint64_t now) {
    struct timer *timer = NULL;

    spin_lock(&queue->lock);
    if (queue->count > 0 && queue->heap[0]->deadline <= now) {
        timer = queue->heap[0];
        take_out(queue, timer);
    }
    spin_unlock(&queue->lock);
    return timer;
}

void timer_interrupt(void) {
    struct timer_queue *queue = &this_cpu()->timers;
    uint64_t now = clock_now();

    for (unsigned int i = 0; i < TIMER_BATCH; i++) {
        struct timer *timer = take_expired(queue, now);

        if (timer == NULL) {
            break;
        }
        timer->fn(timer->data);
    }
    spin_lock(&queue->lock);
    queue->programmed = TIMER_NEVER;
    program(queue);
    spin_unlock(&queue->lock);
}
