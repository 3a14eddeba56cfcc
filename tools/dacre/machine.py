# SPDX-License-Identifier: GPL-2.0-only
"""A board in QEMU with the hypervisor and its guests, watched and typed to on the console."""
import os
import re
import signal
import tempfile
import time

import pexpect

from dacre.streams import HYPERVISOR, Streams

# No display, no monitor; the first serial port is our end of a pseudo-terminal.  A reset ends QEMU:
# the board has no other way to switch itself off.
COMMON = ["-display", "none", "-monitor", "none", "-no-reboot", "-audiodev", "none,id=none",
          "-global", "pl041.audiodev=none",
          "-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"]
NETWORK = ["-nic", "user,restrict=on"]
SWITCH_KEYS = "\x01\x01\x01"
LAST_LINES = 30
# The hypervisor's last words.  It stays stopped, so that they can be read; nothing else will come.
PANIC = r"^PANIC: (?:.*\n)*Stopped\."
# Real seconds until what is waited for counts as hung, on a machine that has much else to do.
PATIENCE = float(os.environ.get("DACRE_PATIENCE", 240))


def icount(shift):
    """Virtual time counts instructions, 2^shift ns each, and runs ahead while the machine sleeps: runs
    repeat, and no idle wait costs real time."""
    return ["-icount", f"shift={shift},sleep=off"]


class MachineError(Exception):
    """Something that was waited for did not come; the text shows what came instead."""


def prefixes(names):
    """The marks that the hypervisor puts before lines (core/console/console.c): by domain id, which is 0 for
    dom0 and counts from 1 in the order of the configuration for the others."""
    domu = [name for name in names if name != "dom0"]
    ids = {"dom0": 0} if "dom0" in names else {}
    ids |= {name: number for number, name in enumerate(domu, 1)}
    return {HYPERVISOR: "(dacre) "} | {name: f"(d{id_}) " for name, id_ in ids.items()}


class Machine:
    """A running QEMU.

    @arguments: those of the image (Image.qemu_arguments()) and whatever the test adds
    @names: the domains' names, in the order in which Ctrl-a x 3 goes round
    @log: file that keeps everything the console printed
    @shift: an instruction takes 2^shift ns of virtual time; None: as fast as it comes
    @echo: called with each piece of output as it comes
    @resets: QEMU's board resets itself, which ends QEMU
    """

    def __init__(self, arguments, names, log, shift=0, echo=None, resets=True):
        command = [*COMMON, *arguments, *([] if shift is None else icount(shift))]
        self.streams = Streams(prefixes(names))
        self.raw = ""
        self.position = {}
        self.log = open(log, "w", encoding="latin-1")
        self.log.write(" ".join(["qemu-system-arm", *command]) + "\n")
        self.echo = echo
        self.resets = resets
        self.may_panic = False      # what is waited for may come after that, or before
        self.ended = False
        # What QEMU itself complains of would stand in the middle of a line of the console.
        self.complaints = tempfile.NamedTemporaryFile("w+", encoding="utf-8", errors="replace")
        self.child = pexpect.spawn("qemu-system-arm", command, encoding="latin-1", echo=False,
                                   timeout=None, preexec_fn=self.complain_elsewhere)
        self.child.delaybeforesend = None

    def complain_elsewhere(self):
        """In QEMU's process, which has nothing but the terminal open."""
        os.dup2(os.open(self.complaints.name, os.O_WRONLY | os.O_APPEND), 2)

    def stream(self, origin):
        return self.raw if origin is None else self.streams.text[origin]

    def pump(self, seconds):
        """Takes in what the console prints within that time; returns when something came."""
        if self.ended:
            time.sleep(min(seconds, 0.05))
            return
        try:
            data = self.child.read_nonblocking(65536, seconds)
        except pexpect.TIMEOUT:
            return
        except pexpect.EOF:
            self.ended = True
            return
        self.raw += data
        self.streams.add(data)
        self.log.write(data)
        self.log.flush()
        if self.echo:
            self.echo(data)

    def find(self, pattern, origin=None):
        """The next match in a stream after the last one found there, or None."""
        found = re.compile(pattern, re.M).search(self.stream(origin), self.position.get(origin, 0))
        if found:
            self.position[origin] = found.end()
        return found

    def expect(self, pattern, domain=None, timeout=PATIENCE):
        """Waits until the console (or one domain's part of it, or HYPERVISOR's) matches @pattern.

        Returns the match; what comes before it is skipped.  @timeout in real seconds.
        """
        return self.expect_any([pattern], domain, timeout)[1]

    def fail_if_stopped(self):
        """Nobody need wait for a hypervisor that has stopped."""
        if not self.may_panic and re.search(PANIC, self.stream(HYPERVISOR), re.M):
            self.fail("the hypervisor has stopped", HYPERVISOR)

    def expect_any(self, patterns, domain=None, timeout=PATIENCE):
        """As expect(), for the first of several patterns: returns (its index, the match)."""
        end = time.monotonic() + timeout
        while True:
            for index, pattern in enumerate(patterns):
                found = self.find(pattern, domain)
                if found:
                    return index, found
            self.fail_if_stopped()
            if self.ended:
                self.fail(f"QEMU ended before {' or '.join(patterns)}", domain)
            left = end - time.monotonic()
            if left <= 0:
                self.fail(f"{' or '.join(patterns)} did not come in {timeout} s", domain)
            self.pump(min(left, 1))

    def wait_end(self, timeout=PATIENCE):
        """Waits until QEMU ends by itself, which is what a reset of the board does, or until the
        hypervisor is about to reset a board on which that has no effect in QEMU."""
        end = time.monotonic() + timeout
        if not self.resets:
            self.expect(r"dom0 has shut down: resetting the board", HYPERVISOR, timeout)
            self.close()
        while not self.ended:
            self.fail_if_stopped()
            if time.monotonic() > end:
                self.fail(f"the board did not stop within {timeout} s", None)
            self.pump(1)
        self.close()

    def send(self, text):
        self.child.send(text)

    def send_line(self, text=""):
        self.child.send(text + "\n")

    def switch_input(self, domain):
        """Ctrl-a three times, until the input goes to @domain; returns how often that was."""
        for count in range(1, len(self.streams.text) + 1):
            self.child.send(SWITCH_KEYS)
            found = self.expect(r"console input: (?:d\d+ )?(\S+).*\n", HYPERVISOR)
            if found[1] == domain:
                return count
        return self.fail(f"the input does not go to {domain}", HYPERVISOR)

    def fail(self, what, domain):
        where = "" if domain is None else f" from {domain}"
        last = "\n".join(self.stream(domain).splitlines()[-LAST_LINES:])
        raise MachineError(f"{what}{where}; the last lines{where}:\n{last}\n{self.said_by_qemu()}"
                           f"(log: {self.log.name})")

    def said_by_qemu(self):
        """The last lines of QEMU's own messages, or nothing."""
        self.complaints.seek(0)
        return "".join(self.complaints.readlines()[-LAST_LINES:])

    def end(self):
        """As close(), but QEMU ends by itself, so that a plugin writes what it has."""
        if not self.ended:
            self.child.kill(signal.SIGTERM)
        latest = time.monotonic() + PATIENCE
        while not self.ended and time.monotonic() < latest:
            self.pump(1)
        self.close()

    def close(self):
        """Ends QEMU, and returns when it is gone, however long that takes on a busy machine."""
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.ptyproc.delayafterclose = 0
        self.child.close()
        self.ended = True
        self.log.close()


def expect_all(waits, timeout=PATIENCE):
    """Machine.expect() for several at once: @waits has (machine, pattern, domain).  All consoles are read
    meanwhile: a machine stops once it has printed 8 KiB that nobody took."""
    end = time.monotonic() + timeout
    machines = {machine for machine, _, _ in waits}
    while waits := [(machine, pattern, domain) for machine, pattern, domain in waits
                    if not machine.find(pattern, domain)]:
        late, pattern, domain = waits[0]
        for machine in machines:
            machine.fail_if_stopped()
        if late.ended or time.monotonic() > end:
            late.fail(f"QEMU ended before {pattern}" if late.ended
                      else f"{pattern} did not come in {timeout} s", domain)
        for machine in machines:
            machine.pump(0.1)
