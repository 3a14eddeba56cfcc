/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One-shot timers in nanoseconds since boot.  Each pCPU has its own queue and
 * its own hardware timer; a timer fires on the pCPU that set it.
 */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/types.h>

#include "core/lock.h"

/* Most timers queued on one pCPU at a time; asserted against DOMAIN_MAX in timer.c. */
#define TIMER_QUEUE_MAX 400u
/* A deadline that never comes. */
#define TIMER_NEVER     UINT64_MAX

typedef void timer_fn(void *data);

struct timer {
    uint64_t deadline; /* ns since boot; timer queue lock of its pCPU */
    timer_fn *fn;      /* constant after timer_init() */
    void *data;        /* constant after timer_init() */
    uint16_t slot;     /* place in the queue + 1, 0 = not queued; timer queue lock */
    uint8_t cpu;       /* pCPU whose queue it is in, valid while queued */
};

/* The timers of one pCPU: a binary heap, the earliest deadline first. */
struct timer_queue {
    spinlock_t lock; /* protects the whole structure and the queued timers */
    unsigned int count;
    uint64_t programmed; /* deadline that the hardware is set for, TIMER_NEVER if stopped */
    struct timer *heap[TIMER_QUEUE_MAX];
};

/** timer_queue_init() - empty queue for this pCPU.  Boot, once per pCPU, after clock_init(). */
void timer_queue_init(void);

/** timer_init() - @fn(@data) will be called from timer_interrupt(), no lock held. */
void timer_init(struct timer *timer, timer_fn *fn, void *data);

/**
 * timer_set() - fire at @deadline (ns since boot, in the past = at once, but never from
 * within this call).  Moves the timer if it is set already.  Takes a timer queue lock.
 */
void timer_set(struct timer *timer, uint64_t deadline);

/** timer_stop() - after this it does not fire; no effect if it is not set. Takes a queue lock. */
void timer_stop(struct timer *timer);

/** timer_is_set() - is it going to fire? */
static inline bool timer_is_set(const struct timer *timer) {
    return timer->slot != 0;
}

/**
 * timer_interrupt() - run what has expired on this pCPU and program the hardware for the
 * next.  Called by irq_handle(), with no lock held.  Runs a bounded number of timers a call;
 * if more have expired the hardware interrupts again at once.
 */
void timer_interrupt(void);

#endif /* CORE_TIMER_H */
