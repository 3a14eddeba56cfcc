# SPDX-License-Identifier: GPL-2.0-only
"""Linux with several virtual CPUs, on a machine of which Dacre uses several CPUs."""
import pytest

from dacre import TOP
from dacre.streams import HYPERVISOR
from linux import guest, run, wait_shell

pytestmark = [pytest.mark.boards("vexpress-a9x4"), pytest.mark.long]

KERNEL = TOP / "build" / "linux" / "pv-smp" / "Image"


@pytest.mark.parametrize("vcpus", [1, 2])
def test_as_many_cpus_as_vcpus(boot, vcpus):
    machine = boot({"domu": [guest("many", "64M", kernel=str(KERNEL), cpus=vcpus)]})
    wait_shell(machine, "many")
    assert run(machine, "many", "nproc").strip() == str(vcpus)
    machine.send_line("poweroff")
    machine.expect(r"^domain 1: destroyed", HYPERVISOR)
