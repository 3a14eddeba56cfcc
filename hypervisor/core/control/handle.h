/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest handles in memory: 8 bytes, of which a 32-bit guest uses the lower half.
 */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"

/** handle_ok() - *@out is the address that handle @q names; false: it is none of 32 bits. */
static inline bool handle_ok(uint64_t q, gvaddr_t *out) {
    *out = gvaddr((uint32_t)q);
    return q >> 32 == 0;
}

#endif /* CORE_HANDLE_H */
