# SPDX-License-Identifier: GPL-2.0-only
"""Several control loops at once: up to the bound of admission, and beside one that overruns its budget."""
import dataclasses

from dacre import UserError
from dacre.rt import PATIENCE, PATIENCE_FOR_1000, RESULT, Feed, check_well, numbers, start_machine, wait
from dacre.rt_cases import enemy

# Coprime, in microseconds, so that in time every constellation of releases comes.
PERIODS_US = [500, 701, 1103, 1901, 3109, 5303, 11299, 19997]
SHARE = 0.114           # of the CPU that each of them asks for: nearly all that admission gives away
# What a period takes besides the loop's work: its handler and its calls, a generous count of microseconds.
HANDLER_US = 7
START_MS = 200


@dataclasses.dataclass(frozen=True)
class Member:
    """One of the loops."""
    name: str
    period_us: int
    budget_us: int
    work_us: int
    extratime: bool = False

    def domain(self, length_ms):
        periods = length_ms * 1000 // self.period_us
        return {"name": self.name, "program": "rt", "memory": "4M",
                "bootargs": f"n={periods} period={self.period_us} work={self.work_us} start={START_MS}",
                "rt": {"period_us": self.period_us, "budget_us": self.budget_us, "extratime": self.extratime}}


@dataclasses.dataclass(frozen=True)
class Set:
    name: str
    members: tuple
    may_miss: tuple = ()    # those that ask for more than their budget


def full_set():
    members = [Member(f"t{period}", period, round(SHARE * period), round(SHARE * period) - HANDLER_US)
               for period in PERIODS_US]
    return Set("utilisation", tuple(members))


def overrun_set(extratime):
    return Set("overrun_extratime" if extratime else "overrun",
               (Member("good", 700, 200, 200 - HANDLER_US), Member("greedy", 1000, 300, 2000, extratime),
                Member("other", 1900, 500, 500 - HANDLER_US)), ("greedy",))


SETS = [full_set(), overrun_set(False), overrun_set(True)]
HOSTILE = ["hog", "replace", "timer"]


def length_of(periods, members):
    """How many milliseconds it takes until all members together have had so many periods."""
    return round(periods / sum(1000 / member.period_us for member in members)) + 1


def configuration(one, length_ms):
    domains = [member.domain(length_ms) for member in one.members]
    for do in HOSTILE:
        domain = enemy(do)
        domains.append(domain | {"bootargs": domain["bootargs"].format(until=START_MS + length_ms)})
    return {"domu": domains}


def run(board, one, periods):
    """{"n", "missed", "members": {name: figures}}; "missed" counts those that keep to their budgets."""
    length_ms = length_of(periods, one.members)
    machine = start_machine(board, one.name, configuration(one, length_ms))
    seconds = PATIENCE + PATIENCE_FOR_1000 * periods / 1000
    try:
        # One that asks for twice its budget is not done when the others are.
        kept = [member for member in one.members if member.name not in one.may_miss]
        members = {member.name: numbers(wait(machine, RESULT, member.name, Feed(""), seconds)[1]) for member in kept}
        check_well(machine, one.name)
    finally:
        machine.close()
    missed = sum(figures["missed"] for figures in members.values())
    return {"n": sum(figures["n"] for figures in members.values()), "missed": missed, "members": members}


def check(one, figures):
    if figures["missed"]:
        raise UserError(f"{one.name}: {figures['missed']} of {figures['n']} periods were missed")
