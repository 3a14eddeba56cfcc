# SPDX-License-Identifier: GPL-2.0-only
"""`make debian-test`: dom0 is a whole Debian 12 on a memory card, with everything as its packages bring it, and so is the
domain that it makes."""
import re
import shutil

import pytest

from dacre import BUILD
from linux import run

# Real seconds: systemd starts with some thousand million instructions.
PATIENCE = 1800
LOGIN = r"login: "


def do(machine, command):
    return run(machine, "dom0", command, PATIENCE)


def log_in(machine):
    machine.expect(LOGIN, "dom0", PATIENCE)
    machine.send_line("root")
    machine.expect(r"# ", "dom0", PATIENCE)


@pytest.fixture
def machine(boot, board, tmp_path):
    """On a copy of the card."""
    card = tmp_path / "card.img"
    shutil.copy(BUILD / f"debian/{board.name}.img", card)
    bootargs = "console=hvc0 root=/dev/mmcblk0p1 rw rootwait swiotlb=noforce"
    machine = boot({"dom0": {"kernel": str(board.linux()), "ramdisk": [], "memory": "256M", "bootargs": bootargs}},
                   qemu=("-nic", "user,restrict=on", "-drive", f"if=sd,format=raw,file={card}"))
    log_in(machine)
    machine.send_line("stty -echo; dmesg -n 1; PS1=; bind 'set enable-bracketed-paste off'; echo quiet'-'now")
    machine.expect(r"quiet-now", "dom0", PATIENCE)
    return machine


def xl_makes_the_domain(machine):
    assert do(machine, "xl create -q /etc/xen/debian.cfg; echo ended $?").strip() == "ended 0"
    machine.send_line("xl console debian; echo left-'it'")
    log_in(machine)
    machine.send_line("echo in-$(cat /etc/hostname); ping -q -c 3 10.0.2.15")
    machine.expect(r"in-domu", "dom0", PATIENCE)
    machine.expect(r"3 received(.*\n)*.*# ", "dom0", PATIENCE)
    machine.send("\x1d")
    machine.expect(r"left-it", "dom0", PATIENCE)
    assert do(machine, "xl shutdown -w debian >/dev/null; echo ended $?").strip().endswith("ended 0")
    # It is down then, and soon destroyed by the xl that made it.
    assert do(machine, "while xl list debian >/dev/null 2>&1; do sleep 1; done; echo gone").strip() == "gone"


def libvirt_makes_the_domain(machine):
    assert "created from" in do(machine, "virsh -c xen:///system create /etc/xen/debian.xml")
    assert re.search(r"debian +running", do(machine, "virsh -c xen:///system list --all"))
    assert re.search(r"^debian ", do(machine, "xl list"), re.M)
    assert "destroyed" in do(machine, "virsh -c xen:///system destroy debian")
    assert "debian" not in do(machine, "virsh -c xen:///system list --all; xl list")


@pytest.mark.debian
@pytest.mark.boards("vexpress-a9")
def test_debian(machine):
    assert "debian" in do(machine, "grep ^ID= /etc/os-release")
    assert re.search(r"^Domain-0 +0 +", do(machine, "xl list"), re.M)
    assert "xenbr0" in do(machine, "brctl show")
    assert do(machine, "systemctl is-active ssh").strip() == "active"
    assert re.search(r"^ 0 +Domain-0 +running", do(machine, "virsh -c xen:///system list --all"), re.M)
    assert "OS Type:" in do(machine, "virsh -c xen:///system dominfo Domain-0")
    xl_makes_the_domain(machine)
    libvirt_makes_the_domain(machine)
