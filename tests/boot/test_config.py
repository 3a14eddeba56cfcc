# SPDX-License-Identifier: GPL-2.0-only
"""A boot configuration with a mistake in it is refused with one sentence that names the mistake."""
import subprocess

import pytest

from dacre import TOP, UserError
from dacre.config import read_config
from dacre.image import make_image

KERNEL = "Makefile"     # any file: nothing is started here

pytestmark = pytest.mark.one_board


def domu(**keys):
    return {"domu": [{"name": "a", "kernel": KERNEL, "memory": "4M"} | keys]}


@pytest.mark.parametrize("tree, complaint", [
    ({}, "names no domain"),
    ({"domX": {}}, "no key 'domX'"),
    (domu(colour="red"), "a has no key 'colour'"),
    (domu(kernel="no/such/file"), "no file no/such/file"),
    (domu(ramdisk=["no/such/file"]), "no file no/such/file"),
    (domu(memory="4"), "not a whole number of MiB"),
    (domu(memory="4T"), "a.memory is no size"),
    (domu(memory=4), "wrong type"),
    (domu(cpus=0), "cpus is 1 or more"),
    (domu(name="a b"), "domu.name is 'a b'"),
    ({"domu": domu()["domu"] * 2}, "two domains of the same name"),
    ({"dom0": {"memory": "4M"}}, "dom0 does not say which kernel"),
    ({"dom0": {"kernel": KERNEL}}, "dom0 does not say memory"),
])
def test_mistake_is_named(tree, complaint):
    with pytest.raises(UserError, match=complaint):
        read_config(tree, "test")


def test_too_much_memory_is_named(board):
    config = read_config(domu(memory="1G"), "too-much")
    with pytest.raises(UserError, match="ask for 1024 MiB"):
        make_image(config, board)


def test_unknown_device_is_named(board):
    config = read_config(domu(devices=["/no/such/node"]), "no-device")
    with pytest.raises(UserError, match="no node /no/such/node"):
        make_image(config, board)


def test_too_large_module_is_named(board, tmp_path):
    huge = tmp_path / "huge"
    with open(huge, "wb") as file:
        file.truncate(board.ram_size)
    with pytest.raises(UserError, match="do not fit"):
        make_image(read_config(domu(kernel=str(huge)), "too-large"), board)


def test_make_names_the_boards():
    run = subprocess.run(["make", "PLATFORM=toaster"], cwd=TOP, capture_output=True, text=True)
    assert run.returncode
    assert "PLATFORM=toaster is no board" in run.stderr and "versatilepb" in run.stderr
