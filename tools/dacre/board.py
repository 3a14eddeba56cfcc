# SPDX-License-Identifier: GPL-2.0-only
"""The facts about a board that the host needs, read from its board.toml."""
import dataclasses
import os
import re
import shlex
import tomllib

from dacre import BUILD, TOP, UserError
from dacre.size import parse_size


@dataclasses.dataclass
class Board:
    name: str
    arch: str           # v5, v6, v7
    level: str          # whose image of the hypervisor it runs: arch, or v7mp
    kernel: str         # suffix of its guest kernels' flavours: "" or as "v6v7" in pv-v6v7
    cpu_part: int       # as in MIDR and /proc/cpuinfo
    qemu: list          # machine and CPU options
    ram_start: int      # bytes
    ram_size: int
    load_address: int   # where the boot loader puts the raw image
    uboot: str          # U-Boot's configuration for it in tests, or ""
    own_tests: bool     # without a name only those run on it that name it
    turns: list         # of QEMU: its CPUs take short turns where instructions are virtual time
    resets: bool        # in QEMU: its reset register ends QEMU
    dom0_uart: int      # machine address of a PL011 that is dom0's
    withheld: list      # machine addresses of parts that are the hypervisor's alone

    @property
    def tree(self):
        return TOP / "platforms" / self.name / "board.dts"

    @property
    def hypervisor(self):
        return BUILD / "hyp" / self.level / "dacre.bin"

    @property
    def reference(self):
        """Figures of the benchmark that later ones are compared with."""
        return TOP / "docs" / "benchmarks" / f"reference-{self.name}.json"

    @property
    def cpu_count(self):
        """Of QEMU's machine."""
        return int(self.qemu[self.qemu.index("-smp") + 1]) if "-smp" in self.qemu else 1

    @property
    def has_reference(self):
        return self.reference.exists()

    def flavour(self, kind):
        """As build/linux/ names it; @kind: pv or native, or another thing that is made for a kernel."""
        return f"{kind}-{self.kernel}" if self.kernel else kind

    def kernels(self):
        """Flavours of guests' kernels that run here."""
        return {self.flavour("pv")} | ({"pv-smp"} if self.level.endswith("mp") else set())

    def linux(self, kind="pv"):
        return BUILD / "linux" / self.flavour(kind) / "Image"

    def guest(self, program):
        """A bare-metal guest of tests/guests/."""
        return BUILD / "guests" / self.arch / f"{program}.bin"


def board_names():
    return sorted(p.parent.name for p in (TOP / "platforms").glob("*/board.toml"))


def board_facts(name):
    """All that its board.toml says."""
    path = TOP / "platforms" / name / "board.toml"
    try:
        return tomllib.loads(path.read_text())
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path.relative_to(TOP)}: {error}") from error


def default_board():
    """What the user has set, or the Makefile takes."""
    makefile = (TOP / "Makefile").read_text()
    return os.environ.get("PLATFORM") or re.search(r"^PLATFORM \?= (\S+)$", makefile, re.M)[1]


def load_board(name):
    """The board of that name.  RAM is what QEMU's -m says, from ram_start (0 if not given)."""
    if name not in board_names():
        raise UserError(f"{name} is no board that Dacre knows; use one of: "
                        + " ".join(board_names()))
    facts = board_facts(name)
    qemu = shlex.split(facts["qemu"])
    memory = qemu[qemu.index("-m") + 1]
    return Board(
        name=name, arch=facts["arch"], level=facts.get("level", facts["arch"]), kernel=facts.get("kernel", ""),
        cpu_part=facts["cpu_part"], qemu=qemu, ram_start=facts["ram_start"],
        ram_size=parse_size(memory + "M" if memory.isdigit() else memory),
        load_address=facts["load_address"], uboot=facts.get("uboot", ""),
        own_tests=facts.get("tested_by_its_own", False), turns=shlex.split(facts.get("turns", "")),
        resets=facts.get("qemu_resets", True), dom0_uart=facts["dom0_uart"], withheld=facts["withheld"])
