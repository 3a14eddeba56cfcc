/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The instructions that reach CP15.  Unit tests put registers of their own in the place of this
 * file.
 */
#ifndef ARCH_ARM_CP15_ACCESS_H
#define ARCH_ARM_CP15_ACCESS_H

#include <stdint.h>

/* MRC and MCR of CP15; the fields are numbers. */
#define CP15_GET(crn, opc1, crm, opc2)                                                           \
    ({                                                                                           \
        uint32_t value_;                                                                         \
        __asm__ volatile("mrc p15, " #opc1 ", %0, c" #crn ", c" #crm ", " #opc2 : "=r"(value_)); \
        value_;                                                                                  \
    })
#define CP15_SET(crn, opc1, crm, opc2, value)                               \
    __asm__ volatile("mcr p15, " #opc1 ", %0, c" #crn ", c" #crm ", " #opc2 \
                     :                                                      \
                     : "r"(value)                                           \
                     : "memory")

#endif /* ARCH_ARM_CP15_ACCESS_H */
