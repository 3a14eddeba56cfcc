# SPDX-License-Identifier: GPL-2.0-only
"""The time of day: the board's clock chip at the boot, dom0's afterwards, in domains that start late, too."""
import pytest

from linux import dom0, guest, quieten, run, wait_shell, wait_userland

DATE = ["-nic", "none", "-rtc", "base=2031-05-06T07:00:00,clock=vm"]
MONTH = "date -u +%Y-%m-%d"


def start(boot, with_dom0, bootargs=""):
    domain = guest("domU1", "64M")
    domain["bootargs"] += f" {bootargs}"
    return boot({"domu": [domain]} | ({"dom0": dom0()} if with_dom0 else {}), qemu=DATE)


def type_to(machine, domain):
    machine.switch_input(domain)
    machine.send_line()
    quieten(machine, domain)


def test_without_dom0(boot):
    machine = start(boot, with_dom0=False)
    wait_shell(machine, "domU1")
    assert "2031-05-06" in run(machine, "domU1", MONTH)
    # The wall clock's origin is the hypervisor's, not the domain's start.
    run(machine, "domU1", "sleep 4000")
    machine.send_line("reboot")
    wait_userland(machine, "domU1")
    quieten(machine, "domU1")
    assert "2031-05-06 08:" in run(machine, "domU1", "date -u '+%Y-%m-%d %H:%M'")


@pytest.mark.one_board
def test_dom0_sets_it(boot):
    machine = start(boot, with_dom0=True)
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    run(machine, "dom0", "date -u -s 2033-02-03")
    type_to(machine, "domU1")
    run(machine, "domU1", "sleep 1")
    assert "2033-02-03" in run(machine, "domU1", MONTH)


@pytest.mark.one_board
def test_domain_that_keeps_its_own_time(boot):
    machine = start(boot, True, "independent_wallclock")
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    run(machine, "dom0", "date -u -s 2033-02-03")
    type_to(machine, "domU1")
    run(machine, "domU1", "sleep 1")
    assert "2031-05-06" in run(machine, "domU1", MONTH)
