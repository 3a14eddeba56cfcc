/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The build host's part of the structures that core keeps, so that core runs in
 * unit tests.
 */
#ifndef ARCH_TYPES_H
#define ARCH_TYPES_H

#include <stdbool.h>
#include <stdint.h>

#include <arch/cpus.h>
#include <arch/lock.h>

#define ARCH_MAP_SLOTS 4

struct arch_vcpu {
    uint32_t entry; /* what arch_vcpu_init() was given */
    uint32_t fdt;
    uint32_t *l1; /* what arch_vcpu_set_base() was given */
    uint32_t *kernel;
    uint32_t tls;
    bool fpu_enabled;
};

#endif /* ARCH_TYPES_H */
