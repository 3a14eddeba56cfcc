/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What depends on the core in the guest library, for ARMv7-A.
 */
#ifndef GUEST_CORE_H
#define GUEST_CORE_H

#include "core_extended.h"

#define CORE_LEVEL     7  /* pv_vcpu.arch_level */
#define CORE_VFP_WORDS 64 /* of its registers: VFPv3 with NEON, d0-d31 */

#endif /* GUEST_CORE_H */
