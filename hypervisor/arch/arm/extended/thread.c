/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User thread registers of ARMv6K and ARMv7, and the exclusive monitor: a store-exclusive of the
 * next vCPU must not succeed on the reservation of the last one (ARM ARM DDI 0406, A3.4.4).
 */
#include "arch/arm/cp15.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"

void level_thread_save(struct arch_vcpu *v) {
    v->tls_rw = CP15_GET(13, 0, 0, 2);
}

void level_thread_set(uint32_t tls) {
    CP15_SET(13, 0, 0, 3, tls);
}

void level_thread_load(const struct arch_vcpu *v) {
    CP15_SET(13, 0, 0, 2, v->tls_rw);
    CP15_SET(13, 0, 0, 3, v->tls);
    level_clear_exclusive();
}
