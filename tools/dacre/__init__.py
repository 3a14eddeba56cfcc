# SPDX-License-Identifier: GPL-2.0-only
"""What the host tools and the boot tests share: boards, boot configurations, QEMU."""
import pathlib

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = TOP / "build"


class UserError(Exception):
    """Something that the user can put right; its text is the one sentence that he sees."""
