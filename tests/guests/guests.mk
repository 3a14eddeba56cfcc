# SPDX-License-Identifier: GPL-2.0-only
# Bare-metal guests: build/guests/<level>/<name>.bin from tests/guests/<name>.c (and <name>_asm.S if
# there is one) and the library in lib/.  What depends on the core is in lib/$(arch); guests in v6k/
# need what only ARMv6K and ARMv7 have, those in v7/ Thumb-2.

G := $(B)/guests/$(arch)
guest_folders_v6 := v6k/
guest_folders_v7 := v6k/ v7/
guest_sources := $(wildcard tests/guests/*.c $(guest_folders_$(arch):%=tests/guests/%*.c))
guest_names := $(basename $(notdir $(guest_sources)))
guest_library_sources := $(wildcard tests/guests/lib/*.c tests/guests/lib/*.S \
	tests/guests/lib/$(arch)/*.c tests/guests/lib/$(arch)/*.S)
guest_library := $(addprefix $(G)/obj/,$(addsuffix .o,$(basename $(guest_library_sources:tests/guests/%=%))))
guest_script := tests/guests/lib/guest.ld

guest_flags := $(cpu_flags) $(XEN_VERSION) -Itests/guests/lib -Itests/guests/lib/$(arch) \
	-Ihypervisor/include -isystem $(XEN_INCLUDE)
guest_cflags := $(guest_flags) -std=gnu11 -O2 -g -fno-common -fno-strict-aliasing \
	-ffunction-sections -fdata-sections -fno-toplevel-reorder \
	$(warnings) --specs=nano.specs

# Runs where it is not linked.
$(G)/obj/lib/early.o: guest_cflags += -fpie

# Objects of a name: lib/x.c and lib/x.S would collide, so no two may differ by suffix only.
$(G)/obj/%.o: tests/guests/%.c tests/guests/guests.mk | tools-present $(hyp_prepared)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARM) $(guest_cflags) -MMD -MP -c $< -o $@

$(G)/obj/%.o: tests/guests/%.S tests/guests/guests.mk | tools-present
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARM) $(guest_flags) -g -MMD -MP -c $< -o $@

# A guest's objects: its source, wherever that is, and its own assembly, as <name>_asm.S.
guest_objects = $(patsubst tests/guests/%,$(G)/obj/%.o,$(basename \
	$(filter %/$(1).c,$(guest_sources)) $(wildcard tests/guests/$(1)_asm.S tests/guests/*/$(1)_asm.S)))

.SECONDEXPANSION:
$(G)/%.elf: $$(call guest_objects,$$*) $(guest_library) $(guest_script)
	$(call say,LD,$@)
	$(Q)$(CC_ARM) $(cpu_flags) --specs=nano.specs -nostartfiles -static -Wl,--build-id=none \
		-Wl,--fatal-warnings -Wl,--no-warn-rwx-segments -Wl,--gc-sections -Wl,-Map=$(@:.elf=.map) \
		-T $(guest_script) $(filter %.o,$^) -o $@

$(G)/%.bin: $(G)/%.elf
	$(Q)$(CROSS)objcopy -O binary $< $@

guests: $(guest_names:%=$(G)/%.bin)

-include $(wildcard $(G)/obj/*.d $(G)/obj/*/*.d $(G)/obj/lib/*/*.d)
