# SPDX-License-Identifier: GPL-2.0-only
"""Sizes as people write them."""
import re

UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}


def parse_size(text):
    """Bytes of "64M", "512K", "1G"; ValueError otherwise."""
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    if not found:
        raise ValueError(text)
    return int(found[1]) * UNITS[found[2]]
