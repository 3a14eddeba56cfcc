# SPDX-License-Identifier: GPL-2.0-only
"""The console is taken apart by who wrote what, however the bytes come in pieces."""
import pytest

from dacre.streams import HYPERVISOR, Streams

MARKS = {HYPERVISOR: "(dacre) ", "dom0": "(d0) ", "domU1": "(d1) "}
CONSOLE = ("(dacre) one\r\n(d0) two\r\n(d1) 10%\r(d1) 20%\r(d1) (d0) not dom0's\r\nlate\r\n"
           "(d0) \x1b[1mbold\x1b[0m\r\n(d0) prompt\r(d0) ")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, len(CONSOLE)])
def test_each_line_goes_to_who_wrote_it(size):
    streams = Streams(MARKS)
    for start in range(0, len(CONSOLE), size):
        streams.add(CONSOLE[start:start + size])
    assert streams.text[HYPERVISOR] == "one\nlate\n"
    assert streams.text["domU1"] == "10%20%(d0) not dom0's\n"
    assert streams.text["dom0"].startswith("two\n") and streams.text["dom0"].endswith("prompt")
    assert "bold" in streams.text["dom0"]
