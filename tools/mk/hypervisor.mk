# SPDX-License-Identifier: GPL-2.0-only
# The hypervisor: build/hyp/<level>/dacre.{elf,bin}, one for all boards of a level (in their board.toml; arch, if
# there is none), with the drivers that any of them names.

CROSS ?= arm-none-eabi-
CC_ARM := $(CROSS)gcc

cpu_v5 := -mcpu=arm926ej-s
cpu_v6 := -mcpu=arm1176jzf-s
cpu_v7 := -mcpu=cortex-a9
cpu_flags := $(cpu_$(arch)) -marm -mfloat-abi=soft

warnings := -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
	-Wvla -Wconversion -Wno-sign-conversion
# More, for the hypervisor alone; those that clang does not know, apart.
gcc_warnings := -Wlogical-op -Wduplicated-cond -Wduplicated-branches
hyp_warnings := $(warnings) -Wcast-qual -Wformat=2 $(gcc_warnings)

hyp_built := $(B)/hyp
H := $(hyp_built)/$(level)
level_boards := $(foreach b,$(BOARDS),$(if $(filter $(level),$(or $($b.level),$($b.arch))),$b))
level_drivers := $(sort $(foreach b,$(level_boards),$($b.drivers)))

# Where in its MiB the boot loader puts the raw image: the same for all boards of a level.
image_offset := $(shell printf '%#x' $$(($(load_address) % 0x100000)))

# What a level is made of: folders of hypervisor/arch/arm.  Of two files with one name the first folder's is taken.
folders_v5 := v5 one
folders_v6 := v6 extended one
folders_v6mp := v6mp several v6 extended
folders_v7 := v7 extended one
folders_v7mp := v7mp several v7 extended
level_folders := $(folders_$(level):%=hypervisor/arch/arm/%)

# by_name(files, more files) - with those of the second list that have another name.
by_name = $(1) $(foreach f,$(2),$(if $(filter $(notdir $(f)),$(notdir $(1))),,$(f)))
sources_in = $(if $(1),$(call by_name,$(wildcard $(addprefix $(firstword $(1))/*,.c .S)),$(call sources_in,$(wordlist 2,9,$(1)))))
hyp_sources := $(wildcard hypervisor/core/*/*.c hypervisor/lib/*.c hypervisor/arch/arm/*.c hypervisor/arch/arm/*.S) \
	$(call sources_in,$(level_folders)) $(level_drivers:%=hypervisor/drivers/%.c)
# What an image for one CPU has no use for.
several_sources := hypervisor/core/top/cpu_start.c
hyp_sources := $(filter-out hypervisor/arch/arm/asm_offsets.c $(if $(filter one,$(folders_$(level))),$(several_sources)),$(hyp_sources))
hyp_objects := $(addprefix $(H)/,$(addsuffix .o,$(basename $(hyp_sources))))
hyp_script := hypervisor/arch/arm/dacre.lds

# Xen's public headers come from libxen-dev through a directory of their own, so that nothing else
# of the host's /usr/include is seen by bare-metal code.
XEN_INCLUDE := $(B)/include
$(XEN_INCLUDE)/xen:
	$(Q)mkdir -p $(@D) && ln -sfn /usr/include/xen $@

target_includes := -Ihypervisor -Ihypervisor/include -Ihypervisor/arch/arm/include \
	$(level_folders:%=-I%) -I$(H)/gen -I$(B)/gen -isystem $(B)/libfdt -isystem $(XEN_INCLUDE)
XEN_VERSION := -D__XEN_INTERFACE_VERSION__=0x00040e00

hyp_flags := $(cpu_flags) $(XEN_VERSION) $(target_includes)
# newlib's int32_t is a long; as an int, one printf format is right for the target and the host.
int32_is_int := -U__INT32_TYPE__ -D__INT32_TYPE__=int -U__UINT32_TYPE__ -D__UINT32_TYPE__=unsigned

# Compiled and linked as one program: a call to a short function of another file costs nothing then.
lto := -flto=auto
hyp_cflags := $(hyp_flags) $(int32_is_int) -std=gnu11 -O2 -g $(lto) -ffreestanding -fno-common \
	-fno-builtin-printf -fno-strict-aliasing -fno-asynchronous-unwind-tables $(hyp_warnings) \
	-Wnull-dereference -Wstack-usage=1024

.PHONY: hypervisor
hypervisor: $(H)/dacre.bin

# Written anew only if it changed; two makes at a time do not meet.  A source tree without git says so.
version_texts := $(B)/gen/version_texts.h
.PHONY: always
$(version_texts): always
	$(Q)mkdir -p $(@D) && printf '#define VERSION_RELEASE "%s"\n#define VERSION_CHANGESET "%s"\n' '$(VERSION)' \
		"$$(git describe --always --dirty 2>/dev/null || echo unknown)" >$@.$$PPID
	$(Q)cmp -s $@.$$PPID $@ && rm $@.$$PPID || mv $@.$$PPID $@

# What must be there before anything is compiled.
hyp_prepared := $(B)/libfdt/libfdt.h $(XEN_INCLUDE)/xen $(version_texts)

$(H)/%.o: %.c | tools-present $(hyp_prepared)
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARM) $(hyp_cflags) -MMD -MP -c $< -o $@

$(H)/%.o: %.S $(H)/gen/asm_offsets.h | tools-present $(hyp_prepared)
	$(call say,AS,$<)
	$(Q)mkdir -p $(@D) && $(CC_ARM) $(hyp_flags) -D__ASSEMBLY__ -g -MMD -MP -c $< -o $@

# Structure offsets for assembly: the compiler prints them as '->NAME value' into its output.
$(H)/gen/asm_offsets.h: hypervisor/arch/arm/asm_offsets.c | tools-present $(hyp_prepared)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && $(CC_ARM) $(hyp_cflags) -fno-lto -MMD -MP -MF $(@:.h=.d) -MT $@ -S $< -o $(@:.h=.s)
	$(Q)sed -n 's/^.*->\([A-Za-z0-9_]*\)[ \t]*[#$$]*\(-\{0,1\}[0-9][0-9]*\).*/#define \1 \2/p' $(@:.h=.s) > $@

# Where to complain before the tree was read: '{ machine number, core's part number, UART }' a board (setup.c).
$(H)/gen/early_uarts.inc: $(level_boards:%=platforms/%/board.toml)
	$(call say,GEN,$@)
	$(Q)mkdir -p $(@D) && { $(foreach b,$(level_boards),echo '{$($b.machine), $($b.cpu_part), $($b.early_uart)},';) } >$@
$(H)/hypervisor/arch/arm/setup.o: $(H)/gen/early_uarts.inc

# libfdt is the kernel source package's own copy (GPL-2.0-only OR BSD-2-Clause), built for the target.
fdt_sources := fdt fdt_ro fdt_rw fdt_wip fdt_sw fdt_strerror fdt_empty_tree fdt_addresses
fdt_objects := $(fdt_sources:%=$(H)/libfdt/%.o)

$(B)/libfdt/libfdt.h: tools/fetch-libfdt | tools-present
	$(call say,UNPACK,libfdt)
	$(Q)tools/fetch-libfdt $(B)/libfdt

$(H)/libfdt/%.o: $(B)/libfdt/libfdt.h
	$(call say,CC,libfdt/$*.c)
	$(Q)mkdir -p $(@D) && $(CC_ARM) $(cpu_flags) -std=gnu11 -O2 -g -ffreestanding -fno-common \
		-fno-strict-aliasing -I$(B)/libfdt -c $(B)/libfdt/$*.c -o $@

# The list of objects: relinks when a source file is added or goes away.
$(H)/objects: FORCE
	$(Q)mkdir -p $(@D) && echo '$(hyp_objects)' | cmp -s - $@ || echo '$(hyp_objects)' > $@

hyp_link := $(CC_ARM) $(hyp_cflags) -nostdlib -static -Wl,--build-id=none -Wl,--fatal-warnings \
	-Wl,--defsym=IMAGE_OFFSET=$(image_offset) -Wl,--no-warn-rwx-segments -T $(hyp_script)
$(H)/dacre.elf: $(hyp_objects) $(fdt_objects) $(hyp_script) $(H)/objects
	$(call say,LD,$@)
	$(Q)$(hyp_link) -Wl,-Map=$(@:.elf=.map) $(hyp_objects) $(fdt_objects) -lc -lgcc -o $@

$(H)/dacre.bin: $(H)/dacre.elf
	$(call say,OBJCOPY,$@)
	$(Q)$(CROSS)objcopy -O binary $< $@

.PHONY: FORCE
FORCE:

-include $(hyp_objects:.o=.d) $(H)/gen/asm_offsets.d
