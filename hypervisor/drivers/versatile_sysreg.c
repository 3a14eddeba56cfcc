/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System registers of Arm's Versatile, RealView and Versatile Express boards: the 24 MHz counter,
 * alike on all, and the reset of the board.  Arm DUI 0225 (Versatile PB), 4.3; DUI 0303 (RealView
 * EB) and DUI 0417 (PB-A8), 4.3 and 4.4; DUI 0447 (Versatile Express motherboard), 4.3.
 */
#include <libfdt.h>
#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/reg_poll.h"

#define SYS_LOCK           0x20
#define SYS_LOCK_KEY       0xa05f
#define SYS_RESETCTL       0x40
#define SYS_24MHZ          0x5c
#define SYS_CFGDATA        0xa0
#define SYS_CFGCTRL        0xa4
#define SYS_CFGCTRL_REBOOT 0xc0900000 /* start, write, function 9, motherboard, device 0 */

#define COUNTER_HZ         24000000u

struct sysreg_kind {
    const char *compatible;
    uint32_t resetctl; /* what resets the board; 0: the configuration controller does */
};

static const struct sysreg_kind kinds[] = {
    {"arm,core-module-versatile", 0x105}, /* bit 8: do it; 0b101: to power-on reset */
    {"arm,realview-eb-syscon", 0x008},    {"arm,realview-pba8-syscon", 0x004},
    {"arm,realview-pbx-syscon", 0x0f4},   {"arm,vexpress-sysreg", 0},
};

static void *regs;
static uint32_t resetctl;

/* SYS_RESETCTL ignores writes until the key is in SYS_LOCK. */
static void versatile_sysreg_reset(void) {
    reg_write(regs, SYS_LOCK, SYS_LOCK_KEY);
    reg_write(regs, SYS_RESETCTL, 0);
    reg_write(regs, SYS_RESETCTL, resetctl);
}

static void versatile_sysreg_reboot(void) {
    reg_write(regs, SYS_CFGDATA, 0);
    reg_write(regs, SYS_CFGCTRL, SYS_CFGCTRL_REBOOT);
}

static const struct sysreg_kind *versatile_sysreg_kind(const void *fdt, int node) {
    const struct sysreg_kind *kind = kinds;

    while (fdt_node_check_compatible(fdt, node, kind->compatible) != 0) {
        kind++;
    }
    return kind;
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
    resetctl = versatile_sysreg_kind(fdt, node)->resetctl;
    devices.reset = resetctl ? versatile_sysreg_reset : versatile_sysreg_reboot;
    return 0;
}

DRIVER(versatile_sysreg_driver, "arm,core-module-versatile", versatile_sysreg_probe);
DRIVER(realview_eb_sysreg_driver, "arm,realview-eb-syscon", versatile_sysreg_probe);
DRIVER(realview_pba8_sysreg_driver, "arm,realview-pba8-syscon", versatile_sysreg_probe);
DRIVER(realview_pbx_sysreg_driver, "arm,realview-pbx-syscon", versatile_sysreg_probe);
DRIVER(vexpress_sysreg_driver, "arm,vexpress-sysreg", versatile_sysreg_probe);
