# SPDX-License-Identifier: GPL-2.0-only
"""Disks of dom0's for a domain that xl created, by upstream's drivers at both ends: what one wrote the other one
reads, and when a disk or the domain is gone nothing is left of either."""
import re
import shutil
import subprocess

import pytest

from dacre import BUILD
from linux import BOOT_SECONDS, dom0, md5_of, quieten
from test_toolstack import all_frames, boot_files, do, memory_of_dom0

CONFIG = """
name = "d1"
kernel = "/boot/vmlinuz"
extra = "console=hvc0 root=/dev/xvda rw init=/init dacre.name=d1"
memory = 48
acpi = 0
disk = ["/boot/root.img,raw,xvda,w"]
"""


def root_disk(directory):
    """A file system with base's files, which has what the kernel does not make."""
    tree = directory / "root"
    tree.mkdir()
    subprocess.run(f"gzip -dc {BUILD}/userland/base.cpio.gz | cpio -id --quiet", shell=True, check=True, cwd=tree)
    shutil.copy(BUILD / "userland/programs-static/hostile_disk", tree / "bin")
    image = directory / "root.img"
    subprocess.run(["/sbin/mke2fs", "-q", "-t", "ext2", "-b", "1024", "-d", tree, image, "7M"], check=True)
    return image


def start(boot, board, directory, memory, config=CONFIG):
    """dom0 with the tools and its half of the drivers."""
    (directory / "d1.cfg").write_text(config)
    files = boot_files(board) | {"/boot/root.img": str(root_disk(directory)), "/etc/xen/d1.cfg": str(directory / "d1.cfg")}
    machine = boot({"dom0": dom0(memory, parts=("toolstack", "backends"), files=files)})
    machine.expect(r"toolstack: ready", "dom0", BOOT_SECONDS)
    quieten(machine, "dom0")
    return machine


@pytest.fixture
def machine(boot, board, tmp_path):
    return start(boot, board, tmp_path, memory_of_dom0(board))


@pytest.fixture
def large(boot, board, tmp_path):
    """The same with room for 64 MiB in /tmp."""
    return start(boot, board, tmp_path, "256M")


def enter(machine):
    """The keys are d1's."""
    machine.send_line("xl console d1; echo left-'it'")
    machine.expect(r"init: this is d1 \(domU\)", "dom0", BOOT_SECONDS)
    machine.send_line("stty -echo; dmesg -n 1; PS1=; echo in-'d1'")
    machine.expect("^in-d1", "dom0")


def leave(machine):
    machine.send("\x1d")
    machine.expect("left-it", "dom0")


def in_d1(machine, command):
    """What @command prints in d1, whose console dom0 shows."""
    machine.send_line(f"{command}; echo end-of'-'d1")
    return machine.expect(r"((?:.*\n)*?)end-of-d1", "dom0", BOOT_SECONDS)[1]


def attach(machine, what, name, access="w"):
    assert do(machine, f"xl block-attach d1 format=raw,vdev={name},access={access},target={what}; echo ended $?").strip() \
        == "ended 0"


def attach_wrong(machine, what, name, error):
    text = do(machine, f"xl block-attach d1 format=raw,vdev={name},access=w,target={what}; echo ended $?")
    assert error in text and text.strip().endswith("ended 1")


def detach(machine, name):
    assert do(machine, f"xl block-detach d1 {name}; echo ended $?").strip() == "ended 0"


def begin(machine):
    """A domain with its root on a disk, which it writes to."""
    assert do(machine, "xl create -q /etc/xen/d1.cfg; echo ended $?").strip() == "ended 0"
    enter(machine)
    assert "/dev/root / ext2 rw" in in_d1(machine, "grep ' / ' /proc/mounts")
    in_d1(machine, "echo kept >/kept; sync")
    leave(machine)


def both_ways(machine, size):
    """@size MiB: dom0's bytes in d1, then in their second half d1's in dom0."""
    do(machine, f"(while cat /boot/*; do :; done) 2>/dev/null | dd of=/tmp/disk bs=1M count={size} iflag=fullblock 2>/dev/null")
    written = md5_of(do(machine, "md5sum /tmp/disk"))
    attach(machine, "/tmp/disk", "xvdb")
    machine.send_line("xl console d1; echo left-'it'")
    assert md5_of(in_d1(machine, "md5sum /dev/xvdb")) == written
    half = size // 2
    in_d1(machine, f"dd if=/dev/xvdb bs=1M count={half} 2>/dev/null | tr a-m n-z | dd of=/dev/xvdb bs=1M seek={half} "
                   "conv=notrunc iflag=fullblock 2>/dev/null; sync")
    changed = md5_of(in_d1(machine, "md5sum /dev/xvdb"))
    leave(machine)
    assert changed != written
    detach(machine, "xvdb")
    assert md5_of(do(machine, "md5sum /tmp/disk")) == changed


def no_leftovers(machine, number, disks):
    """Of domain @number in the store, in the list of disks, among the loop devices."""
    assert do(machine, f"xl block-list {number} 2>/dev/null | grep -c backend").strip() == str(disks)
    assert do(machine, "xenstore-ls /local/domain/0/backend/vbd 2>/dev/null | grep -c frontend-id").strip() == str(disks)
    assert do(machine, "losetup -a | grep -c loop").strip() == str(disks)


def visit(machine, command):
    machine.send_line("xl console d1; echo left-'it'")
    text = in_d1(machine, command)
    leave(machine)
    return text


def several_and_wrong(machine):
    """Two more disks: one to read, whose file gets too short, and one that is taken away while it is written."""
    do(machine, "for n in 1 2; do dd if=/dev/zero of=/tmp/more$n bs=1M count=4 2>/dev/null; done")
    attach(machine, "/tmp/more1", "xvdb", access="r")
    attach(machine, "/tmp/more2", "xvdc")
    attach_wrong(machine, "/tmp/nothing", "xvdd", "No such file or directory")
    attach_wrong(machine, "/tmp/more2", "xvdb", "device already exists")
    no_leftovers(machine, 1, 3)
    assert "Operation not permitted" in visit(machine, "echo x | dd of=/dev/xvdb")
    assert "Operation not permitted" not in visit(machine, "echo x | dd of=/dev/xvdc conv=fsync")
    do(machine, "truncate -s 1M /tmp/more1")
    assert "Input/output error" in visit(machine, "dd if=/dev/xvdb of=/dev/null bs=1M skip=2")
    visit(machine, "( (while dd if=/dev/zero of=/dev/xvdc bs=64k count=32 conv=fsync 2>/dev/null; do :; done; echo over >/over) & )")
    for name in ("xvdc", "xvdb"):
        detach(machine, name)
    assert visit(machine, "until [ -f /over ]; do sleep 1; done; grep -c xvd /proc/partitions").strip() == "1"
    no_leftovers(machine, 1, 1)


def killed_while_it_writes(machine, number):
    machine.send_line("xl console d1; echo left-'it'")
    machine.send_line("(while :; do dd if=/dev/zero of=/dev/xvdb bs=64k count=64 2>/dev/null; sync; done) & echo be'gun'")
    machine.expect("begun", "dom0")
    leave(machine)
    do(machine, "sleep 1; xl destroy d1; sleep 1")
    return all_frames(machine, number)


def use_disks(machine):
    begin(machine)
    no_leftovers(machine, 1, 1)
    both_ways(machine, 16)
    several_and_wrong(machine)
    attach(machine, "/tmp/disk", "xvdb")
    free = [killed_while_it_writes(machine, 1)]
    no_leftovers(machine, 1, 0)
    for number in (2, 3):
        do(machine, "xl create -q /etc/xen/d1.cfg; sleep 3")
        attach(machine, "/tmp/disk", "xvdb")
        enter(machine)
        assert in_d1(machine, "cat /kept").strip() == "kept"
        leave(machine)
        free.append(killed_while_it_writes(machine, number))
        no_leftovers(machine, number, 0)
    assert len(set(free)) == 1, free
    assert not do(machine, "dmesg | grep -E 'BUG|Oops|WARNING|bad page'").strip()


# Connections of a hostile frontend, and the seeds of their random requests.
ROUNDS = 20
SEEDS = (5, 77)


def attacked(machine, number, seed, written):
    """A domain attacks dom0's backend of its second disk.  Its other disks are as they were, and when it is gone nothing
    of it is left."""
    do(machine, "xl create -q /etc/xen/d1.cfg")
    enter(machine)
    leave(machine)
    attach(machine, "/tmp/target", "xvdb")
    attach(machine, "/tmp/disk", "xvdc", access="r")
    text = visit(machine, f"hostile_disk 51728 {ROUNDS} {seed}")
    assert int(re.search(r"attacked in (\d+) connections", text)[1]) >= ROUNDS / 2, text
    assert md5_of(visit(machine, "md5sum /dev/xvdc")) == written
    do(machine, "xl destroy d1; sleep 1")
    no_leftovers(machine, number, 0)
    return all_frames(machine, number)


def hostile_frontends(machine, seeds):
    """dom0's kernel may complain of what it is sent, and that is all."""
    do(machine, "for n in disk target; do cat /boot/* | dd of=/tmp/$n bs=1M count=4 iflag=fullblock 2>/dev/null; done")
    written = md5_of(do(machine, "md5sum /tmp/disk"))
    free = [attacked(machine, number, seed, written) for number, seed in enumerate(seeds, start=1)]
    assert len(set(free)) == 1, free
    assert md5_of(do(machine, "md5sum /tmp/disk")) == written
    assert not do(machine, "dmesg | grep -E 'BUG|Oops|bad page'").strip()


@pytest.mark.boards("vexpress-a9")
def test_hostile_frontend(machine):
    hostile_frontends(machine, SEEDS)


@pytest.mark.boards("vexpress-a9")
def test_disks(machine):
    use_disks(machine)


@pytest.mark.long
@pytest.mark.boards("vexpress-a9")
def test_64_mib_of_a_disk(large):
    begin(large)
    both_ways(large, 64)


@pytest.mark.long
@pytest.mark.boards("vexpress-a9")
def test_hostile_frontend_for_long(machine):
    hostile_frontends(machine, range(100, 120))


@pytest.mark.long
@pytest.mark.boards("versatilepb", "realview-eb")
def test_disks_before_armv7(machine):
    use_disks(machine)
