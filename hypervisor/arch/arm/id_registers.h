/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Identification registers of the CPUID scheme (ARM ARM DDI 0406, B7.1), for the core.c of ARMv6 and
 * ARMv7.  A guest reads the core's own, less what it cannot have: debug, security and
 * virtualization extensions, the generic timer.
 */
#ifndef ARCH_ARM_ID_REGISTERS_H
#define ARCH_ARM_ID_REGISTERS_H

#include <stdbool.h>
#include <stdint.h>

#define ID_PFR1_PROGRAMMERS_MODEL 0xfu

#define ID_REGISTER(crm, opc2)                                                   \
    case (crm) << 4 | (opc2):                                                    \
        __asm__ volatile("mrc p15, 0, %0, c0, c" #crm ", " #opc2 : "=r"(value)); \
        break

/* id_register() - what a guest reads as CP15 c0, c@crm, @opc2; what is not there is 0. */
static inline uint32_t id_register(unsigned int crm, unsigned int opc2) {
    uint32_t value = 0;

    switch (crm << 4 | opc2) {
        ID_REGISTER(1, 0); /* PFR0 */
        ID_REGISTER(1, 1); /* PFR1 */
        ID_REGISTER(1, 4); /* MMFR0-3 */
        ID_REGISTER(1, 5);
        ID_REGISTER(1, 6);
        ID_REGISTER(1, 7);
        ID_REGISTER(2, 0); /* ISAR0-5 */
        ID_REGISTER(2, 1);
        ID_REGISTER(2, 2);
        ID_REGISTER(2, 3);
        ID_REGISTER(2, 4);
        ID_REGISTER(2, 5);
    default: break;
    }
    return crm == 1 && opc2 == 1 ? value & ID_PFR1_PROGRAMMERS_MODEL : value;
}

#undef ID_REGISTER

#endif /* ARCH_ARM_ID_REGISTERS_H */
