# SPDX-License-Identifier: GPL-2.0-only
"""The benchmark (tests/bench) in each of its places: what is started, and what it printed.

All places have the same userland, the same memory and the same command line, and nothing in the
machine depends on the real time or on chance, so that figures repeat.
"""
import dataclasses
import re
import time

from dacre import BUILD, TOP, UserError
from dacre.config import read_config
from dacre.image import compile_tree, make_image
from dacre.machine import Machine, MachineError
from dacre.profile import plugin_argument
from dacre.streams import HYPERVISOR
from dacre.uimage import write_uimage

MEMORY = 64
# In the order of the columns.
PLACES = ["native", "dom0", "domU", "domU_busy"]
PROGRAM = "rdinit=/bin/bench quiet norandmaps"
RAMDISK = ["build/userland/base.cpio.gz", "build/userland/bench.cpio.gz"]
KERNEL_OFFSET = 0x8000      # of an uncompressed kernel from the start of RAM
# The date is QEMU's virtual time from a fixed start, random numbers come from a fixed seed.
REPEATABLE = ["-nic", "none", "-rtc", "base=2026-01-01,clock=vm", "-seed", "1"]
PATIENCE = 900              # real seconds for one place
QUIET_SECONDS = 240         # without a line of output


@dataclasses.dataclass
class Place:
    """How one place is started: QEMU's arguments, the domains, and which of them is measured."""
    name: str
    arguments: list
    domains: list
    watched: str


@dataclasses.dataclass
class Figure:
    instructions: float     # per operation
    wall_ns: float          # real nanoseconds per operation, set-up included


def native_place(board, bootargs, directory):
    """The kernel alone on the board, loaded uncompressed like the guests' kernels."""
    uimage = directory / "uImage"
    write_uimage(board.linux("native"), uimage, board.ram_start + KERNEL_OFFSET)
    tree = directory / "board.dtb"
    compile_tree(board.tree, tree)
    ramdisk = directory / "native.cpio.gz"
    with open(ramdisk, "wb") as joined:
        for part in RAMDISK:
            data = (BUILD.parent / part).read_bytes()
            joined.write(data + b"\0" * (-len(data) % 4))
    machine = list(board.qemu)
    machine[machine.index("-m") + 1] = str(MEMORY)
    return Place("native", [*machine, "-kernel", str(uimage),
                            "-dtb", str(tree),
                            "-initrd", str(ramdisk),
                            "-append", f"console=ttyAMA0 {PROGRAM} {bootargs} bench.end=reset"],
                 [], HYPERVISOR)


def domain(board, bootargs):
    return {"kernel": str(board.linux().relative_to(TOP)), "ramdisk": RAMDISK, "memory": f"{MEMORY}M",
            "bootargs": f"console=hvc0 {PROGRAM} {bootargs}"}


CONFIGS = {
    "dom0": lambda board, args: {"dom0": domain(board, args)},
    "domU": lambda board, args: {"domu": [domain(board, args) | {"name": "domU"}]},
    "domU_busy": lambda board, args: {"dom0": domain(board, "bench.busy=1"),
                                      "domu": [domain(board, args) | {"name": "domU"}]},
}


def directory_of(board):
    """Where logs and other files of a board's measurements go."""
    directory = BUILD / "bench" / board.name
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def make_place(name, board, bootargs=""):
    """@name: one of PLACES; @bootargs: for the program that is measured, as bench.only=getppid,pipe."""
    directory = directory_of(board) / name
    directory.mkdir(exist_ok=True)
    if name == "native":
        return native_place(board, bootargs, directory)
    config = read_config(CONFIGS[name](board, bootargs), f"bench-{name}")
    image = make_image(config, board, directory)
    names = [d.name for d in config.domains]
    return Place(name, image.qemu_arguments(), names, "dom0" if name == "dom0" else "domU")


class Run:
    """One boot of a place, until the program has ended.  Figures by operation are in .figures."""

    def __init__(self, place, directory, plugin_options=None, echo=None):
        arguments = [*place.arguments, *REPEATABLE]
        log = f"{place.name}-counted.log" if plugin_options else f"{place.name}.log"
        if plugin_options:
            arguments += ["-plugin", plugin_argument(*plugin_options)]
        self.place, self.echo, self.figures, self.rounds = place, echo, {}, {}
        self.begun, self.seen, self.overhead = {}, 0, 0.0
        self.machine = Machine(arguments, place.domains, directory / log)

    def until(self, what):
        """Runs until the line @what (a prefix) came from the program."""
        end = time.monotonic() + PATIENCE
        quiet = time.monotonic() + QUIET_SECONDS
        while time.monotonic() < min(end, quiet):
            self.machine.pump(1)
            for line in self.new_lines():
                quiet = time.monotonic() + QUIET_SECONDS
                self.take(line.strip())
                if line.startswith(what):
                    return
            if self.machine.ended:
                break
        self.give_up(what)

    def give_up(self, what):
        try:
            self.machine.fail(f"{self.place.name}: the benchmark did not print {what}",
                              self.place.watched)
        except MachineError as error:
            self.machine.close()
            raise UserError(str(error)) from None

    def new_lines(self):
        text = self.machine.stream(self.place.watched)
        end = text.rfind("\n") + 1
        lines = text[self.seen:end].splitlines()
        self.seen = max(self.seen, end)
        return lines

    def take(self, line):
        if re.match(r"bench-failed|Kernel panic|.*end Kernel panic", line):
            self.give_up(f"more than '{line}'")
        if found := re.fullmatch(r"begin (\w+)", line):
            self.begun[found[1]] = time.monotonic()
        elif found := re.fullmatch(r"bench (\w+) (\d+) (\d+) (\d+)", line):
            self.add(found[1], *map(int, found.groups()[1:]))

    def add(self, name, rounds, best, all_rounds):
        self.rounds[name] = rounds
        if name == "loop":
            self.overhead = best / rounds
            return
        wall = (time.monotonic() - self.begun[name]) * 1e9 / all_rounds
        self.figures[name] = Figure(round(best / rounds - self.overhead, 2), wall)
        if self.echo:
            self.echo(f"{self.place.name}: {name} {self.figures[name].instructions:g}")

    def end(self):
        self.machine.end()


def measure(place, board, echo=None):
    """All operations in @place: {name: Figure}."""
    run = Run(place, directory_of(board), echo=echo)
    run.until("bench-end")
    run.end()
    return run.figures


def boot_instructions(name, board):
    """Instructions from the machine's start to the first one of the first process."""
    directory = directory_of(board)
    output = directory / f"boot-{name}.txt"
    run = Run(make_place(name, board, "bench.only=loop"), directory, [f"out={output}", "counts=off"])
    run.until("bench-userland")
    found = re.search(r"^mark userland (\d+)", output.read_text(), re.M)
    run.end()
    if not found:
        raise UserError(f"{name}: the plugin did not see userland; see {output}")
    return int(found[1])


def primitives(board):
    """{name: instructions} of the hypervisor's primitives, from bare-metal guests."""
    directory = directory_of(board) / "primitives"
    directory.mkdir(exist_ok=True)
    guests = [{"name": name, "kernel": str(board.guest(program)), "memory": "16M",
               "bootargs": arguments} for name, program, arguments in
              [("bench", "bench_primitives", "peer=2"), ("peer", "bench_peer", "bench=1")]]
    image = make_image(read_config({"domu": guests}, "bench-primitives"), board, directory)
    machine = Machine([*image.qemu_arguments(), *REPEATABLE], ["bench", "peer"],
                      directory / "console.log")
    try:
        machine.expect(r"^DONE .*$|^FAIL .*$", "bench", QUIET_SECONDS)
    except MachineError as error:
        raise UserError(str(error)) from None
    finally:
        machine.close()
    text = machine.stream("bench")
    if failed := re.search(r"^FAIL .*$", text, re.M):
        raise UserError(f"primitives: {failed[0]}; see {machine.log.name}")
    return {name: float(value) for name, value in re.findall(r"^bench (\w+) ([\d.]+)", text, re.M)}
