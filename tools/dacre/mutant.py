# SPDX-License-Identifier: GPL-2.0-only
"""Builds one mutation at a time and finds out which test notices it: the unit tests that link the file, first
without the sanitizers, which is several times as fast and enough for most, then with them; then, for what the
units cannot see, bare-metal guests.  make mutate has built everything before."""
import collections
import concurrent.futures
import fcntl
import json
import os
import pathlib
import re
import resource
import shlex
import shutil
import subprocess
import threading
import time

from dacre import BUILD, TOP, UserError
from dacre.board import board_names, load_board

MADE = pathlib.Path("build/mutate")     # as the compiler is told, from the top of a tree
COPIED = ("hypervisor", "platforms", "tests", "tools", "docs", "Makefile")
SHARED = ("gen", "include", "include-host", "libfdt", "guests", "mutate")

# Where guests are asked when the unit tests have not noticed: what cannot be run on the host, or only against
# registers that are made up.  The rest of core runs there whole, isolation code too (space, domain): its unit tests
# are the ones that must notice, and say where it is broken; a guest would only show that something is.
ASK_GUESTS = ("hypervisor/arch/arm/", "hypervisor/drivers/", "hypervisor/core/top/")
# The last board of each level among those that make test is about, the oldest level first.
BOARDS = dict(sorted((board.level, board.name) for board in map(load_board, board_names())
                     if board.has_reference or board.own_tests))
SEVERAL = ("v7mp", "v6mp")      # asked about what only several CPUs have, for they take several times as long
LEVEL_OF_FOLDER = {"v5": "v5", "v6": "v6", "v7": "v7", "extended": "v6", "several": "v7mp", "v7mp": "v7mp",
                   "v6mp": "v6mp"}
GUESTS = TOP / "tests" / "mutate" / "guests"

# A test that needs so many times what it needs on its own is in an endless loop.
SLOWER, SECONDS_MORE = 3, 2
WALL_SECONDS = 300
QEMU_SECONDS = 12       # of CPU, for one guest: the longest takes 3,
QEMU_SECONDS_SEVERAL = 50   # or 13 where there are four CPUs, of which the others wait
PATIENCE = 60           # seconds without what a guest test waits for, in a machine that only sleeps
MEMORY_MB = 3000
NOTICED = TOP / MADE / "noticed.json"
SANITIZERS = {"ASAN_OPTIONS": f"hard_rss_limit_mb={MEMORY_MB}:detect_leaks=1"}

# What -Werror would refuse in any case: two arguments of different types that changed places do not compile.
WRONG_TYPES = ["-Werror=int-conversion", "-Werror=incompatible-pointer-types"]

WITH_GUESTS = ["tests/guests", "tests/boot/test_faults.py", "tests/boot/test_cpus.py"]
PYTEST = ["/usr/bin/python3", "-m", "pytest", "-p", "no:cacheprovider", "-q", "-x", "--tb=no"]
Verdict = collections.namedtuple("Verdict", "result by")       # result: noticed, survived, invalid or same


def limited(seconds, memory):
    def limit():
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return limit


def run(command, cwd, seconds=60, env=None, memory=resource.RLIM_INFINITY):
    """The status of a silent command: 0, or not."""
    try:
        return subprocess.run(command, cwd=cwd, preexec_fn=limited(seconds, memory), timeout=WALL_SECONDS, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ | (env or {})).returncode
    except subprocess.TimeoutExpired:
        return -1


def compiler_of(line):
    """A line by which make compiles, as a command."""
    return [word for word in shlex.split(line) if word != "-w"] + WRONG_TYPES


def read_dependencies(folder):
    """{source or header: the objects below @folder that are compiled from it}, by the compiler's .d files."""
    found = collections.defaultdict(set)
    for file in sorted((TOP / folder).rglob("*.d")):
        text = file.read_text().replace("\\\n", " ")
        for target, needs in re.findall(r"^(\S+\.o): (.*)$", text, re.M):
            for name in needs.split():
                found[name].add(target)
    return found


class Noticed:
    """How often each test noticed a mutation of each file, now and in earlier runs: it is asked first then."""

    def __init__(self):
        self.counts = collections.Counter(json.loads(NOTICED.read_text()) if NOTICED.exists() else {})

    def add(self, path, test):
        self.counts[f"{path} {test}"] += 1
        self.counts[test] += 1

    def rank(self, path, test):
        """For sorting: what noticed most of this file is first, then what noticed most of all."""
        return -self.counts[f"{path} {test}"], -self.counts[test]

    def keep(self):
        NOTICED.write_text(json.dumps(self.counts, indent=1))


class Units:
    """The unit tests of one build: which objects each links, and how long it takes."""

    def __init__(self, folder, sanitized, noticed):
        self.folder = MADE / folder
        self.memory = resource.RLIM_INFINITY if sanitized else MEMORY_MB << 20     # ASan reserves terabytes
        compiler, linker, libraries = (TOP / self.folder / "lines").read_text().splitlines()
        self.compile = compiler_of(compiler)
        self.link = shlex.split(linker) + ["-fuse-ld=gold"], shlex.split(libraries)
        self.objects_of = read_dependencies(self.folder / "obj")
        self.programs = {p.stem: self.linked(p) for p in sorted((TOP / self.folder).glob("*_test.map"))}
        self.seconds = {}
        self.missed = {}        # the functions that a program links and never comes to, where that is known
        self.noticed = noticed

    def linked(self, link_map):
        """The objects of a program, those taken from archives by their own names."""
        text = link_map.read_text()
        root = f"{self.folder}/"
        plain = re.findall(rf"^LOAD ({re.escape(root)}\S+\.o)$", text, re.M)
        members = set(re.findall(rf"^{re.escape(root)}lib(\w+)\.a\((\w+\.o)\)$", text, re.M))
        found = [self.member(room, name) for room, name in sorted(members)]
        return plain + found

    def member(self, room, name):
        places = ["hypervisor/arch/fake", "hypervisor/lib", "tests/unit", "build/libfdt"] if room in ("support", "shipped") \
            else [f"hypervisor/core/{room}"]
        return next(str(self.folder / "obj" / place / name) for place in places
                    if (TOP / self.folder / "obj" / place / name).exists())

    def source_of(self, target):
        return pathlib.Path(target).relative_to(self.folder / "obj").with_suffix(".c")

    def measure(self, jobs):
        """How much CPU each program needs, and what it reaches; kept as long as none is built anew."""
        known = TOP / self.folder / "measured.json"
        newest = max((TOP / self.folder / program).stat().st_mtime for program in self.programs)
        if not known.exists() or known.stat().st_mtime < newest:
            with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
                known.write_text(json.dumps(dict(zip(self.programs, pool.map(self.measured, self.programs)))))
        for program, (seconds, functions, reached) in json.loads(known.read_text()).items():
            self.seconds[program] = seconds
            self.missed[program] = set(functions).difference(reached)

    def measured(self, program):
        """[CPU seconds, the functions that are linked, those that it comes to]."""
        binary, reach = TOP / self.folder / program, TOP / self.folder / f"{program}.reach"
        started = subprocess.Popen([binary], cwd=TOP, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, env=os.environ | SANITIZERS | {"REACH": str(reach)})
        _, started.returncode, usage = os.wait4(started.pid, 0)
        if started.returncode != 0:
            raise UserError(f"{program} fails without any mutation")
        functions, reached = set(), set()
        if reach.exists():
            addresses = {int(word, 16) for word in reach.read_text().split()}
            symbols = subprocess.run(["nm", binary], capture_output=True, text=True, check=True).stdout
            for address, name in re.findall(r"^(\w+) [tTwW] ([\w]+)", symbols, re.M):
                functions.add(name)
                if int(address, 16) in addresses:
                    reached.add(name)
        return [usage.ru_utime + usage.ru_stime, sorted(functions), sorted(reached)]

    def order(self, mutation, targets, missed):
        """Programs that link one of @targets and come to the function, those that are likely to notice first."""
        path, stem = mutation.path, pathlib.Path(mutation.path).stem
        using = [p for p, objects in self.programs.items()
                 if targets.intersection(objects) and mutation.function not in missed.get(p, ())]
        return sorted(using, key=lambda p: (self.noticed.rank(path, p)[0], not p.startswith(stem), self.seconds[p]))

    def limit(self, program):
        return int(SLOWER * self.seconds[program]) + SECONDS_MORE


class Level:
    """The hypervisor of one architecture level and the guests that try it."""

    def __init__(self, name):
        self.board = load_board(BOARDS[name])
        self.qemu_seconds = QEMU_SECONDS_SEVERAL if name in SEVERAL else QEMU_SECONDS
        self.folder = MADE / "hyp" / name
        compiler, *others = (TOP / self.folder / "lines").read_text().splitlines()
        self.compile = compiler_of(compiler)
        self.assemble, self.link, objects = map(shlex.split, others)
        self.objects = [word for word in objects if word.endswith(".o")]
        self.libraries = [word for word in objects if not word.endswith(".o")]
        self.objects_of = read_dependencies(self.folder)
        self.trusted = threading.Event()        # that the guests pass without a mutation
        self.lock = threading.Lock()
        self.tests = self.collect()

    def collect(self):
        """The names that pytest has for the tests of guests."""
        command = [*PYTEST, "--collect-only", *WITH_GUESTS, f"--board={self.board.name}",
                   "-k", " or ".join(GUESTS.read_text().split())]
        return re.findall(r"^\S+::.+$", subprocess.run(command, cwd=TOP, capture_output=True, text=True).stdout, re.M)

    def source_of(self, target):
        stem = pathlib.Path(target).relative_to(self.folder)
        return next(s for s in (stem.with_suffix(".c"), stem.with_suffix(".S")) if (TOP / s).exists())


class Tree:
    """A copy of the sources in which one mutation at a time is made."""

    def __init__(self, number, builds, levels, noticed):
        self.builds, self.levels, self.noticed = builds, levels, noticed
        self.top = BUILD / "mutate" / f"tree{number}"
        shutil.rmtree(self.top, ignore_errors=True)
        (self.top / "build" / "hyp").mkdir(parents=True)
        for name in COPIED:
            copy = shutil.copytree if (TOP / name).is_dir() else shutil.copy
            copy(TOP / name, self.top / name)
        for name in SHARED:
            (self.top / "build" / name).symlink_to(BUILD / name)
        self.own = self.top / "own"
        self.own.mkdir()
        # QEMU, for as long as a guest should need.
        shim = self.own / "qemu-system-arm"
        shim.write_text(f"#!/bin/sh\nulimit -t $QEMU_SECONDS\nexec {shutil.which('qemu-system-arm')} \"$@\"\n")
        shim.chmod(0o755)

    def judge(self, mutation):
        """What becomes of @mutation: the first test that notices it."""
        file = self.top / mutation.path
        original = file.read_text()
        file.write_text(mutation.applied(original))
        try:
            quick, sanitized = self.builds
            return (self.judge_units(quick, mutation) or self.judge_code(mutation.path)
                    or self.judge_units(sanitized, mutation) or self.judge_guests(mutation.path)
                    or Verdict("survived", ""))
        finally:
            file.write_text(original)

    def compiled(self, command, target, source):
        """The object in this tree's own folder, or None if the mutation does not compile."""
        made = self.own / target.replace("/", "_")
        return str(made) if run([*command, "-c", str(source), "-o", str(made)], self.top) == 0 else None

    # ---- Unit tests ----

    def judge_units(self, units, mutation):
        made, path = {}, mutation.path
        targets = units.objects_of.get(path, set())
        for program in units.order(mutation, targets, self.builds[0].missed):
            for target in targets.intersection(units.programs[program]).difference(made):
                made[target] = self.compiled(units.compile, target, units.source_of(target))
                if not made[target]:
                    return Verdict("invalid", "")
            if not self.passes(units, program, made):
                self.noticed.add(path, program)
                return Verdict("noticed", program)
        return None

    def passes(self, units, program, made):
        binary = str(self.own / "program")
        objects = [made.get(o, o) for o in units.programs[program]]
        first, libraries = units.link
        if run([*first, *objects, *libraries, "-o", binary], self.top) != 0:
            return False
        return run([binary], self.top, units.limit(program), SANITIZERS, units.memory) == 0

    # ---- Guests ----

    def judge_guests(self, path):
        if not path.startswith(ASK_GUESTS):
            return None
        for level in self.levels_of(path):
            verdict = self.judge_level(path, level)
            if verdict:
                return verdict
        return None

    def judge_level(self, path, level):
        self.trust(level)
        made = {}
        for target in level.objects_of.get(path, set()).intersection(level.objects):
            source = level.source_of(target)
            made[target] = self.compiled(level.assemble if source.suffix == ".S" else level.compile, target, source)
            if not made[target]:
                return Verdict("invalid", "")
        if not made:
            return None
        tests = sorted(level.tests, key=lambda test: self.noticed.rank(path, test))
        failed = self.failing_guest(level, made, tests)
        if not failed:
            return None
        self.noticed.add(path, failed)
        return Verdict("noticed", failed)

    def levels_of(self, path):
        """Where to try it: of all levels the oldest, and for the rest of arch/arm the newest too."""
        in_arch = path.startswith("hypervisor/arch/arm/")
        folder = pathlib.PurePath(path).parts[3] if in_arch else ""
        if folder in LEVEL_OF_FOLDER:
            return [self.levels[LEVEL_OF_FOLDER[folder]]]
        using = [level for level in self.levels.values() if level.objects_of.get(path)]
        using = [level for level in using if level.board.level not in SEVERAL] or using
        return [using[0], using[-1]] if in_arch and len(using) > 1 else using[:1]

    def trust(self, level):
        with level.lock:
            if not level.trusted.is_set():
                failed = self.failing_guest(level, {}, level.tests)
                if failed:
                    raise UserError(f"{failed} fails on {level.board.name} without any mutation")
                level.trusted.set()

    def failing_guest(self, level, made, tests):
        """The first of @tests that fails with those objects instead of their own, or None."""
        folder = self.top / "build" / "hyp" / level.board.level
        folder.mkdir(exist_ok=True)
        elf = str(folder / "dacre.elf")
        objects = [made.get(o, o) for o in level.objects]
        if run([*level.link, *objects, *level.libraries, "-o", elf], self.top) != 0:
            return "the linker"
        run(["arm-none-eabi-objcopy", "-O", "binary", elf, str(folder / "dacre.bin")], self.top)
        command = [*PYTEST, f"--board={level.board.name}", *tests]
        env = os.environ | {"PATH": f"{self.own}:{os.environ['PATH']}", "DACRE_PATIENCE": str(PATIENCE),
                            "PYTHONDONTWRITEBYTECODE": "1", "QEMU_SECONDS": str(level.qemu_seconds)}
        done = subprocess.run(command, cwd=self.top, env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        failed = re.search(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M)
        return failed[1] if failed else None if done.returncode == 0 else "pytest"

    # ---- The code itself ----

    def judge_code(self, path):
        """Is it the same machine code as before?  Then there is nothing to notice."""
        if path.endswith(".c"):
            quick = self.builds[0]
            target = next(iter(quick.objects_of.get(path, ())), None)
            if target:
                line = [*quick.compile, "-O2", "-fno-instrument-functions"]
            else:
                level = next(iter(self.levels_of(path)), None)
                target = level and next(iter(level.objects_of.get(path, ())), None)
                line = level and level.compile
            if target and self.same_code(line, target, path):
                return Verdict("same", "")
        return None

    def same_code(self, line, target, path):
        line = [*line, "-g0"]
        here = self.compiled(line, target, path)
        before = self.own / "before.o"
        if not here or run([*line, "-c", path, "-o", str(before)], TOP) != 0:
            return False
        return pathlib.Path(here).read_bytes() == before.read_bytes()


def lock_trees():
    """The file that keeps others away from the copies as long as it is open."""
    lock = open(BUILD / "mutate" / "lock", "w", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise UserError("another one is running here") from None
    return lock


def judge_all(mutations, jobs, tell):
    """Judges @mutations, so many at a time; tell(mutation, verdict, seconds) after each."""
    with lock_trees():
        judge_alone(mutations, jobs, tell)


def judge_alone(mutations, jobs, tell):
    noticed = Noticed()
    builds = Units("quick", False, noticed), Units("unit", True, noticed)
    for units in builds:
        units.measure(jobs)
    levels = {name: Level(name) for name in BOARDS if (TOP / MADE / "hyp" / name / "lines").exists()}
    waiting, lock, errors = collections.deque(mutations), threading.Lock(), []

    def work(number):
        tree = Tree(number, builds, levels, noticed)
        while not errors:
            with lock:
                if not waiting:
                    return
                mutation = waiting.popleft()
            begin = time.monotonic()
            try:
                verdict = tree.judge(mutation)
            except Exception as error:  # pylint: disable=broad-except
                errors.append(error)
                return
            with lock:
                tell(mutation, verdict, time.monotonic() - begin)

    workers = [threading.Thread(target=work, args=(number,)) for number in range(jobs)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    noticed.keep()
    if errors:
        raise errors[0]
