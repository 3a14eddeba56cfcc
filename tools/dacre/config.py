# SPDX-License-Identifier: GPL-2.0-only
"""A boot configuration: which domains the hypervisor starts, read from TOML.

    [hypervisor]                        # all optional
    bootargs = "noreboot"

    [dom0]                              # optional as a whole
    kernel = "build/linux/pv/Image"     # paths from the configuration's directory, from the top of
                                        # the repository, or absolute
    kernel_config = "mine.config"       # options more for that kernel, which is built with them
    ramdisk = ["a.cpio.gz", "b.cpio"]   # one file or several, loaded as one
    files = {"/bin/hello" = "hello"}    # files and directories for the ramdisk: there = here
    packages = ["python3"]              # Debian packages for the ramdisk, with what they depend on
    run = "hello; python3 -V"           # for the shell of Dacre's userland; the domain stops after it
    memory = "96M"                      # whole MiB
    bootargs = "console=hvc0"
    weight = 256
    cap = 0                             # per cent of a CPU, 0: none
    rt = {period_us = 1000, budget_us = 600}    # real time: so much in each period, before all that have no rt;
                                        # extratime = true: more if others leave it; defer_events = true: other
                                        # domains' events wake it at its next period (docs/real-time.md)

    [[domu]]                            # any number
    name = "domU1"                      # and all of the above, and:
    cpus = 1
    devices = ["/amba/uart@101f2000"]   # nodes of the board's tree that are given to it
    table_memory = "1M"
    on_crash = "restart"                # start it again when it crashes
    enhanced = true                     # dom0's tools put it into their store (xen,enhanced)
"""
import dataclasses
import pathlib
import re
import tomllib

from dacre import TOP, UserError
from dacre.size import parse_size

MIB = 1 << 20


@dataclasses.dataclass
class RealTime:
    """A vCPU's budget in each period; hypervisor/core/sched/sched_edf.h has the limits."""
    period_us: int
    budget_us: int
    extratime: bool = False
    defer_events: bool = False


@dataclasses.dataclass
class Domain:
    name: str
    kernel: pathlib.Path
    memory: int                     # bytes
    ramdisk: list = dataclasses.field(default_factory=list)
    bootargs: str = ""
    cpus: int = 1
    weight: int = 0                 # 0: the hypervisor's default
    cap: int = 0
    rt: RealTime = None
    devices: list = dataclasses.field(default_factory=list)
    table_memory: int = 0           # bytes, 0: the default
    on_crash: str = ""              # "restart", or nothing: it is gone
    enhanced: bool = False          # known to the store of dom0
    kernel_config: pathlib.Path = None
    files: dict = dataclasses.field(default_factory=dict)       # path in the guest: path here
    packages: list = dataclasses.field(default_factory=list)
    run: str = ""


@dataclasses.dataclass
class Config:
    name: str
    bootargs: str = ""
    dom0: Domain = None
    domu: list = dataclasses.field(default_factory=list)

    @property
    def domains(self):
        return ([self.dom0] if self.dom0 else []) + self.domu


# The type of each key's value, and of what is in it.
TEXT, NUMBER, TEXTS, TEXT_OR_TEXTS, TABLE = "a text in quotes", "a number", "a list of texts", \
    "a text or a list of texts", "a table of texts"
TRUTH = "true or false"
SECTION, SECTIONS = "a table", "a list of tables"
DOMAIN_KEYS = {"kernel": TEXT, "kernel_config": TEXT, "ramdisk": TEXT_OR_TEXTS, "files": TABLE, "packages": TEXTS,
               "run": TEXT, "memory": TEXT, "bootargs": TEXT, "weight": NUMBER, "cap": NUMBER, "rt": SECTION,
               "table_memory": TEXT}
RT_KEYS = {"period_us": NUMBER, "budget_us": NUMBER, "extratime": TRUTH, "defer_events": TRUTH}
RT_PERIOD_MIN, RT_PERIOD_MAX, RT_BUDGET_MIN = 100, 1000000, 20
DOMU_KEYS = DOMAIN_KEYS | {"name": TEXT, "cpus": NUMBER, "devices": TEXTS, "on_crash": TEXT,
                           "enhanced": TRUTH}


def all_of(kind, values):
    return all(isinstance(value, kind) for value in values)


HAS_TYPE = {
    TEXT: lambda value: isinstance(value, str),
    NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool),
    TRUTH: lambda value: isinstance(value, bool),
    TEXTS: lambda value: isinstance(value, list) and all_of(str, value),
    TEXT_OR_TEXTS: lambda value: isinstance(value, str) or HAS_TYPE[TEXTS](value),
    TABLE: lambda value: isinstance(value, dict) and all_of(str, value.values()),
    SECTION: lambda value: isinstance(value, dict),
    SECTIONS: lambda value: isinstance(value, list) and all_of(dict, value),
}


def check_keys(table, keys, where):
    for key, value in table.items():
        if key not in keys:
            raise UserError(f"{where} has no key '{key}'; there are: {' '.join(sorted(keys))}")
        if not HAS_TYPE[keys[key]](value):
            raise UserError(f"{where}.{key} has the wrong type of value: {value!r}; it is {keys[key]}")


def read_size(table, key, where, default=None):
    """A size in whole MiB, or @default where it is optional."""
    if key not in table:
        if default is None:
            raise UserError(f"{where} does not say {key}, for example {key} = \"64M\"")
        return default
    try:
        size = parse_size(table[key])
    except ValueError:
        raise UserError(f"{where}.{key} is no size: {table[key]!r}; write for example \"64M\"") \
            from None
    if size == 0 or size % MIB:
        raise UserError(f"{where}.{key} is {table[key]}, which is not a whole number of MiB")
    return size


class Paths:
    """Finds the files that a configuration names, beside it or from the top of the repository.

    @to_make: names of files that need not be there yet
    """

    def __init__(self, directory, to_make=()):
        self.directory = directory
        self.to_make = to_make

    def find(self, value, where, key):
        """A file or a directory."""
        for path in (self.directory / value, TOP / value):
            if path.exists():
                return path.resolve()
        beside = "" if self.directory == TOP or value.startswith("/") else \
            f", neither in {self.directory} nor from the top of the repository"
        raise UserError(f"{where}.{key}: there is no file {value}{beside}")

    def file(self, value, where, key):
        if value in self.to_make:
            return TOP / value
        path = self.find(value, where, key)
        if not path.is_file():
            raise UserError(f"{where}.{key}: {value} is a directory, not a file")
        if path.stat().st_size == 0:
            raise UserError(f"{where}.{key}: {value} is empty")
        return path


def read_files(table, where, paths):
    """What goes where in the ramdisk."""
    for target in table:
        if not re.fullmatch(r"(/[^/]+)+/?", target) or ".." in target.split("/"):
            raise UserError(f"{where}.files: {target!r} is no place in the guest; write for example "
                            f"files = {{\"/bin/hello\" = \"hello\"}}")
    return {target: paths.find(source, where, "files") for target, source in table.items()}


def read_packages(names, where):
    for name in names:
        if not re.fullmatch(r"[a-z0-9][a-z0-9+.-]+", name):
            raise UserError(f"{where}.packages: {name!r} is no name of a Debian package")
    return names


def check_run(table, where):
    """What is run is a session of Dacre's userland."""
    if "run" not in table:
        return
    if not table.get("ramdisk"):
        raise UserError(f"{where} has run but no ramdisk with a shell for it: add "
                        "ramdisk = \"build/userland/base.cpio.gz\"")
    if found := re.search(r"\b(dacre\.session|rdinit|init)=\S*", table.get("bootargs", "")):
        raise UserError(f"{where} has both run and {found[0]}: only one of them can be what it does")


def read_time(table, key, where, least, most):
    """A time in microseconds within its limits."""
    if key not in table:
        raise UserError(f"{where} does not say {key}; write for example rt = {{period_us = 1000, budget_us = 600}}")
    if not least <= table[key] <= most:
        raise UserError(f"{where}.{key} is {table[key]}; it is {least} to {most}")
    return table[key]


def read_realtime(table, where):
    """What is promised to each of a domain's vCPUs, or None."""
    if table is None:
        return None
    check_keys(table, RT_KEYS, where)
    period = read_time(table, "period_us", where, RT_PERIOD_MIN, RT_PERIOD_MAX)
    return RealTime(**table | {"budget_us": read_time(table, "budget_us", where, RT_BUDGET_MIN, period)})


def read_domain(table, keys, where, name, paths):
    check_keys(table, keys, where)
    if "kernel" not in table:
        raise UserError(f"{where} does not say which kernel to start")
    ramdisk = table.get("ramdisk", [])
    cpus, weight, cap = table.get("cpus", 1), table.get("weight", 0), table.get("cap", 0)
    if cpus < 1 or weight < 0 or weight > 65535 or cap < 0:
        raise UserError(f"{where}: cpus is 1 or more, weight at most 65535, cap 0 or more")
    if table.get("on_crash", "restart") != "restart":
        raise UserError(f"{where}.on_crash is {table['on_crash']!r}; it is \"restart\" or not there")
    check_run(table, where)
    return Domain(
        name=name, kernel=paths.file(table["kernel"], where, "kernel"),
        memory=read_size(table, "memory", where),
        ramdisk=[paths.file(r, where, "ramdisk")
                 for r in ([ramdisk] if isinstance(ramdisk, str) else ramdisk)],
        bootargs=table.get("bootargs", ""), cpus=cpus, weight=weight, cap=cap,
        rt=read_realtime(table.get("rt"), f"{where}.rt"), devices=table.get("devices", []),
        table_memory=read_size(table, "table_memory", where, 0),
        on_crash=table.get("on_crash", ""), enhanced=table.get("enhanced", False),
        kernel_config=paths.file(table["kernel_config"], where, "kernel_config") if "kernel_config" in table else None,
        files=read_files(table.get("files", {}), where, paths),
        packages=read_packages(table.get("packages", []), where), run=table.get("run", ""))


def read_config(tree, name, directory=TOP, to_make=()):
    """A Config out of parsed TOML, or a UserError that says what is wrong with it.

    @directory: where the configuration is, for the paths in it
    @to_make: names of files that need not be there yet
    """
    check_keys(tree, {"hypervisor": SECTION, "dom0": SECTION, "domu": SECTIONS}, name)
    paths = Paths(pathlib.Path(directory), to_make)
    hypervisor = tree.get("hypervisor", {})
    check_keys(hypervisor, {"bootargs": TEXT}, "hypervisor")
    config = Config(name, hypervisor.get("bootargs", ""))
    if "dom0" in tree:
        config.dom0 = read_domain(tree["dom0"], DOMAIN_KEYS, "dom0", "dom0", paths)
    for number, table in enumerate(tree.get("domu", []), 1):
        domain_name = table.get("name", f"domU{number}")
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,15}", str(domain_name)):
            raise UserError(f"domu.name is {domain_name!r}; it is a letter, then letters and digits")
        config.domu.append(read_domain(table, DOMU_KEYS, str(domain_name), domain_name, paths))
    names = [d.name for d in config.domains]
    if not names:
        raise UserError(f"{name} names no domain to start")
    if len(set(names)) != len(names):
        raise UserError(f"{name} has two domains of the same name: {' '.join(names)}")
    return config


def name_domains(config):
    """Each domain is told its name on its command line, which the demonstration's userland shows."""
    for domain in config.domains:
        domain.bootargs = f"{domain.bootargs} dacre.name={domain.name}".lstrip()
    return config


def load_config(path, to_make=()):
    path = pathlib.Path(path)
    try:
        tree = tomllib.loads(path.read_text())
        return name_domains(read_config(tree, path.stem, path.parent.resolve(), to_make))
    except UnicodeDecodeError:
        raise UserError(f"{path} is no valid TOML: it is not UTF-8") from None
    except OSError as error:
        raise UserError(f"the boot configuration {path} cannot be read: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is no valid TOML: {error}") from None
