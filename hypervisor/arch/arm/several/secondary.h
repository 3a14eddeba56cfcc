/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pCPUs other than the one that boots.
 */
#ifndef ARCH_ARM_SEVERAL_SECONDARY_H
#define ARCH_ARM_SEVERAL_SECONDARY_H

/** self_init_secondary() - as self_init(), on a pCPU that did not boot the machine. */
void self_init_secondary(void);

/** cpu_stop_if_asked() - stop for good if another pCPU panics.  Any context. */
void cpu_stop_if_asked(void);

/** cpu_wake_waiting() - those that wait for a lock look what is wanted of them, which was stored
 * before: an interrupt, masked, does not end a WFE.  Any context. */
void cpu_wake_waiting(void);

#endif /* ARCH_ARM_SEVERAL_SECONDARY_H */
