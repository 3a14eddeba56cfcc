# SPDX-License-Identifier: GPL-2.0-only
"""What tests see of QEMU itself."""
import pytest

from dacre.machine import Machine, MachineError
from dacre.streams import HYPERVISOR


def test_complaints_of_qemu_are_not_the_consoles(tmp_path):
    machine = Machine(["-machine", "none", "-device", "no-such-device"], ["dom0"], tmp_path / "log")
    with pytest.raises(MachineError, match="(?s)QEMU ended before never.*'no-such-device' is not a valid device"):
        machine.expect("never", HYPERVISOR)
    machine.close()
    assert machine.raw == ""
