# SPDX-License-Identifier: GPL-2.0-only
# Arm Versatile PB with an ARM926EJ-S, as QEMU models it.
arch := v5
drivers := $(patsubst hypervisor/drivers/%.c,%,$(wildcard hypervisor/drivers/*.c))
qemu := -M versatilepb -m 256
