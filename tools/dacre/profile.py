# SPDX-License-Identifier: GPL-2.0-only
"""What tools/plugin wrote, by symbol."""
import bisect
import collections
import dataclasses
import pathlib
import subprocess

from dacre import BUILD, UserError

NM = "arm-linux-gnueabi-nm"
# Instructions with interrupts masked: no stretch of the hypervisor may be longer.
STRETCH_LIMIT = 1500


# Functions of the hypervisor that tools/plugin/profile.c wants to know, by what they are to it.  Between the
# start of timer_interrupt() and the end of that interrupt a timer that is due is not seen: the hardware is
# set for the next deadline last, and a GIC's line stays active.
PLACES = {"tree_ack": "look", "timer_interrupt": "blind", "tree_eoi": "seeing"}
# Those that not every hypervisor has: its drivers are those of its boards.  timer_is_due() asks whether a
# timer is due.
OPTIONAL_PLACES = {"gic_pending": "look", "pl190_pending": "look", "timer_is_due": "look_due"}


def plugin_argument(*options):
    return ",".join([str(BUILD / "bench" / "profile.so"), *options])


def stretch_options(board):
    """Options of the plugin for stretches of the board's hypervisor."""
    elf = board.hypervisor.with_suffix(".elf")
    where = {name: address for address, name, _ in Symbols([elf]).found}
    if missing := PLACES.keys() - where.keys():
        raise UserError(f"{elf} has no {' and no '.join(sorted(missing))}")
    places = PLACES | {name: kind for name, kind in OPTIONAL_PLACES.items() if name in where}
    return ["counts=off", *(f"{kind}={where[name]:x}" for name, kind in places.items())]


@dataclasses.dataclass
class Stretch:
    """A stay in the hypervisor: its length, and how many of its instructions each symbol has."""
    instructions: int
    entry: str
    place: str          # the symbol in which its hottest block is
    row: int            # of the guest's table; 0: of none
    symbols: collections.Counter


@dataclasses.dataclass
class Profile:
    total: int
    user: int
    symbols: collections.Counter    # (file, symbol): instructions
    stretches: list                 # longest first
    rows: dict                      # row of the guest's table: instructions of its longest stretch


class Symbols:
    """Names for addresses, from ELF files that do not overlap."""

    def __init__(self, files):
        found = []
        for file in map(pathlib.Path, files):
            text = subprocess.run([NM, file], check=True, capture_output=True, text=True).stdout
            for line in text.splitlines():
                words = line.split(maxsplit=2)
                if len(words) == 3 and words[1] in "tTwW" and not words[2].startswith("$"):
                    # The linker's own mark on what was static in one of several files compiled as one.
                    name = words[2].partition(".lto_priv.")[0]
                    found.append((int(words[0], 16), name, file.name))
        found.sort()
        self.addresses = [f[0] for f in found]
        self.found = found

    def name(self, address):
        """(file, symbol) in which @address lies."""
        if address >= 0xffff0000:
            return "hypervisor", "vectors"
        index = bisect.bisect_right(self.addresses, address) - 1
        if index < 0:
            return "?", f"{address:#x}"
        return self.found[index][2], self.found[index][1]


def read_profile(path, files):
    """@path: the plugin's output; @files: the ELF files that ran."""
    symbols = Symbols(files)
    profile = Profile(0, 0, collections.Counter(), [], {})
    for line in pathlib.Path(path).read_text().splitlines():
        kind, *words = line.split()
        if kind == "total":
            profile.total = int(words[0])
        elif kind == "user":
            profile.user = int(words[0])
        elif kind == "pc":
            profile.symbols[symbols.name(int(words[0], 16))] += int(words[1])
        elif kind == "stretch":
            entry, place = (symbols.name(int(w, 16))[1] for w in words[1:3])
            profile.stretches.append(Stretch(int(words[0]), entry, place, int(words[3]),
                                             collections.Counter()))
        elif kind == "row":
            profile.rows[int(words[0])] = int(words[1])
        elif kind == "in":
            profile.stretches[-1].symbols[symbols.name(int(words[0], 16))[1]] += int(words[1])
    return profile
