# SPDX-License-Identifier: GPL-2.0-only
"""Initramfs images out of unpacked Debian packages, the same bytes from the same inputs."""
import gzip
import os
import pathlib
import re
import shutil
import subprocess

from dacre import UserError

READELF = "arm-linux-gnueabi-readelf"


def needed(elf):
    """The names of the shared libraries (and the interpreter) that an ELF file asks for."""
    text = subprocess.run([READELF, "-dl", elf], check=True, capture_output=True, text=True).stdout
    names = re.findall(r"\(NEEDED\).*\[(.+)\]", text)
    return names + [os.path.basename(n) for n in re.findall(r"interpreter: (.+)\]", text)]


def find_library(root, triplet, name):
    for place in (f"lib/{triplet}", f"usr/lib/{triplet}", "lib"):
        path = root / place / name
        if path.exists():
            return path
    raise UserError(f"no package of {root.name} brings {name}")


def add_libraries(root, image, triplet, elves, extra=()):
    """Copies what @elves need, directly or not, and what is named in @extra to lib/; what is there is taken as it is."""
    todo, seen = list(elves), set()
    (image / "lib").mkdir(exist_ok=True)
    for name in extra:
        todo.append(find_library(root, triplet, name))
        shutil.copy(todo[-1], image / "lib" / name)
    while todo:
        for name in needed(todo.pop()):
            if name in seen:
                continue
            seen.add(name)
            if (image / "lib" / name).exists():
                todo.append(image / "lib" / name)
                continue
            todo.append(find_library(root, triplet, name))
            shutil.copy(todo[-1], image / "lib" / name)


def archive(image, output):
    """Writes a newc archive with no trace of when, where and by whom it was made."""
    names = sorted(str(p.relative_to(image)) for p in pathlib.Path(image).rglob("*"))
    for name in names:
        os.utime(image / name, (0, 0), follow_symlinks=False)
    cpio = subprocess.run(
        ["cpio", "--quiet", "-o", "-H", "newc", "--reproducible", "-R", "0:0"], check=True,
        cwd=image, input=("\n".join(names) + "\n").encode(), stdout=subprocess.PIPE).stdout
    with open(output, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, mtime=0) as packed:
        packed.write(cpio)
