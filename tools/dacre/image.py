# SPDX-License-Identifier: GPL-2.0-only
"""Turns a boot configuration into what QEMU loads: modules placed in memory and a device tree
that names them, as a boot loader would leave them (Xen's docs/misc/arm/device-tree/booting.txt).
"""
import dataclasses
import pathlib
import subprocess

from dacre import BUILD, UserError
from dacre.machine import COMMON, NETWORK
from dacre.own import make_own
from dacre.room import check_board, check_domains, check_kernels

PAGE = 4096
MIB = 1 << 20
# QEMU puts the tree at half of RAM, at most 128 MiB above its start, when there is no -initrd.
TREE_AREA = 2 * MIB


@dataclasses.dataclass
class Module:
    kind: str               # kernel or ramdisk
    file: pathlib.Path
    start: int = 0

    @property
    def size(self):
        return self.file.stat().st_size


@dataclasses.dataclass
class Image:
    board: object
    tree: pathlib.Path
    modules: list

    def command(self):
        """All of QEMU's command line, with the board's console at its standard input and output."""
        return ["qemu-system-arm", *self.qemu_arguments(), *NETWORK, *COMMON]

    def qemu_arguments(self):
        """QEMU's options for this board and these modules; the caller adds serial ports and the like."""
        arguments = [*self.board.qemu, "-kernel", str(self.board.hypervisor),
                     "-dtb", str(self.tree)]
        for module in distinct(self.modules):
            arguments += ["-device", f"loader,file={module.file},addr={module.start:#x},force-raw=on"]
        return arguments


def join_ramdisk(parts, output):
    """The kernel unpacks archives in a row, each at a multiple of 4 bytes; one is taken as it is."""
    if len(parts) == 1:
        return parts[0]
    with open(output, "wb") as joined:
        for part in parts:
            data = part.read_bytes()
            joined.write(data + b"\0" * (-len(data) % 4))
    return output


def all_modules(config, directory):
    """A list of a domain's modules by its name, with what the configuration wants made for them.  Domains with the
    same files get the same modules."""
    make_own(config, directory)
    modules, joined = {}, {}
    for domain in config.domains:
        modules[domain.name] = [Module("kernel", domain.kernel)]
        if parts := tuple(domain.ramdisk):
            if parts not in joined:
                joined[parts] = join_ramdisk(parts, directory / f"{domain.name}.cpio.gz")
            modules[domain.name].append(Module("ramdisk", joined[parts]))
    return modules


def distinct(modules):
    """One module of each file: domains that start from the same file share its copy in memory."""
    return list({m.file: m for m in modules}.values())


def total_size(modules):
    return sum(m.size for m in distinct(modules))


def pack(modules, top):
    """Gives the modules places, one below the other under @top; returns where the last one starts."""
    places = {}
    for module in modules:
        if module.file not in places:
            top = (top - module.size) & -PAGE
            places[module.file] = top
        module.start = places[module.file]
    return top


def tree_start(board):
    return board.ram_start + min(board.ram_size // 2, 128 * MIB)


def place(modules, board):
    """Packs the modules below the end of RAM, so that free memory stays in long runs."""
    tree = tree_start(board)
    if pack(modules, board.ram_start + board.ram_size) < tree + TREE_AREA:
        raise UserError(f"the modules ({total_size(modules) >> 20} MiB in all) do not fit "
                        f"between the device tree and the end of memory")


def quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def module_node(module, bootargs):
    lines = [f"module@{module.start:x} {{",
             f'compatible = "multiboot,{module.kind}", "multiboot,module";',
             f"reg = <{module.start:#x} {module.size:#x}>;"]
    if module.kind == "kernel" and bootargs:
        lines.append(f"bootargs = {quote(bootargs)};")
    return "\n".join(lines + ["};"])


def share_properties(domain):
    """What says how much of a CPU the domain gets: numbers by the names of the properties, True for one that is
    just there."""
    properties = {"weight": domain.weight, "cap": domain.cap}
    if domain.rt:
        properties |= {"rt-period-us": domain.rt.period_us, "rt-budget-us": domain.rt.budget_us,
                       "rt-extratime": domain.rt.extratime, "rt-defer-events": domain.rt.defer_events}
    return {f"dacre,{name}": value for name, value in properties.items() if value}


def share_lines(domain):
    return [f"{name};" if value is True else f"{name} = <{value}>;"
            for name, value in share_properties(domain).items()]


def domain_node(domain, modules):
    kib = domain.memory >> 10
    lines = [f"{domain.name} {{", 'compatible = "xen,domain";', "#address-cells = <1>;",
             "#size-cells = <1>;", f"memory = <{kib >> 32} {kib & 0xffffffff}>;",
             f"cpus = <{domain.cpus}>;", *share_lines(domain)]
    if domain.table_memory:
        lines.append(f"dacre,table-memory = <{domain.table_memory >> 10}>;")
    if domain.on_crash:
        lines.append("dacre,restart-on-crash;")
    if domain.enhanced:
        lines.append("xen,enhanced;")
    if domain.devices:
        lines.append("dacre,devices = " + ", ".join(map(quote, domain.devices)) + ";")
    lines += [module_node(m, domain.bootargs) for m in modules]
    return "\n".join(lines + ["};"])


def hypervisor_bootargs(config):
    words = [config.bootargs]
    if config.dom0:
        words.append(f"dom0_mem={config.dom0.memory >> 20}M")
    return " ".join(w for w in words if w)


def chosen(config, modules):
    """The source of the /chosen node; @modules: a list of a domain's modules by its name."""
    parts = ["#address-cells = <1>;", "#size-cells = <1>;",
             f"xen,xen-bootargs = {quote(hypervisor_bootargs(config))};"]
    if config.dom0:
        parts += share_lines(config.dom0)
        parts += [module_node(m, config.dom0.bootargs) for m in modules["dom0"]]
    parts += [domain_node(d, modules[d.name]) for d in config.domu]
    return "/ { chosen {\n" + "\n".join(parts) + "\n}; };\n"


def compile_tree(source, output):
    run = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", output, source],
                         capture_output=True, text=True)
    if run.returncode:
        raise UserError(f"dtc refuses {source}: {run.stderr.strip()}")


def check_devices(config, tree):
    for domain in config.domu:
        for path in domain.devices:
            if subprocess.run(["fdtget", "-p", tree, path], capture_output=True).returncode:
                raise UserError(f"{domain.name}.devices: the board's tree has no node {path}")


def make_image(config, board, directory=None):
    """Builds everything that @config needs under build/boot/<its name>/ (or @directory)."""
    directory = pathlib.Path(directory or BUILD / "boot" / board.name / config.name)
    directory.mkdir(parents=True, exist_ok=True)
    if not board.hypervisor.exists():
        raise UserError(f"{board.hypervisor} is not built yet; run make PLATFORM={board.name}")
    check_kernels(config, board)
    modules = all_modules(config, directory)
    every = [m for of_domain in modules.values() for m in of_domain]
    place(every, board)
    check_domains(config, modules)
    source, tree = directory / "tree.dts", directory / "tree.dtb"
    source.write_text(f'/include/ "{board.tree}"\n' + chosen(config, modules))
    compile_tree(source, tree)
    check_devices(config, tree)
    check_board(config, board, (tree_start(board), tree.stat().st_size),
                [(m.start, m.size) for m in every])
    return Image(board, tree, every)
