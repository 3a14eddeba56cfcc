/* SPDX-License-Identifier: GPL-2.0-only */
/* Which pCPU this is. */
#include "cpus/self.h"

#include <level/order.h>

#include "arch/arm/cp15.h"
#include "arch/arm/several/secondary.h"
#include "arch/arm/several/stacks.h"
#include "core/base/arch.h"

struct stacks secondary_stacks[ARCH_CPU_MAX] __attribute__((aligned(8)));

extern char boot_stack_top[], fatal_stack_top[];

/* MPIDR (ARM ARM DDI 0406, B4.1.106): affinity level 0. */
static unsigned int number(void) {
    return CP15_GET(0, 0, 0, 5) & 0xff;
}

/* From here on addresses from 2 GiB up are walked by TTBR1 (TTBCR.N = 1; ARM ARM DDI 0406, B3.5.4,
 * B4.1.153): by the same table, until a vCPU has another one. */
static void split_tables(void) {
    CP15_SET(2, 0, 0, 1, CP15_GET(2, 0, 0, 0));
    order_control();
    CP15_SET(2, 0, 0, 2, 1);
    order_control();
}

static void set_self(unsigned int id, const void *stack_top, const void *fatal_top) {
    percpu[id].arch = (struct arch_percpu){.id = id,
                                           .stack_top = (uint32_t)(uintptr_t)stack_top,
                                           .fatal_top = (uint32_t)(uintptr_t)fatal_top};
    CP15_SET(13, 0, 0, 4, (uint32_t)(uintptr_t)&percpu[id]);
    split_tables();
}

void self_init(void) {
    set_self(number(), boot_stack_top, fatal_stack_top);
}

void self_init_secondary(void) {
    unsigned int id = number();
    const struct stacks *own = &secondary_stacks[id];

    set_self(id, own->normal + sizeof(own->normal), own->fatal + sizeof(own->fatal));
}

uint32_t arch_fiq_count(void) {
    uint32_t sum = 0;

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        sum += percpu[i].arch.fiq_count;
    }
    return sum;
}

uint32_t arch_async_abort_count(void) {
    uint32_t sum = 0;

    for (unsigned int i = 0; i < ARCH_CPU_MAX; i++) {
        sum += percpu[i].arch.async_abort_count;
    }
    return sum;
}

unsigned int arch_cpu_id(void) {
    return self()->arch.id;
}
