# SPDX-License-Identifier: GPL-2.0-only
"""What one guest does with itself leaves the other alone."""
import pytest

from dacre.streams import HYPERVISOR
from linux import run, two_linux, wait_shell, wait_userland


@pytest.fixture
def machine(boot):
    """Two guests with shells; the input is domU1's."""
    machine = boot(two_linux())
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    run(machine, "dom0", "(while :; do echo beat-$(cut -d . -f 1 /proc/uptime); sleep 5; done) &")
    machine.switch_input("domU1")
    run(machine, "domU1", "stty -echo")
    return machine


def heart_beats(machine):
    """dom0 still runs, and its time goes on."""
    first = int(machine.expect(r"beat-(\d+)", "dom0")[1])
    second = int(machine.expect(r"beat-(\d+)", "dom0")[1])
    assert 5 <= second - first <= 7


def free_frames(machine):
    return int(machine.expect(r"domain 1: destroyed, (\d+) frames free", HYPERVISOR)[1])


def test_poweroff_of_one(machine):
    machine.send_line("poweroff")
    machine.expect(r"domain 1 \(domU1\): shutdown, poweroff", HYPERVISOR)
    assert free_frames(machine) >= 64 * 256
    heart_beats(machine)


def test_crash_of_one(machine):
    machine.send_line("echo c >/proc/sysrq-trigger")
    machine.expect(r"Kernel panic - not syncing: sysrq triggered crash", "domU1")
    machine.expect(r"domain 1 \(domU1\): shutdown, crash", HYPERVISOR)
    machine.expect(r"r0 +[0-9a-f]{8}", HYPERVISOR)
    machine.expect(r"pc +[0-9a-f]{8}", HYPERVISOR)
    assert free_frames(machine) >= 64 * 256
    heart_beats(machine)


def test_reboot_of_one(machine):
    """Three times, without losing a frame."""
    free = set()
    for _ in range(3):
        machine.send_line("reboot")
        machine.expect(r"domain 1 \(domU1\): shutdown, reboot", HYPERVISOR)
        free.add(free_frames(machine))
        wait_userland(machine, "domU1")
        heart_beats(machine)
    assert len(free) == 1


def test_guest_that_spins_leaves_the_other_its_share(machine):
    """A domU that computes for ever: dom0's own work takes at most a bit more than twice as long."""
    work = "i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done"
    timed = f"t0=$(date +%s%N); {work}; t1=$(date +%s%N); echo took-$(((t1-t0)/1000000))"
    times = []
    for command in ("true", "while :; do :; done"):
        machine.send_line(command)
        machine.switch_input("dom0")
        machine.send_line(timed)
        times.append(int(machine.expect(r"took-(\d+)", "dom0", 120)[1]))
        machine.switch_input("domU1")
    assert times[1] < times[0] * 2.5
