/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One-shot timers in nanoseconds since boot.  Each pCPU has its own queue and
 * its own hardware timer; a timer fires on the pCPU that set it, or for which it was set.
 */
#ifndef CORE_TIMER_H
#define CORE_TIMER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <arch/types.h>

#include "core/base/lock.h"
#include "core/base/percpu.h"

/* A deadline that never comes. */
#define TIMER_NEVER UINT64_MAX

typedef void timer_fn(void *data);

struct timer {
    uint64_t deadline;   /* ns since boot; timer queue lock of its pCPU, like all below */
    uint32_t early;      /* ns by which it is set early from now on: timer_be_exact() */
    uint32_t ahead;      /* ns by which deadline comes before the time to fire */
    timer_fn *fn;        /* constant after timer_init() */
    void *data;          /* constant after timer_init() */
    struct timer *next;  /* the one that fires after it */
    struct timer **link; /* what points to it; NULL = not set */
    uint8_t cpu;         /* pCPU whose queue it is in, valid while set */
};

/*
 * The timers of one pCPU, the earliest deadline first.  There are three per vCPU at most and
 * a handful of the hypervisor's, and those that are set most often are among the first.
 */
struct timer_queue {
    spinlock_t lock; /* protects the whole structure and the timers in it */
    struct timer *first;
    uint64_t programmed; /* when the hardware fires, TIMER_NEVER if it does not */
    uint32_t waited;     /* ns, for the timer that fires: timer_waited() */
    bool is_unsettled;   /* programmed by timer_settle() */
    bool is_serving;     /* in timer_interrupt(): the hardware says nothing of the next deadline */
};

extern struct timer_queue timer_queues[ARCH_CPU_MAX];

/** timer_queue_init() - empty queue for this pCPU.  Boot, once per pCPU, after clock_init(). */
void timer_queue_init(void);

/** timer_start() - claim the interrupt: timers fire from now on.  Boot, once, when all is there
 * that they may work on. */
void timer_start(void);

/** timer_start_here() - the same on another pCPU, whose part of the interrupt it is.  After
 * timer_start(). */
void timer_start_here(void);

/** timer_init() - @fn(@data) will be called from timer_interrupt(), no lock held. */
void timer_init(struct timer *timer, timer_fn *fn, void *data);

/**
 * timer_set() - fire at @deadline (ns since boot, in the past = at once, but never from
 * within this call).  Moves the timer if it is set already.  Takes a timer queue lock.
 */
void timer_set(struct timer *timer, uint64_t deadline);

/** timer_set_there() - for timer_set_on(). */
void timer_set_there(struct timer *timer, unsigned int cpu, uint64_t deadline);

/** timer_set_on() - as timer_set(), to fire on pCPU @cpu. */
static inline void timer_set_on(struct timer *timer, unsigned int cpu, uint64_t deadline) {
    if (ARCH_CPU_MAX > 1) {
        timer_set_there(timer, cpu, deadline);
    } else {
        timer_set(timer, deadline);
    }
}

/**
 * timer_be_exact() - whenever it is set from now on, it fires no later where the hardware is coarse
 * (devices.oneshot_late): the hardware interrupts early, and the rest is waited for with interrupts
 * masked, until another one is pending.  For real time, which pays for the wait: up to that long.
 * false: no longer so.
 */
void timer_be_exact(struct timer *timer, bool is_exact);

/** timer_waited() - within a timer's function: so many ns were waited for its exact time.  It is
 * for its owner to pay for them. */
static inline uint32_t timer_waited(void) {
    return timer_queues[this_cpu_index()].waited;
}

/** timer_stop() - after this it does not fire; no effect if it is not set. Takes a queue lock. */
void timer_stop(struct timer *timer);

/**
 * timer_is_due() - has the first deadline of this pCPU's queue passed?  What the hardware cannot
 * tell from within a timer's function: it is set for the next deadline when all are done.  Takes no
 * lock.
 */
bool timer_is_due(void) __attribute__((noinline));

/** timer_is_unseen() - is this pCPU in a timer's function, and the next timer due?  Takes no
 * lock. */
bool timer_is_unseen(void);

/** timer_is_set() - is it going to fire? */
static inline bool timer_is_set(const struct timer *timer) {
    return timer->link != NULL;
}

/** timer_is_near() - is it going to fire, and its time less what it is set early by (see
 * timer_be_exact()) past at @now?  Takes no lock. */
static inline bool timer_is_near(const struct timer *timer, uint64_t now) {
    return timer_is_set(timer) && timer->deadline <= now;
}

/**
 * timer_interrupt() - run what has expired on this pCPU and program the hardware for the
 * next, unless a vCPU is to be picked: then it waits for timer_settle().  Called on its interrupt,
 * with no lock held.  Runs a bounded number of timers a call; if more have expired the hardware
 * interrupts again at once.  Until the end of that interrupt the interrupt controller shows no
 * timer that falls due meanwhile; not inlined, so that make stretches can tell when that is.
 */
__attribute__((noinline)) void timer_interrupt(void);

/** timer_program() - for timer_settle(). */
void timer_program(void);

/** timer_settle() - a vCPU was picked after interrupts were taken, and its timers are set: program
 * the hardware, unless it is.  Before interrupts are waited for, or unmasked. */
static inline void timer_settle(void) {
    const struct timer_queue *queue = &timer_queues[this_cpu_index()];

    /* What a pick has set since has set the hardware for all. */
    if (queue->is_unsettled && queue->programmed == TIMER_NEVER) {
        timer_program();
    }
}

#endif /* CORE_TIMER_H */
