# SPDX-License-Identifier: GPL-2.0-only
"""Two Linux guests side by side: each knows who it is, works, ends; the board ends with dom0."""
import pathlib
import re
import subprocess
import sys

import pytest

from dacre import TOP
from dacre.streams import HYPERVISOR
from linux import (BOOT_SECONDS, dom0, guest, run, time_of_sleep, two_linux, wait_shell,
                   wait_userland)


MACHINE = {"v5": "armv5tejl", "v6": "armv6l", "v7": "armv7l"}


def test_both_reach_userland_work_and_stop(boot, board):
    machine = boot(two_linux("demo", "demo"))
    for name, kind in (("dom0", "dom0"), ("domU1", "domU")):
        machine.expect(rf"init: this is {name} \({kind}\), Linux 6\.12\.\S+ {MACHINE[board.arch]}",
                       name, BOOT_SECONDS)
        machine.expect(r"^Linux \S+ 6\.12\.", name)
        machine.expect(rf"^CPU part\s*: {board.cpu_part:#x}", name)
        machine.expect(r"^MemTotal: +\d+ kB", name)
        machine.expect(rf"demo: {name} is done", name)
    machine.expect(r"domain 1 \(domU1\): shutdown, poweroff", HYPERVISOR)
    machine.send_line()
    machine.expect(r"domain 0 \(dom0\): shutdown, poweroff", HYPERVISOR)
    machine.wait_end()


def test_compressed_kernels(boot, board):
    """What Xen's users hand over: each domain unpacks its kernel itself, in USR mode."""
    zimage = str(board.linux().with_name("zImage"))
    machine = boot({"dom0": dom0("64M", "demo", kernel=zimage),
                    "domu": [guest("domU1", "64M", "demo", kernel=zimage)]})
    for name in ("dom0", "domU1"):
        machine.expect(rf"demo: {name} is done", name, BOOT_SECONDS)
    sizes = re.findall(r"kernel (\d+) KiB", machine.stream(HYPERVISOR))
    assert sizes == [str(pathlib.Path(zimage).stat().st_size >> 10)] * 2


@pytest.mark.one_board
def test_memory_is_what_was_asked_for(boot):
    machine = boot({"dom0": dom0("80M", "demo"), "domu": [guest("small", "32M", "demo")]})
    for name, mib in (("dom0", 80), ("small", 32)):
        found = machine.expect(r"^MemTotal: +(\d+) kB", name, BOOT_SECONDS)
        assert mib * 1024 - 16 * 1024 < int(found[1]) <= mib * 1024
    assert "software IO TLB" not in machine.stream("dom0"), "nothing is bounced"


@pytest.mark.one_board
def test_three_guests(boot):
    """Nothing is made for two: a second domU is one table more in the configuration."""
    config = two_linux()
    config["dom0"]["memory"] = "64M"
    config["domu"] = [guest("one", "32M", "demo"), guest("two", "32M", "demo")]
    machine = boot(config)
    for name in ("one", "two"):
        machine.expect(rf"demo: {name} is done", name, BOOT_SECONDS)
    machine.expect(r"domain [12] .*shutdown, poweroff", HYPERVISOR)
    machine.expect(r"domain [12] .*shutdown, poweroff", HYPERVISOR)
    wait_shell(machine, "dom0")


def test_sleeping_machine_sleeps(boot):
    """With nothing to do the clocks of both guests run on while few instructions are executed: virtual
    time counts instructions and leaps while the CPU waits for an interrupt, so that an hour passes."""
    machine = boot(two_linux())
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    assert 60_000 <= time_of_sleep(machine, "dom0", 600) < 66_000


@pytest.mark.one_board
@pytest.mark.parametrize("broken", ["dom0", "domU1"])
def test_run_says_who_did_not_get_there(tmp_path, board, broken):
    """`make run` without a terminal: a guest that has no /init ends it, with its name."""
    empty = tmp_path / "empty"
    empty.write_bytes(b"no archive")
    disks = {name: empty if name == broken else TOP / "build/userland/base.cpio.gz"
             for name in ("dom0", "domU1")}
    config = tmp_path / f"broken-{broken}.toml"
    config.write_text(f"""
        [dom0]
        kernel = "{board.linux()}"
        ramdisk = "{disks['dom0']}"
        memory = "64M"
        bootargs = "console=hvc0"
        [[domu]]
        name = "domU1"
        kernel = "{board.linux()}"
        ramdisk = "{disks['domU1']}"
        memory = "64M"
        bootargs = "console=hvc0"
    """)
    done = subprocess.run([sys.executable, TOP / "tools/run", board.name, config], cwd=TOP,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    assert done.returncode
    assert re.match(f"run: {broken} failed: .*Kernel panic", done.stderr), done.stderr
