# SPDX-License-Identifier: GPL-2.0-only
"""What one guest does with itself leaves the other alone."""
import pytest

from dacre.streams import HYPERVISOR
from linux import quieten, run, time_of_sleep, two_linux, wait_shell, wait_userland


@pytest.fixture
def machine(boot):
    """Two guests with shells; the input is domU1's."""
    machine = boot(two_linux())
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    machine.switch_input("domU1")
    quieten(machine, "domU1")
    return machine


def is_well(machine):
    """dom0 still runs, and its time goes on."""
    machine.switch_input("dom0")
    assert 500 <= time_of_sleep(machine, "dom0", 5) < 700


def free_frames(machine):
    return int(machine.expect(r"domain 1: destroyed, (\d+) frames free", HYPERVISOR)[1])


@pytest.mark.one_board
def test_poweroff_of_one(machine):
    machine.send_line("poweroff")
    machine.expect(r"domain 1 \(domU1\): shutdown, poweroff", HYPERVISOR)
    assert free_frames(machine) >= 64 * 256
    is_well(machine)


def test_crash_of_one(machine):
    machine.send_line("echo c >/proc/sysrq-trigger")
    machine.expect(r"Kernel panic - not syncing: sysrq triggered crash", "domU1")
    machine.expect(r"domain 1 \(domU1\): shutdown, crash", HYPERVISOR)
    machine.expect(r"r0 +[0-9a-f]{8}", HYPERVISOR)
    machine.expect(r"pc +[0-9a-f]{8}", HYPERVISOR)
    assert free_frames(machine) >= 64 * 256
    is_well(machine)


def test_reboot_of_one(machine):
    """Three times, without losing a frame."""
    free = set()
    for _ in range(3):
        machine.switch_input("domU1")
        machine.send_line("reboot")
        machine.expect(r"domain 1 \(domU1\): shutdown, reboot", HYPERVISOR)
        free.add(free_frames(machine))
        wait_userland(machine, "domU1")
        is_well(machine)
    assert len(free) == 1


def time_of_work(machine):
    """How long dom0 takes for some work, in hundredths of a second."""
    machine.switch_input("dom0")
    now = "$(cut -d ' ' -f 1 /proc/uptime | tr -d .)"
    start, end = run(machine, "dom0", f"t={now}; i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done; "
                     f"echo $t {now}").split()
    return int(end) - int(start)


@pytest.mark.one_board
def test_guest_that_spins_leaves_the_other_its_share(machine):
    """A domU that computes for ever: dom0's own work takes about twice as long."""
    alone = time_of_work(machine)
    machine.switch_input("domU1")
    machine.send_line("echo spin'ning'; while :; do :; done")
    machine.expect("spinning", "domU1")
    assert alone * 1.5 < time_of_work(machine) < alone * 2.5
