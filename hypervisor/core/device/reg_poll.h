/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Device registers: access, and the one way for a driver to wait.
 */
#ifndef CORE_REG_POLL_H
#define CORE_REG_POLL_H

#include <stdint.h>

/* Registers of one device, as mapped by arch_map_device(); offsets in bytes. */
static inline uint32_t reg_read(volatile void *base, uint32_t offset) {
    return *(volatile uint32_t *)((volatile uint8_t *)base + offset);
}

static inline void reg_write(volatile void *base, uint32_t offset, uint32_t value) {
    *(volatile uint32_t *)((volatile uint8_t *)base + offset) = value;
}

/**
 * reg_poll() - read the register until (value & @mask) == @want, at most @tries times (> 0).
 * Returns 0 when it came, on the last try too; -ETIMEDOUT when it did not.
 */
int reg_poll(volatile void *base, uint32_t offset, uint32_t mask, uint32_t want,
             unsigned int tries);

#endif /* CORE_REG_POLL_H */
