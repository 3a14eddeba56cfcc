# SPDX-License-Identifier: GPL-2.0-only
"""All runs of a few short threads on CPUs that reorder as ARM's may.

A thread is a list of operations; a string is a label, and a step is a tuple:

    ("store", var, value)        value: a number, or a function of the thread's registers
    ("load", var, reg)
    ("rmw", var, reg, fn)        reg = var, var = fn(reg): LDREX and STREX until they succeed
    ("barrier",)                 DMB or DSB: what is before it is done, what is after it has not begun
    ("if", fn, label)            go there if fn(registers)
    ("wfe",), ("sev",)           the event register: WFE waits until it is set, and clears it
    ("ipi", thread), ("wfi",)    WFI waits until an interrupt is pending; it stays so until ("ack",)
    ("end",)

What reorders: stores wait in a buffer and leave it in any order, but for two to one variable; a load may be done ahead
of its turn, at any time since the last barrier; a branch forward does not hold it back, for that is predicted.
A load sees the thread's own buffered store.  An exclusive access is done in its turn, at memory, and orders nothing
but accesses to its own variable.
"""


def prepare(program):
    """Labels as indices."""
    steps, places = [], {}
    for step in program:
        if isinstance(step, str):
            places[step] = len(steps)
        else:
            steps.append(step)
    return [(*step[:-1], places[step[-1]]) if step[0] == "if" else step for step in [*steps, ("end",)]]


class State:
    """Of all threads, and memory; immutable as a key."""

    def __init__(self, count, memory):
        self.pc = [0] * count
        self.buffer = [()] * count          # (var, value), the oldest first
        self.ahead = [{} for _ in range(count)]     # index of a load: what it got
        self.regs = [{} for _ in range(count)]
        self.event = [False] * count
        self.pending = [False] * count
        self.memory = dict(memory)

    def copy(self):
        new = State.__new__(State)
        new.pc, new.buffer = list(self.pc), list(self.buffer)
        new.ahead, new.regs = [dict(a) for a in self.ahead], [dict(r) for r in self.regs]
        new.event, new.pending, new.memory = list(self.event), list(self.pending), dict(self.memory)
        return new

    def key(self):
        return (tuple(self.pc), tuple(self.buffer), tuple(tuple(sorted(a.items())) for a in self.ahead),
                tuple(tuple(sorted(r.items())) for r in self.regs), tuple(self.event), tuple(self.pending),
                tuple(sorted(self.memory.items())))

    def seen(self, thread, var):
        for other, value in reversed(self.buffer[thread]):
            if other == var:
                return value
        return self.memory[var]


def drained(state, thread):
    """After one buffered store went to memory; each that may be the next."""
    gone = set()
    for index, (var, value) in enumerate(state.buffer[thread]):
        if var not in gone:
            gone.add(var)
            new = state.copy()
            new.buffer[thread] = state.buffer[thread][:index] + state.buffer[thread][index + 1:]
            new.memory[var] = value
            yield new


def loaded_ahead(state, thread, steps):
    """After a load was done before its turn."""
    stored = set()
    for index in range(state.pc[thread], len(steps)):
        step = steps[index]
        if step[0] in ("barrier", "end"):
            return
        if step[0] in ("store", "rmw"):
            stored.add(step[1])
        if step[0] == "load" and index > state.pc[thread] and index not in state.ahead[thread] \
                and step[1] not in stored:
            new = state.copy()
            new.ahead[thread][index] = state.seen(thread, step[1])
            yield new


def stepped(state, thread, steps):
    """After the next step of a thread in its turn, or None if it has to wait."""
    step, new = steps[state.pc[thread]], state.copy()
    regs, kind = new.regs[thread], step[0]
    new.pc[thread] += 1
    if kind == "store":
        value = step[2](regs) if callable(step[2]) else step[2]
        new.buffer[thread] += ((step[1], value),)
    elif kind == "load":
        regs[step[2]] = new.ahead[thread].pop(state.pc[thread], None)
        if regs[step[2]] is None:
            regs[step[2]] = state.seen(thread, step[1])
    elif kind == "rmw":
        if any(var == step[1] for var, _ in state.buffer[thread]):
            return None
        regs[step[2]] = state.memory[step[1]]
        new.memory[step[1]] = step[3](regs[step[2]])
    elif kind == "barrier":
        if state.buffer[thread]:
            return None
        new.ahead[thread] = {}
    elif kind == "if":
        if step[1](regs):
            back = step[2] <= state.pc[thread]
            new.pc[thread] = step[2]
            new.ahead[thread] = {} if back else {i: v for i, v in new.ahead[thread].items() if i >= step[2]}
    elif kind == "wfe":
        if not state.event[thread]:
            return None
        new.event[thread] = False
    elif kind == "sev":
        new.event = [True] * len(new.event)
    elif kind == "ipi":
        new.pending[step[1]] = True
    elif kind == "wfi":
        if not state.pending[thread]:
            return None
    elif kind == "ack":
        new.pending[thread] = False
    return new


def explore(programs, memory, is_bad):
    """Every state in which nothing more can happen is judged by is_bad(memory, all ended, registers).

    Returns (states, whether a bad one was found).
    """
    threads = [prepare(program) for program in programs]
    start = State(len(threads), memory)
    seen, stack, found = {start.key()}, [start], False
    while stack:
        state = stack.pop()
        following = []
        for thread, steps in enumerate(threads):
            following += drained(state, thread)
            if steps[state.pc[thread]][0] != "end":
                following += loaded_ahead(state, thread, steps)
                new = stepped(state, thread, steps)
                following += [new] if new else []
        ended = all(steps[pc][0] == "end" for steps, pc in zip(threads, state.pc))
        if not following:
            found = found or is_bad(state.memory, ended, state.regs)
        for new in following:
            key = new.key()
            if key not in seen:
                seen.add(key)
                stack.append(new)
    return len(seen), found
