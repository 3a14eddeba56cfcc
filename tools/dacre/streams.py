# SPDX-License-Identifier: GPL-2.0-only
"""Takes the console apart again: the hypervisor marks each line with the domain that wrote it, and
once more after a carriage return within it."""
import re

HYPERVISOR = "hypervisor"
RETURN_AT_END = re.compile(r"\r(\(\w*\)?)?\Z")
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Streams:
    """What came from each origin, as text without carriage returns and terminal escapes.

    @prefixes: the mark at the start of a line, by origin; a line without one is the hypervisor's.
    """

    def __init__(self, prefixes):
        self.prefixes = prefixes
        marks = "|".join(map(re.escape, prefixes.values()))
        self.again = re.compile(rf"\r({marks})") if marks else None
        self.held = ""          # a carriage return and perhaps the start of a mark
        self.text = {HYPERVISOR: ""} | {name: "" for name in prefixes}
        self.line = ""          # of the current line, what is already in
        self.origin = None      # whose the current line is; None: not known yet

    def add(self, data):
        data = self.held + data
        start = RETURN_AT_END.search(data)
        data, self.held = (data[:start.start()], start[0]) if start else (data, "")
        if self.again:
            data = self.again.sub("", data)
        for part in re.findall(r"[^\n]*\n|[^\n]+", ESCAPES.sub("", data.replace("\r", ""))):
            self.add_part(part)

    def add_part(self, part):
        """@part: some of one line, perhaps with its end."""
        self.line += part
        if self.origin is None:
            self.origin = self.find_origin(part.endswith("\n"))
            if self.origin is None:
                return
            mark = self.prefixes.get(self.origin, "")
            part = self.line[len(mark):] if self.line.startswith(mark) else self.line
        self.text[self.origin] += part
        if part.endswith("\n"):
            self.line, self.origin = "", None

    def find_origin(self, ended):
        """Whose line self.line is; None while it may still turn into a mark."""
        for name, mark in self.prefixes.items():
            if self.line.startswith(mark):
                return name
        undecided = any(mark.startswith(self.line) for mark in self.prefixes.values())
        return None if undecided and not ended else HYPERVISOR
