/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VFP's registers, for code that is compiled without floating point.
 */
#ifndef GUEST_VFP_H
#define GUEST_VFP_H

#include <stdint.h>

#include "core.h"
#include "hypercall.h"

#define VFP_REGISTERS CORE_VFP_WORDS

/* vfp_access.S: d0-d15, and d16-d31 where there are any. */
void vfp_store(uint32_t *to);
void vfp_load(const uint32_t *from);
void vfp_store_upper(uint32_t *to);
void vfp_load_upper(const uint32_t *from);
uint32_t vfp_get_fpscr(void);
void vfp_set_fpscr(uint32_t value);
uint32_t vfp_get_fpexc(void);
void vfp_set_fpexc(uint32_t value);

/** user_vfp() - the shortest use by user code; then SWI. */
void user_vfp(void);
/** user_vfp_read() / user_vfp_write() - a use, then the access of user_read() or user_write(). */
void user_vfp_read(void);
void user_vfp_write(void);

/** vfp_store_all() / vfp_load_all() - all data registers that there are. */
void vfp_store_all(uint32_t to[VFP_REGISTERS]);
void vfp_load_all(const uint32_t from[VFP_REGISTERS]);

/** vfp_trap() - 1: uses trap to our undefined entry, 0: they run.  Result of the call. */
static inline int32_t vfp_trap(uint32_t on) {
    return hypercall1(__HYPERVISOR_fpu_taskswitch, on);
}

#endif /* GUEST_VFP_H */
