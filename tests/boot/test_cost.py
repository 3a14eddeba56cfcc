# SPDX-License-Identifier: GPL-2.0-only
"""Nothing got dearer than docs/benchmarks says.  Figures are instructions: a busy machine changes none."""
import subprocess

import pytest

from dacre import TOP


@pytest.mark.with_reference
def test_nothing_got_dearer(board):
    done = subprocess.run([TOP / "tools/bench", board.name, "--quick", "--check"], cwd=TOP,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
