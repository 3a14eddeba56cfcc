/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Background work that found too little memory is started again when some becomes free.  Until then
 * it costs nothing.  What comes back to the pool of another owner is not for it, and does not wake
 * it.
 */
#ifndef CORE_MEMORY_WAIT_H
#define CORE_MEMORY_WAIT_H

#include <stdint.h>

struct background_work;

/* Owners that have work waiting, a bit each. */
extern uint32_t memory_waiting;

/** memory_wait() - start @work, one of its owner's at a time, when memory becomes free that it may
 * have: frames of its owner's pool or of the common one, or of the heap.  Then it looks again. */
void memory_wait(struct background_work *work);

/** memory_wait_wake() - the slow half of memory_came(). */
void memory_wait_wake(unsigned int pool);

/** memory_came() - a frame of @pool is free, or, with PAGE_COMMON, a part of the heap.  None of the
 * locks that background.h names held. */
static inline void memory_came(unsigned int pool) {
    if (__builtin_expect(memory_waiting != 0, 0)) {
        memory_wait_wake(pool);
    }
}

#endif /* CORE_MEMORY_WAIT_H */
