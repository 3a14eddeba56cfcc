/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CP15 of ARMv6 for guest kernels: what extended/cp15.h says, and nothing else.
 */
#include "arch/arm/extended/cp15.h"

bool level_cp15_read(const struct arch_vcpu *arch, unsigned int key, uint32_t *value) {
    return extended_cp15_read(arch, key, value);
}

bool level_cp15_write(struct vcpu *v, unsigned int key, uint32_t value) {
    return extended_cp15_write(v, key, value);
}
