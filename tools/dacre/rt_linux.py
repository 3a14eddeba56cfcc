# SPDX-License-Identifier: GPL-2.0-only
"""cyclictest in a Linux domU that has a guarantee, beside a dom0 that starts processes and floods its console."""
import re

from dacre import UserError
from dacre.machine import MachineError
from dacre.rt import PATIENCE, PATIENCE_FOR_1000, Feed, start_machine, wait

NAME = "cyclictest"
BOUND_US = 50
PERIOD_US, BUDGET_US = 1000, 600
STORM = ("while :; do i=0; while [ $i -lt 20 ]; do /bin/true & i=$((i+1)); done; wait; seq 1 20; "
         "echo; echo forked 20; done")
ENDED = r"^run: \S+ ended with status (\d+)"
# Beside each thousand periods; the storm begins long before cyclictest does.
FORKS_PER_1000 = 200


def configuration(periods):
    return {"dom0": {"memory": "64M", "bootargs": "console=hvc0 quiet swiotlb=noforce", "run": STORM},
            "domu": [{"name": "cyc", "memory": "128M", "bootargs": "console=hvc0 quiet", "packages": ["rt-tests"],
                      "run": f"cyclictest -p 90 -i {PERIOD_US} -l {periods} -q -h {BOUND_US + 1} -m",
                      "rt": {"period_us": PERIOD_US, "budget_us": BUDGET_US, "extratime": True}}]}


def figure(text, name):
    found = re.search(rf"^# {name}: 0*(\d+)", text, re.M)
    if not found:
        raise UserError(f"{NAME}: there is no '{name}' in what it printed")
    return int(found[1])


def result_of(machine, periods):
    """Waits for the figures: {"n", "min", "average", "max", in us, "missed": those above the bound, "forks"}."""
    found = wait(machine, ENDED, "cyc", Feed(""), 2 * PATIENCE + PATIENCE_FOR_1000 * periods / 1000)
    text, forks = machine.stream("cyc"), 20 * len(re.findall(r"^forked", machine.stream("dom0"), re.M))
    if found[1] != "0":
        raise UserError(f"{NAME} ended with status {found[1]}; see {machine.log.name}")
    if forks * 1000 < FORKS_PER_1000 * periods:
        raise UserError(f"{NAME}: dom0 started only {forks} processes; see {machine.log.name}")
    return {"n": figure(text, "Total"), "min": figure(text, "Min Latencies"), "average": figure(text, "Avg Latencies"),
            "max": figure(text, "Max Latencies"), "missed": figure(text, "Histogram Overflows"), "forks": forks}


def run(board, periods):
    machine = start_machine(board, NAME, configuration(periods))
    try:
        return result_of(machine, periods)
    except MachineError as error:
        raise UserError(f"{NAME}: {error}") from None
    finally:
        machine.close()
