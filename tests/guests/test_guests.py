# SPDX-License-Identifier: GPL-2.0-only
"""Bare-metal guests under the hypervisor.  Each attacks or exercises something in a domU of its own
while a victim in dom0 computes and must not notice."""
import re
import struct
import subprocess

import pytest

from dacre import TOP
from dacre.machine import PATIENCE
from dacre.streams import HYPERVISOR

GUESTS = TOP / "tests" / "guests"
MEMORY = "16M"


# A CPU of 8 ns an instruction, for guests that only let time pass: as much of it in fewer instructions.
SLOW_CPU = 3
# And of 16 ns, where what is to be done in a second is half of what SLOW_CPU can.
SLOWER_CPU = 4

# Of the time that a guest is charged for, the part that others may cost it by waking (docs/services.md).
WORK_LOST_MAX = 0.01


def guest(name, program, bootargs="", **keys):
    return {"name": name, "program": program, "memory": MEMORY, "bootargs": bootargs} | keys


def as_dom0(program, bootargs=""):
    domain = guest("dom0", program, bootargs)
    del domain["name"]
    return domain


def victim(milliseconds, extra=""):
    return as_dom0("victim", f"ms={milliseconds} stay {extra}")


def names_of_tests(program):
    """The names of the tests in a guest's source: each must be heard of."""
    source, = GUESTS.glob(f"**/{program}.c")
    return re.findall(r"^TEST\((\w+)\)", source.read_text(), re.M)


def results(machine, domain):
    found = re.findall(r"^(PASS|FAIL) (\w+)", machine.stream(domain), re.M)
    return {name: verdict for verdict, name in found}


def expect_all_pass(machine, domain, program):
    machine.expect(r"^DONE .*$|^FAIL start", domain, PATIENCE)
    expected = {name: "PASS" for name in names_of_tests(program)}
    assert results(machine, domain) == expected, machine.stream(domain)


def expect_victim_well(machine):
    machine.expect(r"^(PASS|FAIL) results_stay_right", "dom0", PATIENCE)
    assert results(machine, "dom0")["results_stay_right"] == "PASS", machine.stream("dom0")


def boot_with_victim(boot, *domains, milliseconds=300, victim_options="", **keys):
    return boot({"dom0": victim(milliseconds, victim_options), "domu": list(domains)}, **keys)


def keep_busy(board):
    """Guests that compute on every CPU, so that others wait for one; a lone CPU's is busy with the victim."""
    return [guest(f"busy{i}", "nuisance", "do=spin") for i in range(board.cpu_count)] if board.cpu_count > 1 else []


@pytest.mark.parametrize("program", [
    "user_isolation", "hole", "map_refused", "bad_pointers", "exceptions", "events", "page_tables",
    "balloon", "atomics", "callbacks",
])
def test_guest_beside_victim(boot, board, program):
    # Code that was preempted is one of what user_isolation tries.
    busy = keep_busy(board) if program == "user_isolation" else []
    # The victim's open ports wait for domain 7, so they are not the attacker's to bind.
    machine = boot_with_victim(boot, guest("attacker", program), *busy, victim_options="peer=7")
    expect_all_pass(machine, "attacker", program)
    expect_victim_well(machine)


@pytest.mark.parametrize("program", ["start_state", "timers"])
def test_guest_alone(boot, program):
    machine = boot({"domu": [guest("alone", program)]})
    expect_all_pass(machine, "alone", program)


@pytest.mark.parametrize("program", ["exceptions", "page_tables", "timers"])
def test_guest_as_dom0(boot, program):
    """The same in a dom0: RAM elsewhere, mapped 1:1; when it powers off, so does the board."""
    machine = boot({"dom0": as_dom0(program)})
    expect_all_pass(machine, "dom0", program)
    machine.wait_end(PATIENCE)


def test_a_toolstack_in_dom0(boot):
    """Domains made, started and destroyed by dom0, beside one of the boot's."""
    machine = boot({"dom0": as_dom0("toolstack"), "domu": [guest("other", "nuisance", "do=yield")]})
    expect_all_pass(machine, "dom0", "toolstack")
    machine.wait_end(PATIENCE)


def test_frames_of_another_domain(boot):
    machine = boot({"dom0": as_dom0("foreign"), "domu": [guest("other", "nuisance", "do=yield")]})
    expect_all_pass(machine, "dom0", "foreign")


def test_a_domu_has_no_frames_of_others(boot):
    machine = boot_with_victim(boot, guest("attacker", "foreign", "domu"))
    expect_all_pass(machine, "attacker", "foreign")


def test_a_toolstack_is_killed_at_each_call(boot):
    """What it left can be destroyed, and all memory comes back."""
    machine = boot({"dom0": as_dom0("creation"), "domu": [guest("other", "nuisance", "do=yield")]})
    expect_all_pass(machine, "dom0", "creation")
    machine.wait_end(PATIENCE)


def test_what_another_domain_grants(boot):
    machine = boot({"dom0": as_dom0("grant"), "domu": [guest("other", "nuisance", "do=yield")]})
    expect_all_pass(machine, "dom0", "grant")


def live_as_toolstack(boot, seed, sequences):
    machine = boot({"dom0": as_dom0("random_toolstack", f"seed={seed} sequences={sequences}"),
                    "domu": [guest("other", "nuisance", "do=yield")]})
    machine.expect(r"^DONE ", "dom0", PATIENCE * (1 + sequences // 10000))
    assert results(machine, "dom0")["random_toolstack"] == "PASS", f"seed {seed}\n{machine.stream('dom0')}"
    machine.wait_end(PATIENCE)


def test_random_toolstack(boot):
    """Domains, frames, foreign mappings and grants in any order; calls given up half-way."""
    live_as_toolstack(boot, 1, 3000)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
def test_random_toolstack_long(boot, seed):
    live_as_toolstack(boot, seed, 200000)


@pytest.mark.soak
def test_random_toolstack_soak(boot, soak):
    """As long as one likes, each time with another seed, which is printed."""
    for seed in soak:
        print(f"seed {seed}", flush=True)
        live_as_toolstack(boot, seed, 20000)
        boot.finish()


def test_nobody_grants_a_domu_anything(boot):
    machine = boot_with_victim(boot, guest("attacker", "grant", "domu"))
    expect_all_pass(machine, "attacker", "grant")
    expect_victim_well(machine)


def test_a_domu_is_no_toolstack(boot):
    machine = boot_with_victim(boot, guest("attacker", "toolstack", "domu"))
    expect_all_pass(machine, "attacker", "toolstack")
    expect_victim_well(machine)


def test_dom0_has_its_devices_and_no_others(boot, board):
    withheld = " ".join(f"withheld{n}={address:#x}" for n, address in enumerate(board.withheld))
    machine = boot({"dom0": as_dom0("dom0_io", f"uart={board.dom0_uart:#x} {withheld} "
                                    f"ram={board.ram_start:#x} ram_size={board.ram_size:#x}")})
    expect_all_pass(machine, "dom0", "dom0_io")
    machine.wait_end(PATIENCE)


def test_calls_do_not_tell_which_domains_there_are(boot):
    """Beside dom0, a domain that runs, and one that ends and is started again."""
    machine = boot_with_victim(boot, guest("attacker", "domids", "self=1 ms=2500"),
                               guest("other", "nuisance", "do=reboot"), guest("third", "nuisance", "do=yield"),
                               victim_options="peer=7", shift=SLOW_CPU)
    expect_all_pass(machine, "attacker", "domids")
    assert machine.stream(HYPERVISOR).count("domain 2: destroyed") >= 2
    expect_victim_well(machine)


def test_table_memory_is_limited(boot):
    """One guest uses up its table memory; two others make tables meanwhile."""
    machine = boot_with_victim(boot, guest("attacker", "table_memory", table_memory="1M"),
                               guest("other", "page_tables"))
    expect_all_pass(machine, "attacker", "table_memory")
    expect_all_pass(machine, "other", "page_tables")
    expect_victim_well(machine)


@pytest.mark.parametrize("seed", [1, 20261121])
def test_fuzz(boot, seed):
    """Two halves, all calls and those about tables, and the victim works until both are over."""
    machine = boot_with_victim(boot, guest("attacker", "fuzz", f"seed={seed} until=260"), milliseconds=400)
    expect_all_pass(machine, "attacker", "fuzz")
    assert not results(machine, "dom0"), "the victim was not there until the end"
    for half in ("hypercalls", "tables"):
        assert f"{half}, seed {seed}, life 0\n" in machine.stream("attacker")
    expect_victim_well(machine)


# Lives of the wild guest in the time that a test gives it, and calls of all of them together.
WILD_LIVES, WILD_CALLS = 8, 3000


@pytest.mark.one_board
@pytest.mark.parametrize("seed", range(1, 5))
def test_fuzz_wild(boot, seed):
    """Calls by which a guest ruins itself are in: it may end in any way, alone, and begins another
    life; dom0 ends one in which it waits or runs for ever."""
    machine = boot_with_victim(boot, guest("attacker", "fuzz", f"seed={seed} until=9000 wild", on_crash="restart"),
                               milliseconds=9500, victim_options="pause=20000 reboot=1", shift=SLOW_CPU)
    expect_victim_well(machine)
    lives = re.split(rf"^hypercalls, seed {seed}, life \d+, wild$", machine.stream("attacker"), flags=re.M)[1:]
    calls = [int((["0"] + re.findall(r"^made (\d+) calls$", life, re.M))[-1]) for life in lives]
    print(f"calls of each life: {calls}")
    assert len(lives) >= WILD_LIVES and sum(calls) >= WILD_CALLS, calls


@pytest.mark.parametrize("what", [
    "spin", "spin_user", "yield", "flood", "flood_ring", "storm", "storm_port", "timer_storm",
    "undefined_storm", "hypercall_storm",
])
def test_nuisance_does_not_disturb(boot, what):
    machine = boot_with_victim(boot, guest("attacker", "nuisance", f"do={what}"), milliseconds=1000,
                               victim_options="peer=1", shift=SLOW_CPU)
    machine.expect(rf"^doing {what}", "attacker", PATIENCE)
    expect_victim_well(machine)
    # It is still at it: neither crashed nor gone.
    assert not re.search(r"^domain 1 .*shutdown", machine.stream(HYPERVISOR), re.M)


TWICE = "fault in its own exception entry"
UNDEFINED = "undefined instruction while its exception frame was in use"


@pytest.mark.parametrize("what, why", [
    ("bad_stack", TWICE), ("bad_stack sp=0xff000000", TWICE), ("bad_stack sp=0xffff1000", TWICE),
    ("bad_stack sp=0xfe0ff800", TWICE), ("bad_handler", TWICE), ("bad_stack_kernel", TWICE),
    ("fault_in_entry", TWICE), ("undefined_in_entry", UNDEFINED), ("crash", None),
])
def test_crash_ends_only_the_culprit(boot, what, why):
    """A fault that the guest cannot take ends its domain with a report, and its memory is freed."""
    machine = boot_with_victim(boot, guest("attacker", "nuisance", f"do={what}"))
    machine.expect(r"^domain 1: destroyed, \d+ frames free", HYPERVISOR, PATIENCE)
    report = machine.stream(HYPERVISOR).partition("domain 1 (attacker): shutdown, crash\n")[2].splitlines()
    registers = [rf"    r{n:<2} [0-9a-f]{{8}}  r{n + 1:<2} [0-9a-f]{{8}}" for n in range(0, 12, 2)]
    expected = [*([re.escape(f"domain 1: {why}")] if why else []), r"  vcpu 0, kernel mode, cpsr [0-9a-f]{8}",
                *registers, r"    r12 [0-9a-f]{8}  sp  [0-9a-f]{8}", r"    lr  [0-9a-f]{8}  pc  [0-9a-f]{8}",
                r"domain 1: destroyed, \d+ frames free"]
    assert len(report) == len(expected) and all(map(re.fullmatch, expected, report)), report
    expect_victim_well(machine)


def address_of(board, program, symbol):
    symbols = subprocess.run(["arm-none-eabi-nm", TOP / "build" / "guests" / board.arch / f"{program}.elf"],
                             capture_output=True, text=True, check=True).stdout
    return int(re.search(rf"^(\w+) \w {symbol}$", symbols, re.M)[1], 16)


def test_a_fault_in_an_entry_is_reported_as_it_was(boot, board):
    """Its registers, each of which has its number, and the instruction."""
    machine = boot_with_victim(boot, guest("attacker", "nuisance", "do=fault_in_entry"))
    machine.expect(r"^domain 1: destroyed, \d+ frames free", HYPERVISOR, PATIENCE)
    report = machine.stream(HYPERVISOR).partition(TWICE)[2]
    found = {name: int(value, 16) for name, value in re.findall(r"\b(r\d+|lr|pc) +([0-9a-f]{8})", report)}
    pc = address_of(board, "nuisance", "faulting_entry") + 14 * 4
    assert found == {f"r{n}": n for n in range(13)} | {"lr": 14, "pc": pc}, report


@pytest.mark.parametrize("how", ["shutdown", "down"])
def test_no_vcpu_outlives_its_domain(boot, how):
    """A guest ends its domain and brings its vCPU up again, in one multicall: it never runs again, and
    all that it had is given back."""
    machine = boot_with_victim(boot, guest("attacker", "nuisance", f"do=outlive_{how}"))
    machine.expect(r"^domain 1 \(attacker\): shutdown, poweroff", HYPERVISOR, PATIENCE)
    machine.expect(r"^domain 1: destroyed, \d+ frames free", HYPERVISOR, PATIENCE)
    expect_victim_well(machine)


def test_death_in_the_middle_of_everything(boot):
    """A timer, a poll, channels, VFP registers and a frame that is half given back: the next life inherits none of
    it, the other end sees the death, and all frames come back."""
    machine = boot({"domu": [guest("mortal", "mortal", "lives=3 peer=2"), guest("heir", "heir", "deaths=2 peer=1")]},
                   shift=SLOW_CPU)
    machine.expect(r"^DONE .*$", "heir", PATIENCE)
    free = [int(machine.expect(r"^domain [12]: destroyed, (\d+) frames free", HYPERVISOR, PATIENCE)[1])
            for _ in range(4)]
    mortal = machine.stream("mortal")
    assert re.findall(r"^(dies half-way|PASS life|FAIL life)$", mortal, re.M) == [
        "dies half-way", "dies half-way", "PASS life"], mortal
    assert not re.search(r"\.c:\d+: ", mortal), mortal
    assert results(machine, "heir") == {"deaths_are_seen_and_disturb_nothing": "PASS"}, machine.stream("heir")
    at_boot = int(re.search(r"(\d+) frames free$", machine.stream(HYPERVISOR), re.M)[1])
    assert free[0] == free[1] and free[3] == at_boot, (free, at_boot)


def live_at_random(boot, seed, milliseconds, sequences):
    """Two guests beside a victim make random calls, which their models know the results of, end themselves in the
    middle of them after so many sequences, and start again, a second or more after they started, until the time is
    over.  Returns how many sequences they lived through."""
    options = f"seed={seed} sequences={sequences} until={milliseconds}"
    guests = [guest(name, "random_life", f"{options} peer={peer}", on_crash="restart")
              for name, peer in (("a", 2), ("b", 1))]
    machine = boot({"domu": [*guests, guest("victim", "victim", f"ms={milliseconds} pause=20000")]},
                   shift=SLOW_CPU)
    for _ in (1, 2, 3):
        machine.expect(r"^domain \d+ \(\w+\): shutdown, poweroff$", HYPERVISOR,
                       PATIENCE * (1 + milliseconds // 10000))
    for name in ("a", "b"):
        assert "FAIL" not in machine.stream(name), f"seed {seed}\n{machine.stream(name)}"
    assert results(machine, "victim")["results_stay_right"] == "PASS", machine.stream("victim")
    # All are gone: as many frames are free as before the first was built.
    at_boot = re.search(r"(\d+) frames free$", machine.stream(HYPERVISOR), re.M)[1]
    machine.expect(rf"^domain \d+: destroyed, {at_boot} frames free$", HYPERVISOR, PATIENCE)
    return sum(int(n) for name in ("a", "b")
               for n in re.findall(r"^lived (\d+) sequences$", machine.stream(name), re.M))


def test_random_lives(boot):
    """Ten thousand sequences of random calls, alone, in lists and given up half-way."""
    assert live_at_random(boot, 1, 9000, 500) >= 10**4


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 12))
def test_random_lives_long(boot, seed):
    """A million, with each of ten seeds."""
    assert live_at_random(boot, seed, 120000, 25000) >= 10**6


@pytest.mark.soak
def test_random_lives_soak(boot, soak):
    """As long as one likes, each time with another seed, which is printed."""
    for seed in soak:
        print(f"seed {seed}", flush=True)
        live_at_random(boot, seed, 20000, 2000)
        boot.finish()


def start_times(machine, what, domain="attacker"):
    """When that guest started to do that, in virtual ms."""
    return [int(ms) for ms in re.findall(rf"^doing {what} at (\d+) ms", machine.stream(domain), re.M)]


@pytest.mark.one_board
@pytest.mark.parametrize("what", ["reboot", "crash", "bad_stack"])
def test_restart_loses_no_frame(boot, what):
    """A guest that ends at once, a hundred times: as many frames are free each time."""
    machine = boot_with_victim(boot, guest("attacker", "nuisance", f"do={what}", on_crash="restart"))
    free = [int(machine.expect(r"^domain 1: destroyed, (\d+) frames free", HYPERVISOR, PATIENCE)[1])
            for _ in range(100)]
    assert len(set(free)) == 1, free
    expect_victim_well(machine)
    # Once a second, whatever it does: a guest cannot flood the log with its ends.
    times = start_times(machine, what)
    assert len(times) >= 100 and min(b - a for a, b in zip(times, times[1:])) >= 990, times


@pytest.mark.one_cpu  # a spinning guest has QEMU's round for itself, docs/several-cpus.md
@pytest.mark.one_board
def test_restart_beside_a_guest_that_never_sleeps(boot):
    """Its memory is taken back, scrubbed and filled again in an eighth of the time: hardly later than
    the second that lies between two starts."""
    machine = boot({"dom0": as_dom0("nuisance", "do=spin"),
                    "domu": [guest("attacker", "nuisance", "do=reboot", memory="128M")]})
    for _ in range(2):
        machine.expect(r"^doing reboot at \d+ ms\n", "attacker", PATIENCE)
    first, second, *_ = start_times(machine, "reboot")
    assert second - first <= 1300


REBOOTS = 20

# What the neighbour's reboot may take with an attacker at work, of what it takes without.
REBOOT_SLOWER_MAX = 1.2


def all_but(board, mib):
    """So much memory that about that much is left of the machine, and of the hypervisor's share."""
    return f"{board.ram_size * 15 // 16 // 2**20 - mib}M"


def reboot_times(machine):
    """How long each of the neighbour's reboots took, in virtual ms, from one start to the next."""
    for _ in range(REBOOTS + 1):
        machine.expect(r"^doing reboot at \d+ ms\n", "neighbour", PATIENCE)
    times = start_times(machine, "reboot", "neighbour")
    return [b - a for a, b in zip(times, times[1:])][:REBOOTS]


def expect_all_frames_back(machine, *ids):
    """When these, all there were, are gone, as many frames are free as before the first was built."""
    free = [int(machine.expect(rf"^domain {i}: destroyed, (\d+) frames free", HYPERVISOR, PATIENCE)[1])
            for i in ids]
    assert free[-1] == int(re.search(r"(\d+) frames free$", machine.stream(HYPERVISOR), re.M)[1])


def test_ballooning_does_not_stop_reboots(boot, board):
    """A guest that gives frames back and takes them without end, from all of its MiBs, and has most of
    the machine's memory: its neighbour reboots as without it, twenty times in a row."""
    until = int((REBOOTS + 1) * 1000 * REBOOT_SLOWER_MAX) + 500
    neighbour = guest("neighbour", "nuisance", f"do=reboot until={until}", memory="4M")
    alone = reboot_times(boot({"domu": [neighbour]}, shift=SLOWER_CPU))
    machine = boot({"domu": [neighbour, guest("attacker", "nuisance", "do=balloon until=26000",
                                              memory=all_but(board, 36))]}, shift=SLOWER_CPU)
    beside = reboot_times(machine)
    print(f"alone {alone}, beside {beside}")
    assert all(b <= REBOOT_SLOWER_MAX * a for a, b in zip(alone, beside)), (alone, beside)
    expect_all_frames_back(machine, 2)
    assert "FAIL" not in machine.stream("attacker"), machine.stream("attacker")


@pytest.mark.one_cpu  # the same
@pytest.mark.one_board
def test_ballooning_makes_no_reboot_slower(boot):
    """The same where the reboot is more work than fits between two starts: it takes what it takes beside
    a guest that needs as much of the machine and does not balloon."""
    times = []
    for what in ("spin", "balloon"):
        machine = boot({"domu": [guest("neighbour", "nuisance", "do=reboot", memory="64M"),
                                 guest("attacker", "nuisance", f"do={what}", memory="64M")]},
                       shift=SLOW_CPU)
        for _ in range(4):
            machine.expect(r"^doing reboot at \d+ ms\n", "neighbour", PATIENCE)
        starts = start_times(machine, "reboot", "neighbour")
        times.append(starts[3] - starts[1])
    print(f"beside spin {times[0]} ms, beside balloon {times[1]} ms")
    assert times[0] > 2500, "more than the pause between starts"
    assert times[1] <= REBOOT_SLOWER_MAX * times[0], times


def test_messages_of_one_guest_do_not_silence_another(boot):
    """One causes messages without end; that of another, later and of the same kind, is printed."""
    machine = boot({"domu": [guest("loud", "nuisance", "do=undefined_kernel"),
                             guest("quiet", "nuisance", "do=undefined_once at=500")]}, shift=SLOW_CPU)
    machine.expect(r"^did it", "quiet", PATIENCE)
    for _ in range(13):  # ten at once and one a second: these end well after that
        machine.expect(r"^domain 1: undefined ", HYPERVISOR, PATIENCE)
    assert "\ndomain 2: undefined " in machine.stream(HYPERVISOR)


@pytest.mark.one_board
def test_restarts_buy_no_messages(boot):
    """What a guest may print goes on where it restarts: ten messages, and then one a second."""
    machine = boot_with_victim(boot, guest("attacker", "nuisance", "do=undefined_reboot"), shift=SLOW_CPU)
    for _ in range(6):
        machine.expect(r"^domain 1: destroyed", HYPERVISOR, PATIENCE)
    seconds = start_times(machine, "undefined_reboot")[-1] / 1000
    assert seconds >= 5
    assert len(re.findall(r"^attacker: undefined", machine.stream(HYPERVISOR), re.M)) <= 10 + seconds + 2


def test_memory_is_scrubbed(boot):
    """A guest that comes back finds nothing of what it left in its memory."""
    machine = boot_with_victim(boot, guest("attacker", "nuisance", "do=remember"))
    for _ in range(4):
        assert machine.expect(r"^(clean|FAIL): \d+ words", "attacker", PATIENCE)[1] == "clean"
    expect_victim_well(machine)


def run_marked_pair(boot, program, options=""):
    """Two of the same guest, side by side, that differ in their marks."""
    machine = boot({"domu": [guest("a", program, f"mark=0x1111 {options}"),
                             guest("b", program, f"mark=0x2222 {options}")]})
    expect_all_pass(machine, "a", program)
    expect_all_pass(machine, "b", program)


def test_vfp_registers_stay_apart(boot):
    run_marked_pair(boot, "vfp")


@pytest.mark.levels("v6", "v7")
@pytest.mark.parametrize("program", ["address_spaces", "thread_registers"])
def test_marked_guests_stay_apart(boot, program):
    run_marked_pair(boot, program)


# By their part in MIDR; on an image for several CPUs it is the MPCore.
CORES = {0x926: "ARM926EJ-S (ARMv5TEJ)", 0xb02: "ARM11 MPCore (ARMv6K)", 0xb76: "ARM1176JZF-S (ARMv6K)", 0xc08: "Cortex-A8 (ARMv7-A)",
         0xc09: "Cortex-A9 (ARMv7-A)", 0xc0f: "Cortex-A15 (ARMv7-A)"}


def test_the_first_line_names_the_core(boot, board):
    name = CORES[board.cpu_part].replace(" (", " MPCore (" if board.level == "v7mp" else " (")
    machine = boot({"domu": [guest("alone", "compute")]})
    machine.expect(rf"^Dacre \S+ \(\S+\) on {re.escape(name)}$", HYPERVISOR)


@pytest.mark.levels("v6", "v7")
def test_identification_registers(boot, board):
    run_marked_pair(boot, "identification", f"part={board.cpu_part:#x}")


@pytest.mark.levels("v6", "v7")
@pytest.mark.parametrize("program", ["execute_never", "instructions", "alignment"])
def test_newer_guest_beside_victim(boot, program):
    machine = boot_with_victim(boot, guest("attacker", program))
    expect_all_pass(machine, "attacker", program)
    expect_victim_well(machine)


@pytest.mark.levels("v7")
@pytest.mark.parametrize("program", ["thumb2", "swap", "caches"])
def test_v7_guest(boot, program):
    machine = boot({"domu": [guest("alone", program)]})
    expect_all_pass(machine, "alone", program)


def open_controls(board, directory):
    """QEMU's options for a boot loader that lets USR mode use the performance monitors, before QEMU's own
    at the start of RAM: mov r0, #1; PMUSERENR = r0; a jump."""
    start = board.ram_start
    program = directory / "open-controls.bin"
    program.write_bytes(struct.pack("<4I", 0xe3a00001, 0xee090f1e, 0xe51ff004, start))
    return ("-nic", "none", "-device", f"loader,file={program},addr={start + 0x1000:#x},cpu-num=0,force-raw=on")


@pytest.mark.levels("v7")
def test_user_mode_has_no_controls(boot, board, tmp_path):
    machine = boot({"domu": [guest("alone", "user_controls")]}, qemu=open_controls(board, tmp_path))
    expect_all_pass(machine, "alone", "user_controls")


@pytest.mark.levels("v6", "v7")
def test_exclusive_monitor_is_cleared(boot, board):
    several = "several" if board.cpu_count > 1 else ""
    machine = boot({"domu": [guest("a", "exclusives", several), guest("b", "exclusives", "partner"), *keep_busy(board)]})
    expect_all_pass(machine, "a", "exclusives")


def share(machine, domain):
    ran, length = map(int, machine.expect(r"^ran (\d+) of (\d+)\n", domain, PATIENCE).groups())
    return ran / length


@pytest.mark.one_cpu  # its sums are of one CPU's time
@pytest.mark.one_board
@pytest.mark.parametrize("weights, caps, expected", [
    ((256, 256), (0, 0), (0.5, 0.5)),
    ((256, 768), (0, 0), (0.25, 0.75)),
    ((100, 200, 300), (0, 0, 0), (1 / 6, 2 / 6, 3 / 6)),
    ((256, 256), (20, 0), (0.2, 0.8)),
    ((256,), (30,), (0.3,)),
])
def test_scheduler_shares(boot, weights, caps, expected):
    """Guests that spin get what weight and cap say, within two per cent of the machine."""
    names = [f"g{i}" for i in range(len(weights))]
    machine = boot({"domu": [guest(name, "share", "ms=2000", weight=weight, cap=cap)
                             for name, weight, cap in zip(names, weights, caps)]}, shift=SLOW_CPU)
    got = [share(machine, name) for name in names]
    assert got == pytest.approx(expected, abs=0.02)


def work(machine, when):
    """What the computing guest did: (units for each ns that it was charged, its share of the time)."""
    units, charged, length = map(int, machine.expect(
        rf"^{when}: (\d+) units, charged (\d+) of (\d+)\n", "computes", PATIENCE).groups())
    return units / charged, charged / length


def run_beside_waking(boot, what, milliseconds, **keys):
    """Two domains that wake all the time beside one that computes: it has its third, and what it is
    charged for it has for its work."""
    machine = boot({"domu": [guest("computes", "compute", f"start=100 ms={milliseconds}"),
                             guest("a", "pingpong", f"do={what} start=75 peer=3 first"),
                             guest("b", "pingpong", f"do={what} start=75 peer=2")]}, **keys)
    alone, _ = work(machine, "alone")
    beside, share_of_time = work(machine, "beside")
    print(f"{what}: {100 * share_of_time:.1f} % of the time, {100 * (1 - beside / alone):.2f} % of it lost")
    assert share_of_time >= 1 / 3 - 0.02
    assert beside / alone >= 1 - WORK_LOST_MAX


@pytest.mark.one_cpu  # three domains share one
@pytest.mark.parametrize("what", ["event", "timer"])
def test_waking_takes_no_more_than_the_share(boot, what):
    run_beside_waking(boot, what, 200)


@pytest.mark.one_cpu  # the same
@pytest.mark.one_board
@pytest.mark.parametrize("what", ["direct", "yield"])
def test_giving_way_takes_no_more_than_the_share(boot, what):
    run_beside_waking(boot, what, 900, shift=SLOW_CPU)


def test_primitives_are_measured(boot):
    """Every primitive of the list has a figure, and none is absurd."""
    machine = boot({"domu": [guest("bench", "bench_primitives", "peer=2"),
                             guest("peer", "bench_peer", "bench=1")]})
    machine.expect(r"^DONE .*$|^FAIL start", "bench", PATIENCE)
    assert "FAIL" not in machine.stream("bench"), machine.stream("bench")
    figures = {name: float(value) for name, value in
               re.findall(r"^bench (\w+) ([\d.]+)", machine.stream("bench"), re.M)}
    wanted = {"null_hypercall", "iret_to_kernel", "syscall_bounce_and_iret",
              "abort_bounce_and_iret", "mmu_update_1",
              "mmu_update_32", "mmu_update_256", "event_send_self", "event_send_other",
              "timer_set", "address_space_switch", "world_switch", "cp15_read",
              "interrupt_to_handler"}
    assert wanted <= figures.keys(), wanted - figures.keys()
    assert all(5 <= figures[name] <= 100000 for name in wanted), figures
