# SPDX-License-Identifier: GPL-2.0-only
"""A debugger on a machine in QEMU, for what can be brought about from outside only."""
import subprocess
import time

from dacre.machine import PATIENCE


def stub_options(path):
    """QEMU's options for a stub at a socket with that path."""
    return ["-chardev", f"socket,path={path},server=on,wait=off,id=gdb", "-gdb", "chardev:gdb"]


def gdb(machine, elf, stub, *commands):
    """Stops @machine and does @commands with the symbols of @elf; returns what they print.

    The console is read meanwhile: a QEMU of which nobody takes the output answers no debugger.
    """
    commands = ["set confirm off", f"set remotetimeout {PATIENCE}", f"target remote {stub}", *commands]
    arguments = [word for command in commands for word in ("-ex", command)]
    latest = time.monotonic() + PATIENCE
    while not stub.exists() and time.monotonic() < latest:  # QEMU makes it some time after its start
        machine.pump(0.05)
    run = subprocess.Popen(["gdb-multiarch", "-nx", "-batch", *arguments, elf],
                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    latest = time.monotonic() + PATIENCE
    while run.poll() is None and time.monotonic() < latest:
        machine.pump(0.05)
    run.kill()
    said = run.communicate()[0]
    assert run.returncode == 0, said
    return said
