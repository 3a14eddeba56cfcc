/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The build host's part of the structures that core keeps, so that core runs in
 * unit tests.  Locks check their discipline instead of waiting.
 */
#ifndef ARCH_TYPES_H
#define ARCH_TYPES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define ARCH_CPU_MAX   1
#define ARCH_MAP_SLOTS 4

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

struct arch_vcpu {
    uint32_t entry; /* what arch_vcpu_init() was given */
    uint32_t fdt;
    uint32_t *l1; /* what arch_vcpu_set_base() was given */
    uint32_t tls;
    bool fpu_enabled;
};

#endif /* ARCH_TYPES_H */
