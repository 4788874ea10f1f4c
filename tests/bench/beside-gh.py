#!/usr/bin/env python3
"""Times pullkey beside GitHub's own gh on one sandbox, and measures an idle demo.

Builds nothing: it uses target/release/pullkey (or --binary). The sandbox answers at once (no latency) and holds a
realistic number of user secrets. Both programs write to a file, in alternating pairs; it prints medians and ratios.
Other load on the machine makes the numbers worse, so a missed bound is printed as ABOVE and is a failure only with
--check.

Peak memory is ru_maxrss of wait4.
"""

import argparse
import ctypes
import fcntl
import os
import pty
import re
import select
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOKEN = "ghp_benchmarkBenchmarkBenchmarkBenchmark"
WALL_BOUND = 0.35
MEMORY_BOUND = 0.5
SIZE_BOUND = 15_000_000


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_sandbox(binary: Path, secrets: int, env: dict) -> tuple[subprocess.Popen, int]:
    port = free_port()
    sandbox = subprocess.Popen(
        [binary, "sandbox", "--listen", f"127.0.0.1:{port}", "--token", TOKEN, "--world", "plain",
         "--secrets", str(secrets), "--no-limits"],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return sandbox, port
        except OSError:
            if sandbox.poll() is not None or time.monotonic() > deadline:
                sys.exit("the sandbox did not start")
            time.sleep(0.02)


def wall_time(command: list, env: dict, output: Path) -> float:
    """Seconds of one run; its output goes to a file."""
    with output.open("wb") as file:
        began = time.perf_counter()
        ended = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, stdout=file)
        took = time.perf_counter() - began
    if ended.returncode != 0:
        sys.exit(f"{command[0]} ended with {ended.returncode}")
    return took


def peak_memory(command: list, env: dict, output: Path) -> int:
    """Peak memory in KiB of one run.

    A shell starts it, prints its id and exits, so that it becomes this process's child: if Python itself started it,
    the kernel would count Python's memory at the time of the fork.
    """
    shell = subprocess.run(
        ["/bin/sh", "-c", 'out=$1; shift; "$@" >"$out" & echo $!', "sh", str(output), *command],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
    )
    _, status, usage = os.wait4(int(shell.stdout), 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"{command[0]} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_maxrss


def lines_with(path: Path, word: str) -> int:
    return sum(1 for line in path.read_text().splitlines() if word in line)


def beside_gh(binary: Path, pairs: int, secrets: int, home: Path) -> list[bool]:
    base = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TMPDIR": str(home)}
    sandbox, port = start_sandbox(binary, secrets, base)
    try:
        # Without a cache folder nothing is stored between the runs: gh stores nothing either, and the runs of a minute
        # together would exceed GitHub's limit, which pullkey would respect.
        ours_env = base | {"PULLKEY_API_URL": f"http://127.0.0.1:{port}", "GH_TOKEN": TOKEN}
        del ours_env["HOME"]
        gh_env = base | {
            "http_proxy": f"http://127.0.0.1:{port}", "GH_HOST": "github.localhost", "GH_TOKEN": TOKEN,
            "GH_CONFIG_DIR": str(home / "gh"), "GH_NO_UPDATE_NOTIFIER": "1",
        }
        ours_command = [str(binary), "list", "--user"]
        gh_command = ["gh", "secret", "list", "--app", "codespaces", "--user"]
        ours_file, gh_file = home / "pullkey.txt", home / "gh.txt"
        ours, theirs = [], []
        for pair in range(pairs + 1):
            a = wall_time(ours_command, ours_env, ours_file), peak_memory(ours_command, ours_env, ours_file)
            b = wall_time(gh_command, gh_env, gh_file), peak_memory(gh_command, gh_env, gh_file)
            if pair:  # the first pair only warms the caches
                ours.append(a)
                theirs.append(b)
    finally:
        sandbox.send_signal(signal.SIGTERM)
        sandbox.wait()
    shown = lines_with(gh_file, "\t") or lines_with(gh_file, "_")
    wall = [statistics.median(run[0] for run in runs) for runs in (ours, theirs)]
    memory = [statistics.median(run[1] for run in runs) for runs in (ours, theirs)]
    print(f"{secrets} user secrets ({shown} listed by gh), {pairs} alternating pairs, medians")
    print(f"  wall time    pullkey {wall[0] * 1000:7.1f} ms    gh {wall[1] * 1000:7.1f} ms")
    print(f"  peak memory  pullkey {memory[0] / 1024:7.1f} MiB   gh {memory[1] / 1024:7.1f} MiB")
    return [
        verdict("wall time, pullkey to gh", wall[0] / wall[1], WALL_BOUND),
        verdict("peak memory, pullkey to gh", memory[0] / memory[1], MEMORY_BOUND),
    ]


def verdict(what: str, value: float, bound: float, unit: str = "") -> bool:
    fine = value <= bound
    print(f"  {'PASS ' if fine else 'ABOVE'} {what}: {value:.3g}{unit} (at most {bound:.3g}{unit})")
    return fine


def ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def idle(binary: Path, home: Path, seconds: float) -> list[bool]:
    """Runs the demo in a pseudo terminal, waits until it is idle, then measures its output and processor time."""
    pid, master = pty.fork()
    if pid == 0:
        env = {"HOME": str(home), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "TERM": "xterm-256color", "TMPDIR": str(home)}
        os.execve(binary, [str(binary), "--demo"], env)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    try:
        seen = b""
        quiet_since = time.monotonic()
        deadline = time.monotonic() + 60
        while time.monotonic() - quiet_since < 2 or not re.search(rb"acme", seen):
            if select.select([master], [], [], 0.1)[0]:
                seen += os.read(master, 65536)
                quiet_since = time.monotonic()
            if time.monotonic() > deadline:
                print("  ABOVE the demo is never idle")
                return [False]
        before = ticks(pid)
        written = 0
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([master], [], [], left)[0]:
                written += len(os.read(master, 65536))
        used = ticks(pid) - before
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(master)
    print(f"idle demo for {seconds:.0f} s after it settled")
    return [
        verdict("bytes written to the terminal", written, 0),
        verdict("CPU ticks of 10 ms used", used, 1),
    ]


def adopt_orphans() -> None:
    """Makes this process the parent of its orphaned descendants: PR_SET_CHILD_SUBREAPER of prctl(2)."""
    if ctypes.CDLL(None, use_errno=True).prctl(36, 1, 0, 0, 0) != 0:
        sys.exit("this kernel does not let a process adopt orphans")


def main() -> int:
    adopt_orphans()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/pullkey")
    parser.add_argument("--pairs", type=int, default=10)
    parser.add_argument("--secrets", type=int, default=60)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds to watch the idle demo")
    parser.add_argument("--check", action="store_true", help="a missed bound is a failure")
    options = parser.parse_args()
    if not options.binary.is_file():
        sys.exit(f"{options.binary} is not there: cargo build --release")
    binary = options.binary.resolve()
    held = []
    with tempfile.TemporaryDirectory(prefix="pullkey-bench-") as folder:
        if shutil.which("gh"):
            held += beside_gh(binary, options.pairs, options.secrets, Path(folder))
        else:
            print("not tried: gh is not on the PATH")
            held.append(False)
        held += idle(binary, Path(folder), options.idle)
    size = binary.stat().st_size
    print(f"binary {size / 1e6:.1f} MB")
    held.append(verdict("size of the binary", size / 1e6, SIZE_BOUND / 1e6, " MB"))
    return 1 if options.check and not all(held) else 0


if __name__ == "__main__":
    sys.exit(main())
