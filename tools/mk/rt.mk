# SPDX-License-Identifier: GPL-2.0-only
# How late a control loop is: make rt, make rt-check.

.PHONY: rt rt-check rt-reference
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
