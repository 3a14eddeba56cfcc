# SPDX-License-Identifier: GPL-2.0-only
"""Processes of both guests attack kernel and hypervisor at once; neither guest is harmed."""
import re

from linux import maybe_broken, two_linux

SESSION_SECONDS = 300


def test_attacks_from_processes_are_refused(boot):
    machine = boot(two_linux("attack", "attack", ("stress", "tests")))
    for domain in ("dom0", "domU1"):
        machine.expect(r"^attack: kernel messages (\d+)\n", domain, SESSION_SECONDS)
        text = machine.stream(domain)
        assert not re.search(r"^FAIL", text, re.M), text
        assert len(re.findall(r"^PASS", text, re.M)) >= 100
        for line in ("0 failures", "status 0", "different sums 1 of 10", "kernel messages 0"):
            assert re.search(maybe_broken(f"attack: {line}\n"), text), line


def flash(board):
    """Machine address of the board's flash memory, which is dom0's; None: it has none."""
    found = re.search(r"flash@([0-9a-f]+)", board.tree.read_text())
    return int(found[1], 16) if found else None


def test_mapping_what_is_not_there_is_an_error(boot, board):
    """Devices of the hypervisor's and its RAM, at the wish of root and of a driver, in both guests."""
    foreign = [*board.withheld[:2], board.ram_start + 0x10000]
    own = flash(board)
    config = two_linux("frames", "frames", ("stress", "tests", "modules"))
    for domain in (config["dom0"], *config["domu"]):
        domain["bootargs"] += " dacre.foreign=" + ",".join(f"{address:#x}" for address in foreign)
    if own:
        config["dom0"]["bootargs"] += f" dacre.own={own:#x}"
    machine = boot(config)
    for domain in ("dom0", "domU1"):
        machine.expect(r"^frames: goes on: \w+\n", domain, SESSION_SECONDS)
        text = machine.stream(domain)
        assert not re.search(r"^FAIL", text, re.M), text
        for line in ("status 0", "kernel messages 0", *(f"ioremap {address:#x} refused" for address in foreign)):
            assert re.search(maybe_broken(f"frames: {line}\n"), text), line
    if own:
        assert re.search(maybe_broken(f"frames: ioremap {own:#x} mapped\n"), machine.stream("dom0"))
