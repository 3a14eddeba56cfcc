# SPDX-License-Identifier: GPL-2.0-only
"""The line that tools/mkboot prints, and terminals for single domains beside the board's console."""
import itertools
import subprocess

import pexpect
import pytest

from dacre import TOP
from dacre.console import Keys, Splitter
from dacre.machine import PATIENCE, SWITCH_KEYS
from dacre.streams import HYPERVISOR

pytestmark = pytest.mark.one_board

CONSOLE = (b"(dacre) one\r\n(d1) two\r\n(d2) 10%\r(d2) 20%\r(d2) (d1) not a's\r\nlate\r\n"
           b"(d1) \x1b[1mbold\x1b[0m\r\n(d1) # \r(d1) # ls\rx")


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, len(CONSOLE)])
def test_each_terminal_gets_what_its_domain_wrote(size):
    splitter = Splitter(["a", "b"])
    text = {HYPERVISOR: b"", "a": b"", "b": b""}
    for start in range(0, len(CONSOLE), size):
        for origin, part in splitter.add(CONSOLE[start:start + size]):
            text[origin] += part
    assert text == {HYPERVISOR: b"one\r\nlate\r\n", "b": b"10%\r20%\r(d1) not a's\r\n",
                    "a": b"two\r\n\x1b[1mbold\x1b[0m\r\n# \r# ls\rx"}


def test_a_prompt_is_shown_at_once():
    assert list(Splitter(["a"]).add(b"(d1) # ")) == [("a", b"# ")]


class Input:
    """The hypervisor's: three Ctrl-a move it on, and it says so."""

    def __init__(self, names):
        self.ring = itertools.cycle([*names[1:], HYPERVISOR, names[0]])
        self.focus, self.got, self.recent, self.said = names[0], {}, b"", []
        self.keys = Keys(self.take, names[0], len(names))

    def take(self, data):
        self.recent = (self.recent + data)[-3:]
        if self.recent == SWITCH_KEYS.encode():
            self.focus, self.recent = next(self.ring), b""
            self.said.append(self.focus)
        elif data != b"\x01":
            self.got[self.focus] = self.got.get(self.focus, b"") + data

    def type(self, target, keys):
        self.keys.add(target, keys)
        while self.said:
            self.keys.moved(self.said.pop(0))


def test_keys_go_to_the_terminal_s_domain():
    board = Input(["a", "b", "c"])
    for target, keys in [(None, b"1"), ("c", b"2"), ("b", b"3"), (None, b"4"), ("c", b"5"), ("c", b"6")]:
        board.type(target, keys)
    assert board.got == {"a": b"14", "b": b"3", "c": b"256"}


def test_the_main_terminal_s_domain_is_moved_by_its_keys_alone():
    board = Input(["a", "b"])
    board.type("b", b"x")
    board.type(None, b"1" + SWITCH_KEYS.encode() + b"2")
    board.type("a", b"y")
    board.type(None, b"3")
    assert board.got == {"a": b"1y", "b": b"x23"}


def test_keys_for_a_domain_that_is_not_there_are_dropped():
    board = Input(["a", "b"])
    board.type("gone", b"xy")
    board.type(None, b"1")
    assert board.got == {"a": b"1"}


def mkboot(board, path):
    """The line as it is to be pasted."""
    return subprocess.run([TOP / "tools/mkboot", board.name, path], check=True, capture_output=True, text=True).stdout


def start(command):
    return pexpect.spawn("/bin/sh", ["-c", command], cwd="/", encoding="latin-1", timeout=PATIENCE)


@pytest.fixture
def two_domains(board, tmp_path):
    path = tmp_path / "terminals.toml"
    path.write_text("".join(f'[[domu]]\nname = "{name}"\nkernel = "{board.linux()}"\nmemory = "32M"\n'
                            'ramdisk = "build/userland/base.cpio.gz"\nbootargs = "console=hvc0"\n'
                            for name in ("left", "right")))
    main = start(mkboot(board, path))
    yield main
    main.close(force=True)


def test_second_terminal(two_domains):
    main = two_domains
    main.expect(r"\(d2\) .*init: this is right ")
    other = start(f"{TOP}/tools/console terminals/right")
    other.expect("built-in commands")
    other.send("\r")           # a domain without the input is shown by whole lines
    other.expect(r"# ")
    other.send("echo it-is-$(hostname)\r")
    other.expect("it-is-right")
    main.send("echo it-is-$(hostname)\r")
    main.expect(r"it-is-left")
    other.send("echo again-$(hostname)\r")
    other.expect("again-right")
    assert "(d2)" not in other.before and "it-is-left" not in other.before
    other.send("\x01x")
    other.expect(pexpect.EOF)
    other = start(f"{TOP}/tools/console right")
    other.expect("again-right")
    main.send("\x01x")
    main.expect(pexpect.EOF)
    other.expect(pexpect.EOF)
    for each in (main, other):
        each.close()
        assert each.exitstatus == 0


def test_no_such_domain_is_named():
    done = subprocess.run([TOP / "tools/console", "nobody"], stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("console: no domain nobody runs at a terminal")


@pytest.mark.parametrize("stdin", ["", "</dev/null"], ids=["terminal", "none"])
def test_pasted_line_ends_when_the_hypervisor_stops(board, tmp_path, stdin):
    path = tmp_path / "stopping.toml"
    elf = board.guest("start_state").with_suffix(".elf")
    path.write_text(f'[[domu]]\nname = "a"\nkernel = "{elf}"\nmemory = "64M"\n')
    main = start(f"{mkboot(board, path).strip()} {stdin}")
    main.expect("PANIC: no domain can be started")
    main.expect("console: the hypervisor has stopped")
    main.expect(pexpect.EOF)
    main.close()
    assert main.exitstatus == 1
