/* SPDX-License-Identifier: GPL-2.0-only */
/* The fake machine's locks: nobody waits, the rules are checked. */
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/base/lock.h"

#define HELD_MAX 8u

/* What the one CPU holds, in the order in which it took them. */
static arch_spinlock_t *held[HELD_MAX];
static unsigned int held_count;

static _Noreturn void broken(const char *what, const arch_spinlock_t *lock, uint32_t other) {
    fprintf(stderr, "a lock of rank %u (core/base/lock.h) %s %u\n", lock->rank, what, other);
    abort();
}

static void check_rank(const arch_spinlock_t *lock) {
    if (lock->rank == LOCK_RANK_NONE || lock->rank >= LOCK_RANKS) {
        broken("was not initialised:", lock, lock->rank);
    }
    for (unsigned int i = 0; i < held_count; i++) {
        uint32_t rank = held[i]->rank;

        if (rank > lock->rank || (rank == lock->rank && !lock_pairs((enum lock_rank)rank))) {
            broken("is taken while holding one of", lock, rank);
        }
    }
}

/* Taking a held lock is a deadlock. */
void arch_spin_lock(arch_spinlock_t *lock) {
    if (lock->held || held_count == HELD_MAX) {
        broken("is taken twice, or is one too many:", lock, held_count);
    }
    check_rank(lock);
    lock->held = 1;
    held[held_count++] = lock;
}

void arch_spin_unlock(arch_spinlock_t *lock) {
    unsigned int i = held_count;

    while (i > 0 && held[i - 1] != lock) {
        i--;
    }
    if (i == 0) {
        broken("is released but was not held; held are", lock, held_count);
    }
    for (; i < held_count; i++) {
        held[i - 1] = held[i];
    }
    held_count--;
    lock->held = 0;
}

void fake_locks_forget(void) {
    for (unsigned int i = 0; i < held_count; i++) {
        held[i]->held = 0;
    }
    held_count = 0;
}
