#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the CPUs of a machine say to each other, in all orders in which it can happen (weak.py): with every barrier
and event in its place nothing goes wrong, and without any one of them something does.  QEMU on a PC reorders
less than ARM cores may, so that no run there would show it.

usage: cpus.py      a line each; fails if a model does not do as it must
"""
import sys

from weak import explore

BARRIER = ("barrier",)


class Model:
    """@parts: names of what may be left out; program(left_out) gives threads, memory and what is bad."""

    def __init__(self, name, parts, program):
        self.name, self.parts, self.program = name, parts, program


def without(part, left_out, *steps):
    return [] if part == left_out else list(steps)


def lock(left_out, tag):
    """arch_spin_lock(), arch_lock_wait(): several/arch/lock.h."""
    return [("rmw", "next", "mine", lambda ticket: ticket + 1),
            f"{tag} look",
            ("load", "serving", "now"),
            ("if", lambda r: r["now"] == r["mine"], f"{tag} have"),
            ("wfe",),
            ("if", lambda r: True, f"{tag} look"),
            f"{tag} have",
            *without("DMB after a lock is taken", left_out, BARRIER)]


def unlock(left_out):
    return [*without("DMB before a lock is released", left_out, BARRIER),
            ("store", "serving", lambda r: r["mine"] + 1),
            *without("DSB between the release and SEV", left_out, BARRIER),
            *without("SEV", left_out, ("sev",))]


def ticket_lock(left_out):
    def count(tag):
        return [*lock(left_out, tag), ("load", "count", "n"), ("store", "count", lambda r: r["n"] + 1), *unlock(left_out)]
    return ([count("a"), count("b")], {"next": 0, "serving": 0, "count": 0},
            lambda memory, ended, regs: not ended or memory["count"] != 2)


def pen(*asleep):
    """Of the boot loader; the register with the entry is a device's, read in order.  What the boot prepared is read then."""
    return ["sleep", *asleep, BARRIER, ("load", "flags", "entry"), ("if", lambda r: r["entry"] == 0, "sleep"),
            BARRIER, ("load", "table", "table"), ("store", "up", lambda r: r["table"])]


def start(left_out):
    """cpus_start(): the pen sleeps until an interrupt comes and the entry is not 0."""
    boot = [("store", "table", 1), BARRIER, ("store", "flags", 1),
            *without("DMB between the entry and the interrupt", left_out, BARRIER),
            *without("the interrupt", left_out, ("ipi", 1))]
    return ([boot, pen(("wfi",), ("ack",))], {"table": 0, "flags": 0, "up": 0},
            lambda memory, ended, regs: not ended or memory["up"] != 1)


def early(left_out):
    """The same, when something else wakes the pen meanwhile."""
    boot = [("store", "table", 1), *without("the table is in memory before the entry is", left_out, BARRIER),
            ("store", "flags", 1)]
    return [boot, pen()], {"table": 0, "flags": 0, "up": 0}, lambda memory, ended, regs: not ended or memory["up"] != 1


def came(left_out):
    """cpu_set_up(): who sees that a CPU is up finds what that has set up (its interface, targets_of)."""
    secondary = [("store", "targets", 4),
                 *without("DMB before a CPU is up", left_out, BARRIER),
                 ("rmw", "up", "was", lambda up: 1)]
    boot = ["wait", ("load", "up", "up"), ("if", lambda r: r["up"] == 0, "wait"),
            *without("DMB before what it set up is used", left_out, BARRIER),
            ("load", "targets", "targets")]
    return ([boot, secondary], {"targets": 0, "up": 0},
            lambda memory, ended, regs: not ended or regs[0]["targets"] != 4)


def stop(left_out):
    """arch_cpu_stop_others(): one CPU sleeps, one waits for a lock whose holder panics.  WFE does not end by an interrupt
    that is masked."""
    panicking = [("store", "stopper", 1),
                 *without("DSB before the others are told to stop", left_out, BARRIER),
                 *without("SEV for those that wait for a lock", left_out, ("sev",)),
                 *without("an interrupt for those that sleep", left_out, ("ipi", 1))]
    asleep = ["sleep", ("wfi",), ("ack",), *without("DMB after an interrupt is acknowledged", left_out, BARRIER),
              ("load", "stopper", "s"), ("if", lambda r: r["s"] == 0, "sleep"),
              ("store", "stopped 1", 1)]
    waiting = ["wait", ("load", "stopper", "s"), ("if", lambda r: r["s"] == 1, "stop"), ("wfe",),
               ("if", lambda r: True, "wait"), "stop", ("store", "stopped 2", 1)]
    return ([panicking, asleep, waiting], {"stopper": 0, "stopped 1": 0, "stopped 2": 0},
            lambda memory, ended, regs: not ended)


def wake_up(left_out):
    """event_set_pending() and sched_block(): the sender sets the bit, then looks whether the vCPU is blocked; the vCPU
    blocks, then looks for the bit once more.  Both under the run queue's lock where they change its state, here one step."""
    sender = [("store", "pending", 1),
              *without("DMB between an event and the look at its vCPU", left_out, BARRIER),
              ("load", "blocked", "b"),
              ("if", lambda r: r["b"] == 0, "done"),
              ("rmw", "blocked", "was", lambda b: 0), "done"]
    blocker = [("rmw", "blocked", "was", lambda b: 1),
               *without("DMB between blocking and the second look", left_out, BARRIER),
               ("load", "pending", "p"),
               ("if", lambda r: r["p"] == 0, "sleep"),
               ("rmw", "blocked", "was", lambda b: 0), "sleep"]
    return ([sender, blocker], {"pending": 0, "blocked": 0},
            lambda memory, ended, regs: memory["pending"] == 1 and memory["blocked"] == 1)


def remote(left_out):
    """remote_do() on a core without broadcast, v6mp/remote.c: one CPU sleeps, or runs a guest, one waits for the lock that
    the asker holds, with interrupts masked.  What each reads of the table after its answer is new.  The asker spins; here
    it sleeps until an answer comes, so that a run that hangs ends."""
    def answer(name, *otherwise):
        return [("load", f"asked {name}", "asked"), ("if", lambda r: r["asked"] == 0, f"nothing {name}"),
                *without("DMB between the request and what is done for it", left_out, BARRIER),
                ("load", "table", "seen"), BARRIER, ("store", f"answered {name}", 1), BARRIER, ("ipi", 0),
                ("if", lambda r: True, f"end {name}"), f"nothing {name}", *otherwise, f"end {name}"]

    def wait(name):
        return [f"wait {name}", ("load", f"answered {name}", name), ("if", lambda r: r[name] == 1, f"has {name}"),
                ("wfi",), ("ack",), BARRIER, ("if", lambda r: True, f"wait {name}"), f"has {name}"]
    asker = [("store", "table", 1),
             *without("DMB between the change and the request", left_out, BARRIER),
             ("store", "asked 1", 1), ("store", "asked 2", 1),
             *without("DSB before those that are asked are told", left_out, BARRIER),
             *without("SEV for those that wait for a lock", left_out, ("sev",)),
             *without("an interrupt for those that sleep or run", left_out, ("ipi", 1)),
             *wait("1"), *wait("2")]
    asleep = ["sleep", ("wfi",), ("ack",), BARRIER, *answer("1", ("if", lambda r: True, "sleep"))]
    waiting = ["look", *without("the look while a lock is waited for", left_out, *answer("2")),
               ("load", "answered 2", "done"), ("if", lambda r: r["done"] == 1, "over"), ("wfe",),
               ("if", lambda r: True, "look"), "over"]
    return ([asker, asleep, waiting], {"table": 0, "asked 1": 0, "asked 2": 0, "answered 1": 0, "answered 2": 0},
            lambda memory, ended, regs: not ended or regs[1]["seen"] != 1 or regs[2]["seen"] != 1)


MODELS = [
    Model("ticket lock", ["DMB after a lock is taken", "DMB before a lock is released",
                          "DSB between the release and SEV", "SEV"], ticket_lock),
    Model("start", ["DMB between the entry and the interrupt", "the interrupt"], start),
    Model("start of one awake", ["the table is in memory before the entry is"], early),
    Model("a CPU is up", ["DMB before a CPU is up", "DMB before what it set up is used"], came),
    Model("stop", ["DSB before the others are told to stop", "SEV for those that wait for a lock",
                   "DMB after an interrupt is acknowledged", "an interrupt for those that sleep"], stop),
    Model("maintenance by others", ["DMB between the change and the request", "DSB before those that are asked are told",
                                    "SEV for those that wait for a lock", "an interrupt for those that sleep or run",
                                    "the look while a lock is waited for",
                                    "DMB between the request and what is done for it"], remote),
    Model("wake-up", ["DMB between an event and the look at its vCPU", "DMB between blocking and the second look"], wake_up),
]


def main():
    failures = 0
    for model in MODELS:
        for left_out in (None, *model.parts):
            states, bad = explore(*model.program(left_out))
            right = bad == (left_out is not None)
            failures += not right
            print(f"{'ok' if right else 'WRONG':5} {model.name},", f"without {left_out}:" if left_out else "as it is:",
                  "fails" if bad else "holds", f"({states} states)")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
