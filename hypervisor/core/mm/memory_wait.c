/* SPDX-License-Identifier: GPL-2.0-only */
/* See memory_wait.h. */
#include "core/mm/memory_wait.h"

#include "core/base/lock.h"
#include "core/mm/page.h"
#include "core/time/background.h"

static spinlock_t wait_lock = SPINLOCK_INIT(LOCK_MEMORY_WAIT); /* protects both */
uint32_t memory_waiting;
static struct background_work *waiting[BACKGROUND_OWNERS];

void memory_wait(struct background_work *work) {
    spin_lock(&wait_lock);
    waiting[work->owner] = work;
    memory_waiting |= 1u << work->owner;
    spin_unlock(&wait_lock);
}

/* One of those in @owners that wait, which does not any more; NULL: none. */
static struct background_work *take_waiting(uint32_t owners) {
    struct background_work *work = NULL;

    spin_lock(&wait_lock);
    owners &= memory_waiting;
    if (owners) {
        work = waiting[__builtin_ctz(owners)];
        memory_waiting &= ~(1u << work->owner);
    }
    spin_unlock(&wait_lock);
    return work;
}

void memory_wait_wake(unsigned int pool) {
    uint32_t owners = pool == PAGE_COMMON ? ~0u : 1u << pool;
    struct background_work *work;

    while ((work = take_waiting(owners))) {
        background_start(work);
    }
}
