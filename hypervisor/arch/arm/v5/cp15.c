/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ARM926EJ-S has no further registers that a guest kernel needs.
 */
#include "arch/arm/level.h"

bool level_cp15_read(const struct arch_vcpu *arch, unsigned int key, uint32_t *value) {
    (void)arch;
    (void)key;
    (void)value;
    return false;
}

bool level_cp15_write(struct vcpu *v, unsigned int key, uint32_t value) {
    (void)v;
    (void)key;
    (void)value;
    return false;
}
