# SPDX-License-Identifier: GPL-2.0-only
# What the hypervisor boots: guest kernels and their userland.

# Stops with one sentence when a package is missing; make run and make test install them instead.
.PHONY: tools-present deps
tools-present:
	$(Q)tools/install-deps --check
deps:
	$(Q)tools/install-deps

linux_inputs := tools/build-linux $(wildcard guest-patches/linux-6.12/*)

$(B)/linux/%/Image: $(linux_inputs) | tools-present
	$(call say,LINUX,$*)
	$(Q)tools/build-linux $*

.PHONY: linux userland guests images
linux: $(B)/linux/pv/Image
userland: $(B)/userland/base.cpio.gz $(B)/userland/test.cpio.gz
guests:

$(B)/userland/%.cpio.gz: tools/fetch-armel tools/mkinitramfs tools/userland/init | tools-present
	$(call say,CPIO,$@)
	$(Q)tools/mkinitramfs $* $@

images: hypervisor linux userland
