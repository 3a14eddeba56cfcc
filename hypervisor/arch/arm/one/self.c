/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pCPU this is, and the others, where there is one. */
#include <arch/lock.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "cpus/self.h"

/* FIQs seen; none is expected. */
uint32_t self_fiq_count;
/* Asynchronous aborts that arrived in the hypervisor: whoever caused them, it was a guest's access
 * to a device.  One that arrives while a guest runs is delivered to it. */
uint32_t self_async_abort_count;

uint32_t arch_fiq_count(void) {
    return self_fiq_count;
}

uint32_t arch_async_abort_count(void) {
    return self_async_abort_count;
}

unsigned int arch_cpu_id(void) {
    return 0;
}

void arch_lock_broken(void) {
    panic("a lock is taken twice");
}

void arch_cpu_stop_others(void) {}

void arch_hypervisor_enter(void) {}

void arch_hypervisor_leave(void) {}
