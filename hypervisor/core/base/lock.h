/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin locks.  The hypervisor runs with IRQ and FIQ masked, so a lock never has
 * to mask them.  Lock order, outermost first:
 *   domain list -> domain.life_lock -> domain.lock -> grant locks -> space locks -> event locks
 *   (lower domid first) -> scheduler run queue -> timer queue -> page allocator -> heap ->
 *   console, log, background, memory wait
 * A lock may be taken while holding those to its left only.
 */
#ifndef CORE_LOCK_H
#define CORE_LOCK_H

#include <arch/types.h>

typedef struct {
    arch_spinlock_t raw;
} spinlock_t;

#define SPINLOCK_INIT \
    { ARCH_SPINLOCK_INIT }

static inline void spin_lock(spinlock_t *lock) {
    arch_spin_lock(&lock->raw);
}
static inline void spin_unlock(spinlock_t *lock) {
    arch_spin_unlock(&lock->raw);
}

#endif /* CORE_LOCK_H */
