# SPDX-License-Identifier: GPL-2.0-only
"""Boot configurations with Linux guests, and what their sessions print."""
import re

from dacre.machine import PATIENCE

BOOT_SECONDS = PATIENCE


def guest(name, memory, session="", parts=(), **keys):
    """A Linux domain that runs @session (none: a shell on its console), with @parts of userland more."""
    bootargs = "console=hvc0" + (f" dacre.session={session}" if session else "")
    return {"name": name, "parts": parts, "memory": memory, "bootargs": bootargs} | keys


def dom0(memory="96M", session="", parts=(), **keys):
    domain = guest("dom0", memory, session, parts, **keys)
    del domain["name"]
    domain["bootargs"] += " swiotlb=noforce"
    return domain


def two_linux(dom0_session="", domu_session="", parts=()):
    return {"dom0": dom0("96M", dom0_session, parts),
            "domu": [guest("domU1", "64M", domu_session, parts)]}


def maybe_broken(line):
    """Pattern of a domain's @line: one of the domain that has the input is broken in two where another one
    printed."""
    return "\n?".join(map(re.escape, line))


def wait_userland(machine, domain):
    machine.expect(maybe_broken(f"init: this is {domain} "), domain=domain, timeout=BOOT_SECONDS)


def wait_shell(machine, domain):
    """Until the shell of @domain, which has the input, answers."""
    wait_userland(machine, domain)
    quieten(machine, domain)


def quieten(machine, domain):
    """No echo, no prompt, no kernel messages from now on: what comes is what commands print.

    The input is @domain's.  A shell throws away what was typed before its first prompt.
    """
    machine.expect(r"# ", domain=domain)
    machine.send_line("stty -echo; dmesg -n 1; PS1=; echo quiet'-'now")
    machine.expect(r"^quiet-now", domain=domain)


def run(machine, domain, command, timeout=PATIENCE):
    """Types a command to the shell that has the input; returns what it printed."""
    machine.send_line(f"{command}\necho end-of'-'command")
    return machine.expect(r"((?:.*\n)*?)(.*)end-of-command", domain=domain, timeout=timeout)[1]


def md5_of(text):
    """The one sum in what md5sum printed."""
    found, = re.findall(r"\b[0-9a-f]{32}\b", text)
    return found


def time_of_sleep(machine, domain, seconds):
    """How far a domain's own clock goes while it sleeps, in hundredths of a second, as /proc has it: as
    fractions, 20.38 is less than 5 after 15.38.  One command, for time leaps while the domain waits."""
    uptime = "cut -d ' ' -f 1 /proc/uptime | tr -d ."
    before, after = run(machine, domain, f"{uptime}; sleep {seconds}; {uptime}").split()
    return int(after) - int(before)
