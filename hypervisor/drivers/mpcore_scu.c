/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The snoop control unit of the ARM11 MPCore (TRM DDI 0360), which keeps the data caches of CPUs
 * with ACTLR.SMP set coherent.  The Cortex-A9's is switched on before the MMU, since that core says
 * where it is.  Here the CPU that boots has used its cache already: the unit knows nothing of what
 * is in it, so it is emptied when the unit is on, and before another CPU comes.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/base/arch.h"
#include "core/device/driver.h"
#include "core/device/reg_poll.h"

#define SCU_CONTROL        0x00
#define SCU_CONTROL_ENABLE 1u
#define SCU_INVALIDATE     0x0c
#define SCU_INVALIDATE_ALL 0xffffu /* all ways of all CPUs */

static int mpcore_scu_probe(const void *fdt, int node) {
    void *regs = driver_map(fdt, node, 0, NULL);
    uint32_t progress = 0;

    if (!regs) {
        return -XEN_EINVAL;
    }
    if (reg_read(regs, SCU_CONTROL) & SCU_CONTROL_ENABLE) {
        return 0;
    }
    reg_write(regs, SCU_INVALIDATE, SCU_INVALIDATE_ALL);
    reg_write(regs, SCU_CONTROL, reg_read(regs, SCU_CONTROL) | SCU_CONTROL_ENABLE);
    while (arch_cache_flush_step(&progress)) {
    }
    return 0;
}

DRIVER(mpcore_scu_driver, "arm,arm11mp-scu", mpcore_scu_probe);
