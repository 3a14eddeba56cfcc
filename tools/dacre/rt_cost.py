# SPDX-License-Identifier: GPL-2.0-only
"""What admission has to know of a board, measured: what a vCPU with a guarantee takes besides its budget in each
period, and how long others keep it waiting.

A guest that always uses its budget up runs beside a hog.  What the hog loses in a period, less the budget, is what the
hypervisor took for it: the interrupts and switches of its release and of its budget's end.  What it overran in one
period comes off the next, so that it is not in this average."""
import re

from dacre import UserError
from dacre.machine import MachineError
from dacre.rt import PATIENCE, Feed, check_well, start_machine, wait
from dacre.rt_cases import PREEMPTS, case_named, enemy

NAME = "admission"
PERIOD_US, BUDGET_US, UNTIL_MS = 100, 40, 4000
GREEDY = {"name": "greedy", "program": "rt", "memory": "8M",
          "bootargs": f"n=1 period={PERIOD_US} work={2000 * UNTIL_MS} start=10",
          "rt": {"period_us": PERIOD_US, "budget_us": BUDGET_US}}


def hog_rate(board, name, others):
    """How often a millisecond the hog goes round."""
    hog = enemy("hog")
    hog["bootargs"] = hog["bootargs"].format(until=UNTIL_MS)
    machine = start_machine(board, name, {"domu": [hog, *others]})
    try:
        found = wait(machine, r"^acted (\d+) in (\d+) ms", "hog", Feed(""), PATIENCE)
        check_well(machine, name)
        return int(found[1]) / int(found[2])
    except MachineError as error:
        raise UserError(f"{name}: {error}") from None
    finally:
        machine.close()


def besides_budget(board):
    """Instructions of a period that neither the budget nor the hog has."""
    lost = 1 - hog_rate(board, "cost", [GREEDY]) / hog_rate(board, "cost_alone", [])
    return round(lost * PERIOD_US * 1000 - BUDGET_US * 1000)


def is_of_others(name):
    """Is what is late there late by nothing that the loop itself does?"""
    case = case_named(name)
    return case.bound == PREEMPTS and not case.loop


def longest_wait(cases):
    """How much later than beside a hog, which makes nobody wait, the loop was at the most."""
    good = {name: figures for name, figures in cases.items() if "error" not in figures}
    return max(f["max"] for name, f in good.items() if is_of_others(name)) - good["hog"]["min"]


def in_tree(board, name):
    return int(re.search(rf"dacre,rt-{name}-ns = <(\d+)>", board.tree.read_text())[1])


def run(board, cases):
    """{"besides_budget", "stretch", "cost", "tree_cost", "tree_stretch", "missed"}: missed is 1 if the board's tree says
    less than was measured."""
    besides, stretch = besides_budget(board), longest_wait(cases)
    figures = {"besides_budget": besides, "stretch": stretch, "cost": besides + stretch,
               "tree_cost": in_tree(board, "cost"), "tree_stretch": in_tree(board, "stretch")}
    return figures | {"missed": int(figures["cost"] > figures["tree_cost"] or stretch > figures["tree_stretch"])}
