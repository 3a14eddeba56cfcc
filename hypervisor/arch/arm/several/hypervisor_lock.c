/* SPDX-License-Identifier: GPL-2.0-only */
/* See hypervisor_lock.h.  The pCPU that boots holds it from the start. */
#include "arch/arm/several/hypervisor_lock.h"

#include <level/remote.h>

#include "core/base/arch.h"

arch_spinlock_t hypervisor_lock = {ARCH_LOCK_TICKET};

void arch_hypervisor_enter(void) {
    arch_spin_lock(&hypervisor_lock);
    remote_answer();
}

void arch_hypervisor_leave(void) {
    arch_spin_unlock(&hypervisor_lock);
}
