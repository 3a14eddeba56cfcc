# SPDX-License-Identifier: GPL-2.0-only
# How late a control loop is: make rt, make rt-check.

.PHONY: rt rt-check rt-reference rt-xen
RT ?=
rt: deps
	$(Q)$(MAKE) --no-print-directory -j2 run-images guests $(profile_plugin)
	$(Q)tools/rt $(PLATFORM) $(RT)

rt-check: deps
	$(Q)$(MAKE) --no-print-directory -j2 run-images guests
	$(Q)tools/rt $(PLATFORM) --check $(RT)

# Takes the figures of the last make rt as those that docs/real-time.md shows.
rt-reference:
	$(Q)grep -q '"board": "$(PLATFORM)"' $(B)/rt/results.json || \
		{ echo "rt-reference: the last make rt was not on $(PLATFORM)" >&2; exit 1; }
	$(Q)for kind in json txt svg; do cp $(B)/rt/results.$$kind docs/benchmarks/rt-$(PLATFORM).$$kind; done

# The loop and its enemies on Xen: a guest of its own, since Xen's guests have a kernel mode.
rt_xen_guest := $(B)/rt-xen/guest
rt_xen_sources := tests/rt-xen/start.S tests/rt-xen/guest.c
$(rt_xen_guest).elf: $(rt_xen_sources) tests/rt-xen/guest.ld | tools-present $(hyp_prepared)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(CC_ARM) -march=armv7ve -marm -mfloat-abi=soft -std=gnu11 -O2 -g -fno-common \
		-ffreestanding $(warnings) $(XEN_VERSION) -isystem $(XEN_INCLUDE) --specs=nano.specs -nostartfiles -static \
		-Wl,--build-id=none -T tests/rt-xen/guest.ld $(rt_xen_sources) -o $@

$(rt_xen_guest).bin: $(rt_xen_guest).elf
	$(Q)$(CROSS)objcopy -O binary $< $@

rt-xen:
	$(Q)tools/install-deps
	$(Q)$(MAKE) --no-print-directory $(rt_xen_guest).bin
	$(Q)tools/rt-xen $(RT)
