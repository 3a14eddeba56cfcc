# SPDX-License-Identifier: GPL-2.0-only
"""What user programs are promised: signals, memory, threads, VFP, debuggers, modules, oops."""
import re

from linux import dom0, guest, two_linux, wait_userland

SESSION_SECONDS = 300


def in_domu(boot, session, parts, memory):
    """Boots with @session in a domU; dom0 idles with a shell."""
    machine = boot({"dom0": dom0("48M"), "domu": [guest("domU1", memory, session, parts)]})
    wait_userland(machine, "domU1")
    return machine


def test_programs(boot, board):
    machine = boot(two_linux("abi", "abi", ("stress", "tests")))
    newer = () if board.arch == "v5" else ("armv6",)
    for domain in ("dom0", "domU1"):
        machine.expect("abi: all ran", domain, SESSION_SECONDS)
        text = machine.stream(domain)
        assert not re.search(r"FAILED|ended with status", text)
        for program in ("processes", "memory", "threads", "vfp", "alignment", *newer):
            assert f"abi: {program} ok" in text
        assert "abi: kernel messages: 0" in text
        assert "strace: status 42, exec 1, +++ exited with 42 +++" in text


def test_debugger_and_core(boot):
    machine = in_domu(boot, "debug", ("debug", "tests"), "112M")
    machine.expect("debug: all ran", "domU1", SESSION_SECONDS)
    text = machine.stream("domU1")
    for line in (r"gdb: Breakpoint 1, checkpoint \(value=value@entry=2\)",
                 r"gdb: #1 +0x[0-9a-f]+ in main \(\)",
                 r"gdb: pc +0x[0-9a-f]+ +0x[0-9a-f]+ <checkpoint\+20>",
                 r"gdb: \$1 = 6",
                 r"gdb: Breakpoint 2, crash_here",
                 r"gdb: Program received signal SIGSEGV",
                 r"gdb: crash_here \+ 16 in section \.text",
                 r"core: \d{5,} bytes",
                 r"core: Program terminated with signal SIGSEGV",
                 r"core: #0 +0x[0-9a-f]+ in crash_here",
                 r"core: \$1 = 9"):
        assert re.search(line, text), line


def test_modules_and_oops(boot):
    machine = in_domu(boot, "modules", ("stress", "tests", "modules"), "64M")
    machine.expect("modules: all ran", "domU1", SESSION_SECONDS)
    text = machine.stream("domU1")
    assert len(re.findall(r"stumble: walks", text)) == 3
    assert len(re.findall(r"stumble: leaves", text)) == 2
    assert re.search(r"3 packets transmitted, 3 packets received", text)
    oops = re.search(r"Unable to handle kernel NULL pointer dereference at virtual address 00000010"
                     r"(?:.*\n)+?.*Internal error: Oops(?:.*\n)+?.*end trace", text)
    assert oops
    assert re.search(r"PC is at stumble_read", oops[0])
    assert re.search(r"stumble_walk .*from stumble_init|stumble_init .*from do_one_initcall", oops[0])
    assert "modules: kernel goes on: " in text
