/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ticket locks: who comes first is served first.  The upper half of the word is the next ticket,
 * the lower half the one that has the lock.  Barriers: ARM ARM DDI 0406, A3.8.3 and D7.3; a lock is
 * in normal, shareable, write-back memory, which exclusive accesses need (A3.4.5).
 */
#ifndef ARCH_LOCK_H
#define ARCH_LOCK_H

#include <level/order.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t tickets;
} arch_spinlock_t;
#define ARCH_SPINLOCK_INIT(rank) \
    { 0 }

#define ARCH_LOCK_TICKET 0x10000u

/* Wait for ticket @mine.  lock.c. */
void arch_lock_wait(arch_spinlock_t *lock, uint32_t mine);

static inline void arch_spin_lock(arch_spinlock_t *lock) {
    uint32_t old, next, failed;

    __asm__ volatile("1: ldrex %0, [%3]\n"
                     "add %1, %0, %4\n"
                     "strex %2, %1, [%3]\n"
                     "teq %2, #0\n"
                     "bne 1b\n"
                     : "=&r"(old), "=&r"(next), "=&r"(failed)
                     : "r"(&lock->tickets), "I"(ARCH_LOCK_TICKET)
                     : "memory", "cc");
    if (old >> 16 != (old & 0xffffu)) {
        arch_lock_wait(lock, old >> 16);
    }
    order_accesses();
}

/* The lower half is the holder's to write: a store to it makes the others' store-exclusives to the
 * word fail, and they try again.  The event comes after the store is visible. */
static inline void arch_spin_unlock(arch_spinlock_t *lock) {
    volatile uint16_t *serving = (volatile uint16_t *)&lock->tickets;

    order_accesses();
    *serving = (uint16_t)(*serving + 1u);
    order_complete();
    __asm__ volatile("sev" : : : "memory");
}

#endif /* ARCH_LOCK_H */
