# SPDX-License-Identifier: GPL-2.0-only
"""U-Boot starts Dacre and two Linux guests from the card that `make images` makes, by what docs/u-boot.md says to
type."""
import re

import pytest

from dacre import BUILD, TOP
from dacre.config import name_domains
from dacre.machine import NETWORK
from dacre.uboot import make_uboot
from linux import run, two_linux, wait_shell, wait_userland

pytestmark = pytest.mark.with_uboot
PROMPT = r"^=> $"


@pytest.fixture
def uboot(boot, board, tmp_path):
    """Starts U-Boot with the card of the two-guest system, stopped at its prompt."""
    def start(memory=None):
        card = make_uboot(name_domains(boot.read(two_linux())), board, tmp_path)
        qemu = list(board.qemu)
        if memory:
            qemu[qemu.index("-m") + 1] = memory
        machine = boot.start([*qemu, *NETWORK, "-kernel", str(BUILD / "uboot" / board.uboot / "u-boot"),
                              "-drive", f"if=sd,format=raw,file={card}"], ["dom0", "domU1"], None, False)
        machine.expect(r"Hit any key to stop autoboot")
        machine.send("\r")
        machine.expect(PROMPT)
        return machine
    return start


def section(heading):
    return (TOP / "docs" / "u-boot.md").read_text().split(f"## {heading}\n")[1].split("\n## ")[0]


def documented(heading):
    """The commands at U-Boot's prompt in that section of docs/u-boot.md."""
    return re.findall(r"^    => (.*)$", section(heading), re.M)


def check_seen(machine, heading):
    """The hypervisor's lines in that section; a … is whatever comes."""
    for line in re.findall(r"^    (\(dacre\) .*)$", section(heading), re.M):
        assert re.search(re.escape(line).replace("…", ".*"), machine.raw), line


def type_commands(machine, commands):
    """The last one is not waited for: it starts Dacre."""
    for command in commands[:-1]:
        machine.send(f"{command}\r")
        machine.expect(PROMPT)
    machine.send(f"{commands[-1]}\r")


def check_guests(machine):
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    assert "5050" in run(machine, "dom0", "echo $(($(seq -s + 1 100)))")


def test_script(uboot):
    """bootm, by the script."""
    machine = uboot()
    type_commands(machine, documented("Start it"))
    check_guests(machine)
    check_seen(machine, "Start it")


def test_zimage(uboot):
    """bootz, with the tree edited by hand."""
    machine = uboot()
    type_commands(machine, documented("The same by hand"))
    check_guests(machine)


@pytest.mark.long
def test_more_memory(uboot):
    machine = uboot("1024")
    type_commands(machine, documented("Start it"))
    check_guests(machine)
