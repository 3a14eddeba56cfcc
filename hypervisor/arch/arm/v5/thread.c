/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARMv5 has no thread registers: the TLS word of the vector page, which the common
 * code writes, is all there is.
 */
#include "arch/arm/level.h"

void level_thread_save(struct arch_vcpu *v) {
    (void)v;
}

void level_thread_set(uint32_t tls) {
    (void)tls;
}

void level_thread_load(const struct arch_vcpu *v) {
    (void)v;
}
