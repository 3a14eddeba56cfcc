# SPDX-License-Identifier: GPL-2.0-only
"""What tools/mkboot lets pass starts, up to the last MiB and domain; and a machine whose hypervisor has
stopped all the same is not waited for."""
import subprocess

import pexpect
import pytest

from dacre import TOP, UserError
from dacre.image import make_image
from dacre.machine import PATIENCE
from dacre.streams import HYPERVISOR

DOMAINS = 16


def small(name, memory="4M"):
    return {"name": name, "program": "start_state", "memory": memory}


def dom0(memory):
    return {"program": "start_state", "memory": f"{memory}M"}


def largest(boot, board, tmp_path, config_of):
    """The largest number of MiB that make_image() takes."""
    fits, too_large = 4, board.ram_size >> 20
    while too_large - fits > 1:
        middle = (fits + too_large) // 2
        try:
            make_image(boot.read(config_of(middle)), board, tmp_path)
            fits = middle
        except UserError:
            too_large = middle
    return fits


def test_as_many_domains_as_there_can_be(boot):
    names = [f"g{number}" for number in range(1, DOMAINS + 1)]
    machine = boot({"domu": [small(name) for name in names]})
    for name in names:
        machine.expect(r"DONE \d+ passed, 0 failed", name)


def test_largest_dom0(boot, board, tmp_path):
    def config(memory):
        return {"dom0": dom0(memory), "domu": [small("other")]}
    memory = largest(boot, board, tmp_path, config)
    machine = boot(config(memory))
    machine.expect(rf"Domain 0 \(dom0\): {memory} MiB", HYPERVISOR)
    machine.expect(r"Domain 1 \(other\): 4 MiB", HYPERVISOR)
    machine.wait_end()


def test_largest_domu(boot, board, tmp_path):
    def config(memory):
        return {"domu": [small("large", f"{memory}M"), small("other")]}
    memory = largest(boot, board, tmp_path, config)
    machine = boot(config(memory))
    machine.expect(r"DONE \d+ passed, 0 failed", "large")
    machine.expect(r"DONE \d+ passed, 0 failed", "other")


@pytest.fixture
def stopping(board, tmp_path):
    """The command to run a configuration of which nothing can be started: an ELF file is no kernel."""
    config = tmp_path / "stopping.toml"
    elf = board.guest("start_state").with_suffix(".elf")
    config.write_text(f'[[domu]]\nname = "a"\nkernel = "{elf}"\nmemory = "64M"\n')
    return [str(TOP / "tools/run"), board.name, str(config)]


@pytest.mark.one_board
def test_run_ends_when_the_hypervisor_stops(stopping):
    run = subprocess.run(stopping, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE)
    assert run.returncode == 1
    assert "the hypervisor has stopped" in run.stderr and "PANIC: no domain can be started" in run.stdout


@pytest.mark.one_board
def test_run_on_a_terminal_ends_when_the_hypervisor_stops(stopping):
    run = pexpect.spawn(stopping[0], stopping[1:], encoding="latin-1", timeout=PATIENCE)
    run.expect(r"PANIC: no domain can be started")
    run.expect(r"the hypervisor has stopped")
    run.expect(pexpect.EOF)
    run.close()
    assert run.exitstatus == 1
