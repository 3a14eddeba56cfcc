# SPDX-License-Identifier: GPL-2.0-only
"""How long the hypervisor masks interrupts, at most, in every call at its worst arguments and in what
follows from them: counted by tools/plugin, from look to look."""
import re

import pytest

from dacre import BUILD
from dacre.machine import NETWORK, PATIENCE
from dacre.profile import STRETCH_LIMIT, plugin_argument, read_profile, stretch_options
from dacre.streams import HYPERVISOR
from test_guests import as_dom0, expect_all_pass, guest

MEMORY = "32M"
# What follows from a guest's end is measured, too: it is taken apart; the first one is built again.
ENDS = {"worst_calls": r"domain 1: destroyed(?:.*\n)*?.*Domain 1: kernel.*\n", "worst_tables": r"domain 1: destroyed.*\n",
        "worst_dom0": r"dom0 has shut down.*\n", "worst_toolstack": r"dom0 has shut down.*\n"}


def rows_of(machine, domain):
    return {int(n): name for n, name in re.findall(r"^row (\d+) (.*)$", machine.stream(domain), re.M)}


def complaints(profile, names):
    """What was longer than the limit: by row, and the places where it was."""
    for row, length in sorted(profile.rows.items()):
        if length > STRETCH_LIMIT:
            yield f"{length:7,}  {names.get(row, 'between the rows')}"
    for stretch in profile.stretches:
        if stretch.instructions > STRETCH_LIMIT:
            parts = ", ".join(f"{name} {n}" for name, n in stretch.symbols.most_common(4))
            yield f"{stretch.instructions:7,}  in {names.get(stretch.row, 'no row')}: {parts}"


@pytest.mark.one_cpu  # the plugin follows one CPU
@pytest.mark.parametrize("program", ["worst_calls", "worst_tables", "worst_dom0", "worst_toolstack"])
def test_no_call_masks_interrupts_for_long(boot, board, request, program):
    notes = BUILD / "test-logs" / f"{boot.name()}.rows"
    plugin = plugin_argument(f"out={notes}", *stretch_options(board))
    qemu = [*NETWORK, "-plugin", plugin]
    if program in ("worst_dom0", "worst_toolstack"):
        domain = "dom0"
        machine = boot({"dom0": as_dom0(program), "domu": [guest("other", "nuisance", "do=yield")]}, qemu=qemu)
    else:
        domain = "the-longest-name"
        machine = boot({"domu": [guest("the-longest-name", program, memory=MEMORY, table_memory="4M",
                                       on_crash="restart")]}, qemu=qemu)
    expect_all_pass(machine, domain, program)
    machine.expect(ENDS[program], HYPERVISOR)
    machine.end()
    names = rows_of(machine, domain)
    profile = read_profile(notes, [board.hypervisor.with_suffix(".elf")])
    assert names and set(names) <= set(profile.rows), "a row that the plugin did not see"
    found = list(complaints(profile, names))
    assert not found, f"more than {STRETCH_LIMIT:,} instructions:\n" + "\n".join(found)
