# SPDX-License-Identifier: GPL-2.0-only
# The one entry point: make help says what there is.  The rules are in tools/mk/, one part a file.

# make test is about all boards, unless one is named; one that is close to another says
# 'tested_when_named = true' in its board.toml.  Of one that says 'tested_by_its_own = true' it runs
# what names that board alone (tests/conftest.py).
test_boards := $(PLATFORM)
PLATFORM ?= versatilepb
CONFIG ?= platforms/$(PLATFORM)/two-linux.toml
B := build

# What a machine has to have before anything else can be read; a bare Debian has it not.
PYTHON := /usr/bin/python3
$(shell test -x $(PYTHON) || tools/install-deps >&2)
ifeq ($(wildcard $(PYTHON)),)
$(error Dacre needs $(PYTHON))
endif

# What each board's board.toml says, as variables: <board>.arch and so on.  Written here, and not by a
# rule, for what follows needs them at once.
$(shell test -z "$$(find platforms/ tools/boards tools/dacre/board.py -newer $(B)/gen/boards.mk 2>&1)" || \
	{ mkdir -p $(B)/gen && rm -f $(B)/gen/boards.mk && tools/boards >$(B)/gen/boards.new && \
	mv $(B)/gen/boards.new $(B)/gen/boards.mk; })
include $(B)/gen/boards.mk
ifeq ($(filter $(PLATFORM),$(BOARDS)),)
$(error PLATFORM=$(PLATFORM) is no board that Dacre knows; use one of: $(BOARDS))
endif
close_boards := $(foreach b,$(BOARDS),$(if $(filter yes,$($b.tested_when_named)),$b))
test_boards := $(or $(test_boards),$(PLATFORM) $(filter-out $(PLATFORM) $(close_boards),$(BOARDS)))
arch := $($(PLATFORM).arch)
level := $(or $($(PLATFORM).level),$(arch))
kernel := $($(PLATFORM).kernel)
load_address := $($(PLATFORM).load_address)

# The release that this becomes; CHANGELOG.md says what is in it.
VERSION := 0.2

.DELETE_ON_ERROR:
.SECONDARY:
.DEFAULT_GOAL := all

V ?=
Q := $(if $(V),,@)
say = @printf '  %-7s %s\n' $(1) $(2)

.PHONY: all
all: hypervisor guests

include tools/mk/hypervisor.mk
include tools/mk/unit.mk
include tools/mk/images.mk
-include tests/guests/guests.mk
include tools/mk/check.mk
include tools/mk/mutate.mk
include tools/mk/fuzz.mk
include tools/mk/run.mk
include tools/mk/debian.mk
include tools/mk/bench.mk
include tools/mk/rt.mk

.PHONY: help
help:
	@sed 's/@BOARDS@/$(BOARDS)/' tools/mk/help.txt

.PHONY: clean distclean
clean:
	$(Q)for d in $(B)/*; do case $$d in $(B)/linux|$(B)/userland|$(B)/uboot|$(B)/xen|$(B)/debs) ;; *) rm -rf "$$d";; esac; done
distclean:
	$(Q)rm -rf $(B)
