/* SPDX-License-Identifier: GPL-2.0-only */
/* See cpus.h. */
#include "core/device/cpus.h"

#include <arch/atomic.h>

struct cpu_devices cpu_devices;

/* A bit for each pCPU; set for good. */
static volatile uint32_t up;

void cpu_set_up(void) {
    arch_memory_barrier();
    (void)arch_atomic_test_and_set(&up, 1u << this_cpu_index());
}

bool cpu_is_up(unsigned int cpu) {
    return (up & 1u << cpu) != 0;
}

void cpus_kick(uint32_t cpus) {
    arch_memory_barrier();
    if (up & cpus) {
        cpu_devices.send(CPU_KICK_IRQ, up & cpus);
    }
}

void cpus_kick_others(void) {
    cpus_kick(~(1u << this_cpu_index()));
}
