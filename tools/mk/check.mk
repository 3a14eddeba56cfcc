# SPDX-License-Identifier: GPL-2.0-only
# make check: what can be known in seconds without running a guest.

formatted := $(wildcard hypervisor/*/*.[ch] hypervisor/*/*/*.[ch] hypervisor/*/*/*/*.[ch] \
	hypervisor/*/*/*/*/*.[ch] platforms/*/*.[ch] tests/unit/*.[ch] tests/guests/*.[ch] \
	tests/guests/*/*.[ch] tests/guests/*/*/*.[ch] \
	tests/boot/programs/*.c tests/boot/programs/*/*.c tests/bench/*.[ch] \
	tools/plugin/*.[ch])
CLANG_FORMAT := clang-format

.PHONY: check check-format check-layers check-boards check-calls check-headers format
check: check-format check-layers check-boards check-calls check-headers unit

check-format: | tools-present
	$(call say,CHECK,format)
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(formatted)

format: | tools-present
	$(Q)$(CLANG_FORMAT) -i $(formatted)

check-layers: $(rooms:%=$(U)/lib%.a)
	$(call say,CHECK,layers)
	$(Q)$(PYTHON) tools/check_layers
	$(Q)$(PYTHON) tools/check_layers --objects $(U)

check-boards:
	$(call say,CHECK,boards)
	$(Q)$(PYTHON) tools/check_boards

check-calls:
	$(call say,CHECK,calls)
	$(Q)$(PYTHON) tools/check_calls

check-headers: | tools-present $(hyp_prepared)
	$(call say,CHECK,headers)
	$(Q)CC='$(CC_ARM)' TARGET_FLAGS='$(hyp_cflags)' HOST_FLAGS='$(filter-out -fsanitize%,$(unit_flags))' \
		tools/check_headers
