# SPDX-License-Identifier: GPL-2.0-only
"""Processes of both guests attack kernel and hypervisor at once; neither guest is harmed."""
import re

from linux import two_linux

SESSION_SECONDS = 300


def test_attacks_from_processes_are_refused(boot):
    machine = boot(two_linux("attack", "attack", ("stress", "tests")))
    for domain in ("dom0", "domU1"):
        machine.expect(r"^attack: kernel messages (\d+)\n", domain, SESSION_SECONDS)
        text = machine.stream(domain)
        assert not re.search(r"^FAIL", text, re.M), text
        assert len(re.findall(r"^PASS", text, re.M)) >= 100
        assert "attack: 0 failures" in text
        assert "attack: status 0" in text
        assert "attack: different sums 1 of 10" in text
        assert "attack: kernel messages 0" in text
