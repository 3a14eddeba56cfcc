/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pCPU panics, and the others stop before it prints: by an interrupt, or by an event where they
 * wait for a lock.  One that does neither, since it is lost, is not waited for for ever.
 */
#include <arch/atomic.h>
#include <level/remote.h>

#include "arch/arm/several/secondary.h"
#include "core/base/arch.h"
#include "core/device/cpus.h"

#define STOP_LOOKS 100000u

static volatile uint32_t stopper; /* number of the pCPU that panics, plus 1; 0: none does */
static volatile bool is_stopped[ARCH_CPU_MAX];

static _Noreturn void stop(void) {
    is_stopped[arch_cpu_id()] = true;
    arch_halt();
}

void cpu_stop_if_asked(void) {
    if (stopper && stopper != arch_cpu_id() + 1) {
        stop();
    }
}

void arch_cpu_kicked(void) {
    cpu_stop_if_asked();
    remote_answer();
}

static bool others_stopped(void) {
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (i != arch_cpu_id() && cpu_is_up(i) && !is_stopped[i]) {
            return false;
        }
    }
    return true;
}

/* Of two that panic at once the first one goes on. */
void arch_cpu_stop_others(void) {
    (void)arch_atomic_replace(&stopper, 0, arch_cpu_id() + 1);
    cpu_stop_if_asked();
    cpu_wake_waiting();
    cpus_kick_others();
    for (unsigned int i = 0; i < STOP_LOOKS && !others_stopped(); i++) {
        arch_cpu_relax();
    }
}
