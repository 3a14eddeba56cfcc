/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin locks.  The hypervisor runs with IRQ and FIQ masked, so a lock never has to mask them.  A
 * lock may be taken while holding those of lower rank only; two of one rank where lock_pairs() says
 * so. The unit tests' locks check that, and that each lock has a rank (arch/fake/lock.c).
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <arch/types.h>
#include <stdbool.h>

/* Outermost first. */
enum lock_rank {
    LOCK_RANK_NONE, /* of one that was not initialised */
    LOCK_DOMAIN_LIST,
    LOCK_LIFE,   /* domain.life_lock */
    LOCK_DOMAIN, /* domain.lock */
    LOCK_GRANT,  /* of two domains the granter's last */
    LOCK_SPACE,
    LOCK_EVENT,     /* of two domains the one of the lower domid first */
    LOCK_RUN_QUEUE, /* a pCPU's scheduler */
    LOCK_TIMER,     /* a pCPU's timers */
    LOCK_GRANTERS,  /* the list of domains that may grant */
    LOCK_PAGE,      /* the page allocator */
    LOCK_HEAP,
    LOCK_CONSOLE,
    LOCK_LOG,
    LOCK_BACKGROUND,
    LOCK_MEMORY_WAIT,
    LOCK_RANKS
};

/** lock_pairs() - may two locks of @rank be held at a time? */
static inline bool lock_pairs(enum lock_rank rank) {
    return rank == LOCK_GRANT || rank == LOCK_EVENT;
}

typedef struct {
    arch_spinlock_t raw;
} spinlock_t;

/** SPINLOCK_INIT() - a free lock of @rank, an enum lock_rank. */
#define SPINLOCK_INIT(rank) \
    { ARCH_SPINLOCK_INIT(rank) }

static inline void spin_lock(spinlock_t *lock) {
    arch_spin_lock(&lock->raw);
}
static inline void spin_unlock(spinlock_t *lock) {
    arch_spin_unlock(&lock->raw);
}

#endif /* CORE_LOCK_H */
