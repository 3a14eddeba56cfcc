/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pCPU this is, and the others, where there is one. */
#include <arch/lock.h>

#include "core/base/arch.h"
#include "core/base/panic.h"

unsigned int arch_cpu_id(void) {
    return 0;
}

void arch_lock_broken(void) {
    panic("a lock is taken twice");
}

void arch_cpu_stop_others(void) {}
