# SPDX-License-Identifier: GPL-2.0-only
"""Wraps a kernel for QEMU's -kernel, so that it is loaded where it wants to be and started as Linux."""
import struct
import zlib

MAGIC = 0x27051956
LINUX, ARM, KERNEL, PLAIN = 5, 2, 2, 0


def write_uimage(kernel, output, address):
    """@kernel's bytes as a legacy U-Boot image, loaded to and entered at @address."""
    data = kernel.read_bytes()

    def header(checksum):
        return struct.pack(">7I4B32s", MAGIC, checksum, 0, len(data), address, address,
                           zlib.crc32(data), LINUX, ARM, KERNEL, PLAIN, b"Linux")
    output.write_bytes(header(zlib.crc32(header(0))) + data)
