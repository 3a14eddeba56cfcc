# SPDX-License-Identifier: GPL-2.0-only
"""Where a control loop's longest delay went: what tools/plugin saw before the mark in tests/guests/rt_asm.S."""
import itertools
import pathlib

from dacre.profile import Symbols, plugin_argument

HYPERVISOR_START = 0xfe000000
GUESTS = ["rt"]


def options(output):
    return ["-plugin", plugin_argument(f"out={output}", "counts=off", "trace=on")]


def blocks(path):
    """(address, instructions) of what ran before the mark, latest first."""
    lines = [line.split() for line in pathlib.Path(path).read_text().splitlines() if line.startswith("trace ")]
    return [(int(address, 16), int(count)) for _, address, count in reversed(lines)]


def steps(path, board, delay):
    """[(instructions, symbol)] from the deadline on, in order; what one symbol did in a row is one step.  The end of
    the trace is the loop's own handler, up to its mark, and no part of the delay."""
    symbols = Symbols([board.hypervisor.with_suffix(".elf")])
    before = itertools.dropwhile(lambda block: block[0] < HYPERVISOR_START, blocks(path))
    found, left = [], delay
    for address, count in before:
        if left <= 0:
            break
        name = symbols.name(address)[1] if address >= HYPERVISOR_START else "a guest"
        left -= count
        if found and found[-1][1] == name:
            found[-1] = found[-1][0] + count, name
        else:
            found.append((count, name))
    return found[::-1]


def show(path, board, delay):
    return "\n".join(f"{count:9,}  {name}" for count, name in steps(path, board, delay))
