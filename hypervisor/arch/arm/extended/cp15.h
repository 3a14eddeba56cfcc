/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest kernel sees of the CP15 registers that ARMv6 has beyond v5, for the cp15.c of ARMv6
 * and of ARMv7.  Numbers: ARM ARM DDI 0406, B3.17.2; CPUID fields B4.1.
 */
#ifndef ARCH_ARM_EXTENDED_CP15_H
#define ARCH_ARM_EXTENDED_CP15_H

#include "arch/arm/cp15.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"
#include "core/domain/vcpu.h"

#define CP15_ID_PFR0     CP15_KEY(0, 0, 1, 0)
#define CP15_ID_PFR1     CP15_KEY(0, 0, 1, 1)
#define CP15_ID_MMFR0    CP15_KEY(0, 0, 1, 4)
#define CP15_ID_MMFR1    CP15_KEY(0, 0, 1, 5)
#define CP15_ID_MMFR2    CP15_KEY(0, 0, 1, 6)
#define CP15_ID_MMFR3    CP15_KEY(0, 0, 1, 7)
#define CP15_ID_ISAR0    CP15_KEY(0, 0, 2, 0)
#define CP15_ID_ISAR1    CP15_KEY(0, 0, 2, 1)
#define CP15_ID_ISAR2    CP15_KEY(0, 0, 2, 2)
#define CP15_ID_ISAR3    CP15_KEY(0, 0, 2, 3)
#define CP15_ID_ISAR4    CP15_KEY(0, 0, 2, 4)
#define CP15_ID_ISAR5    CP15_KEY(0, 0, 2, 5)
#define CP15_ID_FIRST    CP15_ID_PFR0
#define CP15_ID_LAST     CP15_KEY(0, 0, 7, 7)
#define CP15_TLBTR       CP15_KEY(0, 0, 0, 3)
#define CP15_ACTLR       CP15_KEY(1, 0, 0, 1)
#define CP15_CPACR       CP15_KEY(1, 0, 0, 2)
#define CP15_PRRR        CP15_KEY(10, 0, 2, 0)
#define CP15_NMRR        CP15_KEY(10, 0, 2, 1)
#define CP15_CONTEXTIDR  CP15_KEY(13, 0, 0, 1)
#define CP15_TPIDRURW    CP15_KEY(13, 0, 0, 2)
#define CP15_TPIDRURO    CP15_KEY(13, 0, 0, 3)
#define CP15_TPIDRPRW    CP15_KEY(13, 0, 0, 4)

#define CPACR_VFP        0x00f00000u
#define PFR0_STATES      0x000000ffu /* ARM and Thumb; not Jazelle nor ThumbEE */
#define PFR1_MODEL       0x0000000fu /* without Security, Virtualization, timer */
#define ISAR1_NO_JAZELLE 0x0fffffffu
#define ISAR4_NO_SMC     0xffff0fffu

/* What is not named, and ID_DFR0 (no debug unit, no performance monitors), reads as zero. */
static inline bool extended_id_read(unsigned int key, uint32_t *value) {
    if (!cp15_has_cpuid()) {
        return false;
    }
    switch (key) {
    case CP15_ID_PFR0: *value = CP15_GET(0, 0, 1, 0) & PFR0_STATES; return true;
    case CP15_ID_PFR1: *value = CP15_GET(0, 0, 1, 1) & PFR1_MODEL; return true;
    case CP15_ID_MMFR0: *value = CP15_GET(0, 0, 1, 4); return true;
    case CP15_ID_MMFR1: *value = CP15_GET(0, 0, 1, 5); return true;
    case CP15_ID_MMFR2: *value = CP15_GET(0, 0, 1, 6); return true;
    case CP15_ID_MMFR3: *value = CP15_GET(0, 0, 1, 7); return true;
    case CP15_ID_ISAR0: *value = CP15_GET(0, 0, 2, 0); return true;
    case CP15_ID_ISAR1: *value = CP15_GET(0, 0, 2, 1) & ISAR1_NO_JAZELLE; return true;
    case CP15_ID_ISAR2: *value = CP15_GET(0, 0, 2, 2); return true;
    case CP15_ID_ISAR3: *value = CP15_GET(0, 0, 2, 3); return true;
    case CP15_ID_ISAR4: *value = CP15_GET(0, 0, 2, 4) & ISAR4_NO_SMC; return true;
    case CP15_ID_ISAR5: *value = CP15_GET(0, 0, 2, 5); return true;
    default: *value = 0; return key >= CP15_ID_FIRST && key <= CP15_ID_LAST;
    }
}

static inline bool extended_cp15_read(const struct arch_vcpu *arch, unsigned int key,
                                      uint32_t *value) {
    switch (key) {
    case CP15_TLBTR: *value = CP15_GET(0, 0, 0, 3); return true;
    case CP15_ACTLR: *value = 0; return true;
    case CP15_CPACR: *value = CPACR_VFP; return true;
    case CP15_PRRR:
    case CP15_NMRR: *value = 0; return true; /* TEX remap is off */
    case CP15_CONTEXTIDR: *value = 0; return true;
    case CP15_TPIDRURW: *value = CP15_GET(13, 0, 0, 2); return true;
    case CP15_TPIDRURO: *value = arch->tls; return true;
    case CP15_TPIDRPRW: *value = arch->tls_kernel; return true;
    default: return extended_id_read(key, value);
    }
}

/* The ASID is the hypervisor's; auxiliary and coprocessor controls stay as they are. */
static inline bool extended_cp15_write(struct vcpu *v, unsigned int key, uint32_t value) {
    switch (key) {
    case CP15_ACTLR:
    case CP15_CPACR:
    case CP15_PRRR:
    case CP15_NMRR:
    case CP15_CONTEXTIDR: return true;
    case CP15_TPIDRURW: CP15_SET(13, 0, 0, 2, value); return true;
    case CP15_TPIDRURO: arch_vcpu_set_tls(v, value); return true;
    case CP15_TPIDRPRW: v->arch.tls_kernel = value; return true;
    default: return false;
    }
}

#endif /* ARCH_ARM_EXTENDED_CP15_H */
