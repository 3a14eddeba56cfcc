/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a lock: asleep until a holder's event (ARM ARM DDI 0406, A8.8.424, B1.8.13). */
#include <arch/lock.h>

#include "arch/arm/several/secondary.h"

/* Who panics takes no locks; the others do not wait for those that were held. */
void arch_lock_wait(arch_spinlock_t *lock, uint32_t mine) {
    while ((lock->tickets & 0xffffu) != mine) {
        cpu_stop_if_asked();
        __asm__ volatile("wfe" : : : "memory");
    }
}
