/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on the core in the guest library, for ARMv6K.
 */
#ifndef GUEST_CORE_H
#define GUEST_CORE_H

#include "core_extended.h"

#define CORE_LEVEL     6  /* pv_vcpu.arch_level */
#define CORE_VFP_WORDS 32 /* of its registers: VFPv2, d0-d15 */

#endif /* GUEST_CORE_H */
