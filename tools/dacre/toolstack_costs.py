# SPDX-License-Identifier: GPL-2.0-only
"""What Xen's tools, a disk and a network card of a domain cost, on Dacre and on Xen by the same programs and the same
session (tests/bench/toolstack): instructions of the whole machine, dom0's, the domain's and the hypervisor's."""
import re
import shutil

from dacre import BUILD, TOP, UserError
from dacre.benchmark import REPEATABLE, Place
from dacre.config import read_config
from dacre.image import join_ramdisk, make_image
from dacre.initramfs import archive
from dacre.machine import Machine, MachineError
from dacre.profile import plugin_argument

SESSION = TOP / "tests" / "bench" / "toolstack"
MEMORY = 128            # of dom0, in MiB
BOOTARGS = "console=hvc0 quiet norandmaps dacre.session=costs"
PATIENCE = 1800         # real seconds, of which what Xen itself takes on an emulated machine is most
USERLAND = BUILD / "userland"
BASE = "nothing"
# What dom0's own is compared with.
SHARED = ["disk_read", "disk_write", "stream_to_dom0", "stream_from_dom0"]


def own_part(directory, name, files):
    """An archive of @files, {where: which}, and what both domains have."""
    image = directory / name
    shutil.rmtree(image, ignore_errors=True)
    for where, which in ({"bin/mark": BUILD / "bench/armel/say", "sessions/costs": SESSION / "costs"} | files).items():
        (image / where).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(which, image / where)
    output = directory / f"{name}.cpio.gz"
    archive(image, output)
    return output


def dom0_parts(directory, kernel, parts):
    """The archives that dom0's ramdisk consists of, with all that the domain is made of.  @parts: the names of more."""
    base = USERLAND / "base.cpio.gz"
    ramdisk = join_ramdisk([base, own_part(directory, "costs-domU", {})], directory / "ramdisk-domU")
    own = own_part(directory, "costs-dom0", {"boot/vmlinuz": kernel, "boot/ramdisk": ramdisk, "etc/xen/d1.cfg": SESSION / "d1.cfg"})
    return [base, *(USERLAND / f"{part}.cpio.gz" for part in parts), own]


def dacre_place(board, directory):
    kernel = board.linux()
    suffix = f"-{board.kernel}" if board.kernel else ""
    tools = "toolstack-armhf" if board.arch == "v7" else "toolstack"
    parts = dom0_parts(directory, kernel.with_name("zImage"), [tools, f"backends{suffix}"])
    config = read_config({"dom0": {"kernel": str(kernel), "ramdisk": list(map(str, parts)), "memory": f"{MEMORY}M",
                                   "bootargs": BOOTARGS}}, "costs")
    return Place("costs-dacre", make_image(config, board, directory).qemu_arguments(), ["dom0"], "dom0")


def costs_of(text, marks):
    """{name: instructions} of what the session said, and of the plugin's marks."""
    names = re.findall(r"^cost (\w+) (\d+)", text, re.M)
    if not names or len(marks) != 2 * len(names) or names[0][0] != BASE:
        raise UserError(f"{len(names)} costs were announced, and {len(marks)} marks came")
    taken = [end - begin for begin, end in zip(marks[::2], marks[1::2])]
    return {name: round((instructions - taken[0]) / int(times)) for (name, times), instructions in zip(names, taken)
            if name != BASE}


def measure(place, directory):
    output = directory / f"{place.name}.txt"
    machine = Machine([*place.arguments, *REPEATABLE, "-plugin", plugin_argument(f"out={output}", "counts=off")],
                      place.domains, directory / f"{place.name}.log")
    try:
        machine.expect(r"^costs-end", place.watched, PATIENCE)
    except MachineError as error:
        raise UserError(str(error)) from None
    finally:
        machine.close()
    text = machine.stream(place.watched)
    if failed := re.search(r"^cost-failed .*$", text, re.M):
        raise UserError(f"{place.name}: {failed[0]}")
    return costs_of(text, [int(total) for total in re.findall(r"^mark userland (\d+)", output.read_text(), re.M)])


def table(dacre, xen, board):
    """Millions of instructions, and for disk and network how many times dom0's own a domain's are."""
    lines = [f"{'millions of instructions':28}{'Dacre (' + board + ')':>24}{'Xen':>12}"]
    for name in dacre:
        lines.append(f"{name:28}{dacre[name] / 1e6:24.1f}{xen[name] / 1e6:12.1f}")
    lines.append("")
    lines.append(f"{'domU to dom0':28}{'Dacre':>24}{'Xen':>12}")
    for name in SHARED:
        ratios = [costs[f"domU_{name}"] / costs[f"dom0_{name}"] for costs in (dacre, xen)]
        lines.append(f"{name:28}{ratios[0]:24.2f}{ratios[1]:12.2f}")
    return "\n".join(lines)
