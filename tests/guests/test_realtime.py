# SPDX-License-Identifier: GPL-2.0-only
"""A control loop with a guarantee is in time beside its worst enemies, and no later than
docs/benchmarks/rt-bounds.toml allows: the short form of make rt-check.  Figures are instructions, so that a busy
machine changes none."""
import dataclasses

import pytest

from dacre import rt, rt_report, rt_sets
from dacre.rt_cases import TESTED, case_named

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
