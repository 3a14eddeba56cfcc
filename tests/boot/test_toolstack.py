# SPDX-License-Identifier: GPL-2.0-only
"""Xen's tools in dom0: on ARMv7 they are Debian's own files.  What a command does is looked at from another side
than its own: the hypervisor's, the other domain's, the store's."""
import hashlib
import io
import re
import subprocess
import tarfile
import tomllib

import pytest

from dacre import BUILD, TOP
from dacre.streams import HYPERVISOR
from linux import BOOT_SECONDS, dom0, guest, quieten, run, wait_userland

PART = "toolstack-armhf"
ELF = b"\x7fELF"
# Millions of instructions that xl list takes on Xen 4.17 and a Cortex-A15, nearly all of them xl's own.
XEN_LIST = 6.3
# The same of a domain of 128 MiB: made, and destroyed.
XEN_CREATE = 72
XEN_DESTROY = 37


def digest(data):
    return hashlib.sha256(data).hexdigest()


def packaged():
    """The sums of all files in the packages that the part was made of."""
    names = (BUILD / "debs" / f"root-{PART}.list").read_text().splitlines()[1:]
    sums = set()
    for name in names:
        deb, = (BUILD / "debs").glob(f"{name}_*_armhf.deb")
        data = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as files:
            sums |= {digest(files.extractfile(member).read()) for member in files if member.isreg()}
    return sums


@pytest.mark.one_board
@pytest.mark.levels("v7")
def test_programs_and_libraries_are_debian_s(board, tmp_path):
    subprocess.run(f"gzip -dc {BUILD}/userland/{PART}.cpio.gz | cpio -id --quiet", shell=True, check=True, cwd=tmp_path)
    elves = [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes()[:4] == ELF]
    assert {"xl", "xenstored", "xenconsoled"} <= {path.name for path in elves}
    known = packaged()
    changed = [str(path) for path in elves if digest(path.read_bytes()) not in known]
    assert not changed


def boot_files(board):
    """What /etc/xen/d1.cfg makes a domain of, in the ramdisk of dom0."""
    return {"/boot/vmlinuz": str(board.linux()).replace("Image", "zImage"),
            "/boot/ramdisk": str(BUILD / "userland/base.cpio.gz")}


def memory_of_dom0(board):
    """As in the board's own configuration."""
    return tomllib.loads((TOP / f"platforms/{board.name}/toolstack.toml").read_text())["dom0"]["memory"]


@pytest.fixture
def alone(boot, board):
    """dom0 with the tools, which can make domains; no other is there."""
    machine = boot({"dom0": dom0(memory_of_dom0(board), parts=("toolstack",), files=boot_files(board))})
    machine.expect(r"toolstack: ready", "dom0", BOOT_SECONDS)
    quieten(machine, "dom0")
    return machine


@pytest.fixture
def machine(boot):
    """dom0 with the tools and a shell, which has the input; domU1, from the boot tree, has a shell too."""
    machine = boot({"dom0": dom0("96M", parts=("toolstack",)), "domu": [guest("domU1", "48M")]})
    machine.expect(r"toolstack: ready", "dom0", BOOT_SECONDS)
    quieten(machine, "dom0")
    wait_userland(machine, "domU1")
    return machine


def do(machine, command):
    return run(machine, "dom0", command).lstrip()


def values(text):
    """The lines "name : value" of xl info."""
    return dict(re.findall(r"^(\w+) *: (.*?) *$", text, re.M))


def domains(machine):
    """What xl list says: id: (name, MiB, state)."""
    lines = re.findall(r"^(\S+) +(\d+) +(\d+) +1 +(\S+) +[\d.]+$", do(machine, "xl list"), re.M)
    return {int(number): (name, int(size), state) for name, number, size, state in lines}


def free_memory(machine):
    return int(values(do(machine, "xl info"))["free_memory"])


def milliseconds(machine, domain):
    """The hypervisor's own count, at a debug key: its time, and how long the domain has run."""
    do(machine, "xl debug-keys i")
    now = int(machine.expect(r"up (\d+) ms", HYPERVISOR)[1])
    do(machine, "xl debug-keys d")
    return now, int(machine.expect(rf"^d\d+ {domain}: .*\n.*\n +ran (\d+) ms", HYPERVISOR)[1])


def share(machine, domain, command):
    """What part of the time in which dom0 does @command that domain runs."""
    start, ran = milliseconds(machine, domain)
    do(machine, command)
    end, ran_then = milliseconds(machine, domain)
    return (ran_then - ran) / (end - start)


def cost(machine, command, times):
    """Milliseconds of dom0's own, which are millions of instructions, for a command; two more of xl's are in it, which ask."""
    _, ran = milliseconds(machine, "dom0")
    do(machine, f"for n in $(seq {times}); do {command} >/dev/null; done")
    return (milliseconds(machine, "dom0")[1] - ran) / times


def begin_in_domu(machine, command):
    machine.switch_input("domU1")
    machine.send_line(command)
    machine.switch_input("dom0")


def look(machine):
    """The machine, the domains, the log, the store."""
    info = values(do(machine, "xl info"))
    assert (info["xen_major"], info["xen_minor"], info["xen_scheduler"]) == ("4", "17", "credit2")
    assert info["virt_caps"] == "hvm hap gnttab-v1"
    assert "xen-3.0-armv7l" in info["xen_caps"].split()
    assert int(info["free_memory"]) <= int(info["total_memory"]) - 96 - 48
    assert int(info["free_memory"]) > int(info["total_memory"]) - 96 - 48 - 64
    # Linux gives a few frames back, in whose place others' are to be; whole MiB are what is listed.
    assert domains(machine) in ({0: ("Domain-0", 96 - n, "r-----"), 1: ("(null)", 48 - n, "-b----")} for n in (0, 1))
    assert re.search(r"^Pool-0 +1 +credit2 +y +2$", do(machine, "xl cpupool-list"), re.M)

    # The console has seen what xl dmesg reads; cleared, it begins with what comes afterwards.
    for line in do(machine, "xl dmesg").splitlines()[-5:]:
        assert line in machine.stream(HYPERVISOR)
    do(machine, "xl dmesg -c")
    do(machine, "xl debug-keys i")
    machine.expect(r"^up \d+ ms", HYPERVISOR)
    assert do(machine, "xl dmesg").startswith("up ")

    # One process of dom0 watches what others write.
    do(machine, "xenstore-watch -n 2 /seen >/tmp/seen 2>&1 & sleep 1; xenstore-write /seen/it 1; sleep 1")
    assert do(machine, "cat /tmp/seen").splitlines() == ["/seen", "/seen/it"]
    assert do(machine, "xenstore-read /local/domain/0/name").strip() == "Domain-0"
    do(machine, "xl rename 1 other")
    assert do(machine, "xenstore-read /local/domain/1/name").strip() == "other"
    assert do(machine, "/usr/lib/xen-4.17/bin/test-xenstore >/tmp/judge 2>&1; echo ended $?").strip() == "ended 0"
    assert not re.search("skip|fail", do(machine, "cat /tmp/judge"), re.I)


def govern(machine):
    """A domain of the boot tree is paused, goes on, and ends."""
    free = free_memory(machine)
    begin_in_domu(machine, "while sleep 1; do echo tick; done")
    machine.expect(r"^tick", "domU1")
    do(machine, "xl pause 1")
    assert domains(machine)[1][2] in ("-bp---", "--p---")
    before = machine.stream("domU1").count("tick")
    assert share(machine, "domU1", "sleep 3") == 0
    assert machine.stream("domU1").count("tick") == before
    do(machine, "xl unpause 1; sleep 3")
    assert machine.stream("domU1").count("tick") >= before + 2
    do(machine, "xl destroy 1")
    machine.expect(r"domain 1: destroyed", HYPERVISOR)
    assert list(domains(machine)) == [0]
    assert free_memory(machine) >= free + 48
    before = machine.stream("domU1").count("tick")
    do(machine, "sleep 3")
    assert machine.stream("domU1").count("tick") == before
    assert do(machine, "xl list 1 2>/dev/null || echo none").strip() == "none"


def frames_after_destroy(machine, number):
    return int(machine.expect(rf"domain {number}: destroyed, (\d+) frames free", HYPERVISOR)[1])


def all_frames(machine, number):
    """When domain @number is gone: those that are free and dom0's, which gives some back to have places for others'."""
    frames_after_destroy(machine, number)
    do(machine, "xl debug-keys i")
    found = machine.expect(r"^(\d+) frames free, (\d+) to be overwritten", HYPERVISOR)
    return int(found[1]) + int(found[2]) + int(do(machine, "cat /sys/devices/system/xen_memory/xen_memory0/info/current_kb")) // 4


def create(machine):
    """A Linux of xl's: memory, pause, its console to a shell."""
    do(machine, "xl create -p /etc/xen/d1.cfg")
    assert domains(machine)[1][:2] == ("d1", 48)
    assert domains(machine)[1][2] == "--p---"
    do(machine, "xl unpause d1")
    machine.send_line("xl console d1; echo left-'it'")
    machine.expect(r"init: this is d1 \(domU\)", "dom0", BOOT_SECONDS)
    machine.send_line("echo hello-$((40 + 2))")
    machine.expect(r"hello-42", "dom0")
    machine.send("\x1d")
    machine.expect("left-it", "dom0")
    assert domains(machine)[1] == ("d1", 48, "-b----")


def change(machine):
    """It is paused, gets less memory and more again, is looked into, restarts, and stops by itself."""
    do(machine, "xl pause d1")
    assert share(machine, "d1", "sleep 2") == 0
    assert "PC:" in do(machine, "/usr/lib/xen-4.17/bin/xenctx 1")
    do(machine, "xl unpause d1; xl mem-set d1 40; sleep 3")
    assert domains(machine)[1][1] == 40
    do(machine, "xl mem-set d1 48; sleep 3")
    assert domains(machine)[1][1] == 48
    assert do(machine, "xl dump-core d1 /tmp/core; echo ended $?; rm -f /tmp/core").strip() == "ended 0"
    do(machine, "xl reboot d1")
    frames_after_destroy(machine, 1)
    do(machine, "until xl list d1 >/dev/null 2>&1; do sleep 1; done; sleep 10")
    assert domains(machine)[2] == ("d1", 48, "-b----")
    do(machine, "xl shutdown -w d1; while xl list d1 >/dev/null 2>&1; do sleep 1; done")
    frames_after_destroy(machine, 2)
    assert list(domains(machine)) == [0]


@pytest.mark.boards("vexpress-a9")
def test_xl_creates_changes_and_destroys(alone):
    create(alone)
    change(alone)


def repeat(machine, numbers):
    """A domain is made and destroyed, again and again, each third when its Linux has started: all that it had is free
    each time."""
    expected = None
    for number in numbers:
        paused = "-p" if number % 3 else ""
        do(machine, f"xl create -q {paused} /etc/xen/d1.cfg; {'' if paused else 'sleep 2; '}xl destroy d1")
        frames = all_frames(machine, number)
        expected = expected or frames
        assert frames == expected, f"domain {number}"


@pytest.mark.boards("vexpress-a9")
def test_thirty_domains_leave_nothing(alone):
    repeat(alone, range(1, 31))


@pytest.mark.soak
@pytest.mark.boards("versatilepb", "realview-eb", "vexpress-a9")
def test_domains_leave_nothing_soak(alone, soak):
    """As many as there is time for."""
    repeat(alone, (number for number, _ in enumerate(soak, 1)))


def kill_while_it_creates(machine, call):
    """xl's process ends when it is about to make that call of the hypervisor.  What it left has the next number, if it
    is there at all; gone, nothing of it is left.  Returns whether xl was killed, and the frames that are free then."""
    killed = do(machine, f"killat {call} xl create -q -p -e /etc/xen/d1.cfg memory=16 2>/dev/null; echo ended $?").strip()
    left = [number for number in domains_left(machine) if number]
    for number in left:
        do(machine, f"xl destroy {number}")
    assert domains_left(machine) == [0]
    assert not do(machine, "xenstore-list /local/domain | grep -v '^0$'").strip()
    return killed == "ended 0", [all_frames(machine, number) for number in left]


def domains_left(machine):
    """Their numbers, however little there is of them."""
    return [int(number) for number in re.findall(r"^\S+ +(\d+) +\d+ +\d+ ", do(machine, "xl list"), re.M)]


def kill_at_calls(machine, calls):
    """dom0's Linux takes places for others' pages at the first, and keeps them."""
    do(machine, "xl create -q -p /etc/xen/d1.cfg memory=16; xl destroy d1")
    expected = all_frames(machine, 1)
    killed = True
    for call in calls:
        killed, free = kill_while_it_creates(machine, call)
        assert set(free) <= {expected}, f"killed at call {call}"
        if not killed:
            break
    assert not killed, "xl makes more calls than that"
    assert call > 50, "xl ended by itself too early"


@pytest.fixture
def killer(boot, board):
    """dom0 with the tools and what kills them."""
    files = boot_files(board) | {"/bin/killat": str(BUILD / "userland/programs-static/killat")}
    machine = boot({"dom0": dom0(memory_of_dom0(board), parts=("toolstack",), files=files)})
    machine.expect(r"toolstack: ready", "dom0", BOOT_SECONDS)
    quieten(machine, "dom0")
    return machine


@pytest.mark.boards("vexpress-a9")
def test_killed_xl_takes_nothing_along(killer):
    kill_at_calls(killer, range(1, 200, 9))


@pytest.mark.long
@pytest.mark.boards("versatilepb", "realview-eb", "vexpress-a9")
def test_xl_killed_at_each_call_takes_nothing_along(killer):
    kill_at_calls(killer, range(1, 200))


@pytest.mark.boards("vexpress-a9")
def test_session_without_a_terminal(boot, board):
    """That of `make run` with the board's toolstack.toml and no terminal."""
    machine = boot({"dom0": dom0("128M", "demo", parts=("toolstack",), files=boot_files(board))})
    assert machine.expect(r"^demo: dom0 (is done|failed: .*\n)", "dom0", BOOT_SECONDS)[1] == "is done"


@pytest.mark.boards("vexpress-a9")
@pytest.mark.parametrize("judge", ["test-resource", "test-paging-mempool"])
def test_outside_judges(alone, judge):
    assert do(alone, f"/usr/lib/xen-4.17/bin/{judge} >/tmp/judge 2>&1; echo ended $?").strip() == "ended 0"
    assert not re.search("skip|fail", do(alone, "cat /tmp/judge"), re.I)


@pytest.mark.long
@pytest.mark.boards("versatilepb", "realview-eb")
def test_tools_for_armel_create(alone):
    create(alone)
    change(alone)
    repeat(alone)


@pytest.mark.boards("vexpress-a9")
def test_weight_and_cap_are_kept(machine):
    begin_in_domu(machine, "while :; do :; done")
    do(machine, "xl sched-credit2 -d 1 -c 50")
    assert re.search(r"^\S+ +1 +256 +50$", do(machine, "xl sched-credit2"), re.M)
    assert share(machine, "domU1", "sleep 3") == pytest.approx(0.5, abs=0.01)
    do(machine, "xl sched-credit2 -d 1 -c 0 -w 768")
    busy = "timeout 3 sh -c 'while :; do :; done'"
    assert share(machine, "domU1", busy) == pytest.approx(0.75, abs=0.01)


@pytest.mark.boards("vexpress-a9")
def test_store_knows_a_domain_of_the_boot_tree(boot):
    """xen,enhanced: the domain's Linux finds the store, dom0's tools the domain, and its end takes all of it away."""
    machine = boot({"dom0": dom0("96M", parts=("toolstack",)),
                    "domu": [guest("domU1", "48M", parts=("toolstack",), enhanced=True)]})
    machine.expect(r"toolstack: ready", "dom0", BOOT_SECONDS)
    quieten(machine, "dom0")
    wait_userland(machine, "domU1")
    free = free_memory(machine)
    name, size, state = domains(machine)[1]
    assert name == "dom0less-1" and size in (47, 48)     # it gives a few frames back
    assert do(machine, "xenstore-read /local/domain/1/name").strip() == name
    # Written by dom0, read in the other domain through its own device.
    do(machine, "xenstore-write /local/domain/1/hello from-dom0; xenstore-chmod /local/domain/1/hello r1")
    begin_in_domu(machine, "xenstore-read hello")
    machine.expect(r"from-dom0", "domU1", BOOT_SECONDS)
    do(machine, f"xl destroy {name}")
    machine.expect(r"domain 1: destroyed", HYPERVISOR)
    assert list(domains(machine)) == [0]
    assert do(machine, "xenstore-exists /local/domain/1 || echo none").strip() == "none"
    assert free_memory(machine) >= free + 48


def pools(machine):
    """What xl cpupool-list says: name: (scheduler, domains)."""
    lines = re.findall(r"^(Pool-\d) +1 +(\w+) +y +(\d+)$", do(machine, "xl cpupool-list"), re.M)
    return {name: (scheduler, int(count)) for name, scheduler, count in lines}


def budget(machine, name):
    """Period, budget and extra time of the one vCPU of that domain, as xl sched-rtds has them."""
    found = re.search(rf"^{name} +\d+ +0 +(\d+) +(\d+) +(yes|no)$", do(machine, "xl sched-rtds -v all"), re.M)
    return int(found[1]), int(found[2]), found[3]


@pytest.mark.boards("vexpress-a9")
def test_domain_moves_to_the_real_time_pool(machine):
    assert pools(machine) == {"Pool-0": ("credit2", 2), "Pool-1": ("rtds", 0)}
    begin_in_domu(machine, "while :; do :; done")
    do(machine, "xl rename 1 other; xl cpupool-migrate other Pool-1")
    assert pools(machine) == {"Pool-0": ("credit2", 1), "Pool-1": ("rtds", 1)}
    assert budget(machine, "other") == (10000, 100, "yes")
    do(machine, "xl sched-rtds -d other -v all -p 10000 -b 3000 -e 0")
    assert budget(machine, "other") == (10000, 3000, "no")
    busy = "timeout 3 sh -c 'while :; do :; done'"
    assert share(machine, "domU1", busy) == pytest.approx(0.3, abs=0.01)
    # No promise that cannot be kept, and what was promised stays.
    assert do(machine, "xl sched-rtds -d other -v all -p 10000 -b 9900 -e 0 2>/dev/null || echo refused").strip() == "refused"
    assert budget(machine, "other") == (10000, 3000, "no")
    do(machine, "xl cpupool-migrate other Pool-0")
    assert pools(machine) == {"Pool-0": ("credit2", 2), "Pool-1": ("rtds", 0)}
    assert share(machine, "domU1", busy) == pytest.approx(0.5, abs=0.01)


@pytest.mark.boards("vexpress-a9")
def test_domain_is_created_in_the_real_time_pool(alone):
    do(alone, "xl create -p /etc/xen/d1.cfg 'pool=\"Pool-1\"'")
    assert pools(alone) == {"Pool-0": ("credit2", 1), "Pool-1": ("rtds", 1)}
    assert budget(alone, "d1") == (10000, 100, "yes")
    do(alone, "xl destroy d1")
    assert pools(alone)["Pool-1"] == ("rtds", 0)


@pytest.mark.boards("vexpress-a9")
def test_tools_know_machine_store_and_log(machine):
    look(machine)
    assert cost(machine, "xl list", 40) <= XEN_LIST


@pytest.mark.boards("vexpress-a9")
def test_creating_and_destroying_cost_no_more_than_xen_s(alone):
    create_128 = "xl create -q -p /etc/xen/d1.cfg memory=128"
    do(alone, f"{create_128}; xl destroy d1")       # the first waits for random numbers
    frames_after_destroy(alone, 1)
    assert cost(alone, create_128, 1) <= XEN_CREATE
    assert cost(alone, "xl destroy d1", 1) <= XEN_DESTROY
    # The same while the memory of the one before waits to be overwritten.
    frames_after_destroy(alone, 2)
    assert cost(alone, f"{create_128}; xl destroy d1", 3) <= XEN_CREATE + XEN_DESTROY


@pytest.mark.boards("vexpress-a9")
def test_domain_of_the_boot_tree_obeys_the_tools(machine):
    govern(machine)


@pytest.mark.long
@pytest.mark.boards("versatilepb", "realview-eb")
def test_tools_cross_built_for_armel(machine):
    look(machine)
    govern(machine)
