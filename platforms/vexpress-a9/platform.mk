# SPDX-License-Identifier: GPL-2.0-only
# Arm Versatile Express with one Cortex-A9 of the V2P-CA9 tile, as QEMU models it.
arch := v7
# Suffix of the flavours of Linux that run here: build/linux/pv-v6v7.
kernel := v6v7
drivers := pl011 pl031 gic mpcore_timer pl310 sp804 sp810 versatile_sysreg
qemu := -M vexpress-a9 -smp 1 -m 512
# U-Boot's configuration for it, which tests start Dacre with.
uboot := vexpress_ca9x4

# Where RAM starts, and where in it the boot loader puts the raw image.
ram_start := 0x60000000
load_address := 0x60010000
# A PL011 for messages before the device tree was read; it is known by the number that the boot
# loader leaves in r1 (Linux: arch/arm/tools/mach-types).
machine := 0x8e0
early_uart := 0x10009000

# What the tests look for: the core's part number, a UART of dom0's, parts that no guest may have
# (counter and controls, interrupt controller, timers, console).
cpu_part := 0xc09
dom0_uart := 0x1000a000
withheld := 0x10000000 0x1e001000 0x1e000000 0x10011000 0x10009000
