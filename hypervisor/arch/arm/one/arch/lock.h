/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks of one pCPU.  With interrupts masked a lock is always free; it records its state so that a
 * double take is caught.
 */
#ifndef ARCH_LOCK_H
#define ARCH_LOCK_H

#include <stdint.h>

typedef struct {
    volatile uint32_t held;
} arch_spinlock_t;
#define ARCH_SPINLOCK_INIT(rank) \
    { 0 }

_Noreturn void arch_lock_broken(void);

static inline void arch_spin_lock(arch_spinlock_t *lock) {
    if (lock->held) {
        arch_lock_broken();
    }
    lock->held = 1;
}

static inline void arch_spin_unlock(arch_spinlock_t *lock) {
    lock->held = 0;
}

#endif /* ARCH_LOCK_H */
