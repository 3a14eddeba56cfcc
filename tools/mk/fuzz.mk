# SPDX-License-Identifier: GPL-2.0-only
# make fuzz: libFuzzer searches for inputs of tests/fuzz/*_fuzz.c that break something, FUZZ_SECONDS each, from
# those in tests/fuzz/corpus on.  What it finds is build/fuzz/<target>.crash-*: mend it, and keep the input.

FUZZ_SECONDS ?= 60
F := $(B)/fuzz

.PHONY: fuzz-targets fuzz
fuzz-targets: $(fuzz_programs)
fuzz: deps
	$(Q)$(MAKE) --no-print-directory -j2 fuzz-targets U=$(F)/unit CC_HOST=clang hyp_warnings=-w fuzz_main= \
		instrument='-O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all' unit_link=-fsanitize=fuzzer
	$(Q)tools/fuzz $(F) $(FUZZ_SECONDS) $(fuzz_names)
