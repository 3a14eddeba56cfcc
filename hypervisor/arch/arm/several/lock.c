/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for a lock: asleep until a holder's event (ARM ARM DDI 0406, A8.8.424, B1.8.13). */
#include <arch/lock.h>

#include <level/order.h>
#include <level/remote.h>

#include "arch/arm/several/secondary.h"

/* Who panics takes no locks; the others do not wait for those that were held.  Who holds this one
 * may wait for what this pCPU is to do for it. */
void arch_lock_wait(arch_spinlock_t *lock, uint32_t mine) {
    while ((lock->tickets & 0xffffu) != mine) {
        cpu_stop_if_asked();
        remote_answer();
        __asm__ volatile("wfe" : : : "memory");
    }
}

void cpu_wake_waiting(void) {
    order_complete();
    __asm__ volatile("sev" : : : "memory");
}
