/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All of the VFP's data registers; see vfp.h.
 */
#include "vfp.h"

#define LOWER 32 /* words of d0-d15 */

void vfp_store_all(uint32_t to[VFP_REGISTERS]) {
    vfp_store(to);
    if (VFP_REGISTERS > LOWER) {
        vfp_store_upper(to + LOWER);
    }
}

void vfp_load_all(const uint32_t from[VFP_REGISTERS]) {
    vfp_load(from);
    if (VFP_REGISTERS > LOWER) {
        vfp_load_upper(from + LOWER);
    }
}
