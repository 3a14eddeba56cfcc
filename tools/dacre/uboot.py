# SPDX-License-Identifier: GPL-2.0-only
"""Turns a boot configuration into what U-Boot loads: Dacre as a uImage and as a zImage, a script that
loads the domains' modules and names them in the board's tree, an SD image with all of it.

The script edits the tree as Xen's users do (fdt set), with the sizes of what it has loaded.
"""
import pathlib
import shutil

from dacre import BUILD, UserError
from dacre.image import (MIB, all_modules, check_devices, compile_tree, distinct, hypervisor_bootargs, pack,
                         share_properties, total_size)
from dacre.room import check_board, check_domains, check_kernels
from dacre.uimage import run, write_script, write_uimage

# U-Boot moves itself, its heap and the tree that it passes on to the end of RAM.
UBOOT_SHARE = 32 * MIB
# Where the script loads the uImage and the tree, above the start of RAM; bootm copies Dacre from there to
# its place in the first MiB.
IMAGE_OFFSET, TREE_OFFSET = 2 * MIB, 4 * MIB
LOW_SHARE = 8 * MIB
# Room for what the script adds to the tree.
TREE_ROOM = 16 << 10
SECTOR = 512
PARTITION = 1 * MIB


def place(modules, board):
    """Packs the modules below U-Boot's part of RAM, so that free memory stays in long runs."""
    if pack(modules, board.ram_start + board.ram_size - UBOOT_SHARE) < board.ram_start + LOW_SHARE:
        raise UserError(f"the modules ({total_size(modules) >> 20} MiB in all) do not fit beside U-Boot "
                        f"into {board.ram_size >> 20} MiB of memory")


def cells(*values):
    return "<" + " ".join(f"{value:#x}" for value in values) + ">"


def quote(text):
    """For U-Boot's shell, where no quote can stand in quotes."""
    if "'" in text or "\n" in text:
        raise UserError(f"U-Boot's script cannot pass on this text, for the quote or the line's end in it: {text}")
    return f"'{text}'"


def set_property(node, name, value=""):
    name = name.replace("#", "\\#")
    return f"fdt set {node} {name} {value}".rstrip()


def load(address, file):
    return f"load ${{devtype}} ${{devnum}}:${{distro_bootpart}} {address:#x} {file}"


def size_variable(file):
    """U-Boot's variable with the size of what was loaded from @file of the card."""
    return f"{file.replace('-', '_')}_size"


def load_module(module, file):
    return [load(module.start, file), f"setenv {size_variable(file)} 0x${{filesize}}"]


def module_commands(parent, module, file, bootargs):
    node = f"{parent}/module@{module.start:x}"
    commands = [f"fdt mknod {parent} module@{module.start:x}",
                set_property(node, "compatible", f'"multiboot,{module.kind}" "multiboot,module"'),
                set_property(node, "reg", f"<{module.start:#x} ${{{size_variable(file)}}}>")]
    if module.kind == "kernel" and bootargs:
        commands.append(set_property(node, "bootargs", quote(bootargs)))
    return commands


def domain_commands(domain):
    node, kib = f"/chosen/{domain.name}", domain.memory >> 10
    commands = [f"fdt mknod /chosen {domain.name}",
                set_property(node, "compatible", '"xen,domain"'),
                set_property(node, "#address-cells", "<1>"),
                set_property(node, "#size-cells", "<1>"),
                set_property(node, "memory", cells(kib >> 32, kib & 0xffffffff)),
                set_property(node, "cpus", cells(domain.cpus))]
    if domain.table_memory:
        commands.append(set_property(node, "dacre,table-memory", cells(domain.table_memory >> 10)))
    if domain.on_crash:
        commands.append(set_property(node, "dacre,restart-on-crash"))
    if domain.enhanced:
        commands.append(set_property(node, "xen,enhanced"))
    if domain.devices:
        commands.append(set_property(node, "dacre,devices", " ".join(map(quote, domain.devices))))
    return commands + share_commands(node, domain)


def share_commands(node, domain):
    return [set_property(node, name, "" if value is True else cells(value))
            for name, value in share_properties(domain).items()]


def script(config, modules, files, board):
    """The script's commands; @modules: of each domain by its name; @files: name on the card by module file."""
    image, tree = board.ram_start + IMAGE_OFFSET, board.ram_start + TREE_OFFSET
    commands = [load(image, "dacre.uimg"), load(tree, "board.dtb")]
    for module in distinct(m for of_domain in modules.values() for m in of_domain):
        commands += load_module(module, files[module.file])
    commands += [f"fdt addr {tree:#x}", f"fdt resize {TREE_ROOM}",
                 set_property("/chosen", "#address-cells", "<1>"),
                 set_property("/chosen", "#size-cells", "<1>"),
                 set_property("/chosen", "xen,xen-bootargs", quote(hypervisor_bootargs(config)))]
    for domain in config.domains:
        parent = "/chosen" if domain is config.dom0 else f"/chosen/{domain.name}"
        commands += share_commands(parent, domain) if domain is config.dom0 else domain_commands(domain)
        for module in modules[domain.name]:
            commands += module_commands(parent, module, files[module.file], domain.bootargs)
    return commands + [f"bootm {image:#x} - {tree:#x}"]


# What distro_bootcmd sets; typed by hand at U-Boot's prompt, the first card is meant.
DEFAULT_PLACE = """if test -z "${devtype}"; then
    setenv devtype mmc; setenv devnum 0; setenv distro_bootpart 1
fi
"""


def write_commands(commands, config, board, directory):
    source = directory / "boot.cmd"
    source.write_text(f"# Starts Dacre with the domains of {config.name} on {board.name}.  After a change:\n"
                      f"# mkimage -A arm -T script -C none -d boot.cmd boot.scr\n"
                      + DEFAULT_PLACE + "\n".join(commands) + "\n")
    write_script(source, directory / "boot.scr")


def write_card(card, files):
    """One partition with FAT; the card's size is a power of two, as QEMU wants it."""
    size = 32 * MIB
    while size < PARTITION + 2 * sum(file.stat().st_size for file in files):
        size *= 2
    card.unlink(missing_ok=True)
    with open(card, "wb") as output:
        output.truncate(size)
    run("/sbin/sfdisk", "-q", card, stdin=f"label: dos\nstart={PARTITION // SECTOR}, type=c, bootable\n")
    partition = f"{card}@@{PARTITION}"
    run("mformat", "-i", partition, "-v", "DACRE", "-T", (size - PARTITION) // SECTOR, "-h", 64, "-s", 32, "::")
    run("mcopy", "-i", partition, *files, "::")


def make_uboot(config, board, directory=None):
    """Builds everything that @config needs under build/uboot-images/<board>/<its name>/ (or @directory);
    returns the card."""
    directory = pathlib.Path(directory or BUILD / "uboot-images" / board.name / config.name)
    directory.mkdir(parents=True, exist_ok=True)
    check_kernels(config, board)
    modules = all_modules(config, directory)
    every = [m for of_domain in modules.values() for m in of_domain]
    place(every, board)
    check_domains(config, modules)
    # Somewhere in its part U-Boot leaves the tree.
    check_board(config, board, (board.ram_start + board.ram_size - UBOOT_SHARE, TREE_ROOM),
                [(m.start, m.size) for m in every])

    shutil.copyfile(board.hypervisor, directory / "dacre.bin")
    write_uimage(board.hypervisor, directory / "dacre.uimg", board.load_address, "Dacre")
    compile_tree(board.tree, directory / "board.dtb")
    check_devices(config, directory / "board.dtb")
    files = {}
    for domain in config.domains:
        for module in modules[domain.name]:
            files.setdefault(module.file, f"{domain.name}-{module.kind}")
    for file, name in files.items():
        if file != directory / name:
            shutil.copyfile(file, directory / name)
    write_commands(script(config, modules, files, board), config, board, directory)
    write_card(directory / "sd.img", [directory / name for name in (
        "dacre.uimg", "dacre.bin", "board.dtb", "boot.scr", *files.values())])
    return directory / "sd.img"
