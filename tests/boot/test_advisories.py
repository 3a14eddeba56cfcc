# SPDX-License-Identifier: GPL-2.0-only
"""docs/security-advisories.md names tests: they exist."""
import re

import pytest

from dacre import TOP


def source_of(program):
    folder = "unit" if program.endswith("_test") else "guests"
    return (TOP / "tests" / folder / f"{program}.c").read_text()


@pytest.mark.one_board
def test_every_test_that_is_named_exists(board):
    text = (TOP / "docs" / "security-advisories.md").read_text()
    named = re.findall(r"`(\w+): (\w+)`", text)
    assert len(named) > 50
    missing = [f"{program}: {test}" for program, test in named if not re.search(rf"\b{test}\b", source_of(program))]
    assert not missing
