# SPDX-License-Identifier: GPL-2.0-only
"""Network cards of two domains that xl created, on a bridge of dom0's with the board's own card: by upstream's
drivers at both ends and Debian's script.  Nothing is lost, and nothing is left when a card or a domain is gone."""
import hashlib
import re
import shutil
import socket
import urllib.request

import pytest

from dacre import BUILD
from dacre.image import join_ramdisk
from dacre.initramfs import archive
from linux import BOOT_SECONDS, dom0, md5_of, quieten
from test_toolstack import all_frames, boot_files, do, frames_after_destroy, memory_of_dom0

# QEMU's network for guests is 10.0.2.0/24; it answers as .2, with TFTP.
ADDRESS = {"d1": "10.0.2.21", "d2": "10.0.2.22"}
OUTSIDE = "10.0.2.2"
CONFIG = """
name = "{name}"
kernel = "/boot/vmlinuz"
ramdisk = "/boot/ramdisk"
extra = "console=hvc0 dacre.name={name}"
memory = 32
acpi = 0
vif = ["mac=00:16:3e:00:00:0{name[1]},bridge=xenbr0,script=vif-bridge"]
"""


@pytest.fixture
def outside(tmp_path):
    """A directory that QEMU serves by TFTP, with 1 MiB in it."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "file").write_bytes(bytes(range(256)) * 4096)
    return served


@pytest.fixture
def port():
    """One of this machine's that is free, for the first domain's web server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def ramdisk(directory):
    """base's, with the program that attacks."""
    image = directory / "image"
    (image / "bin").mkdir(parents=True)
    shutil.copy(BUILD / "userland/programs-static/hostile_net", image / "bin")
    archive(image, directory / "hostile.cpio.gz")
    return join_ramdisk([BUILD / "userland/base.cpio.gz", directory / "hostile.cpio.gz"], directory / "ramdisk")


def create(machine, name):
    assert do(machine, f"xl create -q /etc/xen/{name}.cfg; echo ended $?").strip() == "ended 0"
    visit(machine, name, f"stty -echo; dmesg -n 1; ip addr add {ADDRESS[name]}/24 dev eth0; ip link set eth0 up")


@pytest.fixture
def machine(boot, board, tmp_path, outside, port):
    """dom0 with the tools and a bridge with the board's card, two domains."""
    files = boot_files(board) | {"/boot/ramdisk": str(ramdisk(tmp_path)),
                                 "/bin/hostile_backend": str(BUILD / "userland/programs-static/hostile_backend")}
    for name in ADDRESS:
        (tmp_path / name).write_text(CONFIG.format(name=name))
        files[f"/etc/xen/{name}.cfg"] = str(tmp_path / name)
    machine = boot({"dom0": dom0(memory_of_dom0(board), parts=("toolstack", "backends"), files=files)},
                   qemu=("-nic", f"user,tftp={outside},hostfwd=tcp:127.0.0.1:{port}-{ADDRESS['d1']}:80"))
    machine.expect(r"toolstack: ready", "dom0", BOOT_SECONDS)
    quieten(machine, "dom0")
    do(machine, "brctl addbr xenbr0; ip link set xenbr0 up; ip addr add 10.0.2.15/24 dev xenbr0; "
                "ip link set eth0 up master xenbr0")
    for name in ADDRESS:
        create(machine, name)
    return machine


def visit(machine, name, command):
    """What @command prints in that domain, whose console dom0 shows."""
    machine.send_line(f"xl console {name}; echo left-'it'")
    machine.send_line(f"{command}; echo end-of'-'{name}")
    text = machine.expect(rf"((?:.*\n)*?)end-of-{name}", "dom0", BOOT_SECONDS)[1]
    machine.send("\x1d")
    machine.expect("left-it", "dom0")
    return text


def nobody_loses_a_packet(machine, count):
    text = visit(machine, "d1", f"ping -q -c {count} -i 0.01 -s 1400 {ADDRESS['d2']}")
    assert f"{count} packets transmitted, {count} packets received, 0% packet loss" in text
    assert "5 packets received" in visit(machine, "d2", f"ping -q -c 5 -i 0.1 -s 1400 {OUTSIDE}")
    assert "5 packets received" in do(machine, f"ping -q -c 5 -i 0.1 -s 1400 {ADDRESS['d1']}")


def streams_arrive(machine, outside, port):
    """1 MiB from outside, from one domain to the other, from both at once, and to who asks from outside."""
    wanted = hashlib.md5((outside / "file").read_bytes()).hexdigest()
    assert md5_of(visit(machine, "d1", f"cd /tmp; tftp -g -r file {OUTSIDE} && md5sum file")) == wanted
    visit(machine, "d2", "(sleep 1000 | nc -l -p 7 >/tmp/file &)")
    visit(machine, "d1", f"nc {ADDRESS['d2']} 7 </tmp/file")
    assert md5_of(visit(machine, "d2", "md5sum /tmp/file")) == wanted
    visit(machine, "d2", "(nc -l -p 8 </tmp/file >/tmp/back &)")
    visit(machine, "d1", f"nc {ADDRESS['d2']} 8 </tmp/file >/tmp/back; sleep 1")
    for name in ADDRESS:
        assert md5_of(visit(machine, name, "md5sum /tmp/back")) == wanted
    visit(machine, "d1", "httpd -h /tmp")
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/file", timeout=600) as answer:
        assert answer.read() == (outside / "file").read_bytes()


def cards_come_and_go(machine):
    assert do(machine, "xl network-detach d1 0; echo ended $?").strip() == "ended 0"
    assert "eth0" not in visit(machine, "d1", "cat /proc/net/dev")
    assert do(machine, "xl network-list d1 | grep -c backend").strip() == "0"
    assert "vif1.0" not in do(machine, "ls /sys/class/net")
    assert do(machine, "xl network-attach d1 mac=00:16:3e:00:00:09,bridge=xenbr0; echo ended $?").strip() == "ended 0"
    visit(machine, "d1", f"ip addr add {ADDRESS['d1']}/24 dev eth0; ip link set eth0 up")
    assert "3 packets received" in visit(machine, "d1", f"ping -q -c 3 -i 0.1 {ADDRESS['d2']}")


# Connections of a hostile frontend, and how often at least its packets must have been taken.
ROUNDS = 16
SERVED = 4


def attacked(machine, seed, number):
    """d1, which is domain @number, attacks dom0's backend of its card, to which packets come at the same time.  d2 loses
    nothing, and when d1 is gone nothing of it is left: returns the frames that are free."""
    do(machine, "ping -i 0.01 -s 1400 10.0.2.255 >/dev/null & sleep 0.1")
    text = visit(machine, "d1", f"hostile_net {card(machine)} {ROUNDS} {seed}")
    found = re.search(r"attacked in (\d+) connections, served in (\d+)", text)
    assert int(found[1]) >= ROUNDS / 2 and int(found[2]) >= SERVED, text
    assert "20 packets received" in do(machine, f"ping -q -c 20 -i 0.01 -s 1400 {ADDRESS['d2']}")
    assert "5 packets received" in visit(machine, "d2", f"ping -q -c 5 -i 0.1 -s 1400 {OUTSIDE}")
    do(machine, "kill %1; xl destroy d1; sleep 1")
    return all_frames(machine, number)


def card(machine):
    """The number of d1's only card."""
    return re.search(r"^(\d+) ", do(machine, "xl network-list d1"), re.M)[1]


def hostile_frontends(machine, seeds):
    """Domain 1 is d1.  Returns what is free without it, and the number of the next domain."""
    free = {attacked(machine, seeds[0], 1)}
    for number, seed in enumerate(seeds[1:], start=3):
        create(machine, "d1")
        free.add(attacked(machine, seed, number))
    assert len(free) == 1, free
    return free, len(seeds) + 2


# What a domain does with all disks and cards that it has, and gets.
USE_ALL = ("(while sleep 0.5; do for card in /sys/class/net/eth*; do ip link set ${card##*/} up; done; "
           "for disk in /dev/xvd*; do timeout 1 dd if=$disk of=/dev/null bs=4k count=8; done; done >/dev/null 2>&1 &)")


# Devices that a hostile backend gives to a domain, one after the other.
DEVICES = 6


def harmed(machine, kind, seed, number):
    """d1, which is domain @number, has disks or cards from a program of dom0's that means harm, as @kind says.  Its kernel
    may have no use for any after the first; nobody else notices: the same as attacked()."""
    visit(machine, "d1", USE_ALL)
    text = do(machine, f"hostile_backend {kind} {number} {DEVICES} {seed}")
    assert int(re.search(r"met (\d+) frontends", text)[1]) > 0, text
    assert "20 packets received" in do(machine, f"ping -q -c 20 -i 0.01 -s 1400 {ADDRESS['d2']}")
    assert "5 packets received" in visit(machine, "d2", f"ping -q -c 5 -i 0.1 -s 1400 {OUTSIDE}")
    do(machine, "xl destroy d1; sleep 1")
    return all_frames(machine, number)


def hostile_backends(machine, seeds, number):
    """For each seed a domain whose disks are bad, and one whose cards are; the first is domain @number."""
    free = set()
    for seed in seeds:
        for kind in ("disk", "net"):
            create(machine, "d1")
            free.add(harmed(machine, kind, seed, number))
            number += 1
    assert len(free) == 1, free
    return free


def use_network(machine, outside, port):
    nobody_loses_a_packet(machine, 1000)
    streams_arrive(machine, outside, port)
    cards_come_and_go(machine)
    free, number = hostile_frontends(machine, (5, 77))
    assert hostile_backends(machine, (5,), number) == free
    do(machine, "xl destroy d2; sleep 1")
    frames_after_destroy(machine, 2)
    assert "vif" not in do(machine, "ls /sys/class/net")
    assert not do(machine, "xenstore-ls /local/domain/0/backend/vif 2>/dev/null | grep frontend-id").strip()
    assert not do(machine, "dmesg | grep -E 'BUG|Oops|WARNING|bad page'").strip()


@pytest.mark.boards("vexpress-a9")
def test_network(machine, outside, port):
    use_network(machine, outside, port)


@pytest.mark.long
@pytest.mark.boards("vexpress-a9")
def test_10_000_pings(machine):
    nobody_loses_a_packet(machine, 10000)


@pytest.mark.long
@pytest.mark.boards("vexpress-a9")
def test_hostile_frontend_for_long(machine):
    hostile_frontends(machine, range(100, 120))


@pytest.mark.long
@pytest.mark.boards("vexpress-a9")
def test_hostile_backend_for_long(machine):
    do(machine, "xl destroy d1")
    hostile_backends(machine, range(100, 120), 3)


@pytest.mark.long
@pytest.mark.boards("versatilepb", "realview-eb")
def test_network_before_armv7(machine, outside, port):
    use_network(machine, outside, port)
