# SPDX-License-Identifier: GPL-2.0-only
# What things cost: make bench, make bench-check, make bench-xen.

# The same source for our boards (armel) and for make bench-xen (armhf), ARM code in both.  Without
# symbols: they name the compiler's temporary files, and with the size of the packed ramdisk the figures move.
bench_sources := $(wildcard tests/bench/*.c) tests/bench/mark.S
bench_cc_armel := $(CC_ARMEL) -march=armv5te
bench_cc_armhf := $(CC_ARMHF) -march=armv7-a -mfpu=vfpv3-d16

bench_programs := $(foreach abi,armel armhf,$(B)/bench/$(abi)/bench)
$(bench_programs): $(B)/bench/%/bench: $(bench_sources) tests/bench/bench.h tests/bench/hello.S \
		| tools-present
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(bench_cc_$*) -marm -std=gnu11 -O2 -static -s $(warnings) $(bench_sources) -o $@
	$(Q)$(bench_cc_$*) -nostdlib -static -s -Wl,--build-id=none tests/bench/hello.S -o $(@D)/hello
# A program that is a mark, for tools/dacre/toolstack_costs.py.
$(B)/bench/armel/say: tests/bench/say.S | tools-present
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D) && $(bench_cc_armel) -nostdlib -static -s -Wl,--build-id=none $< -o $@

$(B)/userland/bench.cpio.gz: $(B)/bench/armel/bench

# Counts instructions; its header comes from QEMU's source package.
profile_plugin := $(B)/bench/profile.so
$(B)/qemu/qemu-plugin.h: tools/fetch-qemu-plugin-header | tools-present
	$(Q)tools/fetch-qemu-plugin-header $(@D)
$(profile_plugin): $(wildcard tools/plugin/*.[ch]) $(B)/qemu/qemu-plugin.h
	$(call say,HOSTCC,$@)
	$(Q)mkdir -p $(@D) && $(CC_HOST) -std=gnu11 -O2 -fPIC -shared -fvisibility=hidden -Wall -Wextra \
		-Werror -I$(B)/qemu $(filter %.c,$^) -o $@

.PHONY: cost-images bench-images bench bench-check bench-reference bench-xen bench-xen-images
# What tests/boot/test_cost.py wants, and what the whole table does.
cost-images: run-images guests $(B)/userland/bench.cpio.gz $(profile_plugin)
bench-images: cost-images $(B)/linux/native$(suffix)/Image

BENCH ?=
bench: deps
	$(Q)$(MAKE) --no-print-directory -j2 bench-images
	$(Q)tools/bench $(PLATFORM) $(BENCH)

bench-check: deps
	$(Q)$(MAKE) --no-print-directory -j2 bench-images
	$(Q)tools/bench $(PLATFORM) --check

.PHONY: stretches
stretches: deps
	$(Q)$(MAKE) --no-print-directory -j2 test-images $(profile_plugin)
	$(Q)tools/stretches $(PLATFORM) $(if $(TESTS),--only '$(TESTS)')

# Takes the figures of the last make bench as those that make bench-check compares with.
bench-reference:
	$(Q)grep -q '"board": "$(PLATFORM)"' $(B)/bench/results.json || \
		{ echo "bench-reference: the last make bench was not on $(PLATFORM)" >&2; exit 1; }
	$(Q)cp $(B)/bench/results.json docs/benchmarks/reference-$(PLATFORM).json
	$(Q)cp $(B)/bench/results.txt docs/benchmarks/$(PLATFORM).txt
	$(Q)cp $(B)/bench/results.svg docs/benchmarks/$(PLATFORM).svg

# Beside Dacre on that board, whose dom0 has the same tools.
bench_toolstack := platforms/$(PLATFORM)/toolstack.toml
bench-xen-images: config-images $(B)/bench/armhf/bench $(B)/bench/armel/say $(profile_plugin) \
		$(B)/userland/toolstack-armhf.cpio.gz
bench-xen:
	$(Q)tools/install-deps
	$(Q)$(MAKE) --no-print-directory -j2 bench-xen-images CONFIG=$(bench_toolstack)
	$(Q)tools/bench-xen-kernel $(B)/linux/xen
	$(Q)tools/bench-xen $(XEN) $(PLATFORM)
