# SPDX-License-Identifier: GPL-2.0-only
# Arm Versatile Express with one Cortex-A15 of the V2P-CA15 tile, as QEMU models it: entered in HYP mode.
arch := v7
tested := when named
# Suffix of the flavours of Linux that run here: build/linux/pv-v6v7.
kernel := v6v7
drivers := pl011 pl031 gic sp804 sp810 versatile_sysreg
qemu := -M vexpress-a15,secure=off,virtualization=on -smp 1 -m 512

# Where RAM starts, and where in it the boot loader puts the raw image.
ram_start := 0x80000000
load_address := 0x80010000
# A PL011 for messages before the device tree was read; it is known by the number that the boot
# loader leaves in r1 (Linux: arch/arm/tools/mach-types) and the core.
machine := 0x8e0
early_uart := 0x1c090000

# What the tests look for: the core's part number, a UART of dom0's, parts that no guest may have
# (counter and controls, interrupt controller, timers, console).
cpu_part := 0xc0f
dom0_uart := 0x1c0a0000
withheld := 0x1c010000 0x2c001000 0x2c002000 0x1c110000 0x1c090000
