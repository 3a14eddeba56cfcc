# SPDX-License-Identifier: GPL-2.0-only
"""Whatever the boot loader leaves, the hypervisor boots what can be booted of it, and says in a line why the
rest cannot; and when it dies itself, it says where."""
import re
import subprocess

import pytest

from dacre import BUILD, TOP
from dacre.image import make_image
from dacre.machine import Machine
from dacre.streams import HYPERVISOR
from debugger import gdb, stub_options
from linux import two_linux, wait_userland

pytestmark = pytest.mark.one_board


class Broken:
    """Starts the two-guest system after its tree was edited with fdtput."""

    def __init__(self, boot, board, tmp_path):
        self.boot, self.board = boot, board
        self.image = make_image(boot.read(two_linux()), board, tmp_path)

    def edit(self, *arguments):
        subprocess.run(["fdtput", *arguments[:1], self.image.tree, *arguments[1:]], check=True)

    def start(self):
        machine = self.boot.start([*self.image.qemu_arguments(), "-nic", "none"],
                                  ["dom0", "domU1"], 0, True)
        return machine

    def refusal(self):
        """The one line; nothing of a guest is printed before or after it."""
        machine = self.start()
        line = machine.expect(r"PANIC: (.*)\n", HYPERVISOR)[1]
        machine.expect(r"Stopped|halted", HYPERVISOR)
        assert "Linux version" not in machine.raw
        return line

    def left_out(self, name, other):
        """Why one domain is left out; @other starts."""
        machine = self.start()
        line = machine.expect(rf"Domain {name} cannot be (?:started|built): (.*)\n", HYPERVISOR)[1]
        machine.expect(r"init: this is ", other)
        assert "PANIC" not in machine.stream(HYPERVISOR)
        assert f"({name}): shutdown" not in machine.stream(HYPERVISOR), "it never ran"
        assert not machine.stream(name)
        return line


TOO_SMALL = "its memory is too small for its kernel and ramdisk (error -28)"


def start_with_options(broken, options):
    broken.edit("-ts", "/chosen", "xen,xen-bootargs", options)
    return broken.start()


@pytest.fixture
def broken(boot, board, tmp_path):
    return Broken(boot, board, tmp_path)


def module_nodes(broken, parent):
    """The paths of the module nodes: of the kernel, then of the ramdisk."""
    names = subprocess.run(["fdtget", "-l", broken.image.tree, parent], check=True, text=True,
                           capture_output=True).stdout.split()
    return [f"{parent}/{name}" for name in names if name.startswith("module@")]


def kernel_node(broken, parent):
    return module_nodes(broken, parent)[0]


def test_no_domain(broken):
    broken.edit("-r", "/chosen/domU1")
    for _ in range(2):
        broken.edit("-r", kernel_node(broken, "/chosen"))
    assert broken.refusal() == ("device tree: nothing to start: /chosen has neither a multiboot,kernel module "
                                "nor a xen,domain node")


def test_domain_without_kernel(broken):
    broken.edit("-r", kernel_node(broken, "/chosen/domU1"))
    assert broken.left_out("domU1", "dom0") == "domU1 has no kernel: a multiboot,kernel module is missing"


def test_module_outside_memory(broken):
    broken.edit("-tx", kernel_node(broken, "/chosen/domU1"), "reg", "f0000000", "1000")
    assert broken.left_out("domU1", "dom0") == "the kernel module of domU1 lies outside RAM"


def test_module_without_place(broken):
    broken.edit("-d", kernel_node(broken, "/chosen/domU1"), "reg")
    assert broken.left_out("domU1", "dom0") == ("the kernel module of domU1 has no valid reg property (cells, size 0, "
                                                "above 4 GiB)")


def test_domain_without_memory(broken):
    broken.edit("-d", "/chosen/domU1", "memory")
    assert broken.left_out("domU1", "dom0") == "domU1 needs a memory property: KiB, at most 2 GiB, not 0"


def test_domain_larger_than_the_board(broken):
    broken.edit("-tx", "/chosen/domU1", "memory", "0", "200000")
    assert re.fullmatch(r"domU1 asks for 2048 MiB of memory, but there are only \d+ left",
                        broken.left_out("domU1", "dom0"))


def test_unknown_device(broken):
    broken.edit("-ts", "/chosen/domU1", "dacre,devices", "/no/such/device")
    assert broken.left_out("domU1", "dom0") == "dacre,devices of domU1: there is no device /no/such/device"


def test_device_of_the_hypervisor(broken):
    console = subprocess.run(["fdtget", broken.image.tree, "/aliases", "serial0"], check=True, text=True,
                             capture_output=True).stdout.strip()
    broken.edit("-ts", "/chosen/domU1", "dacre,devices", console)
    name = console.rsplit("/", 1)[1]
    assert broken.left_out("domU1", "dom0") == (f"{name} cannot be given to domU1: the hypervisor or another domain has "
                                                "it or its page, or it is no device (error -22)")


def test_command_line_of_1024_characters(broken):
    broken.edit("-ts", kernel_node(broken, "/chosen/domU1"), "bootargs", "x" * 1024)
    assert broken.left_out("domU1", "dom0") == "the bootargs of domU1 are too long or not a string"


def test_domain_too_small_for_its_kernel(broken):
    broken.edit("-tx", "/chosen/domU1", "memory", "0", "2000")
    assert broken.left_out("domU1", "dom0") == TOO_SMALL


def test_dom0_too_small_for_its_kernel(broken):
    """Its end is not the board's: it never ran."""
    broken.edit("-ts", "/chosen", "xen,xen-bootargs", "dom0_mem=8M")
    assert broken.left_out("dom0", "domU1") == TOO_SMALL


def test_no_domain_can_be_built(broken):
    broken.edit("-ts", "/chosen", "xen,xen-bootargs", "dom0_mem=8M")
    broken.edit("-tx", "/chosen/domU1", "memory", "0", "2000")
    assert broken.refusal() == "no domain can be started, see above"


def test_memory_is_rounded_up(broken):
    broken.edit("-ts", "/chosen", "xen,xen-bootargs", "dom0_mem=98000K")
    broken.edit("-tx", "/chosen/domU1", "memory", "0", "10001")
    machine = broken.start()
    machine.expect(r"dom0: memory of 98000 KiB, rounded up to 96 MiB", HYPERVISOR)
    machine.expect(r"domU1: memory of 65537 KiB, rounded up to 65 MiB", HYPERVISOR)
    machine.expect(r"Domain 1 \(domU1\): 65 MiB", HYPERVISOR)
    wait_userland(machine, "dom0")


def test_no_console_no_timer(broken):
    """A board without what the hypervisor needs itself."""
    names = subprocess.run(["fdtget", "-l", broken.image.tree, "/"], check=True, text=True,
                           capture_output=True).stdout.split()
    for name in names:
        if name.startswith("timer@"):
            broken.edit("-r", f"/{name}")
    assert broken.refusal() == "device tree: no usable one-shot timer (error -19)"


def test_no_tree(broken):
    """None at all: QEMU makes a list of ATAGs, as boot loaders did before there were trees."""
    arguments = broken.image.qemu_arguments()
    at = arguments.index("-dtb")
    machine = broken.boot.start([*arguments[:at], *arguments[at + 2:], "-nic", "none"], [], 0, True)
    line = machine.expect(r"PANIC: (.*)\n", HYPERVISOR)[1]
    assert line == "no device tree at 00000100, but a list of ATAGs"


OLD_NAMES = ["xen,linux-zimage", "xen,multiboot-module"], ["xen,linux-initrd", "xen,multiboot-module"]


def in_group(broken):
    """Moves dom0's modules to /chosen/modules, without cells, as boot scripts for U-Boot write it."""
    for number, (path, names) in enumerate(zip(module_nodes(broken, "/chosen"), OLD_NAMES)):
        reg = subprocess.run(["fdtget", "-tx", broken.image.tree, path, "reg"], check=True, text=True,
                             capture_output=True).stdout.split()
        broken.edit("-p", "-c", f"/chosen/modules/module@{number}")
        broken.edit("-ts", f"/chosen/modules/module@{number}", "compatible", *names)
        broken.edit("-tx", f"/chosen/modules/module@{number}", "reg", *reg)
        broken.edit("-r", path)


def compatible(*names):
    def edit(broken):
        for path, of_module in zip(module_nodes(broken, "/chosen"), names):
            broken.edit("-ts", path, "compatible", *of_module)
    return edit


@pytest.mark.parametrize("edit", [
    compatible(*OLD_NAMES), compatible(["multiboot,module"], ["multiboot,module"]), in_group,
], ids=["old-names", "no-kind", "group"])
def test_dom0_as_for_xen(broken, edit):
    edit(broken)
    broken.edit("-ts", "/chosen", "xen,dom0-bootargs", "console=hvc0 dacre.name=dom0")
    broken.edit("-p", "-c", "/chosen/policy")
    machine = broken.start()
    machine.expect(r"policy of /chosen is not understood", HYPERVISOR)
    wait_userland(machine, "dom0")


@pytest.mark.parametrize("options, unknown", [
    ("dom0_mem=96M,max:96M bootscrub=0 bootscrub=0", ["bootscrub=0"]),
    ("dom0_mem=96M console=dtuart loglvl=all", ["console=dtuart", "loglvl=all"]),
    ("console=ttyAMA0,115200n8", ["console=ttyAMA0,115200n8"]),
], ids=["xen", "xen-two", "linux"])
def test_unknown_option_is_named_once_and_ignored(broken, options, unknown):
    machine = start_with_options(broken, options)
    machine.expect(r"Domain 0 \(dom0\): 96 MiB", HYPERVISOR)
    machine.expect(r"Linux version", "dom0")
    lines = re.findall(r"Command line: (.*) is not known", machine.stream(HYPERVISOR))
    assert lines == unknown


def test_option_as_long_as_a_page_is_cut(broken):
    machine = start_with_options(broken, "x" * 4096)
    machine.expect(r"Command line: x{80} is not known$", HYPERVISOR)
    machine.expect(r"Linux version", "dom0")


@pytest.mark.parametrize("instruction, kind", [
    (0xe5955000, "data abort"),                 # ldr r5, [r5]
    (0xe12fff15, "prefetch abort"),             # bx r5
    (0xe7f000f0, "undefined instruction"),
], ids=["data", "prefetch", "undefined"])
def test_early_fault_is_reported(boot, board, tmp_path, sockets, instruction, kind):
    """Before there are domains, the idle vCPU or the driver of a UART."""
    image = make_image(boot.read(two_linux()), board, tmp_path / "fault")
    elf = board.hypervisor.with_suffix(".elf")
    stub = sockets / "gdb"
    machine = boot.start([*image.qemu_arguments(), "-nic", "none", "-S", *stub_options(stub)],
                         ["dom0", "domU1"], 0, True)
    gdb(machine, elf, stub, "hbreak bootfdt_check", "continue", "set $r5 = 0xfe7ff000",
        f"set var {{unsigned int}}$pc = {instruction:#x}", "detach")
    machine.expect(rf"hypervisor fault: {kind} at ([0-9a-f]{{8}})", HYPERVISOR)
    machine.expect(r"r5 +fe7ff000", HYPERVISOR)
    machine.expect(r"backtrace: [0-9a-f]{8}", HYPERVISOR)
    machine.expect(r"PANIC: fault in the hypervisor", HYPERVISOR)
    machine.expect(r"Stopped", HYPERVISOR)


def test_hypervisor_fault_is_reported(boot, board, tmp_path, sockets):
    """A debugger sends the running hypervisor to an address where nothing is mapped: registers, the
    reason and a backtrace come that tools/symbolise can read."""
    image = make_image(boot.read(two_linux()), board, tmp_path / "fault")
    elf = board.hypervisor.with_suffix(".elf")
    stub = sockets / "gdb"
    machine = boot.start([*image.qemu_arguments(), "-nic", "none", *stub_options(stub)],
                         ["dom0", "domU1"], 0, True)
    machine.expect(r"Linux version")
    # ldr r5, [r5]
    gdb(machine, elf, stub, "hbreak timer_set", "continue", "stepi 4", "set $r5 = 0xfe7ff000",
        "set var {unsigned int}$pc = 0xe5955000", "detach")
    machine.expect(r"hypervisor fault: data abort at ([0-9a-f]{8})", HYPERVISOR)
    machine.expect(r"dfsr [0-9a-f]{8} dfar fe7ff000", HYPERVISOR)
    machine.expect(r"r0 +[0-9a-f]{8}", HYPERVISOR)
    machine.expect(r"backtrace:( [0-9a-f]{8}){2,}", HYPERVISOR)
    machine.expect(r"PANIC: ", HYPERVISOR)
    machine.expect(r"Stopped", HYPERVISOR)
    done = subprocess.run([TOP / "tools/symbolise", elf], input=machine.stream(HYPERVISOR),
                          capture_output=True, text=True, check=True)
    # What the place itself is inlined in comes between.
    place = r".* at \w+\.[ch]:\d+\n"
    assert re.search(rf"backtrace: .*\n(?:{place})*?.* timer_set at timer\.c:\d+\n{place}", done.stdout)
