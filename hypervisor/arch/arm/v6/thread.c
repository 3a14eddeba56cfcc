/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User thread registers, and the exclusive monitor: a store-exclusive of the next vCPU must not
 * succeed on the reservation of the last one.
 */
#include "arch/arm/level.h"
#include "core/arch.h"

void level_thread_save(struct arch_vcpu *v) {
    __asm__ volatile("mrc p15, 0, %0, c13, c0, 2" : "=r"(v->tls_rw));
}

void level_thread_set(uint32_t tls) {
    __asm__ volatile("mcr p15, 0, %0, c13, c0, 3" : : "r"(tls));
}

void level_thread_load(const struct arch_vcpu *v) {
    __asm__ volatile("mcr p15, 0, %0, c13, c0, 2\n"
                     "mcr p15, 0, %1, c13, c0, 3\n"
                     :
                     : "r"(v->tls_rw), "r"(v->tls));
    level_clear_exclusive();
}
