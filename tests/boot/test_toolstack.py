# SPDX-License-Identifier: GPL-2.0-only
"""Xen's tools in dom0: on ARMv7 they are Debian's own files."""
import hashlib
import io
import subprocess
import tarfile

import pytest

from dacre import BUILD

PART = "toolstack-armhf"
ELF = b"\x7fELF"


def digest(data):
    return hashlib.sha256(data).hexdigest()


def packaged():
    """The sums of all files in the packages that the part was made of."""
    names = (BUILD / "debs" / f"root-{PART}.list").read_text().splitlines()[1:]
    sums = set()
    for name in names:
        deb, = (BUILD / "debs").glob(f"{name}_*_armhf.deb")
        data = subprocess.run(["dpkg-deb", "--fsys-tarfile", deb], check=True, capture_output=True).stdout
        with tarfile.open(fileobj=io.BytesIO(data)) as files:
            sums |= {digest(files.extractfile(member).read()) for member in files if member.isreg()}
    return sums


@pytest.mark.one_board
@pytest.mark.levels("v7")
def test_programs_and_libraries_are_debian_s(board, tmp_path):
    subprocess.run(f"gzip -dc {BUILD}/userland/{PART}.cpio.gz | cpio -id --quiet", shell=True, check=True, cwd=tmp_path)
    elves = [path for path in tmp_path.rglob("*") if path.is_file() and path.read_bytes()[:4] == ELF]
    assert {"xl", "xenstored", "xenconsoled"} <= {path.name for path in elves}
    known = packaged()
    changed = [str(path) for path in elves if digest(path.read_bytes()) not in known]
    assert not changed
