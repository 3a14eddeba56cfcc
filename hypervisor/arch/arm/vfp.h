/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VFP: one set of registers, given to the vCPU that last used it; with several pCPUs one set
 * each, which a vCPU that used it leaves with its pCPU.  Hardware FPEXC.EN is set only while its
 * owner runs with its own EN set.
 */
#ifndef ARCH_ARM_VFP_H
#define ARCH_ARM_VFP_H

#include <stdbool.h>
#include <stdint.h>

struct vcpu;

#define FPEXC_EX (1u << 31)
#define FPEXC_EN (1u << 30)

/** vfp_init() - is there one?  Each pCPU; all are alike. */
void vfp_init(void);
/** vfp_present() - FPSID, or 0. */
uint32_t vfp_present(void);
/** vfp_set_enabled() - the guest's FPEXC.EN of @v, current. */
void vfp_set_enabled(struct vcpu *v, bool enabled);
/**
 * vfp_take() - @v, current, may have used the VFP: true if it was switched off and is @v's now, so
 * that the instruction is to be tried again.
 */
bool vfp_take(struct vcpu *v);
/** vfp_switch() - @next is about to run. */
void vfp_switch(struct vcpu *next);
/** vfp_forget() - @v is going away. */
void vfp_forget(const struct vcpu *v);
/** vfp_read(), vfp_write() - FPEXC (@reg 8), FPINST (9), FPINST2 (10), FPSID (0), MVFR (7, 6) as
 * the guest kernel sees them.  False: not a register that it has. */
bool vfp_read(struct vcpu *v, unsigned int reg, uint32_t *value);
bool vfp_write(struct vcpu *v, unsigned int reg, uint32_t value);

#endif /* ARCH_ARM_VFP_H */
