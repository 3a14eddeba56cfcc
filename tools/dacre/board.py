# SPDX-License-Identifier: GPL-2.0-only
"""The facts about a board that the host needs, read from its platform.mk."""
import dataclasses
import re
import shlex

from dacre import BUILD, TOP, UserError
from dacre.size import parse_size


@dataclasses.dataclass
class Board:
    name: str
    arch: str           # v5, v6, v7
    qemu: list          # machine and CPU options
    ram_start: int      # bytes
    ram_size: int

    @property
    def tree(self):
        return TOP / "platforms" / self.name / "board.dts"

    @property
    def hypervisor(self):
        return BUILD / "hyp" / self.arch / "dacre.bin"


def board_names():
    return sorted(p.parent.name for p in (TOP / "platforms").glob("*/platform.mk"))


def load_board(name):
    """The board of that name.  RAM is what QEMU's -m says, from ram_start (0 if not given)."""
    if name not in board_names():
        raise UserError(f"{name} is no board that Dacre knows; use one of: "
                        + " ".join(board_names()))
    text = (TOP / "platforms" / name / "platform.mk").read_text().replace("\\\n", " ")
    facts = dict(re.findall(r"^(\w+) *:= *(.*?) *$", text, re.M))
    qemu = shlex.split(facts["qemu"])
    memory = qemu[qemu.index("-m") + 1]
    return Board(name, facts["arch"], qemu, int(facts.get("ram_start", "0"), 0),
                 parse_size(memory + "M" if memory.isdigit() else memory))
