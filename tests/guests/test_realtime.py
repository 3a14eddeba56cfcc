# SPDX-License-Identifier: GPL-2.0-only
"""A control loop with a guarantee is in time beside its worst enemies, and no later than
docs/benchmarks/rt-bounds.toml allows: the short form of make rt-check.  Figures are instructions, so that a busy
machine changes none."""
import dataclasses

import pytest

from dacre import rt, rt_report, rt_sets
from dacre.rt_cases import TESTED, case_named, enemy

# Who competes for a CPU with whom is written here as if there were one.
pytestmark = pytest.mark.one_cpu

PERIODS = 500
SET_PERIODS = 2000


def short(case):
    """The case with as many periods as all others, unless it has to last until what is fed comes."""
    return case if case.feed else dataclasses.replace(case, periods=1)


@pytest.mark.boards("versatilepb", "vexpress-a9")
@pytest.mark.parametrize("name", TESTED)
def test_loop_is_in_time(boot, board, name):
    case, loop = short(case_named(name)), rt.Loop(PERIODS)
    machine = boot(rt.configuration(case, loop))
    figures = rt.result_of(machine, case, loop, rt.Feed(case.feed))
    print(f"{name}: {figures}")
    complaint = rt_report.complaint(name, figures, rt_report.load_bounds(board))
    assert not complaint


@pytest.mark.one_board
@pytest.mark.parametrize("one", rt_sets.SETS, ids=lambda one: one.name)
def test_set_misses_nothing(boot, one):
    machine = boot(rt_sets.configuration(one, rt_sets.length_of(SET_PERIODS, one.members)))
    figures = rt_sets.result_of(machine, one, SET_PERIODS)
    assert figures["missed"] == 0, figures


def greedy(extratime, periods=20):
    """A loop that wants twice its budget: 600 of 1000 us."""
    return rt_sets.Member("greedy", 1000, 300, 600, extratime).domain(periods)


def end_of(boot, *domains):
    """When the work of the first of these was done, in us since its first period began."""
    machine = boot({"domu": list(domains)})
    figures = rt.numbers(rt.wait(machine, rt.RESULT, "greedy", rt.Feed(""), rt.PATIENCE)[1])
    print(figures)
    return figures["end"]


# 12 ms of work at 0.3 ms a period are 40 periods, and one for what the handler and interrupts cost; the last budget
# comes at the begin of its period.
@pytest.mark.one_board
def test_no_more_than_the_budget(boot):
    assert 39000 < end_of(boot, greedy(False)) < 42000


# 2 ms of work at 20 us a period are 100 periods, though the timer that ends each budget is up to 2 us late: that comes
# off the next one.
@pytest.mark.one_board
def test_what_was_overrun_is_paid_for(boot):
    assert 19800 < end_of(boot, rt_sets.Member("greedy", 200, 20, 200).domain(2)) < 25000


# Nobody else wants the CPU: each period's work is done before the next.
@pytest.mark.one_board
def test_extra_time_is_what_others_leave(boot):
    assert 19500 < end_of(boot, greedy(True)) < 20000


# With two others in the fair class it has a third of the 0.7 ms a period that are left, and its budget: 225 periods, of
# which the first come sooner, since it begins with what it has not used in the fair class.
@pytest.mark.one_board
def test_extra_time_is_shared(boot):
    hogs = [enemy("hog", name=f"hog{n}") for n in (1, 2)]
    hogs = [hog | {"bootargs": hog["bootargs"].format(until=500)} for hog in hogs]
    assert 205000 < end_of(boot, greedy(True, 200), *hogs) < 235000
