# SPDX-License-Identifier: GPL-2.0-only
"""What 16 MiB from and to a domain's disk cost, as a ratio to dom0's own from and to the same loop device.  Virtual time
counts instructions of all who take part, and nobody waits for anything else."""
import pytest

from test_disks import attach, enter, in_d1, leave, machine     # noqa: F401
from test_toolstack import do

TIMES = 16
SIZE = "bs=64k count=256"
# The ratios that docs/toolstack.md has, and a tenth more.
LIMITS = {"read": 1.25, "write": 1.52}


def commands(disk):
    return {"read": f"echo 3 >/proc/sys/vm/drop_caches; dd if={disk} of=/dev/null {SIZE}",
            "write": f"dd if=/dev/zero of={disk} {SIZE} conv=fsync"}


def repeated(command):
    """Prints hundredths of a second before and after."""
    now = "cut -d ' ' -f 1 /proc/uptime | tr -d ."
    return f"a=$({now}); for n in $(seq {TIMES}); do {command}; done >/dev/null 2>&1; echo $a $({now})"


def millions(printed):
    """Of instructions, for 16 MiB."""
    before, after = map(int, printed.split())
    return 10 * (after - before) / TIMES


@pytest.mark.long
@pytest.mark.boards("vexpress-a9")
def test_16_mib_of_a_domain_s_cost(machine):     # noqa: F811
    do(machine, "truncate -s 16M /tmp/disk; cat /tmp/disk >/tmp/full; mv /tmp/full /tmp/disk; losetup /dev/loop7 /tmp/disk")
    own = {name: millions(do(machine, repeated(command))) for name, command in commands("/dev/loop7").items()}
    do(machine, "losetup -d /dev/loop7; xl create -q /etc/xen/d1.cfg")
    attach(machine, "/tmp/disk", "xvdb")
    enter(machine)
    domain = {name: millions(in_d1(machine, repeated(command))) for name, command in commands("/dev/xvdb").items()}
    leave(machine)
    print()
    for name, limit in LIMITS.items():
        print(f"{name}: dom0 {own[name]} M, domU {domain[name]} M, ratio {domain[name] / own[name]:.2f}")
    assert all(domain[name] / own[name] <= limit for name, limit in LIMITS.items())
