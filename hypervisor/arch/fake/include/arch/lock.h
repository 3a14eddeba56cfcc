/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks check their discipline instead of waiting: what core/base/lock.h says of ranks, and that
 * one is free when it is taken.  Anything else ends the test.  lock.c.
 */
#ifndef ARCH_LOCK_H
#define ARCH_LOCK_H

#include <stdint.h>

typedef struct {
    uint32_t rank; /* enum lock_rank */
    uint32_t held;
} arch_spinlock_t;
#define ARCH_SPINLOCK_INIT(rank_) \
    { .rank = (rank_) }

void arch_spin_lock(arch_spinlock_t *lock);
void arch_spin_unlock(arch_spinlock_t *lock);

/** fake_locks_forget() - whoever held locks will never release them: it stopped. */
void fake_locks_forget(void);

#endif /* ARCH_LOCK_H */
