# SPDX-License-Identifier: GPL-2.0-only
"""A boot configuration with a mistake in it is refused with one sentence that names the mistake."""
import gzip
import struct
import subprocess

import pytest

from dacre import BUILD, TOP, UserError
from dacre.board import load_board
from dacre.config import load_config, read_config
from dacre.image import make_image
from dacre.room import check_kernels
from dacre.uboot import make_uboot

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
    (domu(memory=4), "a.memory has the wrong type of value: 4; it is a text in quotes"),
    (domu(cpus=True), "a.cpus has the wrong type of value: True; it is a number"),
    (domu(ramdisk=[1]), "a.ramdisk has the wrong type .*; it is a text or a list of texts"),
    (domu(devices="/x"), "a.devices has the wrong type .*; it is a list of texts"),
    ({"domu": {"name": "a"}}, "test.domu has the wrong type .*; it is a list of tables"),
    ({"dom0": "Image"}, "test.dom0 has the wrong type .*; it is a table"),
    (domu(files=["hello"]), "a.files has the wrong type .*; it is a table of texts"),
    (domu(files={"/bin/x": "no/such/file"}), "a.files: there is no file no/such/file"),
    (domu(files={"bin/x": KERNEL}), "a.files: 'bin/x' is no place in the guest"),
    (domu(files={"/bin/../x": KERNEL}), "a.files: '/bin/../x' is no place in the guest"),
    (domu(packages="python3"), "a.packages has the wrong type .*; it is a list of texts"),
    (domu(packages=["python 3"]), "a.packages: 'python 3' is no name of a Debian package"),
    (domu(run="true"), "a has run but no ramdisk"),
    (domu(run="true", ramdisk=KERNEL, bootargs="x dacre.session=y"), "a has both run and dacre.session=y"),
    (domu(kernel="docs"), "a.kernel: docs is a directory"),
    (domu(kernel_config="no/such.config"), "a.kernel_config: there is no file no/such.config"),
    (domu(cpus=0), "cpus is 1 or more"),
    (domu(rt=1000), "a.rt has the wrong type of value: 1000; it is a table"),
    (domu(rt={"period_us": 1000}), "a.rt does not say budget_us; write for example rt ="),
    (domu(rt={"period_us": 99, "budget_us": 20}), "a.rt.period_us is 99; it is 100 to 1000000"),
    (domu(rt={"period_us": 1000, "budget_us": 1001}), "a.rt.budget_us is 1001; it is 20 to 1000"),
    (domu(rt={"period_us": "1ms"}), "a.rt.period_us has the wrong type of value: '1ms'; it is a number"),
    (domu(rt={"extratime": 1}), "a.rt.extratime has the wrong type of value: 1; it is true or false"),
    (domu(rt={"slack": 1}), "a.rt has no key 'slack'; there are: budget_us defer_events extratime period_us"),
    (domu(name="a b"), "domu.name is 'a b'"),
    ({"domu": domu()["domu"] * 2}, "two domains of the same name"),
    ({"dom0": {"memory": "4M"}}, "dom0 does not say which kernel"),
    ({"dom0": {"kernel": KERNEL}}, "dom0 does not say memory"),
])
def test_mistake_is_named(tree, complaint):
    with pytest.raises(UserError, match=complaint):
        read_config(tree, "test")


@pytest.mark.parametrize("text, complaint", [
    (b"[[domu]\n", "is no valid TOML"),
    (b"\xff", "is not UTF-8"),
    (b'[[domu]]\nkernel = "Makefile.mine"\nmemory = "4M"\n',
     "domU1.kernel: there is no file Makefile.mine, neither in .* nor from the top of the repository"),
])
def test_mistake_in_a_file_is_named(tmp_path, text, complaint):
    path = tmp_path / "mine.toml"
    path.write_bytes(text)
    with pytest.raises(UserError, match=complaint):
        load_config(path)


def test_no_file_is_named(tmp_path):
    with pytest.raises(UserError, match="none.toml cannot be read: No such file"):
        load_config(tmp_path / "none.toml")


def test_files_are_looked_for_beside_the_configuration(tmp_path):
    """And there first."""
    path = tmp_path / "mine.toml"
    path.write_text(f'[[domu]]\nkernel = "{KERNEL}"\nmemory = "4M"\n')
    assert load_config(path).domu[0].kernel == TOP / KERNEL
    (tmp_path / KERNEL).write_text("mine")
    assert load_config(path).domu[0].kernel == tmp_path.resolve() / KERNEL


def test_unknown_package_is_named(board, tmp_path):
    config = read_config(domu(packages=["no-such-package"]), "no-package")
    with pytest.raises(UserError, match="no package no-such-package for armel"):
        make_image(config, board, tmp_path)


def test_program_for_another_machine_is_named(board, tmp_path):
    config = read_config(domu(files={"/bin/sh": "/usr/bin/python3"}), "other-machine")
    with pytest.raises(UserError, match="a.files: .*python3.* is a program for another machine"):
        make_image(config, board, tmp_path)


def test_program_without_its_libraries_is_named(board, tmp_path):
    program = BUILD / "userland" / "programs" / "vfp"
    config = read_config(domu(files={"/bin/vfp": str(program)}, ramdisk=KERNEL), "no-libraries")
    with pytest.raises(UserError, match=r"vfp needs ld-linux.so.3 and libc.so.6; link it with -static"):
        make_image(config, board, tmp_path)


def test_options_for_a_kernel_of_another_kind_are_named(board, tmp_path):
    options = tmp_path / "mine.config"
    options.write_text("CONFIG_OVERLAY_FS=y\n")
    config = read_config(domu(kernel_config=str(options)), "other-kernel")
    with pytest.raises(UserError, match="a.kernel_config: .*Makefile is not one of the kernels of build/linux"):
        make_image(config, board, tmp_path)


@pytest.mark.parametrize("kind, instead", [("native", "pv"), ("pv", "pv-v6v7")], ids=["native", "level"])
def test_kernel_for_no_guest_of_the_board_is_named(kind, instead):
    board = load_board({"native": "versatilepb", "pv": "vexpress-a9"}[kind])
    config = read_config(domu(), "wrong-kernel")
    config.domu[0].kernel = (BUILD / "linux" / kind / "Image").resolve()
    with pytest.raises(UserError, match=rf"a.kernel: build/linux/{kind} has no kernel for guests of {board.name}; "
                                        rf"write build/linux/{instead}/Image$"):
        check_kernels(config, board)


def test_line_that_is_no_option_is_named(board, tmp_path):
    options = tmp_path / "mine.config"
    options.write_text("# more\n\nOVERLAY_FS=y\n")
    config = read_config(domu(kernel=str(board.linux()), memory="32M", kernel_config=str(options)), "no-option")
    with pytest.raises(UserError, match="mine.config, line 3: 'OVERLAY_FS=y' is no option; write CONFIG_NAME=y"):
        make_image(config, board, tmp_path)


def test_domains_share_what_is_the_same(board, tmp_path):
    """One copy of a kernel and of a ramdisk, whatever goes into it."""
    same = {"kernel": KERNEL, "memory": "4M", "ramdisk": KERNEL, "run": "true"}
    config = read_config({"domu": [same, same, same | {"run": "false"}]}, "share")
    modules = make_image(config, board, tmp_path).modules
    kernels, ramdisks = ([m.start for m in modules if m.kind == kind] for kind in ("kernel", "ramdisk"))
    assert len(set(kernels)) == 1
    assert ramdisks[0] == ramdisks[1] != ramdisks[2]


def test_shares_are_in_the_script_for_uboot(board, tmp_path):
    """And those of real time."""
    rt = {"period_us": 1000, "budget_us": 300, "extratime": True}
    make_uboot(read_config(domu(weight=7, rt=rt), "shares"), board, tmp_path)
    commands = (tmp_path / "boot.cmd").read_text().splitlines()
    assert [line for line in commands if "dacre," in line] == [
        "fdt set /chosen/a dacre,weight <0x7>", "fdt set /chosen/a dacre,rt-period-us <0x3e8>",
        "fdt set /chosen/a dacre,rt-budget-us <0x12c>", "fdt set /chosen/a dacre,rt-extratime"]


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
