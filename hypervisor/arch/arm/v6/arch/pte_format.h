/* SPDX-License-Identifier: GPL-2.0-only */
/* ARMv6's table entries: the format with XN and APX. */
#ifndef LEVEL_PTE_FORMAT_H
#define LEVEL_PTE_FORMAT_H

#include "arch/arm/pte_extended.h"

#endif /* LEVEL_PTE_FORMAT_H */
