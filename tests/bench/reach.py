#!/usr/bin/env python3
"""Times long runs of reads: an organization beside GitHub's own gh, and the secrets of thousands of repositories.

Builds nothing: it uses target/release/pullkey (or --binary).

The first part is one sandbox at 50 ms latency with an organization of 100 selected secrets. `pullkey list --org` names
every repository of every secret; `gh secret list` only counts them, and only on a terminal, so it gets one. Runs
alternate; pullkey's cache is empty in every run. It prints medians and their ratio.

The second part is a fast sandbox whose limits refuse clients that are too fast: every GitHub time is shorter by the
same factor, for both sides. The time allowed is what GitHub allows: one second for every 15 points, shortened by that
factor. It reads the secrets of all repositories, reads them again, and is killed with kill -9 in the middle of a third
run with an empty cache, which is then resumed. The sandbox itself counts the requests.

A missed bound is printed as ABOVE. For times, which a busy machine makes worse, that is a failure only with --check;
counts must always hold.
"""

import argparse
import fcntl
import importlib.util
import json
import os
import pty
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The name of the file has a hyphen, which an import statement does not accept.
beside = importlib.util.module_from_spec(spec := importlib.util.spec_from_file_location("beside", HERE / "beside-gh.py"))
spec.loader.exec_module(beside)

ORGANIZATION = "acme"
LATENCY = 0.05
RATIO_BOUND = 0.12
PACE_BOUND = 1.15
MEMORY_BOUND = 100
# Time and memory for each further repository may grow by this factor from the smallest world to the largest.
GROWTH_BOUND = 1.3


class Sandbox:
    """A sandbox that ends with its `with` block."""

    def __init__(self, binary: Path, home: Path, *options: str):
        self.port = beside.free_port()
        self.base = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMPDIR": str(home)}
        command = [binary, "sandbox", "--listen", f"127.0.0.1:{self.port}", "--token", beside.TOKEN, *options]
        self.process = subprocess.Popen(
            command, env=self.base, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 60
        while True:
            try:
                self.state()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    sys.exit("the sandbox did not start")
                time.sleep(0.02)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def ask(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/_sandbox/{path}", method=method)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return answer.read()

    def state(self) -> dict:
        return json.loads(self.ask("state"))

    def forget(self) -> None:
        self.ask("reset-counters", "POST")

    def ours(self, cache: Path, **more: str) -> dict:
        return self.base | {
            "PULLKEY_API_URL": f"http://127.0.0.1:{self.port}", "GH_TOKEN": beside.TOKEN,
            "PULLKEY_CACHE_DIR": str(cache),
        } | more

    def theirs(self, home: Path) -> dict:
        return self.base | {
            "http_proxy": f"http://127.0.0.1:{self.port}", "GH_HOST": "github.localhost", "GH_TOKEN": beside.TOKEN,
            "GH_CONFIG_DIR": str(home / "gh"), "GH_NO_UPDATE_NOTIFIER": "1", "TERM": "xterm-256color",
        }


def on_a_terminal(command: list, env: dict) -> tuple[float, bytes]:
    """Seconds of one run on a pseudo terminal, and its output."""
    began = time.perf_counter()
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(command[0], command, env)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 160, 0, 0))
    written = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says so at the end
            break
        if not chunk:
            break
        written += chunk
    _, status = os.waitpid(pid, 0)
    os.close(master)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}: {written[-500:]!r}")
    return time.perf_counter() - began, written


def organization(binary: Path, pairs: int, secrets: int, home: Path) -> list[bool]:
    options = ["--org-repos", "60", "--org-secrets", str(secrets), "--selected", "5-40", "--latency", "50ms"]
    cache, output = home / "cache", home / "org.json"
    ours, theirs = [], []
    with Sandbox(binary, home, *options, "--no-limits") as sandbox:
        ours_command = [str(binary), "list", "--org", ORGANIZATION, "--json"]
        gh_command = ["gh", "secret", "list", "--app", "codespaces", "--org", ORGANIZATION]
        for pair in range(pairs + 1):
            shutil.rmtree(cache, ignore_errors=True)
            a = beside.wall_time(ours_command, sandbox.ours(cache), output)
            b, shown = on_a_terminal(gh_command, sandbox.theirs(home))
            if pair:  # the first pair only warms the machine's caches
                ours.append(a)
                theirs.append(b)
    scope = json.loads(output.read_text())["scopes"][0]
    named = sum(1 for name in names_of(scope))
    counted = shown.count(b"selected repositor")
    ours_median, theirs_median = statistics.median(ours), statistics.median(theirs)
    print(f"{secrets} selected secrets of an organization at {LATENCY * 1000:.0f} ms latency, {pairs} pairs, medians")
    print(f"  pullkey names {named} repositories in {ours_median:6.2f} s")
    print(f"  gh counts those of {counted} secrets in {theirs_median:6.2f} s")
    if named < secrets or counted < secrets:
        print("  ABOVE one of them did not read all of it")
        return [False]
    return [beside.verdict("wall time, pullkey to gh", ours_median / theirs_median, RATIO_BOUND)]


def names_of(value):
    """Every repository named anywhere in a scope, as often as it occurs."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "repositories" and isinstance(inner, list):
                yield from inner
            else:
                yield from names_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from names_of(inner)


class Reading:
    """One run over everything: time, memory, and the counts of the sandbox."""

    def __init__(self, sandbox: Sandbox, command: list, env: dict, output: Path):
        sandbox.forget()
        began = time.perf_counter()
        self.memory = beside.peak_memory(command, env, output) / 1024
        self.took = time.perf_counter() - began
        state = sandbox.state()
        self.points, self.primary, self.refused = state["points"], state["primary_used"], state["limit_answers"]
        self.total = json.loads(output.read_text())["repositories"]["total"]


def kill_in_the_middle(sandbox: Sandbox, command: list, env: dict, points: int) -> int:
    """Starts a run, kills it when half of the points are spent, and returns how many were."""
    sandbox.forget()
    child = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    while sandbox.state()["points"] < points // 2:
        if child.poll() is not None:
            sys.exit("a run ended before it could be killed")
        time.sleep(0.01)
    child.kill()
    child.wait()
    return sandbox.state()["points"]


def repositories(binary: Path, count: int, hurry: int, home: Path) -> tuple[list[bool], list[bool], Reading]:
    """The times, the counts, and the first run."""
    world = ["--org-repos", str(count), "--each", "--hurry", str(hurry), "--limit", str(count * 5 + 5_000)]
    output, cache, other = home / "all.json", home / f"cache-{count}", home / f"other-{count}"
    command = [str(binary), "list", "--all", "--org", ORGANIZATION, "--json"]
    with Sandbox(binary, home, *world) as sandbox:
        env = sandbox.ours(cache, PULLKEY_HURRY=str(hurry))
        first = Reading(sandbox, command, env, output)
        whole = output.read_bytes()
        second = Reading(sandbox, command, env, output)
        same = output.read_bytes() == whole
        time.sleep(60 / hurry)  # a new cache knows nothing of what was spent of the minute
        env = sandbox.ours(other, PULLKEY_HURRY=str(hurry))
        spent = kill_in_the_middle(sandbox, command, env, first.points)
        rest = Reading(sandbox, command, env, output)
        same &= output.read_bytes() == whole
    allowed = first.points / 15 / hurry
    repeated = (spent + rest.points) / first.points
    print(f"{first.total} repositories, {hurry} times as fast as GitHub: {first.points} points in {first.took:.1f} s")
    print(f"  allowed {allowed:.1f} s; peak memory {first.memory:.1f} MiB; again in {second.took:.1f} s; "
          f"killed after {spent} points, the rest took {rest.points}")
    timed = [beside.verdict("time to the time allowed", first.took / allowed, PACE_BOUND)]
    counted = [
        beside.verdict("limit answers", first.refused + second.refused + rest.refused, 0),
        beside.verdict("hourly budget of the second reading", second.primary, 0),
        # Requests under way when it was killed have to be sent again.
        beside.verdict("points of a reading that was killed, to one that was not", repeated, 1 + 40 / first.points),
        beside.verdict("peak memory", max(first.memory, second.memory, rest.memory), MEMORY_BOUND, " MiB"),
    ]
    if not same or first.total < count:
        print("  ABOVE the runs differ")
        counted.append(False)
    return timed, counted, first


def growth(small: Reading, large: Reading) -> list[bool]:
    """Whether time and memory grow linearly: each repository costs the same in a small world and in a large one."""
    more = large.total - small.total
    each = [(large.took - small.took) / more * 1000, small.took / small.total * 1000]
    print(f"from {small.total} to {large.total} repositories")
    print(f"  {each[0]:.2f} ms for each further one, {each[1]:.2f} ms for each of the first; "
          f"{(large.memory - small.memory) / more * 1024:.2f} KiB for each further one")
    proportional = small.memory * large.total / small.total
    return [
        beside.verdict("time of a further repository to that of the first", each[0] / each[1], GROWTH_BOUND),
        beside.verdict("memory to what proportional growth would be", large.memory / proportional, 1),
    ]


def main() -> int:
    beside.adopt_orphans()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, default=beside.ROOT / "target/release/pullkey")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--secrets", type=int, default=100)
    parser.add_argument("--hurry", type=int, default=20)
    parser.add_argument("--repositories", type=int, nargs="*", default=[1_000, 3_000, 10_000])
    parser.add_argument("--check", action="store_true", help="a missed bound is a failure")
    options = parser.parse_args()
    if not options.binary.is_file():
        sys.exit(f"{options.binary} is not there: cargo build --release")
    binary = options.binary.resolve()
    held, counted, readings = [], [], []
    with tempfile.TemporaryDirectory(prefix="pullkey-bench-") as folder:
        if shutil.which("gh"):
            held += organization(binary, options.pairs, options.secrets, Path(folder))
        else:
            print("not tried: gh is not on the PATH")
            held.append(False)
        for count in options.repositories:
            fine, sure, reading = repositories(binary, count, options.hurry, Path(folder))
            held += fine
            counted += sure
            readings.append(reading)
    if len(readings) > 1:
        held += growth(readings[0], readings[-1])
    return 1 if not all(counted) or options.check and not all(held) else 0


if __name__ == "__main__":
    sys.exit(main())
