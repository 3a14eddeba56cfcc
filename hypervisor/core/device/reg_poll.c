/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/device/reg_poll.h"

#include "core/base/abi.h"

int reg_poll(volatile void *base, uint32_t offset, uint32_t mask, uint32_t want,
             unsigned int tries) {
    for (; tries > 0; tries--) {
        if ((reg_read(base, offset) & mask) == want) {
            return 0;
        }
    }
    return -XEN_ETIMEDOUT;
}
