# SPDX-License-Identifier: GPL-2.0-only
"""`make run` without a terminal: each domain does what the configuration says, or else the demonstration; the status
and the last sentence say how that ended."""
import os
import re
import struct
import subprocess

import pytest

from dacre import TOP
from dacre.machine import PATIENCE

pytestmark = pytest.mark.one_board
BASE = "build/userland/base.cpio.gz"


@pytest.fixture
def run(board, tmp_path):
    """Runs domUs with those keys in TOML, one text each.  What is built goes by the file's name, and the test beside
    this one has another configuration."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")

    def start(*domains, kernel=board.linux()):
        path = tmp_path / f"own-{worker}.toml"
        path.write_text("".join(f'[[domu]]\nname = "{name}"\nkernel = "{kernel}"\nramdisk = "{BASE}"\n'
                                f'memory = "32M"\n{keys}\n' for name, keys in zip("abc", domains)))
        return subprocess.run([TOP / "tools/run", board.name, path], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, timeout=2 * PATIENCE)
    return start


def of_domain(done, number):
    return [line for line in done.stdout.splitlines() if line.startswith(f"(d{number}) ")]


def test_own_session_and_bootargs_are_honoured(run, tmp_path):
    (tmp_path / "mine").write_text("echo mine: $(argument mine.word)\n")
    done = run('bootargs = "console=hvc0 dacre.session=mine mine.word=yes"\nfiles = {"/sessions/" = "mine"}',
               'bootargs = "console=hvc0"')
    assert done.returncode == 0, done.stderr
    assert "(d1) mine: yes" in of_domain(done, 1)
    assert not any("demo" in line for line in of_domain(done, 1))
    assert any("demo: b is done" in line for line in of_domain(done, 2))
    assert done.stdout.endswith("== run: all of a, b worked and stopped\n")


@pytest.mark.parametrize("keys, complaint", [
    ('bootargs = "console=hvc0"\nrun = "exit 3"', "a failed: run: a ended with status 3"),
    ('bootargs = "console=hvc0"\nrun = "echo c >/proc/sysrq-trigger"', "a failed: .*Kernel panic"),
    ('bootargs = "console=hvc0 dacre.session=none"', "a failed: init: there is no session none"),
], ids=["status", "panic", "session"])
def test_what_went_wrong_is_said(run, keys, complaint):
    done = run(keys)
    assert done.returncode == 1
    assert re.match(f"run: {complaint}", done.stderr), done.stderr


def test_crash_is_not_waited_for(run, tmp_path):
    """Nor one before the first line; what says why is the hypervisor's, to its last register."""
    kernel = tmp_path / "kernel"
    kernel.write_bytes(struct.pack("<I", 0xe7f000f0) * 1024)    # udf #0
    done = run('bootargs = "console=hvc0"', kernel=kernel)
    assert done.returncode == 1
    pattern = r"run: a has crashed; the hypervisor's last lines:\n(.*\n)* +lr  \w+  pc  \w+\n"
    assert re.match(pattern, done.stderr), done.stderr


@pytest.mark.parametrize("config", [[], ["CONFIG=platforms/{board}/two-linux.toml"]], ids=["default", "named"])
def test_what_a_configuration_names_is_made(board, config):
    done = subprocess.run(["make", "--dry-run", "--always-make", "config-images", f"PLATFORM={board.name}",
                           *[word.format(board=board.name) for word in config]],
                          cwd=TOP, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert f"tools/build-linux {board.flavour('pv')}\n" in done.stdout
    assert "build/userland/base.cpio.gz" in done.stdout


def test_mistakes_are_told_before_anything_is_built(board, tmp_path):
    config = tmp_path / "own.toml"
    config.write_text('[[domu]]\nkernel = "build/linux/pv/Image"\nmemory = "48M"\nconsole = "hvc0"\n')
    done = subprocess.run(["make", "run", f"PLATFORM={board.name}", f"CONFIG={config}", f"B={tmp_path}/build"],
                          cwd=TOP, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode and "domU1 has no key 'console'" in done.stderr
    assert not re.search(r"^  [A-Z]+ +\S", done.stdout, re.M), done.stdout     # no line of a step


def test_name_with_a_blank_reaches_the_tools(board):
    done = subprocess.run(["make", "run", f"PLATFORM={board.name}", "CONFIG=no such.toml"], cwd=TOP,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode
    assert "the boot configuration no such.toml cannot be read" in done.stderr
