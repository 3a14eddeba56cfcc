# SPDX-License-Identifier: GPL-2.0-only
# make check: what can be known in seconds without running a guest.

formatted := $(wildcard hypervisor/*/*.[ch] hypervisor/*/*/*.[ch] hypervisor/*/*/*/*.[ch] \
	hypervisor/*/*/*/*/*.[ch] platforms/*/*.[ch] tests/unit/*.[ch] tests/fuzz/*.[ch] tests/guests/*.[ch] \
	tests/guests/*/*.[ch] tests/guests/*/*/*.[ch] \
	tests/boot/programs/*.c tests/boot/programs/*/*.c tests/boot/programs/*/*/*.[ch] tests/bench/*.[ch] tests/rt-xen/*.[ch] \
	tools/plugin/*.[ch])
CLANG_FORMAT := clang-format

# What make test runs first, one after the other (tools/run-tests).
CHECKS := check-format check-columns check-shell check-layers check-boards check-calls check-models check-headers \
	check-clang check-tidy check-analyzer

.PHONY: check format $(CHECKS)
check: $(CHECKS) unit

check-format: | tools-present
	$(call say,CHECK,format)
	$(Q)$(CLANG_FORMAT) --dry-run -Werror $(formatted)

format: | tools-present
	$(Q)$(CLANG_FORMAT) -i $(formatted)

# clang-format leaves what it cannot break, and does not know assembly.
check-columns:
	$(call say,CHECK,columns)
	$(Q)awk '{ line = $$0; gsub(/\t/, "        ", line) } \
		length(line) > 100 { print FILENAME ":" FNR ": longer than 100 columns"; bad = 1 } END { exit bad }' \
		$(formatted) $(wildcard hypervisor/arch/arm/*.S hypervisor/arch/arm/*.inc hypervisor/arch/arm/*/*.S \
		hypervisor/arch/arm/*/*.inc hypervisor/arch/arm/*/*/*.inc tests/guests/*.S tests/guests/*/*.S)

# The guest's init is busybox's shell, which has no files to look at here.
check-shell: | tools-present
	$(call say,CHECK,shell)
	$(Q)shellcheck --severity=warning $$(grep -l '^#!/bin/sh' tools/* tools/xen/* .ci/run 2>/dev/null)
	$(Q)shellcheck --severity=warning --exclude=SC1090,SC2164 tools/userland/init tests/bench/xen/init

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

# What several CPUs say to each other, in all orders; quick enough for every time.
check-models:
	$(call say,CHECK,models)
	$(Q)$(PYTHON) tests/models/cpus.py >$(B)/models.log || { cat $(B)/models.log >&2; exit 1; }

check-headers: | tools-present $(hyp_prepared)
	$(call say,CHECK,headers)
	$(Q)CC='$(CC_ARM)' TARGET_FLAGS='$(hyp_cflags)' HOST_FLAGS='$(filter-out -fsanitize%,$(unit_flags))' \
		tools/check_headers

# The three that follow look at a source once, until it or what it includes changes: a stamp for each.
host_sources := $(wildcard hypervisor/core/*/*.c hypervisor/lib/*.c hypervisor/arch/fake/*.c)
host_flags = $(filter-out -fsanitize% -fno-sanitize%,$(unit_flags))

# A second compiler for what is compiled for the host.
clang_sources := $(host_sources) $(wildcard tests/unit/*.c tests/fuzz/*.c)
$(U)/clang/%.ok: %.c | tools-present $(unit_prepared)
	$(Q)mkdir -p $(@D) && clang $(filter-out $(gcc_warnings),$(host_flags)) -fsyntax-only -MMD -MP -MT $@ -MF $(@:.ok=.d) $<
	$(Q)touch $@
check-clang: $(clang_sources:%.c=$(U)/clang/%.ok)
	$(call say,CHECK,clang)

# As it is compiled for the board's architecture level; .clang-tidy says what is looked for.
tidy_sources := $(filter %.c,$(hyp_sources))
tidy_flags = --target=arm-none-eabi $(filter-out -flto% $(hyp_warnings),$(hyp_cflags)) -isystem /usr/include/newlib
$(H)/tidy/%.ok: %.c .clang-tidy $(H)/gen/asm_offsets.h $(H)/gen/early_uarts.inc | tools-present $(hyp_prepared)
	$(Q)mkdir -p $(@D) && clang-tidy --quiet $< -- $(tidy_flags) 2>$@.log || { cat $@.log >&2; exit 1; }
	$(Q)$(CC_ARM) $(hyp_cflags) -MM -MP -MT $@ -MF $(@:.ok=.d) $<
	$(Q)touch $@
check-tidy: $(tidy_sources:%.c=$(H)/tidy/%.ok)
	$(call say,CHECK,tidy)

$(U)/analyzer/%.ok: %.c | tools-present $(unit_prepared)
	$(Q)mkdir -p $(@D) && $(CC_HOST) $(host_flags) -fanalyzer -MMD -MP -MT $@ -MF $(@:.ok=.d) -c $< -o /dev/null
	$(Q)touch $@
check-analyzer: $(host_sources:%.c=$(U)/analyzer/%.ok)
	$(call say,CHECK,analyzer)

-include $(wildcard $(U)/clang/*/*/*.d $(U)/clang/*/*/*/*.d $(U)/analyzer/*/*/*/*.d $(H)/tidy/*/*/*.d \
	$(H)/tidy/*/*/*/*.d)

# For editors and language servers.
compile_commands.json: tools/compile_commands
	$(Q)tools/compile_commands '$(CC_ARM) $(hyp_cflags)' $(tidy_sources) >$@

.PHONY: pictures
pictures: $(patsubst %.dot,%.svg,$(wildcard docs/*.dot))
docs/%.svg: docs/%.dot
	$(Q)dot -Tsvg $< >$@
