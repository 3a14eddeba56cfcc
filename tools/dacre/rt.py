# SPDX-License-Identifier: GPL-2.0-only
"""A control loop beside its enemies: what is started for a case, and what came of it."""
import dataclasses
import re
import select
import socket
import time

from dacre import BUILD, UserError
from dacre.config import name_domains, read_config
from dacre.image import make_image
from dacre.machine import Machine, MachineError
from dacre.streams import HYPERVISOR

PERIOD_US, BUDGET_US, WORK_US = 125, 40, 10
CLASSES = ["rt", "fair"]
# Real seconds for a case, and for each thousand periods more.
PATIENCE, PATIENCE_FOR_1000 = 300, 120
RESULT = r"^rt (n=\d+ .*)\n"
# What a guest says that is not well, and the hypervisor of one.
FAILED = r"^FAIL .*|^\S+\.c:\d+: .*|^Domain .*: not .*|^PANIC.*"


@dataclasses.dataclass(frozen=True)
class Loop:
    """The control loop's part of all cases of a run."""
    periods: int
    period_us: int = PERIOD_US
    budget_us: int = BUDGET_US
    work_us: int = WORK_US
    is_rt: bool = True

    def domain(self, case):
        """The loop's domain, which is the first."""
        options = f"n={self.periods_of(case)} period={self.period_us} work={self.work_us} start={case.start}"
        parameters = {"period_us": self.period_us, "budget_us": self.budget_us, "defer_events": True}
        return {"name": "rt", "program": "rt", "memory": "8M", "bootargs": f"{options} {case.loop}".rstrip()} \
            | ({"rt": parameters} if self.is_rt else {"weight": 65535})

    def periods_of(self, case):
        return self.periods * case.periods

    def end_ms(self, case):
        return case.start + self.periods_of(case) * self.period_us // 1000


def configuration(case, loop):
    """A case's configuration, where a domain names a bare-metal guest as "program", or nothing for Linux."""
    until = loop.end_ms(case)

    def told(domain):
        words = {"until": until, "until_s": until // 1000 + 1}
        return {key: value.format(**words) if key in ("bootargs", "run") else value
                for key, value in domain.items()}

    domains = [told(domain) for domain in case.domains]
    config = {"domu": [loop.domain(case), *(d for d in domains if d["name"] != "dom0")]}
    for domain in domains:
        if domain["name"] == "dom0":
            config["dom0"] = {key: value for key, value in domain.items() if key != "name"}
    return config


def with_files(config, board):
    def files(domain):
        program = domain.get("program")
        own = {"kernel": str(board.guest(program))} if program else \
            {"kernel": str(board.linux()), "ramdisk": [str(BUILD / "userland" / "base.cpio.gz")]}
        return own | {key: value for key, value in domain.items() if key != "program"}
    return {key: files(value) if key == "dom0" else [files(d) for d in value] for key, value in config.items()}


class Feed:
    """What comes from outside while a case runs.  .options: QEMU's, for it."""

    def __init__(self, kind):
        self.kind, self.options = kind, ["-nic", "none"]
        if kind == "network":
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind(("127.0.0.1", 0))
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
                free.bind(("127.0.0.1", 0))
                self.target = free.getsockname()
            own = self.socket.getsockname()
            self.options = ["-nic", f"socket,udp=127.0.0.1:{own[1]},localaddr=127.0.0.1:{self.target[1]}"]

    def give(self, machine):
        if self.kind == "uart" and machine.raw:
            # Not before QEMU reads it: that would wait there for ever.  As much as has room, so that there is more.
            while select.select([], [machine.child.child_fd], [], 0)[1]:
                machine.send("typed without end " * 3 + "\n")
        elif self.kind == "network":
            broadcast = b"\xff" * 6 + b"\x02\0\0\0\0\x01" + b"\x08\x06" + bytes(50)
            for _ in range(8):
                self.socket.sendto(broadcast, self.target)


def numbers(text):
    return {key: int(value) for key, value in re.findall(r"(\w+)=(\d+)", text)}


def acts(machine, case):
    """How often the enemies said that they acted."""
    names = [case.counted_at] if case.counted_at else [d["name"] for d in case.domains]
    found = [re.findall(case.counts, machine.stream(name), re.M) for name in names]
    return sum(int(n) if n.isdigit() else 1 for of_name in found for n in of_name)


def wait(machine, pattern, domain, feed, seconds):
    """Machine.expect() with what is fed meanwhile."""
    end = time.monotonic() + seconds
    while not (found := machine.find(pattern, domain)):
        if machine.ended:
            machine.fail(f"QEMU ended before {pattern}", domain)
        if time.monotonic() > end:
            machine.fail(f"{pattern} did not come in {seconds:.0f} s", domain)
        machine.fail_if_stopped()
        machine.pump(0.02 if feed.kind else 1)
        feed.give(machine)
    return found


def wait_for_counts(machine, case, feed):
    """Each enemy that has not said yet how often it acted does so soon after the loop's end."""
    if not case.counted_at and case.counts.startswith("^acted"):
        for domain in case.domains:
            wait(machine, case.counts, domain["name"], feed, PATIENCE)


def check_well(machine, name):
    for origin, text in machine.streams.text.items():
        if bad := re.search(FAILED, text, re.M):
            raise UserError(f"{name}: {origin} says '{bad[0]}'; see {machine.log.name}")


def result_of(machine, case, loop, feed=None):
    """Waits for the figures of a machine that runs the case: {"n", "min", "median", "p999", "max", "missed"}, and
    "acts", how often the enemies acted a second.  UserError: something failed, or they hardly acted."""
    feed = feed or Feed("")
    periods = loop.periods_of(case)
    found = wait(machine, RESULT, "rt", feed, PATIENCE + PATIENCE_FOR_1000 * periods / 1000)
    wait_for_counts(machine, case, feed)
    check_well(machine, case.name)
    result = numbers(found[1])
    seconds = periods * loop.period_us / 1e6
    result["acts"] = round(acts(machine, case) / seconds)
    if result["acts"] < case.rate:
        raise UserError(f"{case.name}: the enemy acted {result['acts']} times a second, not {case.rate:g}; "
                        f"see {machine.log.name}")
    return result


def directory_of(board, name):
    directory = BUILD / "rt" / board.name / name
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def start_machine(board, name, config, options=("-nic", "none")):
    """A machine with that configuration; its console is in build/rt/<board>/<name>/."""
    directory = directory_of(board, name)
    full = name_domains(read_config(with_files(config, board), f"rt-{name}"))
    image = make_image(full, board, directory)
    return Machine([*image.qemu_arguments(), *options], [d.name for d in full.domains], directory / "console.log")


def run(board, case, loop, plugin=()):
    """The figures of a case on a board, as result_of()."""
    feed = Feed(case.feed)
    machine = start_machine(board, case.name, configuration(case, loop), [*feed.options, *plugin])
    try:
        return result_of(machine, case, loop, feed)
    except MachineError as error:
        raise UserError(f"{case.name}: {error}") from None
    finally:
        machine.end() if plugin else machine.close()
