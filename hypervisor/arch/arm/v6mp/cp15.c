/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CP15 of the ARM11 MPCore for guest kernels: what extended/cp15.h says, and the CPU ID Register
 * (DDI 0360), which has no format bit: the number of the vCPU, as in the guest's tree.
 */
#include "arch/arm/extended/cp15.h"

#define CP15_CPUID CP15_KEY(0, 0, 0, 5)

bool level_cp15_read(const struct arch_vcpu *arch, unsigned int key, uint32_t *value) {
    if (key == CP15_CPUID) {
        *value = ((const struct vcpu *)(const void *)arch)->id;
        return true;
    }
    return extended_cp15_read(arch, key, value);
}

bool level_cp15_write(struct vcpu *v, unsigned int key, uint32_t value) {
    return extended_cp15_write(v, key, value);
}
