# SPDX-License-Identifier: GPL-2.0-only
# Arm RealView Emulation Baseboard with an ARM1176JZF-S, as QEMU models it.
arch := v6
# Suffix of the flavours of Linux that run here: build/linux/pv-v6v7.
kernel := v6v7
drivers := pl011 pl031 gic sp804 sp810 versatile_sysreg
qemu := -M realview-eb -cpu arm1176 -m 256

# Where RAM starts, and where in it the boot loader puts the raw image.
ram_start := 0x00000000
load_address := 0x00010000
# A PL011 for messages before the device tree was read; it is known by the number that the boot
# loader leaves in r1 (Linux: arch/arm/tools/mach-types).
machine := 0x33b
early_uart := 0x10009000

# What the tests look for: the core's part number, a UART of dom0's, parts that no guest may have
# (counter and controls, interrupt controller, timers, console).
cpu_part := 0xb76
dom0_uart := 0x1000a000
withheld := 0x10000000 0x10041000 0x10040000 0x10011000 0x10009000
# QEMU's model of the board has no reset.
qemu_resets := no
