# SPDX-License-Identifier: GPL-2.0-only
"""docs/guests.md, word for word: the files that it has, what it says to type, and what must be seen."""
import os
import re
import subprocess

import pytest

from dacre import TOP
from dacre.machine import PATIENCE

pytestmark = pytest.mark.one_board

# One of them compiles a kernel, on a machine that does other things, too.
COMMAND_SECONDS = 15 * PATIENCE

PAGE = (TOP / "docs" / "guests.md").read_text()
BLOCK = r"((?:    .*\n|\n)+)"


def section(heading):
    return PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]


def unindent(block):
    return re.sub(r"^    ", "", block, flags=re.M).strip("\n") + "\n"


def write_files(text, board, directory):
    for name, block in re.findall(rf"^`(mine/\S+)`:\n\n{BLOCK}", text, re.M):
        # The next block, of commands or of output, is one of its own.
        content = re.split(r"\n\n(?=\$ |\(d)", unindent(block))[0].rstrip("\n") + "\n"
        (directory / name).write_text(content.replace("build/linux/pv/", f"build/linux/{board.flavour('pv')}/"))


def type_commands(text, board, directory):
    """What they print, typed where the page says; mine/ alone is somewhere else."""
    printed = ""
    for command in re.findall(r"^    \$ (.*)$", text, re.M):
        command = re.sub(r"\bmine/", f"{directory}/mine/", command)
        done = subprocess.run(command, shell=True, cwd=TOP, capture_output=True, text=True, timeout=COMMAND_SECONDS,
                              env=os.environ | {"PLATFORM": board.name, "PYTHONDONTWRITEBYTECODE": "1"})
        assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}{done.stderr}"
        printed += done.stdout
    return printed


@pytest.mark.parametrize("heading", [
    "A program of your own",
    "Debian's packages: Python in a domU",
    pytest.param("Debian's systemd", marks=pytest.mark.long),
    "A guest without an operating system",
    pytest.param("A kernel with an option more", marks=pytest.mark.long),
    "Eight domUs",
])
def test_example(board, tmp_path, heading):
    (tmp_path / "mine").mkdir()
    text = section(heading)
    write_files(text, board, tmp_path)
    printed = type_commands(text, board, tmp_path)
    seen = re.findall(r"^    (\((?:d\d+|dacre)\) .*)$", text, re.M)
    assert seen
    for line in seen:
        line = line.replace("armv5tejl", {"v5": "armv5tejl", "v6": "armv6l", "v7": "armv7l"}[board.arch])
        assert line in printed.splitlines(), f"{line} is not in what was printed:\n{printed[-2000:]}"
