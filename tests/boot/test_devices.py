# SPDX-License-Identifier: GPL-2.0-only
"""dom0 drives the board's devices with Linux's own drivers: network, UART, card, clock, DMA."""
import datetime
import hashlib
import re
import socket
import time

import pytest

from dacre.image import compile_tree
from dacre.machine import PATIENCE
from linux import dom0, guest, wait_userland

CARD_BYTES = 4 << 20
CARD_LABEL = b"a card from outside"
PATTERN = "".join(f"{n}\n" for n in range(1, 60001)).encode()   # what the session writes


@pytest.fixture
def outside(tmp_path, sockets):
    """The other ends: a file to fetch, a memory card, a serial line."""
    served = tmp_path / "tftp"
    served.mkdir()
    payload = b"".join(hashlib.md5(bytes([n & 255, n >> 8])).digest() for n in range(20000))
    (served / "payload").write_bytes(payload)
    card = tmp_path / "card.img"
    card.write_bytes(CARD_LABEL.ljust(CARD_BYTES, b"\0"))
    return {"served": served, "payload": payload, "card": card, "line": sockets / "line"}


def options(outside):
    return ("-nic", f"user,restrict=on,tftp={outside['served']}",
            "-drive", f"if=sd,format=raw,file={outside['card']}",
            "-chardev", f"socket,id=line,path={outside['line']},server=on,wait=off",
            "-serial", "chardev:line")


def talk(machine, path, say, expected):
    """The far end of the serial line: waits for a line, answers it."""
    line = socket.socket(socket.AF_UNIX)
    line.connect(str(path))
    line.settimeout(0.05)
    heard, end = b"", time.monotonic() + PATIENCE
    while expected not in heard:
        assert time.monotonic() < end, f"heard only {heard!r}"
        try:
            heard += line.recv(1024)
        except TimeoutError:
            machine.pump(0.05)
    line.sendall(say)
    return line


def irq_count(machine, device):
    return int(re.search(rf"devices: irq +\d+: +(\d+) .*{device}", machine.stream("dom0"))[1])


def has_dma(board, directory):
    compile_tree(board.tree, directory / "board.dtb")
    return b"arm,pl08" in (directory / "board.dtb").read_bytes()


def test_board_devices(boot, board, outside, tmp_path):
    """A domU beside it needs none and sees none, not even the interrupts of dom0's."""
    machine = boot({"dom0": dom0("96M", "devices", ("stress", "tests", "modules")),
                    "domu": [guest("domU1", "64M", "demo")]}, qemu=options(outside))
    wait_userland(machine, "dom0")
    digest = hashlib.md5(outside["payload"]).hexdigest()
    line = talk(machine, outside["line"], b"hello from outside\n", b"hello from dom0")
    machine.expect(rf"devices: tftp {digest}", "dom0")
    machine.expect(r"devices: uart 'hello from outside'", "dom0")
    line.close()
    for number in (1, 2, 3):
        machine.expect(rf"devices: /dev/ttyAMA{number} opens", "dom0")
    machine.expect(rf"devices: card found {CARD_LABEL.decode()}", "dom0")
    machine.expect(r"devices: card written and read", "dom0")
    rtc = machine.expect(r"devices: rtc (\S+) UTC", "dom0")[1]
    dma = has_dma(board, tmp_path)
    machine.expect(r"dmatest: dma0chan0-copy0: summary 20 tests, 0 failures" if dma
                   else r"devices: no DMA controller", "dom0")
    machine.expect(r"devices: all tried", "dom0")
    # The UART is closed again by now, and its interrupt given back.
    for device in (*["pl08xdmac"] * dma, r"mmci-pl18x \(cmd\)", "eth0"):
        assert irq_count(machine, device) > 0, device
    machine.expect(r"demo: domU1 is done", "domU1")
    assert not re.search(r"pl011|smc91x|smsc911x|mmci|pl031|pl08x", machine.stream("domU1"))
    machine.close()
    assert outside["card"].read_bytes()[4096:4096 + len(PATTERN)] == PATTERN
    now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
    assert abs(datetime.datetime.fromisoformat(rtc) - now) < datetime.timedelta(hours=1)
