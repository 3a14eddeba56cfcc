# SPDX-License-Identifier: GPL-2.0-only
"""A bare-metal guest with several vCPUs, in QEMU's turns, which repeat, and on as many CPUs of the host as there
are."""
import re

import pytest

from dacre.machine import PATIENCE
from dacre.streams import HYPERVISOR
from test_guests import expect_all_pass

pytestmark = pytest.mark.boards("vexpress-a9x4", "realview-eb-mpcore")

WAYS = pytest.mark.parametrize("shift", [0, pytest.param(None, marks=pytest.mark.long)], ids=["in turns", "at once"])


def boot_smp(boot, vcpus, bootargs="", shift=0, cpus=4):
    return boot({"domu": [{"name": "many", "program": "smp", "memory": "16M", "cpus": vcpus, "bootargs": bootargs}]},
                qemu=("-smp", str(cpus), "-nic", "none"), shift=shift)


@WAYS
@pytest.mark.parametrize("vcpus, cpus", [(2, 4), (4, 2), pytest.param(4, 4, marks=pytest.mark.long)])
def test_several_vcpus(boot, vcpus, cpus, shift):
    """As many as there are CPUs, more, so that they take turns, and fewer."""
    machine = boot_smp(boot, vcpus, shift=shift, cpus=cpus)
    expect_all_pass(machine, "many", "smp")
    machine.expect(r"^domain 1: destroyed", HYPERVISOR)


@WAYS
def test_all_vcpus_go_down_at_once(boot, shift):
    """The last one's call is the domain's end."""
    machine = boot_smp(boot, 4, "down", shift=shift)
    machine.expect(r"^domain 1 \(many\): shutdown, poweroff", HYPERVISOR, PATIENCE)
    machine.expect(r"^domain 1: destroyed", HYPERVISOR)
    assert not re.search(r"^FAIL", machine.stream("many"), re.M), machine.stream("many")
