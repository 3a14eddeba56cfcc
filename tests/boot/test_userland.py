# SPDX-License-Identifier: GPL-2.0-only
"""The guest kernels have what Debian's userland asks of a kernel, systemd's README above all."""
import pytest

from linux import guest

pytestmark = pytest.mark.one_board

SESSION_SECONDS = 300
# Of seq 1 10000.
SUM = "72d4ff27a28afbc066d5804999d5a504"

EXPECTED = [
    "controllers cpu io memory pids",
    "a group has its limit of processes",
    f"ext4 written {SUM}",
    f"ext4 read {SUM}",
    "network of its own: lo",
    "processes of its own: 1",
    "users of its own: 65534",
    "autofs 1",
    "seccomp passed",
    "kcmp passed",
    "xattr passed",
]


def test_what_init_systems_ask_for(boot):
    machine = boot({"domu": [guest("domU1", "64M", "userland", ("stress", "tests"))]})
    machine.expect("userland: all tried", "domU1", SESSION_SECONDS)
    lines = machine.stream("domU1").splitlines()
    missing = [line for line in EXPECTED if f"userland: {line}" not in lines]
    assert not missing, [line for line in lines if line.startswith("userland: ")]
