# SPDX-License-Identifier: GPL-2.0-only
"""The guard of the benchmark: what make bench-check finds dearer, and what it lets pass."""
from dacre import report


def results(getppid=100.0, iret=28.0, stretch=900):
    return {"operations": {"getppid": {"native": 95.0, "domU": getppid}},
            "primitives": {"iret": iret}, "interrupts_off": {"instructions": stretch}}


def names(found):
    return [name for name, _, _ in found]


def test_the_same_is_not_dearer():
    assert report.dearer(results(), results()) == []
    assert report.differences(results(), results()) == []


def test_chance_has_its_own_limit():
    def unix(value):
        return {"operations": {"unix": {"native": 95.0, "domU": value}}, "primitives": {},
                "interrupts_off": {"instructions": 900}}

    assert report.dearer(unix(100.0), unix(104.9)) == []
    assert names(report.dearer(unix(100.0), unix(105.1))) == ["unix (domU)"]


def test_two_per_cent_are_let_pass_but_shown():
    assert report.dearer(results(100.0), results(102.0)) == []
    assert names(report.differences(results(100.0), results(102.0))) == ["getppid (domU)"]


def test_more_is_found_wherever_it_is():
    assert names(report.dearer(results(), results(getppid=102.1))) == ["getppid (domU)"]
    assert names(report.dearer(results(), results(iret=29.0))) == ["iret (primitive)"]
    assert names(report.dearer(results(), results(stretch=1000))) == \
        ["longest stretch with interrupts off"]


def test_cheaper_passes_and_missing_does_not():
    assert report.dearer(results(), results(getppid=50.0)) == []
    less = results()
    del less["primitives"]["iret"]
    assert names(report.dearer(results(), less)) == ["iret (primitive)"]
    assert report.dearer(less, results()) == []


def test_the_quick_check_looks_at_what_it_measures():
    reference = results()
    reference["operations"]["boot"] = {"native": 1, "domU": 9}
    quick = {"operations": {"getppid": {"domU": 100.0}}, "primitives": {"iret": 28.0}}
    assert report.dearer(report.part(reference, ["domU"]), quick) == []
    quick["operations"]["getppid"]["domU"] = 103.0
    assert names(report.dearer(report.part(reference, ["domU"]), quick)) == ["getppid (domU)"]
    assert names(report.dearer(report.part(reference, ["domU"]), {"operations": {}, "primitives": {}})) \
        == ["getppid (domU)", "iret (primitive)"]


def test_geometric_mean_leaves_the_boot_out():
    operations = {"a": {"native": 100, "domU": 200}, "b": {"native": 100, "domU": 50},
                  "boot": {"native": 1, "domU": 9}}
    assert abs(report.geometric_mean(operations, "domU") - 1.0) < 1e-9
    assert report.geometric_mean({"a": {"native": 1}}, "domU") is None
