# SPDX-License-Identifier: GPL-2.0-only
"""The board's console at a terminal, and each domain's part of it at others.

The hypervisor has one UART for all domains: it marks each line with who wrote it, and Ctrl-a three times moves the
input on.  For a terminal of one domain's own (tools/console) the marks are taken off, and the input is moved when a
key is pressed there.
"""
import collections
import contextlib
import os
import pathlib
import pty
import re
import select
import socket
import sys
import termios
import time
import tty

from dacre import BUILD, UserError
from dacre.machine import SWITCH_KEYS, prefixes
from dacre.streams import HYPERVISOR

KEY_ESCAPE, KEY_LEAVE = b"\x01", b"x"
CHUNK = 65536
# As the hypervisor prints them at its end, with what is between.
STOPPED = re.compile(rb"^\(dacre\) PANIC: .*^\(dacre\) Stopped\.", re.M | re.S)
RESET = re.compile(rb"^\(dacre\) dom0 has shut down: resetting the board", re.M)
INPUT_MOVED = re.compile(rb"console input: (?:d\d+ )?(\S+).*\n")
LAST_WORDS = 65536
# What a terminal that comes later is shown of what was printed before.
KEPT = 8192
# Seconds; the hypervisor answers Ctrl-a at once, and QEMU ends at once at a reset where it has one.
ANSWER_TIME = END_TIME = 3


def leaves(keys, escaped):
    """Is Ctrl-a x among @keys?  @escaped: the last key before them was Ctrl-a."""
    for key in (keys[i:i + 1] for i in range(len(keys))):
        if escaped and key == KEY_LEAVE:
            return True, False
        escaped = key == KEY_ESCAPE
    return False, escaped


class Splitter:
    """Takes the console's bytes apart by who wrote them, as they come: prompts are no whole lines."""

    def __init__(self, names):
        self.marks = {name: mark.encode() for name, mark in prefixes(names).items()}
        self.held, self.origin = b"", None      # origin None: at the start of a line

    def add(self, data):
        """Yields (origin, bytes) without the marks."""
        data, self.held = self.held + data, b""
        while data:
            if self.origin is None:
                data = self.start_line(data)
                continue
            end = re.search(rb"[\r\n]", data)
            end = end.start() if end else len(data)
            text, rest = data[:end], data[end:]
            if rest.startswith(b"\n"):
                yield self.origin, text + b"\n"
                self.origin, data = None, rest[1:]
                continue
            if text:
                yield self.origin, text
            data = rest and self.after_return(rest[1:])
            if rest and not self.held:
                yield self.origin, b"\r"

    def start_line(self, data):
        for name, mark in self.marks.items():
            if data.startswith(mark):
                self.origin = name
                return data[len(mark):]
        if any(mark.startswith(data) for mark in self.marks.values()):
            self.held = data
            return b""
        self.origin = HYPERVISOR
        return data

    def after_return(self, rest):
        """The mark stands again after a carriage return within a line; @rest: what follows that."""
        mark = self.marks[self.origin]
        if rest.startswith(mark):
            return rest[len(mark):]
        if mark.startswith(rest):
            self.held = b"\r" + rest
            return b""
        return rest


class Keys:
    """Passes keys on to whom they are for, and has the hypervisor move its input there before.

    @write: sends bytes to the console
    @first: the domain that has the input when the board starts
    """

    def __init__(self, write, first, domain_count):
        self.write, self.most_moves = write, domain_count + 1
        self.focus = self.home = first      # home: whom the main terminal's keys are for; None: whoever has the input
        self.waiting, self.latest, self.moves, self.home_moves = False, 0.0, 0, False
        self.queue = collections.deque()
        self.escapes = 0

    def add(self, target, keys):
        """@target: a domain, or None: from the main terminal."""
        for key in (keys[i:i + 1] for i in range(len(keys))):
            moves_home = target is None and self.is_third_escape(key)
            self.queue.append((target, key, moves_home))
        self.send()

    def is_third_escape(self, key):
        self.escapes = self.escapes + 1 if key == KEY_ESCAPE else 0
        if self.escapes < len(SWITCH_KEYS):
            return False
        self.escapes = 0
        return True

    def moved(self, name):
        """The hypervisor says that @name has the input."""
        self.focus = name
        if self.home_moves:
            self.home = name
        self.waiting = self.home_moves = False
        self.send()

    def expire(self):
        """No answer: the rest goes to whoever has the input."""
        if self.waiting and time.monotonic() > self.latest:
            self.waiting = self.home_moves = False
            self.send()

    def wait(self):
        self.waiting, self.latest = True, time.monotonic() + ANSWER_TIME

    def send(self):
        while self.queue and not self.waiting:
            target, key, moves_home = self.queue[0]
            wanted = target or self.home
            if wanted not in (None, self.focus):
                self.move(target)
                continue
            self.moves = 0
            self.queue.popleft()
            self.write(key)
            if moves_home:
                self.home_moves = True
                self.wait()

    def move(self, target):
        """On to the next domain; keys for one that never has its turn are dropped."""
        if self.moves < self.most_moves:
            self.moves += 1
            self.write(SWITCH_KEYS.encode())
            self.wait()
            return
        self.moves = 0
        if target is None:
            self.home = self.focus
        else:
            self.queue.popleft()


@contextlib.contextmanager
def at(path):
    """@path by way of its directory's descriptor: a socket's own path may have 107 bytes."""
    directory = os.open(path.parent, os.O_PATH | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{directory}/{path.name}"
    finally:
        os.close(directory)


class Terminals:
    """The terminals of single domains: a socket for each in @directory."""

    def __init__(self, directory, names):
        self.paths = [directory / name for name in names]
        self.listeners, self.clients = {}, {}
        self.kept = dict.fromkeys(names, b"")
        directory.mkdir(parents=True, exist_ok=True)
        for path in self.paths:
            path.unlink(missing_ok=True)
            listener = socket.socket(socket.AF_UNIX)
            with at(path) as short:
                listener.bind(short)
            listener.listen()
            self.listeners[listener] = path.name

    def sources(self):
        return [*self.listeners, *self.clients]

    def accept(self, listener):
        client, _ = listener.accept()
        client.setblocking(False)
        self.clients[client] = self.listeners[listener]
        self.give(client, self.kept[self.clients[client]])

    def read(self, client):
        """(the domain, the keys typed); none when the terminal is gone."""
        name = self.clients[client]
        try:
            keys = client.recv(CHUNK)
        except OSError:
            keys = b""
        if not keys:
            self.drop(client)
        return name, keys

    def show(self, name, data):
        if name not in self.kept:
            return
        self.kept[name] = (self.kept[name] + data)[-KEPT:]
        for client in [client for client, of in self.clients.items() if of == name]:
            self.give(client, data)

    def give(self, client, data):
        """Who does not read loses the rest."""
        try:
            client.send(data)
        except BlockingIOError:
            pass
        except OSError:
            self.drop(client)

    def drop(self, client):
        client.close()
        del self.clients[client]

    def close(self):
        for client in list(self.clients):
            self.drop(client)
        for listener in self.listeners:
            listener.close()
        for path in self.paths:
            path.unlink(missing_ok=True)


class Console:
    """Between QEMU at the pseudo-terminal @master, this process's terminal, and those of single domains."""

    def __init__(self, master, names, terminals):
        self.master, self.terminals = master, terminals
        self.splitter = Splitter(names)
        self.keys = Keys(lambda data: os.write(master, data), names[0], len(names))
        self.last, self.said = b"", b""
        self.escaped, self.inputs = False, [0]
        self.end_time = None

    def run(self):
        """Until QEMU ends, the user leaves, or the hypervisor has stopped, which is true then."""
        while self.end_time is None or time.monotonic() < self.end_time:
            sources = [self.master, *self.inputs, *self.terminals.sources()]
            ready, _, _ = select.select(sources, [], [], 1)
            self.keys.expire()
            if self.master in ready and not self.show():
                return False
            if STOPPED.search(self.last):
                return True
            if 0 in ready and not self.type():
                return False
            self.serve([each for each in ready if isinstance(each, socket.socket)])
        return False

    def show(self):
        """Passes on what QEMU prints; false when it has ended."""
        try:
            data = os.read(self.master, CHUNK)
        except OSError:
            return False
        os.write(1, data)
        self.last = (self.last + data.replace(b"\r", b""))[-LAST_WORDS:]
        if self.end_time is None and RESET.search(self.last):
            self.end_time = time.monotonic() + END_TIME
        for origin, text in self.splitter.add(data):
            self.terminals.show(origin, text)
            if origin == HYPERVISOR:
                self.listen(text)
        return bool(data)

    def listen(self, text):
        self.said += text
        while found := INPUT_MOVED.search(self.said):
            self.said = self.said[found.end():]
            self.keys.moved(found[1].decode(errors="replace"))
        self.said = self.said[-CHUNK:]

    def type(self):
        """Passes on what is typed here; false if the user leaves.  The end of a file is not that."""
        keys = os.read(0, 1024)
        if not keys:
            self.inputs = []
            return not os.isatty(0)
        left, self.escaped = leaves(keys, self.escaped)
        if not left:
            self.keys.add(None, keys)
        return not left

    def serve(self, sockets):
        for each in sockets:
            if each in self.terminals.listeners:
                self.terminals.accept(each)
            elif each in self.terminals.clients:
                name, keys = self.terminals.read(each)
                self.keys.add(name, keys)


def plain_output(terminal):
    """No carriage return is added to what the console prints: it has them already."""
    modes = termios.tcgetattr(terminal)
    modes[1] &= ~termios.ONLCR
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


@contextlib.contextmanager
def raw_keys():
    """Every key is passed on as it is pressed, where this process has a terminal."""
    if not os.isatty(0):
        yield
        return
    before = termios.tcgetattr(0)
    try:
        tty.setraw(0)
        yield
    finally:
        termios.tcsetattr(0, termios.TCSADRAIN, before)
        print()


def directory_of(configuration):
    """Where the sockets of a running configuration are."""
    return BUILD / "run" / configuration


def run_console(command, configuration, names):
    """Runs QEMU with its console at this terminal; a UserError when the hypervisor has stopped."""
    print(f"Ctrl-a three times: input to the next domain; Ctrl-a x: leave.  From a second terminal: "
          f"tools/console {names[-1]}", flush=True)
    terminals = Terminals(directory_of(configuration), names)
    child, master = pty.fork()
    if child == 0:
        plain_output(0)
        os.execvp(command[0], command)
    try:
        with raw_keys():
            stopped = Console(master, names, terminals).run()
    finally:
        os.close(master)
        os.waitpid(child, 0)
        terminals.close()
    if stopped:
        raise UserError("the hypervisor has stopped, see above")


def find_socket(words):
    """The socket of "domain" or of "configuration/domain"."""
    found = sorted(path for path in (BUILD / "run").glob(f"*/{words}" if "/" not in words else words)
                   if path.is_socket())
    if not found:
        running = sorted(f"{path.parent.name}/{path.name}" for path in (BUILD / "run").glob("*/*") if path.is_socket())
        raise UserError(f"no domain {words} runs at a terminal; "
                        + (f"there are: {' '.join(running)}" if running else "'make run' on one starts some"))
    if len(found) > 1:
        raise UserError(f"{words} is in several configurations: say "
                        + " or ".join(f"{path.parent.name}/{path.name}" for path in found))
    return found[0]


def attach(words):
    """This terminal becomes a domain's, until the machine ends or the user leaves."""
    path = find_socket(words)
    server = socket.socket(socket.AF_UNIX)
    try:
        with at(path) as short:
            server.connect(short)
    except ConnectionRefusedError:
        path.unlink(missing_ok=True)
        raise UserError(f"no domain {words} runs any more") from None
    print(f"The console of {pathlib.Path(path).name}.  Ctrl-a x: leave.", flush=True)
    with raw_keys():
        pass_on(server)


def pass_on(server):
    inputs, escaped = [0], False
    while True:
        ready, _, _ = select.select([server, *inputs], [], [])
        if server in ready:
            data = server.recv(CHUNK)
            if not data:
                return
            sys.stdout.buffer.write(data)
            sys.stdout.flush()
        if 0 in ready:
            keys = os.read(0, 1024)
            left, escaped = leaves(keys, escaped)
            if left:
                return
            if keys:
                server.sendall(keys)
            else:
                inputs = []
