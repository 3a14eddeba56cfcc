# SPDX-License-Identifier: GPL-2.0-only
"""Legacy U-Boot images, by mkimage of Debian's u-boot-tools."""
import subprocess

from dacre import UserError


def run(*command, stdin=""):
    """For its effect; a UserError with what it printed if it fails."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, input=stdin)
    if done.returncode:
        raise UserError(f"{command[0]} failed: {(done.stderr or done.stdout).strip()}")


def mkimage(kind, data, output, *more):
    run("mkimage", "-A", "arm", "-O", "linux", "-T", kind, "-C", "none", *more, "-d", data, output)


def write_uimage(kernel, output, address, name="Linux"):
    """@kernel's bytes, loaded to and entered at @address as Linux is.  QEMU's -kernel takes it, too."""
    mkimage("kernel", kernel, output, "-n", name, "-a", f"{address:#x}", "-e", f"{address:#x}")


def write_script(commands, output):
    """What U-Boot's source command runs; @commands: a file."""
    mkimage("script", commands, output)
