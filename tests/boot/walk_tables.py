# SPDX-License-Identifier: GPL-2.0-only
"""Run by gdb (source walk_tables.py) on a stopped machine in QEMU: walks the tables that each of its CPUs
has loaded, by machine address, and prints what is wrong in them by the rules for several CPUs (docs/caches.md).

Formats: ARM ARM DDI 0406, B3.5.1; memory types without TEX remap: B3.8.2; TTBR0: B4.1.154.
"""
import gdb

TABLE, SECTION = 1, 2
# Inner and outer write-back, write-allocate, shareable; of the ARM11 MPCore, outer alone.
TTBR_WALK = (0x4a, 0x0a)
# TEX, C, B of memory that is not normal: strongly ordered, device, device that is not shared.
NOT_NORMAL = (0b00000, 0b00001, 0b01000)
# Of normal memory: as guests may ask for it, and as shared and other domains' frames have it.
WRITE_ALLOCATE, POLICY_BOTH = 0b00111, 0b10101
GUESTS = (0b00010, 0b00011, 0b00100, WRITE_ALLOCATE, POLICY_BOTH)
HYPERVISOR_FROM = 0xfe000000

memory = gdb.selected_inferior()


def words(address, count):
    return memoryview(bytes(memory.read_memory(address, 4 * count))).cast("I")


def register(name):
    """Of the CPU that is looked at; 0 if it has none of that name."""
    value = gdb.parse_and_eval(f"${name}")
    return 0 if value.type.code == gdb.TYPE_CODE_VOID else int(value) & 0xffffffff


def ttbr0():
    """Of the state that the machine runs in: Secure, unless there is none or nobody has written that one."""
    return register("TTBR0_EL1_S") or register("TTBR0_EL1")


class Walk:
    def __init__(self):
        self.entries = self.complaints = 0

    def complain(self, text):
        self.complaints += 1
        print("WRONG", text)

    def check(self, va, entry, kind, shareable):
        """@kind: TEX, C, B."""
        self.entries += 1
        if kind in NOT_NORMAL:
            return
        if not shareable:
            self.complain(f"{va:08x}: {entry:08x} is not shareable")
        if kind not in ((WRITE_ALLOCATE,) if va >= HYPERVISOR_FROM else GUESTS):
            self.complain(f"{va:08x}: {entry:08x} has memory type {kind:05b}")

    def second_level(self, va, table):
        for index, entry in enumerate(words(table, 256)):
            if entry & 2:
                kind = (entry >> 6 & 7) << 2 | entry >> 2 & 3
                self.check(va + (index << 12), entry, kind, entry & 1 << 10)

    def first_level(self, ttbr):
        if ttbr & 0x7f not in TTBR_WALK:
            self.complain(f"TTBR0 {ttbr:08x}")
        for index, entry in enumerate(words(ttbr & ~0x3fff, 4096)):
            if entry & 3 == SECTION:
                kind = (entry >> 12 & 7) << 2 | entry >> 2 & 3
                self.check(index << 20, entry, kind, entry & 1 << 16)
            elif entry & 3 == TABLE:
                self.second_level(index << 20, entry & ~0x3ff)


def main():
    bases = {}
    for thread in memory.threads():
        thread.switch()
        bases[ttbr0()] = thread.num
    gdb.execute("maintenance packet Qqemu.PhyMemMode:1", to_string=True)
    walk = Walk()
    for base in bases:
        walk.first_level(base)
    gdb.execute("maintenance packet Qqemu.PhyMemMode:0", to_string=True)
    print(f"WALKED tables {len(bases)} entries {walk.entries} wrong {walk.complaints}")


main()
