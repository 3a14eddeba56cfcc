/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CP15 of ARMv7-A for guest kernels: what extended/cp15.h says, and the description of the caches
 * and of the CPU's place among others (ARM ARM DDI 0406, B4.1.19 CCSIDR, B4.1.20 CLIDR, B4.1.41
 * CSSELR, B4.1.106 MPIDR).
 */
#include "arch/arm/extended/cp15.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"

#define CP15_MPIDR         CP15_KEY(0, 0, 0, 5)
#define CP15_REVIDR        CP15_KEY(0, 0, 0, 6)
#define CP15_CCSIDR        CP15_KEY(0, 1, 0, 0)
#define CP15_CLIDR         CP15_KEY(0, 1, 0, 1)
#define CP15_CSSELR        CP15_KEY(0, 2, 0, 0)

#define CSSELR_MASK        0xfu
#define MPIDR_FORMAT       0x80000000u
#define MPIDR_UNIPROCESSOR 0x40000000u

/* CSSELR belongs to nobody: it is written before each use. */
static uint32_t read_ccsidr(uint32_t selected) {
    CP15_SET(0, 2, 0, 0, selected);
    __asm__ volatile("isb" : : : "memory");
    return CP15_GET(0, 1, 0, 0);
}

/* Its affinity level 0 is the number of the vCPU, as in the guest's tree. */
static uint32_t mpidr_of(const struct vcpu *v) {
    if ((CP15_GET(0, 0, 0, 5) & MPIDR_FORMAT) == 0) {
        return 0;
    }
    return MPIDR_FORMAT | (v->domain->vcpu_count > 1 ? v->id : MPIDR_UNIPROCESSOR);
}

bool level_cp15_read(const struct arch_vcpu *arch, unsigned int key, uint32_t *value) {
    switch (key) {
    case CP15_MPIDR: *value = mpidr_of((const struct vcpu *)(const void *)arch); return true;
    case CP15_REVIDR: *value = CP15_GET(0, 0, 0, 6); return true;
    case CP15_CCSIDR: *value = read_ccsidr(arch->csselr); return true;
    case CP15_CLIDR: *value = CP15_GET(0, 1, 0, 1); return true;
    case CP15_CSSELR: *value = arch->csselr; return true;
    default: return extended_cp15_read(arch, key, value);
    }
}

bool level_cp15_write(struct vcpu *v, unsigned int key, uint32_t value) {
    if (key == CP15_CSSELR) {
        v->arch.csselr = value & CSSELR_MASK;
        return true;
    }
    return extended_cp15_write(v, key, value);
}
