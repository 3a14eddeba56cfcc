# SPDX-License-Identifier: GPL-2.0-only
"""The board's one UART serves all domains."""
import pytest

from linux import guest, quieten, run, two_linux, wait_shell, wait_userland

pytestmark = pytest.mark.one_board


def test_input_moves_between_domains(boot):
    machine = boot(two_linux())
    wait_userland(machine, "domU1")
    wait_shell(machine, "dom0")
    assert "dom0" in run(machine, "dom0", "hostname")
    machine.switch_input("domU1")
    assert "domU1" in run(machine, "domU1", "hostname")
    assert machine.switch_input("dom0") == 2    # the hypervisor itself comes between
    assert "dom0" in run(machine, "dom0", "hostname")


def test_without_dom0_the_first_domain_has_the_keys(boot):
    machine = boot({"domu": [guest("first", "64M"), guest("second", "64M")]})
    wait_shell(machine, "first")
    assert "first" in run(machine, "first", "hostname")
    machine.switch_input("second")


def test_domu_console_takes_long_input_and_output(boot):
    machine = boot(two_linux())
    wait_userland(machine, "dom0")
    wait_userland(machine, "domU1")
    machine.switch_input("domU1")
    quieten(machine, "domU1")
    text = "".join(chr(ord("a") + i % 26) for i in range(180))
    assert text in run(machine, "domU1", f"echo {text}")
    numbers = run(machine, "domU1", "seq 1 3000")
    assert numbers.split() == [str(n) for n in range(1, 3001)]


def test_one_control_a_is_for_the_guest(boot):
    """Fewer than three in a row go to the guest, which sees each."""
    machine = boot(two_linux())
    wait_shell(machine, "dom0")
    run(machine, "dom0", "stty raw")
    machine.send("echo 'rea''dy'; dd bs=1 count=4 2>/dev/null | od -c | head -n 1; stty -raw\r")
    machine.expect("ready", "dom0")
    machine.send("x\x01\x01y")
    machine.expect(r"x +001 +001 +y", "dom0")


def test_keys_before_linux_knows_events_do_no_harm(boot):
    """The hypervisor tells the guest of them when who drives the console is not there yet; the shell gets them."""
    machine = boot({"domu": [guest("early", "64M")]})
    for line in ("Linux version", "SLUB: ", "Mount-cache"):
        machine.expect(line, "early")
        machine.send("\r")
    wait_userland(machine, "early")
    machine.expect(r"^/ # \n/ # \n", "early")
