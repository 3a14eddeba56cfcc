# SPDX-License-Identifier: GPL-2.0-only
# make mutate: whether the tests notice what breaks the code (docs/mutants.md).  The unit tests are built apart,
# with a map of what each links, without the sanitizers and with them; the hypervisor of each level too, compiled file by file, without link-time
# optimization, so that one changed file is soon in it.

M := $(B)/mutate
MUTANTS ?= 300
SEED ?=
mutate_boards = $(shell cd tools && $(PYTHON) -c 'from dacre.mutant import BOARDS; print(*BOARDS.values())')

# The lines by which tools/mutate compiles and links what it changed.
.PHONY: mutate-quick mutate-units mutate-level mutate
mutate-quick: $(filter-out $(U)/heap_test,$(unit_programs))     # which asks ASan
mutate-units: $(unit_programs)
mutate-quick mutate-units:
	$(Q)printf '%s\n' '$(CC_HOST) $(unit_flags)' '$(CC_HOST) $(instrument)' '$(unit_libs)' >$(U)/lines

# In the quick ones each function tells that it was reached.
$(M)/reach.o: tests/mutate/reach.c
	$(Q)mkdir -p $(@D) && $(CC_HOST) -O1 -Wall -Wextra -c $< -o $@

mutate-level: $(H)/dacre.bin guests
	$(Q)printf '%s\n' '$(CC_ARM) $(hyp_cflags)' '$(CC_ARM) $(hyp_flags) -D__ASSEMBLY__' \
		'$(hyp_link)' '$(hyp_objects) $(fdt_objects) -lc -lgcc' >$(H)/lines

mutate_units = $(MAKE) --no-print-directory -j2 debug= hyp_warnings=-w unit_link='-Wl,-Map=$$@.map'

mutate: deps $(M)/reach.o
	$(Q)$(mutate_units) mutate-quick U=$(M)/quick instrument='-O1 -finstrument-functions' \
		unit_libs='$(M)/reach.o $(unit_libs)'
	$(Q)$(mutate_units) mutate-units U=$(M)/unit
	$(Q)for b in $(mutate_boards); do $(MAKE) --no-print-directory -j2 mutate-level PLATFORM=$$b \
		hyp_built=$(M)/hyp lto=-fno-lto hyp_warnings=-w || exit 1; done
	$(Q)tools/mutate --count=$(MUTANTS) $(SEED:%=--seed=%) $(ONLY:%=--only='%')
