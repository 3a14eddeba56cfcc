# SPDX-License-Identifier: GPL-2.0-only
"""Both guests at work at once, with the same results as the same kernel source run natively; so are those of
unaligned accesses.  The native kernels' results are recorded in work/, so that `make test` need not build these kernels;
`make test-all` does, and compares."""
import pathlib
import re

import pytest

from dacre.machine import expect_all
from linux import two_linux

# Slow enough a CPU that the work takes minutes of its time: 8 ns an instruction.
SHIFT = 3
WORK_SECONDS = 3600
GUESTS = ("dom0", "domU1")
# What is in the whole session alone.
SECOND_ROUND = {"archive-2", "gzip-2", "compare-2", "sort-2"}


def recorded(board):
    text = (pathlib.Path(__file__).parent / "work" / f"{board.flavour('native')}.txt").read_text()
    return dict(line.split(" ", 1) for line in text.splitlines())


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


def boot_at_work(boot, session):
    return boot(two_linux(session, session, ("stress", "tests")), shift=SHIFT)


def expect_work(machine, expected):
    for name in GUESTS:
        assert results(machine.stream(name)) == expected
        assert not re.search(r"Oops|BUG:|Bad page|unable to handle", machine.stream(name))


def test_both_guests_work_as_the_native_kernel_does(boot, board):
    expected = {name: result for name, result in recorded(board).items() if name not in SECOND_ROUND}
    check(expected)
    machine = boot_at_work(boot, "work-short")
    expect_all([(machine, "work: end", name) for name in GUESTS], WORK_SECONDS)
    expect_work(machine, expected)


@pytest.mark.long
def test_all_of_the_work(boot, board):
    native = boot.native(("stress", "tests"), "dacre.session=work quiet", shift=SHIFT)
    machine = boot_at_work(boot, "work")
    expect_all([(native, "work: end", None), *((machine, "work: end", name) for name in GUESTS)], WORK_SECONDS)
    expected = results(native.raw.replace("\r", ""))
    check(expected)
    assert expected == recorded(board)
    expect_work(machine, expected)
