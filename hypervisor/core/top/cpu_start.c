/* SPDX-License-Identifier: GPL-2.0-only */
/* See cpu_start.h. */
#include "core/top/cpu_start.h"

#include <arch/atomic.h>
#include <libfdt.h>
#include <stddef.h>
#include <string.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/device/cpus.h"
#include "core/device/device.h"
#include "core/device/irq.h"
#include "core/domain/vcpu.h"
#include "core/fdt/fdt_reg.h"
#include "core/time/clock.h"
#include "core/time/timer.h"

/* How long they may take from the pen to here. */
#define START_MS 50u

/* To stop, to pick another vCPU, to set the timer, or to look for events on the way out.  What is
 * wanted was stored before the interrupt was sent: it is not read before that is acknowledged. */
static bool kicked(unsigned int irq, void *data) {
    (void)irq;
    (void)data;
    arch_memory_barrier();
    arch_cpu_kicked();
    timer_program();
    return true;
}

/* The number of the pCPU of @node, or that of none. */
static unsigned int number_of(const void *fdt, int node) {
    const char *type = fdt_getprop(fdt, node, "device_type", NULL);
    uint64_t number;

    if (!type || strcmp(type, "cpu") != 0 || !fdt_reg_enabled(fdt, node) ||
        fdt_reg_number(fdt, node, "reg", &number)) {
        return this_cpu_index();
    }
    return number < UINT32_MAX ? (unsigned int)number : UINT32_MAX;
}

/* The pCPUs that the tree names, one bit each; one that has no place here is told of. */
static uint32_t named_cpus(const void *fdt) {
    int node, cpus = fdt_path_offset(fdt, "/cpus");
    uint32_t named = 0;

    fdt_for_each_subnode(node, fdt, cpus) {
        unsigned int cpu = number_of(fdt, node);

        if (cpu < ARCH_CPU_MAX) {
            named |= 1u << cpu;
        } else {
            printk("CPU %u: not used, since CPUs beyond %u are not\n", cpu, ARCH_CPU_MAX - 1);
        }
    }
    return named;
}

static bool is_other(uint32_t cpus, unsigned int cpu) {
    return (cpus & 1u << cpu) != 0 && cpu != this_cpu_index();
}

/* They leave the pen when an interrupt comes, having seen where to. */
static void release(uint32_t cpus) {
    maddr_t entry = arch_cpus_entry();

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (is_other(cpus, i)) {
            cpu_devices.release(i, entry);
            arch_memory_barrier();
            cpu_devices.send(CPU_KICK_IRQ, 1u << i);
        }
    }
}

/* It comes in where this one leaves the hypervisor. */
static void report(unsigned int cpu, uint64_t end) {
    while (!sched_is_there(cpu) && clock_now() < end) {
        arch_hypervisor_leave();
        arch_cpu_relax();
        arch_hypervisor_enter();
    }
    if (sched_is_there(cpu)) {
        printk("CPU %u: up\n", cpu);
    } else {
        printk("CPU %u: did not come within %u ms; going on without it\n", cpu, START_MS);
    }
}

void cpus_start(const void *fdt) {
    uint32_t cpus = named_cpus(fdt);
    uint64_t end = clock_now() + START_MS * 1000000u;

    CHECK(irq_claim(CPU_KICK_IRQ, kicked, NULL) == 0);
    cpu_set_up();
    if (!cpu_devices.release || !cpu_devices.send) {
        printk("CPUs: one is used, since the board's tree does not say how to start others\n");
        return;
    }
    release(cpus);
    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        if (is_other(cpus, i)) {
            report(i, end);
        }
    }
}

void cpu_main(void) {
    cpu_devices.init_intc();
    cpu_set_up();
    arch_hypervisor_enter();
    timer_queue_init();
    vcpu_idle_init();
    arch_cpu_guests_init();
    timer_start_here();
    this_cpu()->work |= PERCPU_WORK_SCHED;
    arch_run_guests();
}
