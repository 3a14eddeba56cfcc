# SPDX-License-Identifier: GPL-2.0-only
# Debian for dom0 and for a domain, on a memory card; outside of make test, for it takes long.

debian_card := $(B)/debian/$(PLATFORM).img
debian_config := platforms/$(PLATFORM)/debian.toml

.PHONY: debian debian-run debian-test
debian: deps
	$(Q)$(MAKE) --no-print-directory $(debian_card)
$(B)/debian/%.img: tools/debian $(B)/linux/pv$(suffix)/Image
	$(call say,DEBIAN,$@)
	$(Q)tools/debian $*
debian-run: debian
	$(Q)$(MAKE) --no-print-directory -j2 config-images CONFIG=$(debian_config)
	$(Q)tools/run $(PLATFORM) $(debian_config) -drive if=sd,format=raw,file=$(debian_card)
debian-test: debian
	$(Q)$(MAKE) --no-print-directory -j2 hypervisor
	$(Q)$(PYTHON) -m pytest -p no:cacheprovider -q --debian --board=$(PLATFORM) tests/boot/test_debian.py
