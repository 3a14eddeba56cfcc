# SPDX-License-Identifier: GPL-2.0-only
# Host unit tests.  tests/unit/x_test.c says in a comment in its first 15 lines what it links: a room of
# hypervisor/core, which brings those below it, and other files, those under hypervisor/ without that word:
#     links: core/mm drivers/pl011.c tools/plugin/z.c
# arch/fake, lib and tests/unit/support*.c are linked into every one.  All these come from archives: what is
# not referred to stays out, and what a test defines itself is not looked for.

CC_HOST := gcc
U := $(B)/unit
unit_tests := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/*_test.c))
unit_programs := $(unit_tests:%=$(U)/%)

# Xen's headers again, with the ARM structures whatever this machine is (tools/mk/xen-host.h).
XEN_HOST := $(B)/include-host
$(XEN_HOST)/xen/xen.h: tools/mk/xen-host.h | tools-present
	$(Q)rm -rf $(@D) && mkdir -p $(@D) && ln -s /usr/include/xen/* $(@D)/
	$(Q)mv $@ $(@D)/xen-real.h && cp $< $@

# What the host's programs are instrumented with; make coverage counts instead.
instrument := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
debug := -g
unit_flags := -std=gnu11 $(debug) -fno-omit-frame-pointer $(instrument) $(hyp_warnings) $(XEN_VERSION) -Ihypervisor -Ihypervisor/include \
	-Ihypervisor/arch/fake/include -Ihypervisor/arch/arm/v7 -I$(B)/gen -Itests/unit -Itests/fuzz -isystem $(B)/libfdt -isystem $(XEN_HOST)

unit_libs := -lcmocka
# More options of the link: make mutate has maps made.
unit_link =

unit_support := $(wildcard hypervisor/arch/fake/*.c hypervisor/lib/*.c tests/unit/support*.c)
unit_support_objects := $(unit_support:%.c=$(U)/obj/%.o)

# What must be there before anything is compiled for the host.
unit_prepared := $(XEN_HOST)/xen/xen.h $(version_texts) $(B)/libfdt/libfdt.h

# The same libfdt that the hypervisor is linked with.
$(U)/obj/$(B)/libfdt/%.o: $(B)/libfdt/libfdt.h
	$(call say,HOSTCC,libfdt/$*.c)
	$(Q)mkdir -p $(@D) && $(CC_HOST) $(filter-out $(hyp_warnings),$(unit_flags)) -c $(B)/libfdt/$*.c -o $@

$(U)/libshipped.a: $(fdt_sources:%=$(U)/obj/$(B)/libfdt/%.o)
	$(Q)rm -f $@ && ar rcs $@ $^

# links(test) - objects of the files named by the test's links: line.
linked_files = $(shell sed -n '1,15s/^.*[Ll][Ii][Nn][Kk][Ss]: *\([^*]*\).*$$/\1/p' $(wildcard tests/unit/$(1).c tests/fuzz/$(1).c))
links = $(foreach file,$(filter %.c,$(linked_files)),$(patsubst %.c,$(U)/obj/%.o,$(if $(filter \
	tools/%,$(file)),$(file),hypervisor/$(file)))) $(call rooms_to,$(patsubst core/%,%,$(filter-out %.c,$(linked_files))))

# rooms_to(room) - the archives of that room and of all below it.
rooms := $(shell tools/check_layers --rooms)
before = $(if $(filter $(firstword $(2)),$(1)),$(firstword $(2)),$(firstword $(2)) $(call before,$(1),$(wordlist 2,99,$(2))))
rooms_to = $(if $(1),$(patsubst %,$(U)/lib%.a,$(call before,$(1),$(rooms))))
room_objects = $(patsubst %.c,$(U)/obj/%.o,$(wildcard hypervisor/core/$(1)/*.c))

$(U)/obj/%.o: %.c | tools-present $(unit_prepared)
	$(call say,HOSTCC,$<)
	$(Q)mkdir -p $(@D) && $(CC_HOST) $(unit_flags) -MMD -MP -c $< -o $@

$(U)/libsupport.a: $(unit_support_objects) tests/unit
	$(Q)mkdir -p $(@D) && rm -f $@ && ar rcs $@ $(filter %.o,$^)

.SECONDEXPANSION:
# The folder too: a file that left it must leave the archive.
$(rooms:%=$(U)/lib%.a): $(U)/lib%.a: $$(call room_objects,$$*) hypervisor/core/%
	$(Q)mkdir -p $(@D) && rm -f $@ && ar rcs $@ $(filter %.o,$^)

# Fuzz targets: their inputs are replayed here, and searched for by make fuzz, which has a main program of its own.
fuzz_names := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*_fuzz.c))
fuzz_programs := $(fuzz_names:%=$(U)/%)
fuzz_main := $(U)/obj/tests/fuzz/replay.o

$(unit_programs): $(U)/%: $(U)/obj/tests/unit/%.o
$(fuzz_programs): $(U)/%: $(U)/obj/tests/fuzz/%.o $(U)/obj/tests/fuzz/entry.o $(fuzz_main)
$(unit_programs) $(fuzz_programs): $(U)/%: $$(call links,$$*) $(U)/libsupport.a $(U)/libshipped.a
	$(call say,HOSTLD,$@)
	$(Q)$(CC_HOST) $(instrument) $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(unit_libs) $(unit_link) -o $@

.PHONY: unit
unit: $(unit_programs) $(fuzz_programs)
	$(Q)tools/run-unit $(unit_programs) $(fuzz_programs)

# A million random task sets, in a minute: without the sanitizers (tests/unit/sched_edf_random_test.c).
.PHONY: edf-sets
edf-sets: deps
	$(Q)$(MAKE) --no-print-directory -j2 $(B)/sets/unit/sched_edf_random_test U=$(B)/sets/unit instrument=-O2
	$(Q)EDF_SETS=1000000 $(B)/sets/unit/sched_edf_random_test

-include $(wildcard $(U)/obj/*/*/*.d $(U)/obj/*/*/*/*.d $(U)/obj/*/*/*/*/*.d)

# Which lines and branches of core the unit tests run: build/coverage/index.html, and a table of the files that fall
# short (tools/coverage).
.PHONY: coverage
coverage: deps
	$(Q)rm -rf $(B)/coverage
	$(Q)$(MAKE) --no-print-directory -j2 unit U=$(B)/coverage/unit instrument='-O0 --coverage -fsanitize=address'
	$(Q)tools/coverage $(B)/coverage
