# SPDX-License-Identifier: GPL-2.0-only
"""Debian's armhf userland (ARMv7, hard float, NEON, Thumb-2) in two domains at once."""
import re

import pytest

from linux import two_linux

SESSION_SECONDS = 300


@pytest.mark.levels("v7")
def test_armhf(boot):
    machine = boot(two_linux("armhf", "armhf", ("armhf",)))
    for domain in ("dom0", "domU1"):
        machine.expect("armhf: all ran", domain, SESSION_SECONDS)
    for domain in ("dom0", "domU1"):
        text = machine.stream(domain)
        assert not re.search(r"FAILED|ended with status", text)
        assert "armhf: armv7l neon vfpv3" in text
        assert "armhf: neon ok" in text
        assert "armhf: thumb2 ok" in text
        assert re.findall(r"armhf: stress-ng (\w+) status 0", text) == ["matrix", "cpu", "vecmath"]
        assert "armhf: kernel messages: 0" in text
