# SPDX-License-Identifier: GPL-2.0-only
"""An FIQ that nobody asked for: the machine goes on, and says how often one came."""
import pytest

from debugger import gdb, stub_options
from linux import run, two_linux, wait_shell, wait_userland

# PL190 of the one ARMv5 board: machine addresses, and a line that no device has.
SELECT, SOFT, SOFT_CLEAR = 0x1014000c, 0x10140018, 0x1014001c
LINE = 1 << 30


def store(address, value):
    return f"set {{unsigned int}}{address:#x} = {value:#x}"


def fiq_count(machine):
    machine.switch_input("hypervisor")
    machine.send("i")
    return int(machine.expect(r"spurious interrupts, (\d+) FIQs", "hypervisor")[1])


@pytest.mark.levels("v5")
def test_fiq_does_not_stop_the_machine(boot, board, sockets):
    stub = sockets / "gdb"
    machine = boot(two_linux(), qemu=["-nic", "none", *stub_options(stub)])
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    elf = board.hypervisor.with_suffix(".elf")
    gdb(machine, elf, stub, "maintenance packet Qqemu.PhyMemMode:1",
        store(SELECT, LINE), store(SOFT, LINE), "maintenance packet Qqemu.PhyMemMode:0", "detach")
    # The line stays asserted: both guests work on, FIQs cost them something and no more.
    assert "5050" in run(machine, "dom0", "echo $(($(seq -s + 1 100)))")
    gdb(machine, elf, stub, "maintenance packet Qqemu.PhyMemMode:1", store(SOFT_CLEAR, LINE),
        store(SELECT, 0), "maintenance packet Qqemu.PhyMemMode:0", "detach")
    count = fiq_count(machine)
    assert count > 0
    machine.switch_input("domU1")
    machine.send_line("echo well-$((6 * 7))")
    machine.expect(r"well-42", "domU1")
    assert fiq_count(machine) == count
