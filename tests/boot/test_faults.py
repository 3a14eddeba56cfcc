# SPDX-License-Identifier: GPL-2.0-only
"""Faults of the hypervisor itself, which a debugger brings about: what is reported is as it was, and what is
no fault of anybody's is passed over."""
import re
import struct

import pytest

from dacre.machine import PATIENCE
from dacre.streams import HYPERVISOR
from debugger import gdb, stub_options

NOWHERE = 0xfe7ff000        # nothing is mapped there
UNDEFINED = 0xe7f000f0
FAULTS = {
    # An instruction and what it is told as.
    "data": (0xe5955000, "data abort"),             # ldr r5, [r5]
    "prefetch": (0xe12fff15, "prefetch abort"),     # bx r5
    "undefined": (UNDEFINED, "undefined instruction"),
}
BACKTRACE_MAX = 16
# Of both tables: nothing is there (Arm ARM DDI 0406, B3.13.3).
TRANSLATION_FAULTS = (0x5, 0x7)


def victim():
    return {"dom0": {"program": "victim", "memory": "16M", "bootargs": "ms=300 stay"}}


def stopped_early(boot, sockets):
    """A machine that has not run yet, and where its debugger comes in."""
    stub = sockets / "gdb"
    return boot(victim(), qemu=["-nic", "none", "-S", *stub_options(stub)], may_panic=True), stub


def values(said, name):
    """What gdb printed as `name = value`."""
    return int(re.search(rf"^{name} = (0x[0-9a-f]+)$", said, re.M)[1], 16)


def tell(*names):
    return [f'printf "{name} = 0x%x\\n", {expression}' for name, expression in names]


def is_call(word):
    """bl, blx <label> or blx <register>, by the manual."""
    return word >> 24 & 0xf == 0xb or word >> 25 == 0x7d or word & 0x0ffffff0 == 0x012fff30


def return_addresses(image, start, stack):
    """Those words of the stack that come after a call in the hypervisor's code."""
    def at(address):
        return struct.unpack_from("<I", image, address - start)[0]

    return [word for word in stack if word % 4 == 0 and start < word <= start + len(image) - 4 and is_call(at(word - 4))]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_hypervisor_is_reported_as_it_was(boot, board, tmp_path, sockets, fault):
    """Every register, the reason, and the calls that led there."""
    instruction, kind = FAULTS[fault]
    elf = board.hypervisor.with_suffix(".elf")
    machine, stub = stopped_early(boot, sockets)
    registers = {n: 0x1000 + n for n in range(13)} | {5: NOWHERE}
    code, stack = tmp_path / "code", tmp_path / "stack"
    said = gdb(machine, elf, stub, "hbreak timer_set", "continue", "stepi 4", "delete",
               *(f"set $r{n} = {value:#x}" for n, value in registers.items()),
               *tell(("pc", "$pc"), ("sp", "$sp"), ("lr", "$lr"), ("cpsr", "$cpsr"), ("start", "&image_start")),
               f"dump binary memory {stack} $sp &boot_stack_top",
               f"dump binary memory {code} &image_start &rw_start",
               f"set var {{unsigned int}}$pc = {instruction:#x}", "detach")
    machine.expect(r"^PANIC: fault in the hypervisor", HYPERVISOR, PATIENCE)
    machine.expect(r"Stopped", HYPERVISOR, PATIENCE)
    report = machine.stream(HYPERVISOR).partition("*** hypervisor fault: ")[2].partition("PANIC")[0]
    pc = NOWHERE if fault == "prefetch" else values(said, "pc")
    assert report.startswith(f"{kind} at {pc:08x}, cpsr {values(said, 'cpsr'):08x}\n"), report
    found = {name: int(value, 16) for name, value in re.findall(r"\b(r\d+|sp|lr) +([0-9a-f]{8})", report)}
    expected = {f"r{n}": value for n, value in registers.items()}
    assert found == expected | {"sp": values(said, "sp"), "lr": values(said, "lr")}, report
    status = {name: int(value, 16) for name, value in re.findall(r"\b(dfsr|dfar|ifsr) ([0-9a-f]{8})", report)}
    if fault == "data":
        assert status["dfsr"] & 0xf in TRANSLATION_FAULTS and status["dfar"] == NOWHERE, report
    if fault == "prefetch":
        assert status["ifsr"] & 0xf in TRANSLATION_FAULTS, report
    words = struct.unpack(f"<{stack.stat().st_size // 4}I", stack.read_bytes())
    calls = return_addresses(code.read_bytes(), values(said, "start"), words)[:BACKTRACE_MAX]
    backtrace = re.search(r"^ +backtrace:((?: [0-9a-f]{8})+)$", report, re.M)[1].split()
    assert backtrace == [f"{address:08x}" for address in (pc, *calls)] and calls, report


def with_instruction(encoding, r0):
    """One instruction, done with that in r0, and the code, pc and r0 as they were."""
    return ["set $code = {unsigned int}$pc", "set $code_pc = $pc", "set $code_r0 = $r0",
            f"set var {{unsigned int}}$pc = {encoding:#x}", f"set $r0 = {r0}", "stepi",
            "set $pc = $code_pc", "set var {unsigned int}$pc = $code", "set $r0 = $code_r0"]


WRITE_DFSR, WRITE_SPSR = 0xee050f10, 0xe16ff000     # mcr p15, 0, r0, c5, c0, 0; msr spsr_cxsf, r0
MODE_ABT = 0x17


@pytest.mark.levels("v6", "v7")
@pytest.mark.parametrize("status", [0x406, 0x408])
def test_an_abort_that_comes_later_is_counted(boot, board, sockets, status):
    """QEMU has none: a debugger makes all that one does (Arm ARM DDI 0406, B1.8.3), in the middle of the hypervisor."""
    elf = board.hypervisor.with_suffix(".elf")
    machine, stub = stopped_early(boot, sockets)
    said = gdb(machine, elf, stub, "hbreak timer_set", "continue", "stepi 4", "delete",
               *with_instruction(WRITE_DFSR, f"{status:#x}"),
               "set $at = $pc", "set $psr = $cpsr", "set $first = $r0", "set $last = $r12",
               f"set $cpsr = ($psr & ~0x1f) | {MODE_ABT:#x}", *with_instruction(WRITE_SPSR, "$psr"),
               "set $lr = $at + 8", "set $pc = &entry_dabt", "thbreak *$at", "continue",
               *tell(("pc", "$pc"), ("at", "$at"), ("cpsr", "$cpsr"), ("psr", "$psr"), ("r0", "$r0"),
                     ("first", "$first"), ("r12", "$r12"), ("last", "$last")), "detach")
    for now, before in (("pc", "at"), ("cpsr", "psr"), ("r0", "first"), ("r12", "last")):
        assert values(said, now) == values(said, before), said
    machine.expect(r"^PASS results_stay_right", "dom0", PATIENCE)
    machine.switch_input("hypervisor")
    machine.send("i")
    machine.expect(r"^0 spurious interrupts, 0 FIQs, 1 asynchronous aborts", HYPERVISOR, PATIENCE)


def test_a_core_without_vfp(boot, board, sockets):
    """The instruction that asks for one is undefined, and so is each of a guest that uses it."""
    elf = board.hypervisor.with_suffix(".elf")
    machine, stub = stopped_early(boot, sockets)
    said = gdb(machine, elf, stub, "hbreak vfp_probe_insn", "continue", "delete",
               f"set var {{unsigned int}}$pc = {UNDEFINED:#x}", "set $back = $lr", "thbreak *$back", "continue",
               *tell(("pc", "$pc"), ("back", "$back"), ("result", "$r0")), "detach")
    assert values(said, "pc") == values(said, "back") and values(said, "result") == 0, said
    # To the guest, which uses it, too.
    machine.expect(r"^unexpected undefined: .*\n.*FAIL results_stay_right", "dom0", PATIENCE)
    assert "PANIC" not in machine.stream(HYPERVISOR)


@pytest.mark.levels("v6", "v7")
def test_what_a_core_may_lack_is_left_out(boot, board, sockets):
    """The first instruction of those that close what user code could reach."""
    elf = board.hypervisor.with_suffix(".elf")
    machine, stub = stopped_early(boot, sockets)
    said = gdb(machine, elf, stub, "hbreak level_close_user_access", "continue", "delete",
               f"set var {{unsigned int}}$pc = {UNDEFINED:#x}", "set $next = $pc + 4", "set $r0 = 0x1234", "set $r3 = $lr",
               "thbreak *$next", "continue",
               *tell(("pc", "$pc"), ("next", "$next"), ("r0", "$r0"), ("lr", "$lr"), ("r3", "$r3")), "detach")
    assert values(said, "pc") == values(said, "next") and values(said, "r0") == 0x1234, said
    assert values(said, "lr") == values(said, "r3"), said
    machine.expect(r"^PASS results_stay_right", "dom0", PATIENCE)
    assert "PANIC" not in machine.stream(HYPERVISOR)
