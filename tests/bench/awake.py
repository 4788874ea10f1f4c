#!/usr/bin/env python3
"""Checks that pullkey stays responsive on a slow terminal: `awake.py BINARY [PART...] [--check | --check-cost]`.

Prints figures. A missed bound is printed as ABOVE. With --check that is a failure; with --check-cost only the bound for
the cost of a key is one: the others are times, which a busy machine makes worse.

The demo runs in a pseudo terminal of 160x50 that is drained as slowly as a line of 20 kB/s, once with a terminal that
answers queries and once with one that answers nothing. An arrow key is held for ten seconds; then `q`, or SIGTERM; then
the same with 100,000 keys queued; and SIGTERM, SIGHUP and SIGINT for a terminal that reads nothing at all. Last, the
cost of a key in a field with 49,000 characters and in an empty one.
"""

import fcntl
import glob
import os
import pty
import re
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import threading
import time

COLUMNS, ROWS = 160, 50
LINE = 20_000
HOLD = 10.0
REPEAT = 1 / 30
HEARD = 0.5
QUEUED = 100_000
CHARACTERS = 49_000
DEARER = 1.5
PAIRS = 25

QUESTIONS = re.compile(rb"\x1b\[\?2004\$p|\x1b\[c")
ANSWERS = {b"\x1b[?2004$p": b"\x1b[?2004;1$y", b"\x1b[c": b"\x1b[?62;22c"}


class Terminal:
    """The demo in a pseudo terminal, drained at `rate` bytes a second: `None` as fast as possible, 0 not at all."""

    def __init__(self, binary, rate=None, answers=True):
        self.rate, self.answers = None, answers
        self.home = tempfile.TemporaryDirectory(prefix="pullkey-awake-")
        env = {"HOME": self.home.name, "TERM": "xterm-256color", "LANG": "C.UTF-8", "PATH": os.environ.get("PATH", "")}
        self.pid, self.master = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            os.execve(binary, [binary, "--demo"], env)
        self.output, self.last, self.closed = bytearray(), time.monotonic(), False
        self.tail = b""
        threading.Thread(target=self._drain, daemon=True).start()
        self.wait_for(b"acme")
        self.settle(0.5)
        self.rate = rate

    def _drain(self):
        """Reads a twentieth of a second's worth at a time, like a slow line."""
        while not self.closed:
            if self.rate == 0:
                time.sleep(0.02)
                continue
            most = 65536 if self.rate is None else self.rate // 20
            began = time.monotonic()
            if not select.select([self.master], [], [], 0.1)[0]:
                continue
            try:
                data = os.read(self.master, most)
            except OSError:
                break
            if not data:
                break
            if self.rate:
                time.sleep(max(0.0, len(data) / self.rate - (time.monotonic() - began)))
            self.output += data
            self.last = time.monotonic()
            self._answer(data)
        self.closed = True

    def _answer(self, data):
        seen = self.tail + data
        end = 0
        for question in QUESTIONS.finditer(seen):
            end = question.end()
            if self.answers:
                os.write(self.master, ANSWERS[question[0]])
        self.tail = seen[max(end, len(seen) - 8):]

    def send(self, keys):
        view = memoryview(keys)
        while view:
            view = view[os.write(self.master, view):]

    def wait_for(self, text, within=30.0):
        deadline = time.monotonic() + within
        while text not in self.output:
            if time.monotonic() > deadline:
                sys.exit(f"awake: the screen never shows {text!r}")
            time.sleep(0.01)

    def settle(self, quiet):
        while time.monotonic() < self.last + quiet:
            time.sleep(0.005)

    def press(self, keys):
        self.send(keys)
        time.sleep(0.05)
        self.settle(0.2)

    def ended(self, within):
        """The time it took to end, or `None`."""
        began = time.monotonic()
        while time.monotonic() < began + within:
            if os.waitpid(self.pid, os.WNOHANG)[0]:
                self.pid = None
                return time.monotonic() - began
            time.sleep(0.002)
        return None

    def cpu(self):
        """Processor time of all threads, in nanoseconds."""
        total = 0
        for name in glob.glob(f"/proc/{self.pid}/task/*/schedstat"):
            try:
                with open(name, encoding="ascii") as file:
                    total += int(file.read().split()[0])
            except OSError:
                pass  # the thread has ended
        return total

    def close(self):
        self.closed = True
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        time.sleep(0.15)
        os.close(self.master)


FAILED = []


def figure(what, value, bound, unit="s"):
    good = value is not None and value <= bound
    shown = "never" if value is None else f"{value:.2f} {unit}"
    print(f"{'PASS ' if good else 'ABOVE'} {what}: {shown} (at most {bound} {unit})", flush=True)
    if not good:
        FAILED.append(what)


def hold(terminal, seconds=HOLD):
    """An arrow key held: down to the end of the list, and up again."""
    began, pressed = time.monotonic(), 0
    while time.monotonic() < began + seconds:
        terminal.send(b"\x1b[B" if pressed // 5 % 2 == 0 else b"\x1b[A")
        pressed += 1
        time.sleep(max(0.0, began + pressed * REPEAT - time.monotonic()))


def held_arrow(binary, answers):
    kind = "answering" if answers else "silent"
    terminal = Terminal(binary, LINE, answers)
    hold(terminal)
    released = time.monotonic()
    terminal.settle(0.7)
    figure(f"{kind}: the last frame after {HOLD:.0f} s of a held arrow", max(0.0, terminal.last - released), HEARD)
    terminal.close()
    for name, act in (("q", lambda t: t.send(b"q")), ("SIGTERM", lambda t: os.kill(t.pid, signal.SIGTERM))):
        terminal = Terminal(binary, LINE, answers)
        hold(terminal, 4.0)
        act(terminal)
        figure(f"{kind}: {name} after a held arrow", terminal.ended(20), HEARD)
        terminal.close()


def queued_keys(binary, keys, name):
    for ending in ("q", "Ctrl-C", "SIGTERM"):
        terminal = Terminal(binary, LINE)
        terminal.send(keys * (QUEUED // keys.count(b"\x1b")))
        if ending == "SIGTERM":
            os.kill(terminal.pid, signal.SIGTERM)
        else:
            terminal.send(b"q" if ending == "q" else b"\x03")
        figure(f"{ending} behind {QUEUED} queued keys ({name})", terminal.ended(60), HEARD)
        terminal.close()


def deaf_terminal(binary):
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        terminal = Terminal(binary, 0)
        for _ in range(300):
            terminal.send(b"\x1b[B\x1b[A")
            time.sleep(0.002)
        os.kill(terminal.pid, number)
        # On the way out to a terminal that reads nothing, only the time it gets to read the last output is left.
        figure(f"{number.name} while the terminal takes nothing", terminal.ended(20), 1.5)
        terminal.close()


def cost_of_keys(terminal, keys):
    """Processor time in nanoseconds for these keys, one after the other, including the drawing for each."""
    before = terminal.cpu()
    for key in keys:
        seen = len(terminal.output)
        terminal.send(key)
        deadline = time.monotonic() + 0.5
        while len(terminal.output) == seen and time.monotonic() < deadline:
            time.sleep(0.001)
    return terminal.cpu() - before


def at_field(binary, tabs, text):
    """The fields of the wizard, focused on the first empty one, with this text in one of them."""
    terminal = Terminal(binary)
    for keys in (b"n", b"/", b"gar", b"\r", b"\r"):
        terminal.press(keys)
    terminal.wait_for(b"assword")
    terminal.press(b"\t" * tabs)
    if text:
        terminal.press(b"\x1b[200~" + text + b"\x1b[201~")
        terminal.settle(1.0)
    return terminal


def long_field(binary):
    """Compares a very full field with the same one empty, in turn, a few keys at a time.

    Other load on the machine affects both of a pair alike, and the median of many pairs is not moved by a few uneven
    ones. So this figure is a ratio and not a time, and a miss is a failure with --check-cost too.
    """
    kinds = {"typing": [b"x"] * 6 + [b"\x7f"] * 6, "moving": [b"\x1b[D"] * 6 + [b"\x1b[C"] * 6}
    for name, tabs in (("the server", 0), ("the user", 1), ("the password", 2), ("the image", 3)):
        empty, full = at_field(binary, tabs, b""), at_field(binary, tabs, b"abcdefg" * (CHARACTERS // 7))
        for what, keys in kinds.items():
            pairs = []
            if what == "moving":
                # There has to be something to move through.
                empty.press(b"xxxxxx")
                full.press(b"xxxxxx")
            for turn in range(PAIRS):
                order = (empty, full) if turn % 2 else (full, empty)
                cost = {id(terminal): cost_of_keys(terminal, keys) for terminal in order}
                pairs.append((cost[id(empty)], cost[id(full)]))
            short, long = (statistics.median(costs) / len(keys) / 1e6 for costs in zip(*pairs))
            ratio = statistics.median(full_cost / empty_cost for empty_cost, full_cost in pairs)
            print(f"     {what} in {name}: {short:.2f} ms empty, {long:.2f} ms with {CHARACTERS} characters")
            figure(f"{what} in {name} with {CHARACTERS} characters against an empty one", ratio, DEARER, "times")
        empty.close()
        full.close()


def main():
    binary, *wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    binary = os.path.abspath(binary)
    wanted = wanted or ["arrow", "queue", "deaf", "field"]
    if "arrow" in wanted:
        for answers in (True, False):
            held_arrow(binary, answers)
    if "queue" in wanted:
        queued_keys(binary, b"\x1b[B", "one held arrow")
        queued_keys(binary, b"\x1b[B\x1b[A", "two arrows in turn")
    if "deaf" in wanted:
        deaf_terminal(binary)
    if "field" in wanted:
        long_field(binary)
    costs = [what for what in FAILED if "characters" in what]
    missed = FAILED if "--check" in sys.argv else costs if "--check-cost" in sys.argv else []
    if missed:
        sys.exit(f"awake: {len(missed)} bounds missed")


if __name__ == "__main__":
    main()
