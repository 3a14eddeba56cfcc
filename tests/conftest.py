# SPDX-License-Identifier: GPL-2.0-only
"""What tests of whole systems start machines with: the fixtures `board` and `boot`.

    def test_x(boot):
        machine = boot({"domu": [{"name": "a", "program": "vfp", "memory": "4M"}]})
        machine.expect("done", domain="a")

A configuration is a dictionary with the keys of tools/dacre/config.py, where a domain names the
bare-metal guest "program", or nothing for the board's Linux, with "parts" of userland.  Machine is tools/dacre/machine.py.  Each
machine's console is kept in build/test-logs/<test>.log.

A test that asks for `board` or `boot` runs on every board of --board; marked `one_board`, because what
it tests is the same code everywhere, on the first; marked `levels("v6", "v7")`, on boards of these; marked
`boards("vexpress-a9")`, on those named; marked `one_cpu`, on boards with one CPU;
marked `with_reference`, on boards that docs/benchmarks has figures of; marked `with_uboot`, on boards that tests have a U-Boot for.
A test marked `long` is part of `make test-all` alone, one marked `soak` of `make soak`, one marked `debian` of
`make debian-test`.
"""
import pathlib
import re
import sys
import tempfile
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))

from dacre import BUILD                                                       # noqa: E402
from dacre.board import load_board                                            # noqa: E402
from dacre.config import name_domains, read_config                            # noqa: E402
from dacre.image import compile_tree, join_ramdisk, make_image                # noqa: E402
from dacre.machine import Machine                                             # noqa: E402
from dacre.profile import plugin_argument, stretch_options                    # noqa: E402
from dacre.streams import HYPERVISOR                                          # noqa: E402

LOGS = BUILD / "test-logs"


def pytest_addoption(parser):
    parser.addoption("--board", action="append", required=True, help="a board to run on")
    parser.addoption("--stretches", action="store_true",
                     help="note the longest stays in the hypervisor, for tools/stretches")
    parser.addoption("--long", action="store_true", help="the long tests, too: make test-all")
    parser.addoption("--debian", action="store_true", help="what needs the disk of make debian, and no others")
    parser.addoption("--soak", type=float, metavar="MINUTES", help="that long, the tests that go on for ever, and no others")


def pytest_configure(config):
    config.addinivalue_line("markers", "one_board: on the first board only")
    config.addinivalue_line("markers", "levels(name...): on boards of these architecture levels only")
    config.addinivalue_line("markers", "boards(name...): on these boards only")
    config.addinivalue_line("markers", "one_cpu: on boards with one CPU only")
    config.addinivalue_line("markers", "with_reference: on boards with figures in docs/benchmarks")
    config.addinivalue_line("markers", "with_uboot: on boards that tests have a U-Boot for")
    config.addinivalue_line("markers", "long: with --long only")
    config.addinivalue_line("markers", "soak: with --soak only")
    config.addinivalue_line("markers", "debian: with --debian only")


def boards_of(test, config):
    names = config.getoption("--board")
    wanted = test.get_closest_marker("boards")
    if len(names) > 1:
        own = wanted.args if wanted else ()
        names = [name for name in names if name in own or not load_board(name).own_tests]
    levels = test.get_closest_marker("levels")
    if levels:
        names = [name for name in names if load_board(name).arch in levels.args]
    if wanted:
        names = [name for name in names if name in wanted.args]
    if test.get_closest_marker("one_cpu"):
        names = [name for name in names if load_board(name).cpu_count == 1]
    if test.get_closest_marker("with_reference"):
        names = [name for name in names if load_board(name).has_reference]
    if test.get_closest_marker("with_uboot"):
        names = [name for name in names if load_board(name).uboot]
    return names[:1] if test.get_closest_marker("one_board") else names


def pytest_generate_tests(metafunc):
    if "board" in metafunc.fixturenames:
        metafunc.parametrize("board", boards_of(metafunc.definition, metafunc.config), indirect=True)


def pytest_collection_modifyitems(config, items):
    """Without a board of its level a test has nothing to run on: it is no part of the run."""
    left_out = ["skip"] if config.getoption("--long") else ["skip", "long"]
    asked = {"soak": config.getoption("--soak") is not None, "debian": config.getoption("--debian")}
    items[:] = [item for item in items if not any(map(item.get_closest_marker, left_out))
                and all(bool(item.get_closest_marker(mark)) == wanted for mark, wanted in asked.items())]


@pytest.fixture
def soak(request):
    """Seeds, until the time is over."""
    def seeds():
        end = time.monotonic() + 60 * request.config.getoption("--soak")
        seed = int(time.time()) % 2**31
        while time.monotonic() < end:
            yield seed
            seed += 1
    return seeds()


@pytest.fixture
def board(request):
    return load_board(request.param)


class Boot:
    """Starts machines for one test and sees to it that none outlives it."""

    def __init__(self, board, test, notes_stretches=False):
        self.board = board
        self.test = test
        self.notes_stretches = notes_stretches
        self.machines = []
        LOGS.mkdir(parents=True, exist_ok=True)

    def name(self):
        """A name of its own for each machine of the test."""
        count = len(self.machines)
        return f"{self.test}-{count}" if count else self.test

    def start(self, arguments, names, shift, may_panic):
        log = LOGS / f"{self.name()}.log"
        if self.notes_stretches:
            notes = [f"out={log.with_suffix('.stretches')}", *stretch_options(self.board)]
            arguments = [*arguments, "-plugin", plugin_argument(*notes)]
        machine = Machine(arguments, names, log, shift, resets=self.board.resets)
        machine.may_panic = may_panic
        self.machines.append(machine)
        return machine

    def ramdisk(self, parts):
        """The files with the base of userland and those parts."""
        of_board = {"modules": self.board.flavour("modules"), "backends": self.board.flavour("backends"),
                    "toolstack": "toolstack-armhf" if self.board.arch == "v7" else "toolstack"}
        return [str(BUILD / "userland" / f"{of_board.get(part, part)}.cpio.gz")
                for part in ("base", *parts)]

    def with_files(self, domain):
        """@domain with the files that it means: of a bare-metal guest or of Linux."""
        domain = dict(domain)
        if "program" in domain:
            return {"kernel": str(self.board.guest(domain.pop("program")))} | domain
        return {"kernel": str(self.board.linux()),
                "ramdisk": self.ramdisk(domain.pop("parts", ()))} | domain

    def read(self, config, name="test"):
        """The configuration in that dictionary."""
        full = config | {"domu": [self.with_files(domain) for domain in config.get("domu", [])]}
        if "dom0" in config:
            full["dom0"] = self.with_files(config["dom0"])
        return read_config(full, name)

    def __call__(self, config, qemu=("-nic", "none"), shift=0, may_panic=False):
        """Boots @config under the hypervisor; @qemu: further options for QEMU; @shift: as Machine has it."""
        name = self.name()
        config = name_domains(self.read(config, name))
        image = make_image(config, self.board, BUILD / "boot" / self.board.name / name)
        names = [d.name for d in config.domains]
        turns = [] if shift is None else self.board.turns
        return self.start([*image.qemu_arguments(), *turns, *qemu], names, shift, may_panic)

    def native(self, parts, bootargs, qemu=("-nic", "none"), shift=0):
        """Boots the same kernel source without a hypervisor; its console is the machine's."""
        directory = BUILD / "boot" / self.board.name / self.name()
        directory.mkdir(parents=True, exist_ok=True)
        tree = directory / "tree.dtb"
        compile_tree(self.board.tree, tree)
        joined = join_ramdisk([pathlib.Path(file) for file in self.ramdisk(parts)], directory / "native.cpio.gz")
        arguments = [*self.board.qemu, "-kernel", str(self.board.linux("native").with_name("zImage")),
                     "-dtb", str(tree), "-initrd", str(joined),
                     "-append", f"console=ttyAMA0 dacre.name=native {bootargs}"]
        return self.start([*arguments, *qemu], [], shift, True)

    def finish(self):
        """Ends all machines; a hypervisor that panicked unasked fails the test."""
        for machine in self.machines:
            machine.end() if self.notes_stretches else machine.close()
        for machine in self.machines:
            panic = re.search(r"^PANIC: .*", machine.stream(HYPERVISOR), re.M)
            assert machine.may_panic or not panic, panic[0]


@pytest.fixture
def sockets():
    """A directory for sockets: their paths may have 107 bytes, and tmp_path can be longer."""
    with tempfile.TemporaryDirectory(prefix="dacre-", dir="/tmp") as directory:
        yield pathlib.Path(directory)


@pytest.fixture
def boot(request, board):
    started = Boot(board, re.sub(r"[^A-Za-z0-9_.-]+", "-", request.node.name).strip("-"),
                   request.config.getoption("--stretches"))
    yield started
    started.finish()
