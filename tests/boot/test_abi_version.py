# SPDX-License-Identifier: GPL-2.0-only
"""A kernel that was built for another version of the interface ends with one line, and so says the
hypervisor; the other guests do not notice."""
import struct

from dacre.streams import HYPERVISOR
from linux import dom0, guest, wait_userland

MAGIC, VERSION = 0xdac00000, 1


def kernel_of_version(board, version, output):
    """The board's kernel, made to say that it is built for @version."""
    data = board.linux().read_bytes()
    word = struct.pack("<I", MAGIC + VERSION)
    assert word in data
    output.write_bytes(data.replace(word, struct.pack("<I", MAGIC + version)))
    return str(output)


def test_mismatch_is_one_line_on_both_sides(boot, board, tmp_path):
    kernel = kernel_of_version(board, VERSION + 1, tmp_path / "Image")
    machine = boot({"dom0": dom0(), "domu": [guest("newer", "56M", kernel=kernel), guest("same", "56M")]})
    machine.expect(rf"domain 1: PV ABI {VERSION} here, its kernel has {VERSION + 1}$", HYPERVISOR)
    machine.expect(r"Linux: built for version \d+ of Dacre's interface; this hypervisor has another$", "newer")
    machine.expect(r"domain 1 \(newer\): shutdown, crash", HYPERVISOR)
    wait_userland(machine, "dom0")
    wait_userland(machine, "same")
    assert len(machine.stream("newer").splitlines()) == 1
