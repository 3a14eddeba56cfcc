/* SPDX-License-Identifier: GPL-2.0-only */
/* See background.h. */
#include "core/time/background.h"

#include <stddef.h>
#include <string.h>

#include "core/base/lock.h"

/* Per owner its work in the order in which it is done. */
struct list {
    struct background_work *first, *last;
};

struct queue {
    uint32_t owners; /* those that have work, a bit each */
    unsigned int last;
    struct list list[BACKGROUND_OWNERS];
};

static spinlock_t background_lock = SPINLOCK_INIT(LOCK_BACKGROUND); /* protects the queues */
static struct queue queues[BACKGROUND_CLASSES];
static void (*on_start)(void); /* constant after boot */

void background_setup(void) {
    memset(queues, 0, sizeof(queues));
    on_start = NULL;
}

void background_init(struct background_work *work, background_fn *step, unsigned int owner,
                     enum background_class kind) {
    *work = (struct background_work){.step = step, .owner = (uint8_t)owner, .kind = (uint8_t)kind};
}

void background_on_start(void (*fn)(void)) {
    on_start = fn;
}

static void append(struct queue *queue, struct background_work *work) {
    struct list *list = &queue->list[work->owner];

    work->next = NULL;
    work->is_queued = true;
    if (list->first) {
        list->last->next = work;
    } else {
        list->first = work;
        queue->owners |= 1u << work->owner;
    }
    list->last = work;
}

/* Queue it, unless it is; true if it was not. */
static bool queue_work(struct background_work *work) {
    bool is_new;

    spin_lock(&background_lock);
    is_new = !work->is_queued;
    if (is_new) {
        append(&queues[work->kind], work);
    }
    spin_unlock(&background_lock);
    return is_new;
}

void background_start(struct background_work *work) {
    if (queue_work(work) && work->kind == BACKGROUND_NEEDED && on_start) {
        on_start();
    }
}

/* The first owner after the one that was served last, which is the last in the circle. */
static unsigned int next_owner(const struct queue *queue) {
    uint32_t after = queue->owners & ~((2u << queue->last) - 1);

    return (unsigned int)__builtin_ctz(after ? after : queue->owners);
}

static struct background_work *take_work(struct queue *queue) {
    struct background_work *work = NULL;

    spin_lock(&background_lock);
    if (queue->owners) {
        struct list *list = &queue->list[queue->last = next_owner(queue)];

        work = list->first;
        list->first = work->next;
        if (!list->first) {
            queue->owners &= ~(1u << queue->last);
        }
        work->is_queued = false;
    }
    spin_unlock(&background_lock);
    return work;
}

bool background_step(enum background_class kind) {
    struct background_work *work = take_work(&queues[kind]);

    if (work && work->step(work)) {
        queue_work(work);
    }
    return work != NULL;
}
