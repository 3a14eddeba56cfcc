# SPDX-License-Identifier: GPL-2.0-only
"""What make rt has measured is kept case by case, so that a run that was cut off can be gone on with, of the same
sources and with as many periods."""
import hashlib
import json
import subprocess
import threading

from dacre import BUILD, TOP, rt_cost

SOURCES = ["hypervisor", "platforms", "guest-patches", "tests/guests",
           *(f"tools/dacre/{name}.py" for name in ("rt", "rt_cases", "rt_cost", "rt_linux", "rt_sets"))]
# Not kept: what is made of the other figures.
DERIVED = [rt_cost.NAME]


def git(*arguments):
    return subprocess.run(["git", "-C", TOP, *arguments], capture_output=True, check=True).stdout


def state_of_sources():
    """Differs where what is measured may differ: as committed, and what was changed since."""
    committed = git("rev-parse", *(f"HEAD:{path}" for path in SOURCES))
    return hashlib.sha256(committed + git("diff", "HEAD", "--", *SOURCES)).hexdigest()


class Kept:
    """The figures of a board: figures() measures what is not there yet.  @conditions: what else they depend on;
    @resumes: take what is there; @keeps: of what is measured.  For several threads."""

    def __init__(self, board, conditions, resumes, keeps):
        self.path = BUILD / "rt" / board.name / "kept.json"
        self.key = f"{state_of_sources()} {conditions}"
        self.keeps = keeps
        self.all = self.load() if resumes else {}
        self.lock = threading.Lock()

    def load(self):
        """What is there of the same sources and conditions."""
        kept = json.loads(self.path.read_text()) if self.path.exists() else {}
        return kept.get("figures", {}) if kept.get("key") == self.key else {}

    def figures(self, name, measure):
        """(figures, whether they were kept).  An error is measured again the next time."""
        if name in self.all:
            return self.all[name], True
        found = measure()
        if self.keeps and "error" not in found and name not in DERIVED:
            self.add(name, found)
        return found, False

    def add(self, name, found):
        with self.lock:
            self.all[name] = found
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part = self.path.with_suffix(".new")
            part.write_text(json.dumps({"key": self.key, "figures": self.all}, indent=1))
            part.rename(self.path)
