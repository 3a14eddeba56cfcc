# SPDX-License-Identifier: GPL-2.0-only
"""Linux with several virtual CPUs, on a machine of which Dacre uses several CPUs."""
import pytest

from dacre import BUILD
from dacre.streams import HYPERVISOR
from linux import guest, run, wait_shell

pytestmark = [pytest.mark.boards("vexpress-a9x4"), pytest.mark.long]

KERNEL = BUILD / "linux" / "pv-smp" / "Image"
PROGRAM = BUILD / "userland" / "programs-static" / "cpus"
ONLINE = "/sys/devices/system/cpu/cpu{}/online"


def begin(boot, vcpus, cpus=4, **keys):
    """A domain with that many vCPUs, on that many CPUs, at its shell."""
    machine = boot({"domu": [guest("many", "64M", kernel=str(KERNEL), cpus=vcpus,
                                   files={"/bin/cpus": str(PROGRAM)}, **keys)]},
                   qemu=("-smp", str(cpus), "-nic", "none"))
    wait_shell(machine, "many")
    return machine


def say(machine, command):
    return run(machine, "many", command).strip()


def end(machine):
    """No CPU was missed meanwhile, nor did the kernel complain of anything else."""
    assert say(machine, "dmesg | grep -E 'stall|WARNING|BUG|lockup'") == ""
    machine.send_line("poweroff")
    machine.expect(r"^domain 1: destroyed", HYPERVISOR)


@pytest.mark.parametrize("vcpus, cpus", [(1, 4), (2, 4), (4, 4), (4, 2)])
def test_as_many_cpus_as_vcpus(boot, vcpus, cpus):
    machine = begin(boot, vcpus, cpus)
    assert say(machine, "nproc") == str(vcpus)
    # The clock of the kernel's own messages: nothing stood still on the way.
    assert float(say(machine, "cut -d ' ' -f 1 /proc/uptime")) < 10
    end(machine)


@pytest.mark.parametrize("cpus", [4, 2])
def test_threads_on_all_cpus(boot, cpus):
    machine = begin(boot, 4, cpus)
    assert say(machine, "cpus 200").splitlines() == [f"cpus: {part} ok" for part in
                                                     ("pipes", "bound", "moved", "helpers", "futexes")]
    for cpu in range(4):
        assert say(machine, f"taskset -c {cpu} cut -d ' ' -f 39 /proc/self/stat") == str(cpu)
    end(machine)


def test_cpus_go_and_come_a_hundred_times(boot):
    """Beside work that is done on whatever CPUs there are."""
    machine = begin(boot, 4)
    machine.send_line("((while [ ! -e /tmp/over ]; do cpus 20 pipes; done >/tmp/work; touch /tmp/done) &)")
    for cpu in (1, 2, 3):
        online = ONLINE.format(cpu)
        assert say(machine, f"n=0; for i in $(seq 34); do echo 0 >{online} && [ $(nproc) = 3 ] && "
                            f"echo 1 >{online} && [ $(nproc) = 4 ] && n=$((n + 1)); done; echo $n") == "34"
    assert say(machine, "cat /sys/devices/system/cpu/online") == "0-3"
    assert say(machine, "touch /tmp/over; while [ ! -e /tmp/done ]; do sleep 1; done; uniq /tmp/work") == "cpus: pipes ok"
    end(machine)
