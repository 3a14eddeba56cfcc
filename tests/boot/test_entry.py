# SPDX-License-Identifier: GPL-2.0-only
"""In whatever state a boot loader enters the image: it starts, or it says in one line why not."""
import pytest

from conftest import Boot
from dacre import BUILD
from dacre.board import load_board
from dacre.image import make_image
from dacre.machine import NETWORK
from dacre.streams import HYPERVISOR

MIB = 1 << 20


@pytest.fixture
def enter(boot, board, tmp_path):
    """Starts Dacre by a boot loader of tests/boot/entry/, with one bare-metal guest."""
    def start(loader, may_panic=False):
        config = boot.read({"domu": [{"name": "a", "program": "start_state", "memory": "4M"}]})
        image = make_image(config, board, tmp_path)
        arguments = image.qemu_arguments()
        arguments[arguments.index("-kernel") + 1] = str(BUILD / "entry" / board.arch / f"{loader}.bin")
        place = board.load_address - board.load_address % MIB + 2 * MIB + 0x20000
        return boot.start([*arguments, *NETWORK, "-device",
                           f"loader,file={board.hypervisor},addr={place:#x},force-raw=on"],
                          ["a"], 0, may_panic)
    return start


@pytest.mark.parametrize("loader", ["caches_on", "odd_mode"])
def test_state_that_the_boot_protocol_forbids(enter, loader):
    machine = enter(loader)
    machine.expect(r"PASS", "a")


def test_atags(enter):
    machine = enter("atags", may_panic=True)
    line = machine.expect(r"PANIC: (.*)\n", HYPERVISOR)[1]
    assert "device tree" in line and "ATAGs" in line


@pytest.mark.levels("v7")
@pytest.mark.one_board
def test_hyp_mode(request):
    """The one board whose core has virtualization extensions, which QEMU starts in HYP mode."""
    started = Boot(load_board("vexpress-a15"), request.node.name)
    try:
        machine = started({"domu": [{"name": "a", "program": "start_state", "memory": "4M"}]})
        machine.expect(r"Dacre \S+ \(\S+\) on Cortex-A15", HYPERVISOR)
        machine.expect(r"DONE \d+ passed, 0 failed", "a")
    finally:
        started.finish()
