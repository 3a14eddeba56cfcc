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

/* As cpus/entry.inc, with its YIELD: or a pCPU that works in steps keeps the next one from taking
 * its timer, in QEMU's turns. */
void arch_hypervisor_leave(void) {
    arch_spin_unlock(&hypervisor_lock);
    arch_cpu_relax();
}
