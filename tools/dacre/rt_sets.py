# SPDX-License-Identifier: GPL-2.0-only
"""Several control loops at once: up to the bound of admission, and beside one that overruns its budget."""
import dataclasses

from dacre import UserError
from dacre.machine import MachineError
from dacre.rt import PATIENCE, PATIENCE_FOR_1000, RESULT, Feed, check_well, numbers, start_machine, wait
from dacre.rt_cases import enemy

# Coprime, in microseconds, so that in time every constellation of releases comes.
PERIODS_US = [500, 701, 1103, 1901, 3109, 5303, 11299, 19997]
SHARE = 0.114           # of the CPU that each of them asks for: nearly all that admission gives away
# What a budget pays besides the loop's work, in generous microseconds: the handler, its calls and an interrupt for each
# of the others, whose releases may all fall into one period; and for each time that a loop with a shorter
# period preempts it, an interrupt and a switch.
HANDLER_US, PREEMPTED_US = 12, 1.7
START_MS, REPORT_MS = 200, 50


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
                "bootargs": f"n={periods} period={self.period_us} work={self.work_us} start={START_MS} "
                            f"report={START_MS + length_ms + REPORT_MS}",
                "rt": {"period_us": self.period_us, "budget_us": self.budget_us, "extratime": self.extratime}}


@dataclasses.dataclass(frozen=True)
class Set:
    name: str
    members: tuple
    may_miss: tuple = ()    # those that ask for more than their budget


def work_of(period_us, budget_us):
    """What is left of a budget for the work itself, among PERIODS_US."""
    preempted = sum(period_us / shorter + 1 for shorter in PERIODS_US if shorter < period_us)
    return budget_us - HANDLER_US - round(preempted * PREEMPTED_US)


def full_set():
    budgets = {period: round(SHARE * period) for period in PERIODS_US}
    return Set("utilisation", tuple(Member(f"t{period}", period, budget, work_of(period, budget))
                                    for period, budget in budgets.items()))


def overrun_set(extratime):
    return Set("overrun_extratime" if extratime else "overrun",
               (Member("good", 700, 200, 200 - HANDLER_US), Member("greedy", 1000, 300, 2000, extratime),
                Member("other", 1900, 500, 500 - 2 * HANDLER_US)), ("greedy",))


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


def result_of(machine, one, periods):
    """Waits for the figures of a machine that runs the set: {"n", "missed", "members": {name: figures}}, without those
    that ask for more than their budget and so are not done when the others are."""
    seconds = PATIENCE + PATIENCE_FOR_1000 * periods / 1000
    kept = [member.name for member in one.members if member.name not in one.may_miss]
    members = {name: numbers(wait(machine, RESULT, name, Feed(""), seconds)[1]) for name in kept}
    check_well(machine, one.name)
    return {"n": sum(figures["n"] for figures in members.values()),
            "missed": sum(figures["missed"] for figures in members.values()), "members": members}


def run(board, one, periods):
    """The figures of a set on a board, as result_of()."""
    machine = start_machine(board, one.name, configuration(one, length_of(periods, one.members)))
    try:
        return result_of(machine, one, periods)
    except MachineError as error:
        raise UserError(f"{one.name}: {error}") from None
    finally:
        machine.close()
