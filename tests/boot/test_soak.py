# SPDX-License-Identifier: GPL-2.0-only
"""What is made, works and is killed for as long as `make soak` goes on; in the end as much is free as in the
beginning."""
import pytest

import test_disks
from test_disks import attach, enter, in_d1, leave, no_leftovers
from test_toolstack import all_frames, do, memory_of_dom0

CYCLES = 300
# dom0's end of d1's network.
HERE, THERE = "10.0.3.1", "10.0.3.2"
CONFIG = test_disks.CONFIG + '\nvif = ["bridge=xenbr0,script=vif-bridge"]\n'


@pytest.fixture
def machine(boot, board, tmp_path):
    machine = test_disks.start(boot, board, tmp_path, memory_of_dom0(board), CONFIG)
    do(machine, f"brctl addbr xenbr0; ip link set xenbr0 up; ip addr add {HERE}/24 dev xenbr0")
    do(machine, "dd if=/dev/zero of=/tmp/disk bs=1M count=8 2>/dev/null")
    return machine


def cycle(machine, number):
    """A domain with its root on a disk, another one that it writes to when it is killed, and a network."""
    assert do(machine, "xl create -q /etc/xen/d1.cfg; echo ended $?").strip() == "ended 0"
    attach(machine, "/tmp/disk", "xvdb")
    enter(machine)
    in_d1(machine, f"ip addr add {THERE}/24 dev eth0; ip link set eth0 up")
    assert "20 packets received" in in_d1(machine, f"ping -q -c 20 -i 0.01 -s 1400 {HERE}")
    machine.send_line("(while :; do dd if=/dev/zero of=/dev/xvdb bs=64k count=64 2>/dev/null; sync; done) & echo be'gun'")
    machine.expect("begun", "dom0")
    leave(machine)
    do(machine, f"(ping -i 0.01 -s 1400 {THERE} >/dev/null & sleep 1; xl destroy d1; kill $!); sleep 1")
    no_leftovers(machine, number, 0)
    return all_frames(machine, number)


@pytest.mark.soak
@pytest.mark.boards("vexpress-a9")
def test_attach_work_kill(machine, soak):
    free = set()
    for number, _ in zip(range(1, CYCLES + 1), soak):
        free.add(cycle(machine, number))
        assert len(free) == 1, f"in cycle {number}: {free}"
    print(f"\n{number} domains were killed at work, {free.pop()} frames each time")
    assert not do(machine, "dmesg | grep -E 'BUG|Oops|bad page'").strip()
