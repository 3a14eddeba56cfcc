# SPDX-License-Identifier: GPL-2.0-only
"""What tests of whole systems start machines with: the fixtures `board` and `boot`.

    def test_x(boot):
        machine = boot({"domu": [{"name": "a", "kernel": "build/guests/a.bin", "memory": "4M"}]})
        machine.expect("done", domain="a")

A configuration is a dictionary with the keys of tools/dacre/config.py or the path of such a file.
Machine is tools/dacre/machine.py.  Each machine's console is kept in build/test-logs/<test>.log.
"""
import pathlib
import re
import subprocess
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))

from dacre import BUILD, TOP                                                  # noqa: E402
from dacre.board import load_board                                            # noqa: E402
from dacre.config import load_config, read_config                             # noqa: E402
from dacre.image import compile_tree, join_ramdisk, make_image                # noqa: E402
from dacre.machine import Machine                                             # noqa: E402
from dacre.streams import HYPERVISOR                                          # noqa: E402

LOGS = BUILD / "test-logs"


def pytest_addoption(parser):
    parser.addoption("--board", default="versatilepb", help="the board to run on")


@pytest.fixture(scope="session")
def board(request):
    return load_board(request.config.getoption("--board"))


class Boot:
    """Starts machines for one test and sees to it that none outlives it."""

    def __init__(self, board, test):
        self.board = board
        self.test = test
        self.machines = []
        LOGS.mkdir(parents=True, exist_ok=True)

    def name(self):
        """A name of its own for each machine of the test."""
        count = len(self.machines)
        return f"{self.test}-{count}" if count else self.test

    def start(self, arguments, names, shift, may_panic):
        machine = Machine(arguments, names, LOGS / f"{self.name()}.log", shift)
        machine.may_panic = may_panic
        self.machines.append(machine)
        return machine

    def __call__(self, config, qemu=("-nic", "none"), shift=0, may_panic=False):
        """Boots @config under the hypervisor; @qemu: further options for QEMU."""
        name = self.name()
        if isinstance(config, dict):
            config = read_config(config, name)
        else:
            config = load_config(config)
        for domain in config.domains:
            domain.bootargs += f" dacre.name={domain.name}"
        image = make_image(config, self.board, BUILD / "boot" / self.board.name / name)
        names = [d.name for d in config.domains]
        return self.start([*image.qemu_arguments(), *qemu], names, shift, may_panic)

    def native(self, ramdisk, bootargs, qemu=("-nic", "none"), shift=0):
        """Boots the same kernel source without a hypervisor; its console is the machine's."""
        directory = BUILD / "boot" / self.board.name / self.name()
        directory.mkdir(parents=True, exist_ok=True)
        tree = directory / "tree.dtb"
        compile_tree(self.board.tree, tree)
        joined = join_ramdisk([TOP / r for r in ramdisk], directory / "native.cpio.gz")
        arguments = [*self.board.qemu, "-kernel", str(BUILD / "linux/native/zImage"),
                     "-dtb", str(tree), "-initrd", str(joined),
                     "-append", f"console=ttyAMA0 dacre.name=native {bootargs}"]
        return self.start([*arguments, *qemu], [], shift, True)

    def finish(self):
        """Ends all machines; a hypervisor that panicked unasked fails the test."""
        for machine in self.machines:
            machine.close()
        for machine in self.machines:
            panic = re.search(r"^PANIC: .*", machine.stream(HYPERVISOR), re.M)
            assert machine.may_panic or not panic, panic[0]


@pytest.fixture
def boot(request, board):
    started = Boot(board, re.sub(r"[^A-Za-z0-9_.-]+", "-", request.node.name).strip("-"))
    yield started
    started.finish()
