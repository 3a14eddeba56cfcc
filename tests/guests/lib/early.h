/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef GUEST_EARLY_H
#define GUEST_EARLY_H

#include <stdint.h>

/* r0-r15 and CPSR as the hypervisor started us with. */
extern const uint32_t boot_registers[17];

/** early_map() - called by start.S in the flat view; see early.c. @ram: guest-physical RAM base. */
void early_map(uint32_t ram);

/** early_kernel_start() - where the kernel part begins: KERNEL_BASE, unless a guest has its own. */
uint32_t early_kernel_start(void);

/** guest_start() - called by start.S once mapped: sets the library up, runs the tests. */
_Noreturn void guest_start(uint32_t ram);

#endif /* GUEST_EARLY_H */
