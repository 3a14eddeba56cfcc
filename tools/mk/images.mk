# SPDX-License-Identifier: GPL-2.0-only
# What the hypervisor boots: guest kernels and their userland.

# Stops with one sentence when a package is missing; make run and make test install them instead.
.PHONY: tools-present deps
tools-present:
	$(Q)tools/install-deps --check
deps:
	$(Q)tools/install-deps

linux_inputs := tools/build-linux $(wildcard tools/scan-sensitive* guest-patches/linux-6.12/* \
	guest-patches/linux-6.12/*/*)

# The build keeps its objects, so that a changed patch compiles only what it touches.
$(B)/linux/%/Image: $(linux_inputs) | tools-present
	$(call say,LINUX,$*)
	$(Q)tools/build-linux $*
$(B)/linux/%/zImage: $(B)/linux/%/Image ;

$(B)/userland/base.cpio.gz: $(wildcard tools/userland/* tools/userland/*/*)
$(B)/userland/tests.cpio.gz $(B)/userland/armhf.cpio.gz: $(wildcard tests/boot/sessions/*)
$(B)/userland/%.cpio.gz: tools/mkinitramfs tools/fetch-armel | tools-present
	$(call say,CPIO,$@)
	$(Q)mkdir -p $(@D) && tools/mkinitramfs $* $@

# Xen's tools for dom0: Debian's own on ARMv7, the same source cross-built for armel.
$(B)/xen/stamp: tools/xen/build-tools $(wildcard tools/xen/patches/*) | tools-present
	$(call say,XEN,tools)
	$(Q)tools/xen/build-tools
toolstack_files := $(wildcard tools/userland/toolstack/* tools/userland/toolstack/*/* tools/userland/toolstack/*/*/*)
$(B)/userland/toolstack.cpio.gz: $(B)/xen/stamp $(toolstack_files)
$(B)/userland/toolstack-armhf.cpio.gz: $(toolstack_files)

# Programs that run in guests, with the libraries of the part that is unpacked along with them.
CC_ARMEL := arm-linux-gnueabi-gcc
boot_programs := $(patsubst tests/boot/programs/%.c,$(B)/userland/programs/%,\
	$(wildcard tests/boot/programs/*.c))
$(B)/userland/programs/%: tests/boot/programs/%.c | tools-present
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARMEL) $(program_arch) -std=gnu11 -O1 -g -pthread $(warnings) $< -o $@
program_arch := -march=armv5te
$(B)/userland/programs/armv6: program_arch := -march=armv6k
$(B)/userland/tests.cpio.gz: $(boot_programs)

# Some that tests put where none of those libraries are, and that may speak what Xen's headers have.
static_programs := $(patsubst tests/boot/programs/static/%.c,$(B)/userland/programs-static/%,\
	$(wildcard tests/boot/programs/static/*.c))
static_library := tests/boot/programs/static/lib/xenbus.c
$(B)/userland/programs-static/%: tests/boot/programs/static/%.c $(static_library) $(static_library:.c=.h) \
		| tools-present $(XEN_INCLUDE)/xen
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARMEL) -march=armv5te -static -std=gnu11 -O1 -g $(warnings) $(XEN_VERSION) \
		-ffunction-sections -Wl,--gc-sections -isystem $(XEN_INCLUDE) $(filter %.c,$^) -o $@

# The same for ARMv7 with Debian's armhf userland.
CC_ARMHF := arm-linux-gnueabihf-gcc
armhf_programs := $(patsubst tests/boot/programs/armhf/%.c,$(B)/userland/programs-armhf/%,\
	$(wildcard tests/boot/programs/armhf/*.c))
$(B)/userland/programs-armhf/%: tests/boot/programs/armhf/%.c | tools-present
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARMHF) -march=armv7-a -mfpu=neon -mthumb -std=gnu11 -O1 -g $(warnings) \
		$< -o $@
$(B)/userland/armhf.cpio.gz: $(armhf_programs)

armhf_part := $(if $(filter v7,$(arch)),armhf toolstack-armhf)

# The board's kernels: a flavour's name ends in what its board.toml says in kernel.
suffix := $(kernel:%=-%)

# A module of the tests, built against a pv kernel's tree.
$(B)/userland/module/%/stumble.ko: $(wildcard tests/boot/module/*) $(B)/linux/%/Image
	$(call say,MODULE,$@)
	$(Q)mkdir -p $(@D) && cp tests/boot/module/* $(@D)/
	$(Q)$(MAKE) -s -C $(B)/linux/src O=$(abspath $(B)/linux/$*) M=$(abspath $(@D)) ARCH=arm \
		CROSS_COMPILE=arm-linux-gnueabi- modules
$(B)/userland/modules$(suffix).cpio.gz: $(B)/userland/module/pv$(suffix)/stumble.ko

# Of the same kernel, for a dom0 that serves disks and network cards.
$(B)/userland/backends.cpio.gz: $(B)/linux/pv/Image
$(B)/userland/backends-%.cpio.gz: $(B)/linux/pv-%/Image
	$(call say,CPIO,$@)
	$(Q)mkdir -p $(@D) && tools/mkinitramfs backends-$* $@

# Boot loaders of the tests' own, which enter Dacre in a state that it should not be entered in.
entry_loaders := $(patsubst tests/boot/entry/%.S,$(B)/entry/$(arch)/%.bin,$(wildcard tests/boot/entry/*.S))
$(B)/entry/$(arch)/%.bin: tests/boot/entry/%.S tests/boot/entry/entry.inc | tools-present
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARM) $(cpu_flags) -Ihypervisor/arch/arm/$(arch) -nostdlib -Wl,-Ttext=0x10000 \
		$< -o $(@:.bin=.elf) && $(CROSS)objcopy -O binary $(@:.bin=.elf) $@

# A U-Boot for boards that have one, for tests too.
uboot_elf := $($(PLATFORM).uboot:%=$(B)/uboot/%/u-boot)
$(B)/uboot/%/u-boot: tools/build-uboot tools/fetch-source | tools-present
	$(call say,UBOOT,$*)
	$(Q)tools/build-uboot $*

# Of what the configuration names, that which is made by rules of this file.
makable := $(foreach kind,pv native,$(foreach flavour,$(kind) $(kind)-v6v7,\
	$(B)/linux/$(flavour)/Image $(B)/linux/$(flavour)/zImage)) $(B)/linux/pv-smp/Image $(B)/linux/pv-smp/zImage \
	$(foreach part,base stress debug tests armhf toolstack toolstack-armhf backends backends-v6v7,\
	$(B)/userland/$(part).cpio.gz)
config_files = $(filter $(makable),$(shell grep -o '"build/[^"]*"' '$(CONFIG)' 2>/dev/null | tr -d '"'))

.PHONY: linux userland guests run-images config-images images test-images long-images
linux: $(B)/linux/pv$(suffix)/Image
userland: $(B)/userland/base.cpio.gz
run-images: hypervisor linux userland
config-images: hypervisor $(config_files)
images: deps
	$(Q)$(MAKE) --no-print-directory -j2 config-images
	$(Q)tools/mkuboot $(PLATFORM) '$(CONFIG)'
test-images: run-images guests $(entry_loaders) $(static_programs) $(uboot_elf) $(B)/bench/profile.so \
	$(foreach part,stress debug tests modules$(suffix) backends$(suffix) $(armhf_part),$(B)/userland/$(part).cpio.gz)
# What takes long to build, and only the long tests want.
long-images: $(B)/linux/native$(suffix)/Image $(if $(filter %mp,$(level)),$(B)/linux/pv-smp/Image) $(if $(filter v7,$(arch)),,$(B)/userland/toolstack.cpio.gz)
guests:
