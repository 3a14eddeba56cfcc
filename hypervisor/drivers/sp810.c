/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arm PrimeXsys system controller (SP810, Arm DDI 0254): it gates the clock of the board's
 * four timers.  After reset they count a 32 kHz clock; sp804.c wants TIMCLK.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/driver.h"
#include "core/device/reg_poll.h"

#define SCCTRL               0x00
#define SCCTRL_TIMERENSEL(n) (1u << (15 + 2 * (n))) /* 1: TIMCLK */

static int sp810_probe(const void *fdt, int node) {
    void *regs = driver_map(fdt, node, 0, NULL);

    if (!regs) {
        return -XEN_EINVAL;
    }
    reg_write(regs, SCCTRL,
              reg_read(regs, SCCTRL) | SCCTRL_TIMERENSEL(0) | SCCTRL_TIMERENSEL(1) |
                  SCCTRL_TIMERENSEL(2) | SCCTRL_TIMERENSEL(3));
    return 0;
}

DRIVER(sp810_driver, "arm,sp810", sp810_probe);
