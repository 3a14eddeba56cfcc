# SPDX-License-Identifier: GPL-2.0-only
"""Both guests at work at once, with the same results as the same kernel source run natively; so are those of
unaligned accesses."""
import re

import pytest

from dacre.machine import expect_all
from linux import two_linux

# Slow enough a CPU that the work takes minutes of its time: 8 ns an instruction.
SHIFT = 3
WORK_SECONDS = 3600


def results(text):
    """The lines "work: <name> <result>" of a session, but for those that differ between runs."""
    found = re.findall(r"^work: (\S+) (.+)$", text, re.M)
    return {name: result.strip() for name, result in found if name != "uptime"}


def check(session):
    bad = [f"{name} {result}" for name, result in session.items()
           if re.search("FAILED|DIFFERENT", result)]
    assert not bad
    assert len([name for name in session if name.startswith("stress-")]) == 15
    assert {"2-User-faults", "5-Multi-faults", "jump"} <= session.keys()


def test_both_guests_work_as_the_native_kernel_does(boot):
    native = boot.native(("stress", "tests"), "dacre.session=work quiet", shift=SHIFT)
    machine = boot(two_linux("work", "work", ("stress", "tests")), shift=SHIFT)
    guests = ("dom0", "domU1")
    expect_all([(native, "work: end", None), *((machine, "work: end", name) for name in guests)],
               WORK_SECONDS)
    expected = results(native.raw.replace("\r", ""))
    check(expected)
    for name in guests:
        assert results(machine.stream(name)) == expected
        assert not re.search(r"Oops|BUG:|Bad page|unable to handle", machine.stream(name))
