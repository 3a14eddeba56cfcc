/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Privileged instructions that a guest kernel issued although it runs in USR mode.
 */
#ifndef ARCH_ARM_EMULATE_H
#define ARCH_ARM_EMULATE_H

#include <stdbool.h>

struct vcpu;

/**
 * emulate_undefined() - @v stopped at an undefined instruction; regs.pc is that of the next.
 * True: done, or to be tried again (regs.pc says which).  False: the guest's own; regs.pc is then
 * the address of the instruction itself.
 */
bool emulate_undefined(struct vcpu *v);

#endif /* ARCH_ARM_EMULATE_H */
