# SPDX-License-Identifier: GPL-2.0-only
"""A configuration that runs without a terminal: until every domain has ended, and what is said about each.

A domain does what the configuration says.  Where it says nothing, it shows what it is, works a little and stops
(tools/userland/sessions/demo).
"""
import re
import sys
import time

from dacre import BUILD, UserError
from dacre.machine import NETWORK, Machine, MachineError
from dacre.streams import HYPERVISOR

STAGE_SECONDS = 300
SENTENCE_SECONDS = 1
LAST_LINES = 20
# Whole lines: what comes may be half of one.
FAILURE = r"^.*(?:demo: \S+ failed|Kernel panic|init: there is no session|run: \S+ ended with status [1-9]).*\n"
# What each domain with the demonstration has to do, in this order; the words for it; how that shows.
STAGES = [("start its kernel", "started its kernel", r"Linux version"),
          ("reach userland", "reached userland", r"init: this is"),
          ("finish its work", "finished its work", r"demo: \S+ is done"),
          ("stop", "stops", r"init: \S+ stops")]
WORK_OF_ITS_OWN = r"\b(dacre\.session|rdinit|init)="
OUR_USERLAND = "base.cpio.gz"
WAITS_FOR_KEY = r"init: press Enter to stop dom0"


def has_own_work(domain):
    """Does the configuration say what @domain does?"""
    return bool(domain.run or re.search(WORK_OF_ITS_OWN, domain.bootargs)
                or OUR_USERLAND not in [part.name for part in domain.ramdisk])


def give_work(config):
    """Has the domains of which the configuration says nothing do the demonstration; returns their names."""
    idle = [domain for domain in config.domains if not has_own_work(domain)]
    for domain in idle:
        domain.bootargs += " dacre.session=demo"
    return [domain.name for domain in idle]


def show(data):
    sys.stdout.write(data.replace("\r", ""))
    sys.stdout.flush()


def note(text):
    print(f"\n== run: {text}", flush=True)


class Session:
    """@demo: the names of the domains with the demonstration."""

    def __init__(self, config, machine, demo):
        self.config, self.machine, self.demo = config, machine, demo

    def run(self):
        """All domains side by side; dom0, whose end stops the board, last."""
        domains = self.config.domu + ([self.config.dom0] if self.config.dom0 else [])
        for stage in STAGES[:-1]:
            for domain in domains:
                if domain.name in self.demo:
                    self.pass_stage(domain, stage)
        for domain in self.config.domu:
            self.finish_domu(domain)
        if self.config.dom0:
            self.finish_dom0(self.config.dom0)
        note(f"all of {', '.join(d.name for d in self.config.domains)} worked and stopped")

    def finish_domu(self, domain):
        if domain.name in self.demo:
            self.pass_stage(domain, STAGES[-1])
            return
        self.wait_own(domain, lambda: "poweroff" in self.ends_of(domain))
        if "poweroff" not in self.ends_of(domain):
            raise UserError(f"{domain.name} had not stopped when the board did (log: {self.machine.log.name})")
        note(f"{domain.name} has stopped")

    def finish_dom0(self, dom0):
        """A session of Dacre's userland waits for a key, so that dom0 does not take the others with it."""
        if dom0.name not in self.demo:
            self.wait_own(dom0, lambda: self.ends_of(dom0) or
                          re.search(WAITS_FOR_KEY, self.machine.stream(dom0.name)))
        if not self.machine.ended:
            self.machine.send_line()
        if dom0.name in self.demo:
            self.pass_stage(dom0, STAGES[-1])
        self.machine.wait_end()

    def pass_stage(self, domain, stage):
        """Waits for one stage of a demonstration, or until a domain has failed."""
        what, done, pattern = stage
        latest = time.monotonic() + STAGE_SECONDS
        while not self.machine.find(pattern, domain.name):
            self.say_who()
            self.machine.fail_if_stopped()
            if self.machine.ended:
                self.fail(domain, f"did not {what} before the board stopped")
            if time.monotonic() > latest:
                self.fail(domain, f"did not {what} in {STAGE_SECONDS} s")
            self.machine.pump(1)
        self.say_who()
        note(f"{domain.name} {done}")

    def wait_own(self, domain, done):
        """Waits until @done(), without a limit: what the domain does is the user's affair."""
        while not (done() or self.machine.ended):
            self.say_who()
            self.machine.fail_if_stopped()
            self.machine.pump(1)
        self.say_who()

    def say_who(self):
        """Raises what a domain says itself to have gone wrong, or what the hypervisor says of it."""
        for domain in self.config.domains:
            text = self.machine.stream(domain.name)
            failure = re.search(FAILURE, text, re.M)
            if failure and domain.name in self.demo:
                stage = next(what for what, _, pattern in STAGES if not re.search(pattern, text))
                self.fail(domain, f"did not {stage}")
            if failure:
                self.fail(domain, f"failed: {failure[0].strip()}")
            if "crash" in self.ends_of(domain) and not domain.on_crash:
                self.fail(domain, "has crashed", HYPERVISOR)
            if self.was_left_out(domain):
                self.fail(domain, "was not started, see above")

    def was_left_out(self, domain):
        """While others run, that is: if none can be started the hypervisor stops, and says so."""
        text = self.machine.stream(HYPERVISOR)
        return re.search(rf"Domain {re.escape(domain.name)} cannot be ", text) and re.search(r"Domain \d+ \(", text)

    def fail(self, domain, what, witness=None):
        """@witness: whose last lines say more, if not the domain's own."""
        self.hear_out()
        last = "\n".join(self.machine.stream(witness or domain.name).splitlines()[-LAST_LINES:])
        whose = "the hypervisor's" if witness else "its"
        raise UserError(f"{domain.name} {what}; {whose} last lines:\n{last}\n(log: {self.machine.log.name})")

    def hear_out(self):
        """Takes in the rest of what is just being said."""
        end = time.monotonic() + SENTENCE_SECONDS
        while not self.machine.ended and time.monotonic() < end:
            self.machine.pump(SENTENCE_SECONDS)

    def ends_of(self, domain):
        """How the domain has ended so far, poweroff, reboot or crash: several if it was started again."""
        return re.findall(rf"domain \d+ \({re.escape(domain.name)}\): shutdown, (\w+)",
                          self.machine.stream(HYPERVISOR))


def run_session(config, image, demo, options=()):
    """@options: further ones of QEMU's."""
    log = BUILD / "run" / f"{config.name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    machine = Machine([*image.qemu_arguments(), *NETWORK, *options], [d.name for d in config.domains], log, echo=show,
                      resets=image.board.resets)
    try:
        Session(config, machine, demo).run()
    except MachineError as error:
        raise UserError(str(error)) from None
    finally:
        machine.close()
