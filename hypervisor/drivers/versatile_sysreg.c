/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System registers of Arm's Versatile boards (Arm DUI 0225, 4.3): the 24 MHz counter,
 * and the reset of the board.
 */
#include "core/abi.h"
#include "core/driver.h"
#include "core/reg_poll.h"

#define SYS_LOCK         0x20
#define SYS_LOCK_KEY     0xa05f
#define SYS_RESETCTL     0x40
#define SYS_RESETCTL_POR 0x105 /* bit 8: do it; 0b101: to power-on reset */
#define SYS_24MHZ        0x5c

#define COUNTER_HZ       24000000u

static void *regs;

/* SYS_RESETCTL ignores writes until the key is in SYS_LOCK. */
static void versatile_sysreg_reset(void) {
    reg_write(regs, SYS_LOCK, SYS_LOCK_KEY);
    reg_write(regs, SYS_RESETCTL, SYS_RESETCTL_POR);
}

static int versatile_sysreg_probe(const void *fdt, int node) {
    maddr_t base;

    regs = driver_map(fdt, node, 0, &base);
    if (!regs || (base.v & ~PAGE_MASK) != 0) {
        return -XEN_EINVAL;
    }
    devices.counter = (struct counter){
        .page = base,
        .offset = SYS_24MHZ,
        .hz = COUNTER_HZ,
        .mask = UINT32_MAX,
        .reg = (volatile const uint32_t *)((uint8_t *)regs + SYS_24MHZ),
    };
    devices.reset = versatile_sysreg_reset;
    return 0;
}

DRIVER(versatile_sysreg_driver, "arm,core-module-versatile", versatile_sysreg_probe);
