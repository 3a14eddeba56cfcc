# SPDX-License-Identifier: GPL-2.0-only
# Arm Versatile Platform Baseboard with an ARM926EJ-S, as QEMU models it.
arch := v5
drivers := pl011 pl031 pl190 versatile_sic sp804 sp810 versatile_sysreg
qemu := -M versatilepb -m 256

# Where RAM starts, and where in it the boot loader puts the raw image.
ram_start := 0x00000000
load_address := 0x00010000
# A PL011 for messages before the device tree was read; it is known by the number that the boot
# loader leaves in r1 (Linux: arch/arm/tools/mach-types).
machine := 0x183
early_uart := 0x101f1000

# What the tests look for: the core's part number, a UART of dom0's, parts that no guest may have
# (counter and controls, interrupt controllers, timers, console).
cpu_part := 0x926
dom0_uart := 0x101f2000
withheld := 0x10000000 0x10003000 0x10140000 0x101e2000 0x101e3000 0x101f1000
