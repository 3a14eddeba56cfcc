/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arm PrimeCell real time clock (PL031, Arm DDI 0224): seconds since 1970.  It is read once, so
 * that domains know the date from the start, and stays the domain's that has it, which may set it.
 */
#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/reg_poll.h"

#define RTCDR 0x000

static int pl031_probe(const void *fdt, int node) {
    void *regs = devices.date ? NULL : driver_map(fdt, node, 0, NULL);

    if (regs) {
        devices.date = reg_read(regs, RTCDR);
    }
    return -XEN_ENODEV;
}

DRIVER(pl031_driver, "arm,pl031", pl031_probe);
