# SPDX-License-Identifier: GPL-2.0-only
"""A debugger on a machine in QEMU, for what can be brought about from outside only."""
import subprocess


def stub_options(path):
    """QEMU's options for a stub at a socket with that path."""
    return ["-chardev", f"socket,path={path},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb"]


def gdb(elf, stub, *commands):
    """Stops the machine, does @commands with the symbols of @elf; returns what they printed."""
    arguments = [word for command in commands for word in ("-ex", command)]
    run = subprocess.run(["gdb-multiarch", "-nx", "-batch", "-ex", "set confirm off",
                          "-ex", f"target remote {stub}", *arguments, elf],
                         capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stderr
    return run.stdout
