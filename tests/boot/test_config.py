# SPDX-License-Identifier: GPL-2.0-only
"""A boot configuration with a mistake in it is refused with one sentence that names the mistake."""
import gzip
import struct
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


def test_too_many_domains_are_named(board):
    config = read_config({"domu": [{"kernel": KERNEL, "memory": "4M"}] * 17}, "too-many")
    with pytest.raises(UserError, match="has 17 domains; 16, dom0 included"):
        make_image(config, board)


def test_dom0_in_pieces_is_named(board):
    """The device tree lies in the middle of RAM."""
    config = read_config({"dom0": {"kernel": KERNEL, "memory": f"{board.ram_size * 3 // 4 >> 20}M"}}, "pieces")
    with pytest.raises(UserError, match=r"dom0 asks for \d+ MiB .* no more than \d+ MiB in one piece"):
        make_image(config, board)


@pytest.mark.parametrize("is_zimage, needed", [(False, 9), (True, 29)])
def test_domain_too_small_for_its_kernel_is_named(board, tmp_path, is_zimage, needed):
    kernel = tmp_path / "kernel"
    kernel.write_bytes((b"\0" * 0x24 + struct.pack("<I", 0x016f2818) * is_zimage).ljust(5 << 20, b"\0"))
    memory = f"{needed - 1}M"
    with pytest.raises(UserError, match=f"a has {memory[:-1]} MiB of memory; its kernel .* need {needed} MiB"):
        make_image(read_config(domu(kernel=str(kernel), memory=memory), "small"), board)
    make_image(read_config(domu(kernel=str(kernel), memory=f"{needed}M"), "enough"), board)


def test_ramdisk_larger_than_half_of_the_memory_is_named(board, tmp_path):
    parts = [tmp_path / "a.cpio.gz", tmp_path / "b.cpio"]
    parts[0].write_bytes(gzip.compress(b"\0" * (5 << 20)))
    parts[1].write_bytes(b"x" * (2 << 20))
    config = read_config(domu(ramdisk=[str(part) for part in parts], memory="12M"), "half")
    with pytest.raises(UserError, match="a's ramdisk has 7 MiB .* more than half of its 12 MiB"):
        make_image(config, board)
    make_image(read_config(domu(ramdisk=[str(part) for part in parts], memory="14M"), "half"), board)


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
