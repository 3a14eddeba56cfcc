/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flags register of Arm's RealView and Versatile Express boards, from which CPUs that did not
 * boot the machine take their entry: Arm DUI 0447, 4.3.10 (Versatile Express motherboard); DUI
 * 0440, 4.4 (RealView PBX-A9).  The boot loader keeps them asleep until an interrupt comes and the
 * register is not 0.
 */
#include <stddef.h>

#include "core/base/abi.h"
#include "core/device/cpus.h"
#include "core/device/driver.h"
#include "core/device/reg_poll.h"

#define SYS_FLAGSSET 0x0
#define SYS_FLAGSCLR 0x4

static void *regs;

static void versatile_flags_release(unsigned int cpu, maddr_t entry) {
    (void)cpu;
    reg_write(regs, SYS_FLAGSCLR, UINT32_MAX);
    reg_write(regs, SYS_FLAGSSET, entry.v);
}

static int versatile_flags_probe(const void *fdt, int node) {
    regs = driver_map(fdt, node, 0, NULL);
    if (!regs) {
        return -XEN_EINVAL;
    }
    cpu_devices.release = versatile_flags_release;
    return 0;
}

DRIVER(versatile_flags_driver, "dacre,versatile-flags", versatile_flags_probe);
