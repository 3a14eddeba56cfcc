/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * CP15 registers common to ARMv5-v7, one name each, as the ARM ARM spells it.
 */
#ifndef ARCH_ARM_CP15_H
#define ARCH_ARM_CP15_H

#include <stdbool.h>
#include <stdint.h>

#include "arch/arm/cp15_access.h"

/* A register by the fields of its MCR and MRC. */
#define CP15_KEY(crn, opc1, crm, opc2) ((crn) << 12 | (opc1) << 8 | (crm) << 4 | (opc2))

#define CP15_MIDR                      CP15_KEY(0, 0, 0, 0)
#define CP15_CTR                       CP15_KEY(0, 0, 0, 1)
#define CP15_TCMTR                     CP15_KEY(0, 0, 0, 2)
#define CP15_SCTLR                     CP15_KEY(1, 0, 0, 0)
#define CP15_DACR                      CP15_KEY(3, 0, 0, 0)
#define CP15_DFSR                      CP15_KEY(5, 0, 0, 0)
#define CP15_IFSR                      CP15_KEY(5, 0, 0, 1)
#define CP15_DFAR                      CP15_KEY(6, 0, 0, 0)
#define CP15_IFAR                      CP15_KEY(6, 0, 0, 2)
#define CP15_TEST_CLEAN                CP15_KEY(7, 0, 10, 3) /* ARM926 */
#define CP15_TEST_CLEAN_INVAL          CP15_KEY(7, 0, 14, 3)
#define CP15_FCSEIDR                   CP15_KEY(13, 0, 0, 0)

static inline uint32_t cp15_read_midr(void) {
    return CP15_GET(0, 0, 0, 0);
}

/** cp15_midr_part() - the part number of a MIDR. */
static inline uint32_t cp15_midr_part(uint32_t midr) {
    return midr >> 4 & 0xfff;
}

/** cp15_has_cpuid() - are there the registers of the CPUID scheme (ARM ARM DDI 0406, B4.1.105)? */
static inline bool cp15_has_cpuid(void) {
    return (cp15_read_midr() >> 16 & 0xf) == 0xf;
}

static inline uint32_t cp15_read_ctr(void) {
    return CP15_GET(0, 0, 0, 1);
}

static inline uint32_t cp15_read_tcmtr(void) {
    return CP15_GET(0, 0, 0, 2);
}

static inline uint32_t cp15_read_sctlr(void) {
    return CP15_GET(1, 0, 0, 0);
}

static inline uint32_t cp15_read_dfsr(void) {
    return CP15_GET(5, 0, 0, 0);
}

static inline uint32_t cp15_read_ifsr(void) {
    return CP15_GET(5, 0, 0, 1);
}

static inline uint32_t cp15_read_dfar(void) {
    return CP15_GET(6, 0, 0, 0);
}

#endif /* ARCH_ARM_CP15_H */
