/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks check their discipline instead of waiting.
 */
#ifndef ARCH_LOCK_H
#define ARCH_LOCK_H

#include <stdint.h>
#include <stdlib.h>

typedef struct {
    volatile uint32_t held;
} arch_spinlock_t;
#define ARCH_SPINLOCK_INIT \
    { 0 }

/* Taking a held lock is a deadlock, releasing a free one a bug: both end the test. */
static inline void arch_spin_lock(arch_spinlock_t *lock) {
    if (lock->held) {
        abort();
    }
    lock->held = 1;
}

static inline void arch_spin_unlock(arch_spinlock_t *lock) {
    if (!lock->held) {
        abort();
    }
    lock->held = 0;
}

#endif /* ARCH_LOCK_H */
