# SPDX-License-Identifier: GPL-2.0-only
"""The guard of make rt: what it complains of, that an enemy has to act, and that its bounds are the aims."""
import types

import pytest

from dacre import UserError, rt, rt_kept, rt_report
from dacre.board import load_board
from dacre.rt_cases import CASES, case_named

BOUNDS = {"alone": 800, "preempts": 2000}
# Where the timer is the MPCore's, and where it is the SP804.
MPCORE, SP804 = (800, 2000), (1300, 2500)
AIMS = {"vexpress-a9": MPCORE, "versatilepb": SP804, "realview-eb": SP804, "realview-pb-a8": SP804}
EXCEPTIONS_MAX, LATE_MAX = 2, 3000


def figures(longest=1000, missed=0, n=500):
    return {"n": n, "min": 700, "median": 800, "p999": 900, "max": longest, "missed": missed, "acts": 5}


def test_what_is_within_its_bound_passes():
    assert rt_report.complaint("hog", figures(2000), BOUNDS) is None
    assert rt_report.complaint("idle", figures(800), BOUNDS) is None


def test_what_is_late_or_missed_or_failed_does_not():
    assert rt_report.complaint("hog", figures(2001), BOUNDS) == "hog: 2,001 instructions late, and the bound is 2,000"
    assert rt_report.complaint("idle", figures(801), BOUNDS) == "idle: 801 instructions late, and the bound is 800"
    assert rt_report.complaint("hog", figures(missed=1), BOUNDS) == "hog: 1 of 500 periods were missed"
    assert rt_report.complaint("hog", {"error": "hog: no"}, BOUNDS) == "hog: no"


def test_what_was_not_measured_does_not_pass():
    wanted = [case_named("hog"), case_named("idle")]
    assert rt_report.complaints({"hog": figures()}, BOUNDS, wanted) == ["idle was not measured"]


def test_an_exception_is_for_one_case():
    bounds = BOUNDS | {"except": {"replace": {"max": 2900, "why": "it is so"}}}
    assert rt_report.complaint("replace", figures(2900), bounds) is None
    assert rt_report.complaint("replace", figures(2901), bounds)
    assert rt_report.complaint("fork", figures(2900), bounds)


@pytest.mark.parametrize("name", AIMS)
def test_the_bounds_are_the_aims(name):
    bounds = rt_report.load_bounds(load_board(name))
    assert (bounds["alone"], bounds["preempts"]) == AIMS[name]
    exceptions = bounds.get("except", {}).values()
    assert len(exceptions) <= EXCEPTIONS_MAX
    assert all(one["max"] <= LATE_MAX and one["why"] for one in exceptions)


def test_there_are_as_many_cases_as_were_promised():
    assert len(CASES) >= 20
    assert len([case for case in CASES if case.periods >= 10]) >= 3
    assert all(case.rate > 0 for case in CASES if case.domains)


class Said:
    """A machine that has said all that it says."""

    def __init__(self, **texts):
        self.streams = types.SimpleNamespace(text={"hypervisor": ""} | texts)
        self.log = types.SimpleNamespace(name="console.log")
        self.ended = False

    def stream(self, name):
        return self.streams.text[name]

    def find(self, pattern, domain):
        return rt.re.search(pattern, self.streams.text[domain], rt.re.M)


def result(acted, more=""):
    loop = rt.Loop(8000)        # a second
    machine = Said(rt="rt n=8000 min=1 median=2 p999=3 max=4 missed=0\n", hog=f"acted {acted} in 1000 ms\n{more}")
    return rt.result_of(machine, case_named("hog"), loop)


def test_an_enemy_that_acts_often_enough_is_counted():
    assert result(50000)["acts"] == 50000


def test_an_enemy_that_hardly_acts_fails():
    with pytest.raises(UserError, match="the enemy acted 49999 times a second, not 50000"):
        result(49999)


def test_a_guest_that_is_not_well_fails():
    with pytest.raises(UserError, match="hog says 'FAIL hog"):
        result(50000, "FAIL hog: it is not well\n")


@pytest.fixture
def resumed(tmp_path, monkeypatch):
    """What a run of make rt gets for "a" in that state of the sources, and how often it has measured by then."""
    state, measured = ["old"], []
    monkeypatch.setattr(rt_kept, "BUILD", tmp_path)
    monkeypatch.setattr(rt_kept, "state_of_sources", lambda: state[0])

    def run(sources="old", conditions="500 125", resumes=True, name="a", found=None):
        state[0] = sources
        kept = rt_kept.Kept(types.SimpleNamespace(name="board"), conditions, resumes, True)
        measured.append(name)
        figures, was_kept = kept.figures(name, lambda: found or {"max": len(measured)})
        return figures, was_kept
    return run


def test_what_was_measured_is_gone_on_with(resumed):
    assert resumed() == ({"max": 1}, False)
    assert resumed(name="b") == ({"max": 2}, False)
    assert resumed() == ({"max": 1}, True)


def test_of_other_sources_or_periods_or_unasked_nothing_is(resumed):
    resumed()
    assert resumed(conditions="1000 125") == ({"max": 2}, False)
    assert resumed() == ({"max": 3}, False)
    assert resumed(sources="new") == ({"max": 4}, False)
    assert resumed(sources="new", resumes=False) == ({"max": 5}, False)


def test_what_failed_or_is_made_of_the_others_is_measured_again(resumed):
    resumed(found={"error": "no"})
    assert resumed() == ({"max": 2}, False)
    resumed(name="admission")
    assert resumed(name="admission") == ({"max": 4}, False)


def test_sources_are_what_a_run_depends_on():
    assert len(rt_kept.state_of_sources()) == 64
