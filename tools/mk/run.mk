# SPDX-License-Identifier: GPL-2.0-only
# make run, make test, make test-all.

TESTS ?=

# One after the other: what is installed first is what the rest is built with.
.PHONY: run test test-all soak
run: deps
	$(Q)tools/mkboot --check '$(CONFIG)' $(makable)
	$(Q)$(MAKE) --no-print-directory -j2 config-images
	$(Q)tools/run $(PLATFORM) '$(CONFIG)'

test: deps
	$(Q)tools/run-tests '$(test_boards)' '$(TESTS)'

# With what takes too long for every change.
test-all: deps
	$(Q)tools/run-tests --long '$(test_boards)' '$(TESTS)'

# What goes on for ever, on all boards, for SOAK_MINUTES.
SOAK_MINUTES ?= 60
soak: deps
	$(Q)for b in $(test_boards); do $(MAKE) --no-print-directory -j2 test-images PLATFORM=$$b || exit 1; done
	$(Q)$(PYTHON) -m pytest -p no:cacheprovider -n 2 -q -s --soak=$(SOAK_MINUTES) \
		$(test_boards:%=--board=%) $(if $(TESTS),-k '$(TESTS)') tests/guests tests/boot
