# SPDX-License-Identifier: GPL-2.0-only
"""What the board will refuse, said before QEMU starts: the same sums as the hypervisor's."""
import struct
import zlib

from dacre import BUILD, UserError

MIB = 1 << 20
DOMAINS = 16                        # core/boot/bootinfo.h: BOOT_DOMAIN_MAX
HEAP_SHARE, HEAP_MIN, HEAP_MAX = 16, 4, 22      # core/top/main.c, in MiB
KERNEL_OFFSET = 0x8000              # core/build/domain_load.h
TREE_ROOM = 0x8000                  # core/build/guest_fdt.h: GUEST_FDT_MAX
ZIMAGE_GROWTH, BSS_ROOM, TREE_SPAN = 5, MIB, 2 * MIB    # core/build/domain_load.c
ZIMAGE_MAGIC = 0x016f2818


def whole_mibs(start, size):
    """The MiBs that a range has a byte in, by number."""
    return set(range(start // MIB, (start + size + MIB - 1) // MIB))


def first_run(free, length, step=1):
    """The MiBs of the first run of @length in @free that begins at a multiple of @step; None if there is none."""
    for first in sorted(free):
        run = set(range(first, first + length))
        if first % step == 0 and run <= free:
            return run
    return None


def heap_mibs(board):
    return min(max(board.ram_size // MIB // HEAP_SHARE, HEAP_MIN), HEAP_MAX)


def free_mibs(board, tree, modules):
    """Whole MiBs that are left when the hypervisor has what it keeps.  @tree, @modules: (start, size)."""
    free = whole_mibs(board.ram_start, board.ram_size)
    free -= whole_mibs(board.load_address, 1)
    for start, size in [tree, *modules]:
        free -= whole_mibs(start, size)
    return free - (first_run(free, heap_mibs(board)) or set())


def check_board(config, board, tree, modules):
    """Is there memory for all domains: for dom0 in one piece, 2-MiB aligned, for the others by MiBs?"""
    free = free_mibs(board, tree, modules)
    wanted = sum(d.memory for d in config.domains) // MIB
    if wanted > len(free):
        raise UserError(f"the domains ask for {wanted} MiB of memory, but {board.name} has {len(free)} MiB to give "
                        "beside its modules and the hypervisor")
    if config.dom0 and not first_run(free, config.dom0.memory // MIB, 2):
        raise UserError(f"dom0 asks for {config.dom0.memory // MIB} MiB of memory, but {board.name} has no more than "
                        f"{longest_run(free)} MiB in one piece: the device tree and the modules lie between")


def longest_run(free):
    """The length in MiB of the longest run that begins at an even one."""
    length = 0
    while first_run(free, length + 1, 2):
        length += 1
    return length


def check_kernels(config, board):
    """Are the kernels of build/linux that @config names for guests, and for the board's core?"""
    for domain in config.domains:
        flavour = domain.kernel.parent.name.split(".")[0]
        if domain.kernel.parent.parent == (BUILD / "linux").resolve() and flavour not in board.kernels():
            raise UserError(f"{domain.name}.kernel: build/linux/{flavour} has no kernel for guests of {board.name}; "
                            f"write build/linux/{board.flavour('pv')}/{domain.kernel.name}")


def kernel_room(kernel):
    """Bytes that the kernel needs from where it is copied to: as domain_load_check_kernel()."""
    data = kernel.read_bytes()[:0x28]
    is_zimage = len(data) == 0x28 and struct.unpack("<I", data[0x24:])[0] == ZIMAGE_MAGIC
    return kernel.stat().st_size * (ZIMAGE_GROWTH if is_zimage else 1) + BSS_ROOM


def smallest_memory(kernel, ramdisk_size):
    """Bytes of memory that a domain needs at least: as domain_load_place()."""
    high = max(-(-ramdisk_size // 4096) * 4096 + TREE_ROOM, TREE_SPAN)
    return -(-(KERNEL_OFFSET + kernel_room(kernel) + high) // MIB) * MIB


def unpacked_size(ramdisk):
    """Bytes of the archives in @ramdisk, unpacked if they are packed with gzip."""
    data = ramdisk.read_bytes()
    size = 0
    while data[:2] == b"\x1f\x8b":
        unpack = zlib.decompressobj(wbits=31)
        try:
            size += len(unpack.decompress(data))
        except zlib.error:
            break               # the guest will say so
        data = unpack.unused_data.lstrip(b"\0")
    return size + len(data)


def check_domain(domain, modules):
    """Has the domain memory for its kernel and ramdisk, and for what is in that?"""
    sizes = {m.kind: m.size for m in modules}
    needed = smallest_memory(domain.kernel, sizes.get("ramdisk", 0))
    if domain.memory < needed:
        raise UserError(f"{domain.name} has {domain.memory // MIB} MiB of memory; its kernel and ramdisk need "
                        f"{needed // MIB} MiB at least")
    for module in modules:
        if module.kind == "ramdisk" and unpacked_size(module.file) > domain.memory // 2:
            raise UserError(f"{domain.name}'s ramdisk has {unpacked_size(module.file) // MIB} MiB when it is unpacked, "
                            f"which is more than half of its {domain.memory // MIB} MiB of memory: Linux lets "
                            "files there have no more")


def check_domains(config, modules):
    """Each domain by itself, and how many they are; @modules: a list of a domain's modules by its name."""
    if len(config.domains) > DOMAINS:
        raise UserError(f"{config.name} has {len(config.domains)} domains; {DOMAINS}, dom0 included, are the most")
    for domain in config.domains:
        check_domain(domain, modules[domain.name])
