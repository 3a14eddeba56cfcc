# SPDX-License-Identifier: GPL-2.0-only
"""What runs beside a control loop (tests/guests/rt.c) that has a guarantee, one enemy a case, and how often it has
to do what it does: an enemy that hardly acts proves nothing."""
import dataclasses

ALONE, PREEMPTS = "alone", "preempts"       # which bound holds: the loop has the CPU, or takes it from another


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    domains: tuple = ()     # beside the loop, as in a configuration; {until} is when they may stop, in ms
    rate: float = 0         # how often a virtual second they act together, at the least
    counts: str = r"^acted (\d+) in "       # what says how often; without a group each line counts once
    counted_at: str = ""    # the one who says so, where it is not each of the domains
    loop: str = ""          # more options of the loop
    bound: str = PREEMPTS
    periods: int = 1        # of what the other cases run, so many times
    start: int = 100        # when the loop begins, in ms: the others are at work then
    feed: str = ""          # what is fed from outside meanwhile: "uart", "network"


def enemy(do, memory="16M", options="", name=None, **keys):
    return {"name": name or do.replace("_", "-"), "program": "enemy", "memory": memory,
            "bootargs": f"do={do} until={{until}} {options}".rstrip()} | keys


def one(do, rate, memory="16M", options="", **keys):
    return Case(do, (enemy(do, memory, options),), rate, **keys)


def toolstack(do, rate):
    """A dom0 that does what only a toolstack may."""
    return Case(f"dom0_{do}", (enemy(do, name="dom0", program="enemy_dom0"),), rate)


def several(count, do, memory="16M", options=""):
    return tuple(enemy(do, memory, options, f"e{n}") for n in range(1, count + 1))


def ends(name, do, memory="4M"):
    """A domain that ends as soon as it begins, and is started again."""
    return {"name": name, "program": "nuisance", "memory": memory, "bootargs": f"do={do}", "on_crash": "restart"}


def lives(name, peer):
    return {"name": name, "program": "random_life", "memory": "16M", "on_crash": "restart",
            "bootargs": f"seed=1 sequences=400 until={{until}} peer={peer}"}


def linux(run, **keys):
    """A dom0 that runs this in a shell; $UNTIL is when it may stop, in seconds since it started."""
    return {"name": "dom0", "memory": "96M", "bootargs": "console=hvc0 quiet swiotlb=noforce",
            "run": "UNTIL={until_s}; now() {{ cut -d . -f 1 /proc/uptime; }}; " + run} | keys


FORKS = ("n=0; while [ $(now) -lt $UNTIL ]; do i=0; while [ $i -lt 20 ]; do /bin/true & i=$((i+1)); done; wait; "
         "n=$((n+20)); done; echo; echo acted $n in all")
FLOOD = ("n=0; while [ $(now) -lt $UNTIL ]; do seq 1 100; n=$((n+100)); done; echo; echo acted $n in all")
PACKETS = ("ifconfig eth0 up; while [ $(now) -lt $UNTIL ]; do usleep 20000; done; "
           "echo; echo acted $(cat /sys/class/net/eth0/statistics/rx_packets) in all")

CASES = [
    Case("idle", bound=ALONE),
    Case("busy", bound=ALONE, loop="lead=15"),
    one("hog", 50000),
    one("hog_user", 50000),
    Case("bursts", several(3, "burst"), 300),
    Case("yields", several(2, "yield"), 200000),
    one("map", 10000),
    one("replace", 5000, periods=10),
    one("attributes", 5000),
    one("sections", 50000),
    one("kernel_sections", 50000),
    one("second_level", 15000),
    one("first_level", 20000),
    one("fork", 5000, "32M"),
    one("flush_cache", 50000),
    one("flush_range", 500),
    one("copy_pages", 100000),
    one("balloon", 1000, "32M"),
    one("console", 100),
    one("console_ring", 100),
    one("events_self", 500000),
    Case("events_own", (enemy("events_peer", options="peer=1"),), 100000, loop="ports=2"),
    one("reset_ports", 3000),
    one("poll", 50000),
    Case("timers", several(8, "timer", "8M"), 20000, periods=10),
    one("undefined", 500000),
    one("undefined_kernel", 200000),
    one("abort_user", 500000),
    one("multicall", 2000),
    Case("restarts", (*(ends(f"e{n}", "crash") for n in range(1, 6)), ends("e6", "remember", "32M"),
                      enemy("hog")), 3, r"^domain \d+: destroyed", "hypervisor", periods=10),
    Case("random", (lives("a", 3), lives("b", 2)), 500, r"^lived (\d+) sequences"),
    Case("uart", (enemy("read_console", name="dom0"),), 500, feed="uart", periods=10),
    toolstack("create", 100),
    toolstack("foreign", 50000),
    toolstack("grants", 50000),
    toolstack("copies", 50000),
    toolstack("ask", 100000),
    Case("linux_forks", (linux(FORKS),), 100, start=5000),
    Case("linux_console", (linux(FLOOD),), 100, start=5000),
    Case("network", (linux(PACKETS),), 20, start=5000, feed="network"),
]
# What make test runs, with few periods: each a different part of the hypervisor.
TESTED = ["idle", "hog", "replace", "fork", "timers", "events_own", "uart"]


def case_named(name):
    return next(case for case in CASES if case.name == name)
