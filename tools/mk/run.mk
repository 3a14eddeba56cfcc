# SPDX-License-Identifier: GPL-2.0-only
# make run and make test.

CONFIG ?= platforms/$(PLATFORM)/two-linux.toml
TESTS ?=

# One after the other: what is installed first is what the rest is built with.
.PHONY: run test
run: deps
	$(Q)$(MAKE) --no-print-directory -j2 images
	$(Q)tools/run $(PLATFORM) $(CONFIG)

test: deps
	$(Q)tools/run-tests '$(test_boards)' '$(TESTS)'
