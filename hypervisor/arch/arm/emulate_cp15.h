/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CP15 as a guest kernel sees it.
 */
#ifndef ARCH_ARM_EMULATE_CP15_H
#define ARCH_ARM_EMULATE_CP15_H

#include <stdbool.h>
#include <stdint.h>

struct transfer;
struct vcpu;

/** cp15_read(), cp15_write() - @v, current, reads or writes a register.  False: one that it has
 * not. */
bool cp15_read(struct vcpu *v, const struct transfer *t, uint32_t *value);
bool cp15_write(struct vcpu *v, const struct transfer *t, uint32_t value);

#endif /* ARCH_ARM_EMULATE_CP15_H */
