# SPDX-License-Identifier: GPL-2.0-only
"""Machines of which Dacre uses several CPUs: all come, or are said not to have come, and end together."""
import json
import os
import pathlib
import re
import subprocess

import pytest

from dacre.board import load_board
from dacre.streams import HYPERVISOR
from debugger import gdb, stub_options
from linux import BOOT_SECONDS, dom0, guest

pytestmark = pytest.mark.boards("vexpress-a9x4", "realview-pbx-a9", "realview-eb-mpcore")

WALK = pathlib.Path(__file__).with_name("walk_tables.py")
ALONE = {"domu": [{"name": "alone", "program": "start_state", "memory": "16M"}]}


def cpu_lines(machine):
    return re.findall(r"^CPU (\d+): (up|did not come)", machine.stream(HYPERVISOR), re.M)


def address_of(elf, name):
    """Of a variable: what is optimized leaves a debugger the symbol alone."""
    symbols = subprocess.run(["nm", elf], capture_output=True, text=True, check=True).stdout
    return "0x" + re.search(rf"^([0-9a-f]+) [bBdD] {name}(?:\.|$)", symbols, re.M)[1]


def test_each_cpu_comes(boot):
    machine = boot(ALONE)
    machine.expect(r"^DONE ", "alone")
    assert cpu_lines(machine) == [("1", "up"), ("2", "up"), ("3", "up")]


def test_cpus_that_are_not_there(boot):
    """QEMU's machine has two of the four that the tree names."""
    machine = boot(ALONE, qemu=("-smp", "2", "-nic", "none"))
    machine.expect(r"^DONE ", "alone")
    assert cpu_lines(machine) == [("1", "up"), ("2", "did not come"), ("3", "did not come")]


def test_a_panic_stops_all(boot, board, sockets):
    """A debugger has a CPU find that a thing is not as it must be, while the others sleep."""
    stub = sockets / "gdb"
    elf = board.hypervisor.with_suffix(".elf")
    machine = boot(ALONE, qemu=("-nic", "none", "-S", *stub_options(stub)), may_panic=True)
    # udf, in the function that starts the first domain
    gdb(machine, elf, stub, "hbreak domain_build_all", "continue", "set var {unsigned int}$pc = 0xe7f000f0", "detach")
    machine.expect(r"PANIC: fault in the hypervisor", HYPERVISOR)
    machine.expect(r"Stopped", HYPERVISOR)
    assert cpu_lines(machine) == [("1", "up"), ("2", "up"), ("3", "up")]
    said = gdb(machine, elf, stub, f"x/4xb {address_of(elf, 'is_stopped')}")
    assert re.search(r":\s*0x00\s+0x01\s+0x01\s+0x01", said), said


def walk_tables(machine, board, stub):
    """How many tables the CPUs have loaded, and how many entries these have, of which none is wrong."""
    said = gdb(machine, board.hypervisor.with_suffix(".elf"), stub, f"source {WALK}")
    found = re.search(r"^WALKED tables (\d+) entries (\d+) wrong (\d+)", said, re.M)
    assert found, said
    assert found[3] == "0", said
    return int(found[1]), int(found[2])


def test_normal_memory_is_shareable(boot, board, sockets):
    """In the tables that the CPUs have loaded, of the hypervisor and of a guest at work with its own: QEMU has
    no caches, so nothing else shows what would be wrong on silicon."""
    stub = sockets / "gdb"
    machine = boot({"domu": [{"name": "busy", "program": "nuisance", "memory": "16M", "bootargs": "do=spin"}]},
                   qemu=("-nic", "none", *stub_options(stub)))
    machine.expect(r"^CPU 3: up", HYPERVISOR)
    machine.expect(r"^doing spin", "busy")
    tables, entries = walk_tables(machine, board, stub)
    assert tables >= 2 and entries > 500


def expect_well(machine, names):
    for name in names:
        machine.expect(r"^PASS results_stay_right", name)
    for _ in names:
        machine.expect(r"^domain \d: destroyed", HYPERVISOR)
    assert not any(re.search(r"^FAIL", machine.stream(name), re.M) for name in names)


def test_each_cpu_runs_a_guest(boot, board, sockets):
    stub = sockets / "gdb"
    spinning = [f"busy{i}" for i in range(4)]
    machine = boot({"domu": [{"name": name, "program": "nuisance", "memory": "16M", "bootargs": "do=spin"}
                             for name in spinning]}, qemu=("-nic", "none", *stub_options(stub)))
    for name in spinning:
        machine.expect(r"^doing spin", name)
    tables, _ = walk_tables(machine, board, stub)
    assert tables == 4


def test_events_reach_other_cpus_at_once(boot):
    """Who is not told looks each 10 ms, or sleeps on."""
    machine = boot({"domu": [{"name": "asks", "program": "reach", "memory": "16M", "bootargs": "peer=2 max=500"},
                             {"name": "answers", "program": "reach", "memory": "16M", "bootargs": "peer=1 answers"}]})
    for name in ("asks", "answers"):
        machine.expect(r"^DONE 1 passed, 0 failed", name)


def test_what_takes_no_lock_costs_as_on_one_cpu(boot):
    """In instructions; the lock is 18.  Now and then a look at the scheduler is among them."""
    machine = boot({"domu": [{"name": "bench", "program": "bench_primitives", "memory": "16M", "bootargs": "peer=2"},
                             {"name": "peer", "program": "bench_peer", "memory": "16M", "bootargs": "bench=1"}]})
    machine.expect(r"^DONE .* 0 failed", "bench")
    alone = json.loads(load_board("vexpress-a9").reference.read_text())["primitives"]
    for name in ("null_hypercall", "set_tls", "syscall_bounce_and_iret", "abort_bounce_and_iret"):
        here = float(re.search(rf"^bench {name} ([\d.]+)", machine.stream("bench"), re.M)[1])
        assert here <= alone[name] + 2, name


def free_after_pairs(boot, until, turns):
    """How many frames are free when four domains have gone for the same objects for @until ms; one of them reboots."""
    what = {"closes": "close peer=2", "uses": "use peer=1", "gives": "give"}
    machine = boot({"dom0": {"program": "pairs", "memory": "16M", "bootargs": f"do=take until={until}"},
                    "domu": [{"name": name, "program": "pairs", "memory": "4M", "bootargs": f"do={do} until={until}"}
                             for name, do in what.items()]}, shift=3, qemu=("-nic", "none", *turns))
    machine.expect(r"^DONE 1 passed, 0 failed", "dom0")
    machine.wait_end()
    for name in what:
        assert "FAIL" not in machine.stream(name), machine.stream(name)
    # It says so at the end of each life.
    assert until == 0 or len(re.findall(r"^did [1-9]", machine.stream("closes"), re.M)) == 2
    return int(re.search(r"^free (\d+)", machine.stream("dom0"), re.M)[1])


# Ticks of the timer that ends QEMU's turns: each is another order of things, which repeats.
@pytest.mark.one_board
@pytest.mark.parametrize("us", [100, *(pytest.param(us, marks=pytest.mark.long) for us in (3, 7, 20, 500))])
def test_pairs_from_four_domains(boot, us):
    """Event send against close, grant map against its end and against reboot, foreign map against give-back."""
    turns = ("-device", f"loader,addr=0x10011000,data={us},data-len=4")
    assert free_after_pairs(boot, 2800, turns) == free_after_pairs(boot, 0, turns)


# In QEMU's turns, which repeat, and on CPUs of the host, at whatever speed: on no more than it has, for one that waits
# for a lock spins (QEMU sleeps in no WFE), and the holder's may have to wait for it.
WAYS = pytest.mark.parametrize("way", ["in turns", pytest.param("at once", marks=pytest.mark.long)])


def run(boot, board, way, config):
    if way == "in turns":
        return boot(config)
    count = min(board.cpu_count, os.cpu_count())
    return boot(config, shift=None, qemu=("-nic", "none", "-smp", str(count)))


@WAYS
def test_more_guests_than_cpus(boot, board, way):
    names = [f"busy{i}" for i in range(6)]
    expect_well(run(boot, board, way, {"domu": [{"name": name, "program": "victim", "memory": "16M", "bootargs": "ms=100"}
                                                for name in names]}), names)


@WAYS
def test_four_linux_guests(boot, board, way):
    names = ["one", "two", "three"]
    machine = run(boot, board, way, {"dom0": dom0("64M", "demo"), "domu": [guest(name, "48M", "demo") for name in names]})
    for name in ("dom0", *names):
        machine.expect(rf"demo: {name} is done", name, BOOT_SECONDS)
    for _ in names:
        machine.expect(r"^domain \d: destroyed", HYPERVISOR)
    machine.send_line()
    machine.expect(r"domain 0 \(dom0\): shutdown, poweroff", HYPERVISOR)
    machine.wait_end()
