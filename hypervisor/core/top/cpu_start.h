/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Starting the pCPUs that did not boot the machine.
 */
#ifndef CORE_CPU_START_H
#define CORE_CPU_START_H

/**
 * cpus_start() - start those that the tree @fdt names, and say of each whether it came.  One that
 * does not come is no reason to stop.  Boot, on the pCPU that boots.
 */
void cpus_start(const void *fdt);

/** cpu_main() - from arch's start code, on another pCPU: MMU on, stack there, nothing else. */
_Noreturn void cpu_main(void);

#endif /* CORE_CPU_START_H */
