/* SPDX-License-Identifier: GPL-2.0-only */
#include "arch/arm/extended_thread.h"

void level_thread_save(struct arch_vcpu *v) {
    extended_thread_save(v);
}

void level_thread_set(uint32_t tls) {
    extended_thread_set(tls);
}

void level_thread_load(const struct arch_vcpu *v) {
    extended_thread_load(v);
}
