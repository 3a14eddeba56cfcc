# SPDX-License-Identifier: GPL-2.0-only
"""What a configuration asks to be made for its domains: kernels with options more, and ramdisks with files,
Debian packages and something to run."""
import hashlib
import pathlib
import shlex
import shutil
import struct
import subprocess

from dacre import BUILD, TOP, UserError
from dacre.initramfs import archive, needed

SESSION = "run"                 # as tools/userland/init finds it: /sessions/run
ELF_MAGIC, ELF_ARM = b"\x7fELF", 40
# What a guest that runs something has no use for.
UNUSED = ["usr/share/doc", "usr/share/man", "usr/share/info", "usr/share/locale", "usr/share/lintian"]
LONGEST_NAME = 60


def call(*command):
    """Runs one of our tools, whose last line says what is wrong."""
    done = subprocess.run([str(word) for word in command], cwd=TOP, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise UserError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"{command[0]} failed")


def own_kernel(domain):
    """The domain's kernel, built with the options of its kernel_config."""
    flavours = BUILD / "linux"
    flavour = domain.kernel.parent.name
    if domain.kernel.parent.parent != flavours.resolve() or "." in flavour:
        raise UserError(f"{domain.name}.kernel_config: {domain.kernel} is not one of the kernels of "
                        "build/linux, to which options can be added")
    call(TOP / "tools" / "build-linux", flavour, domain.kernel_config)
    return flavours / f"{flavour}.{domain.kernel_config.stem}" / domain.kernel.name


def packages_part(names):
    """The archive with Debian packages; made once for each list of names."""
    names = sorted(set(names))
    name = "+".join(names)
    if len(name) > LONGEST_NAME:
        name = hashlib.sha256(name.encode()).hexdigest()[:16]
    output, root = BUILD / "userland" / f"packages-{name}.cpio.gz", BUILD / "userland" / f"packages-{name}"
    if not output.exists():
        call(TOP / "tools" / "fetch-armel", "--all", root.relative_to(TOP), *names)
        for path in UNUSED:
            shutil.rmtree(root / path, ignore_errors=True)
        archive(root, output)
        shutil.rmtree(root)
    return output


def check_program(where, path, has_libraries):
    """A program that no guest can start is named here, not by a shell that says 'not found'."""
    with open(path, "rb") as file:
        head = file.read(20)
    if head[:4] != ELF_MAGIC or len(head) < 20:
        return
    if struct.unpack("<H", head[18:20])[0] != ELF_ARM:
        raise UserError(f"{where}.files: {path} is a program for another machine; compile it for ARM, "
                        "for example with arm-linux-gnueabi-gcc -static")
    if not has_libraries and (names := needed(path)):
        raise UserError(f"{where}.files: {path} needs {' and '.join(sorted(set(names)))}; link it with -static, or add "
                        'packages = ["libc6"]')


def copy_files(domain, image):
    has_libraries = bool(domain.packages) or len(domain.ramdisk) != 1
    for target, source in domain.files.items():
        place = image / target.lstrip("/") / (source.name if target.endswith("/") else "")
        place.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, place, symlinks=True, dirs_exist_ok=True)
        else:
            check_program(domain.name, source, has_libraries)
            shutil.copy(source, place)


def write_session(domain, image):
    (image / "sessions").mkdir(exist_ok=True)
    (image / "sessions" / SESSION).write_text(
        f'sh -c {shlex.quote(domain.run)}\necho "run: $NAME ended with status $?"\n')


def files_part(domain, directory):
    """The archive with the domain's files and what it runs."""
    image, output = directory / f"{domain.name}-files", directory / f"{domain.name}-files.cpio.gz"
    shutil.rmtree(image, ignore_errors=True)
    image.mkdir()
    copy_files(domain, image)
    if domain.run:
        write_session(domain, image)
    archive(image, output)
    shutil.rmtree(image)
    return output


def make_own(config, directory):
    """Makes what @config's domains ask for, in @directory where it is this configuration's alone; from then on it is
    their kernel, part of their ramdisk and of their command line.  Who asks for the same gets the same file."""
    made = {}
    for domain in config.domains:
        if domain.kernel_config:
            domain.kernel, domain.kernel_config = own_kernel(domain), None
        if domain.packages:
            domain.ramdisk = [*domain.ramdisk, packages_part(domain.packages)]
        if domain.files or domain.run:
            wanted = (*domain.files.items(), domain.run)
            if wanted not in made:
                made[wanted] = files_part(domain, pathlib.Path(directory))
            domain.ramdisk = [*domain.ramdisk, made[wanted]]
        if domain.run:
            domain.bootargs = f"{domain.bootargs} dacre.session={SESSION}".lstrip()
        domain.packages, domain.files, domain.run = [], {}, ""
