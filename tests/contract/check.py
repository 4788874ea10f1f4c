#!/usr/bin/env python3
"""Checks pullkey and its sandbox against GitHub's own published description.

A scripted run of pullkey goes through Prism, which compares every request and every answer with the description in the
npm package @octokit/openapi. It fails on every violation of severity Error, on every application/problem+json answer,
on a command that fails, and on an operation that was never requested. At the end it breaks the contract on purpose,
once in a request and once in an answer, and fails if that is not noticed.

    tests/contract/check.py [path of pullkey]
"""

import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
from relay import Back, Gate, Server, send  # noqa: E402

ROOT = HERE.parent.parent
# Besides everything else that is built: none of it is ours.
PEERS = ROOT / "target/contract"
MODULES = PEERS / "node_modules"
PRISM = MODULES / "@stoplight/prism-cli/dist/index.js"
DESCRIPTION = MODULES / "@octokit/openapi/generated/api.github.com.json"
TOKEN = "ghp_contractContractContractContract0000"
PASSWORD = "pull-me-please"

# What the run must have requested, each with a success status.
OPERATIONS = [
    "GET /user",
    "GET /user/repos",
    "GET /user/memberships/orgs",
    "GET /user/codespaces",
    "POST /user/codespaces/{}/stop",
    "POST /user/codespaces/{}/start",
    "GET /user/codespaces/{}",
    "GET /user/codespaces/secrets",
    "GET /user/codespaces/secrets/public-key",
    "PUT /user/codespaces/secrets/{}",
    "DELETE /user/codespaces/secrets/{}",
    "GET /user/codespaces/secrets/{}/repositories",
    "GET /repos/{}/{}",
    "GET /repos/{}/{}/codespaces/secrets",
    "GET /repos/{}/{}/codespaces/secrets/public-key",
    "PUT /repos/{}/{}/codespaces/secrets/{}",
    "DELETE /repos/{}/{}/codespaces/secrets/{}",
    "GET /orgs/{}/codespaces",
    "GET /orgs/{}/members/{}/codespaces",
    "POST /orgs/{}/members/{}/codespaces/{}/stop",
    "GET /orgs/{}/codespaces/secrets",
    "GET /orgs/{}/codespaces/secrets/public-key",
    "PUT /orgs/{}/codespaces/secrets/{}",
    "DELETE /orgs/{}/codespaces/secrets/{}",
    "GET /orgs/{}/codespaces/secrets/{}/repositories",
    "GET /users/{}",
    "GET /user/packages/{}/{}",
    "GET /orgs/{}/packages/{}/{}",
    "GET /user/packages",
    "GET /orgs/{}/packages",
]


def main():
    binary = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else newest_binary()
    install()
    with tempfile.TemporaryDirectory(prefix="pullkey-contract-") as home:
        with Stage(binary, Path(home)) as stage:
            run_session(stage)
            walk_the_sandbox(stage)
            report(stage)
            break_it(stage)
    print("contract check: fine")


def newest_binary():
    found = [path for path in (ROOT / "target/release/pullkey", ROOT / "target/debug/pullkey") if path.exists()]
    if not found:
        sys.exit("contract check: build pullkey first, or name the binary")
    return max(found, key=lambda path: path.stat().st_mtime)


def install():
    """`npm ci`, unless exactly this lock file was installed before."""
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".installed"
    if stamp.exists() and stamp.read_text() == lock:
        return
    if not shutil.which("node") or not shutil.which("npm"):
        sys.exit("contract check: node and npm are needed (Debian: nodejs npm)")
    PEERS.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(HERE / name, PEERS / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=PEERS, check=True)
    stamp.write_text(lock)


class Stage:
    """Sandbox, Prism and the two relays, all on loopback; and the environment in which pullkey runs."""

    def __init__(self, binary, home):
        self.binary, self.home = binary, home
        self.children, self.servers = [], []

    def __enter__(self):
        try:
            self.build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for child in self.children:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(10)
            except subprocess.TimeoutExpired:
                child.kill()
        for server in self.servers:
            server.shutdown()

    def build(self):
        api, prism = free_port(), free_port()
        self.gate, self.back = Gate(api, TOKEN), Back(api)
        front, behind = Server(self.gate), Server(self.back)
        self.servers = [front, behind]
        self.url = f"http://127.0.0.1:{front.port}"
        self.port = front.port
        # More than one page of everything, and no limits: Prism is what is slow here.
        self.sandbox = self.start(
            [self.binary, "sandbox", "--listen", f"127.0.0.1:{api}", "--public-url", self.url, "--token", TOKEN,
             "--world", "demo", "--org-repos", "130", "--org-secrets", "20", "--selected", "0-120",
             "--hurry", "20", "--no-limits"],
            "sandbox",
        )
        log = self.start(
            ["node", PRISM, "proxy", "-h", "127.0.0.1", "-p", str(prism), DESCRIPTION,
             f"http://127.0.0.1:{behind.port}"],
            "prism",
        )
        wait_for(api, self.sandbox, 30)
        wait_for(prism, log, 120)
        self.gate.prism = prism
        text = (self.home / "sandbox.log").read_text()
        self.registry = next(line.split()[0] for line in text.splitlines() if line.endswith("asks for Basic"))
        self.env = {
            "PATH": os.environ["PATH"], "HOME": str(self.home), "PULLKEY_API_URL": self.url, "GH_TOKEN": TOKEN,
            "PULLKEY_HURRY": "20", "NO_COLOR": "1", "DBUS_SESSION_BUS_ADDRESS": "disabled:",
            "XDG_CONFIG_HOME": str(self.home / "config"), "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"), "XDG_DATA_HOME": str(self.home / "data"),
        }

    def start(self, command, name):
        log = open(self.home / f"{name}.log", "wb")
        child = subprocess.Popen([str(part) for part in command], stdin=subprocess.DEVNULL, stdout=log,
                                 stderr=subprocess.STDOUT, env={"PATH": os.environ["PATH"], "HOME": str(self.home)})
        self.children.append(child)
        return child

    def pullkey(self, *args, stdin="", codes=(0,)):
        """Runs one command and returns its standard output. An unexpected exit code ends the check."""
        done = subprocess.run([str(self.binary), *args], input=stdin, env=self.env, cwd=self.home, text=True,
                              capture_output=True, timeout=300)
        if done.returncode not in codes:
            self.tell()
            sys.exit(f"contract check: pullkey {' '.join(args)} ended with {done.returncode}\n{done.stdout[-2000:]}"
                     f"\n{done.stderr[-2000:]}")
        return done.stdout

    def tell(self):
        for breach in self.gate.breaches:
            print(f"  {breach}", file=sys.stderr)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, child, seconds):
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if child.poll() is not None or time.monotonic() > deadline:
                sys.exit(f"contract check: {child.args[:3]} did not start")
            time.sleep(0.1)


def run_session(stage):
    """Everything that pullkey's command line requests from GitHub, on all three levels, new and known."""
    run, password = stage.pullkey, ["--password-stdin", "--yes", "--json"]
    run("list", "--json")
    run("list", "--user", "--repo", "acme/api", "--org", "acme", "--org", "globex", "--json")
    value = ["--preset", "other", "--server", stage.registry, "--username", "puller", *password]
    places = [
        ["--user", "--repos", "acme/api,octocat/hello-codespaces"],
        ["--repo", "acme/web"],
        ["--org", "acme", "--visibility", "selected", "--repos", "acme/api,acme/web"],
    ]
    for place in places:
        # Created, then updated.
        run("set", "NEW", *place, *value, stdin=PASSWORD)
        run("set", "NEW", *place, *value, stdin=PASSWORD)
    run("access", "NEW", "--user", "--add", "acme/infra", "--remove", "acme/api", "--yes", "--json")
    run("access", "NEW", "--org", "acme", "--add", "acme/infra", "--yes", "--json")
    run("access", "NEW", "--org", "acme", "--set", "acme/service-00*", "--topic", "backend", "--yes", "--json")
    run("access", "NEW", "--org", "acme", "--undo", "--yes", "--json")
    run("access", "NEW", "--org", "acme", "--visibility", "private", "--yes", "--json")
    run("access", "GHCR", "--org", "acme", "--make-alike", "--yes", "--json")
    run("set", "MANY", "--repo", "acme/mobile", "--repo", "acme/search", *value, stdin=PASSWORD)
    for place in (["--user"], ["--repo", "acme/web"], ["--org", "acme"]):
        rotation = ["rotate", "NEW", *place, "--username", "puller", *password]
        run(*rotation, stdin=PASSWORD)
        run("delete", "NEW", *place, "--yes", "--json")
    run("restart", "bookish-space-pancake-q5pv", "--yes", "--json")
    run("restart", "literate-waffle-77rj", "--org", "acme", "--stop", "--yes", "--json")
    # Internal packages are left to pullkey's tests: the description lacks that visibility, although GitHub sends it.
    run("seamless", "ghcr.io/acme/api:1", "--repo", "acme/api", "--json")
    run("seamless", "ghcr.io/acme/ml-tools", "--repo", "acme/api", "--json", codes=(1,))
    run("seamless", "ghcr.io/octocat/espresso-timer", "--repo", "acme/api", "--json")
    run("auth", "status", "--json", codes=(0, 1))


def walk_the_sandbox(stage):
    """What only the screens request: checks the sandbox's answers against the description as well."""
    paths = [
        "/", "/user", "/user/orgs", "/user/memberships/orgs?state=active", "/user/memberships/orgs/acme",
        "/users/octocat", "/orgs/acme", "/orgs/acme/repos?per_page=100", "/user/repos?per_page=100&page=2",
        "/repos/acme/api", "/repos/octocat/hello-codespaces", "/rate_limit", "/meta", "/versions", "/zen",
        "/user/codespaces/secrets?per_page=2&page=2", "/user/codespaces/secrets/NPM_TOKEN",
        "/user/codespaces?per_page=2", "/user/codespaces/fluffy-disco-x7q4vr9w", "/repos/acme/api/codespaces",
        "/repos/acme/api/codespaces/secrets",
        "/repos/acme/api/codespaces/secrets/DATABASE_URL", "/orgs/acme/codespaces/secrets/NPM_TOKEN",
        "/orgs/acme/codespaces/secrets/ACR_CONTAINER_REGISTRY_USER/repositories?per_page=100", "/users/acme",
        "/orgs/acme/packages?package_type=container&visibility=private", "/user/packages?package_type=container",
        "/users/octocat/packages/container/espresso-timer", "/users/octocat/packages?package_type=container",
    ]
    for path in paths:
        status, _, answer = ask(stage, "GET", path)
        if status != 200:
            stage.gate.breaches.append(f"GET {path} -> {status}: {answer[:300]!r}")


def ask(stage, method, path, body=None):
    headers = [("Authorization", f"Bearer {TOKEN}"), ("User-Agent", "contract-check"),
               ("Accept", "application/vnd.github+json"), ("X-GitHub-Api-Version", "2022-11-28")]
    if body is not None:
        headers.append(("Content-Type", "application/json"))
    return send(stage.port, method, path, headers, b"" if body is None else json.dumps(body).encode())


def report(stage):
    asked = {f"{method} {template(path)}" for method, path, status in stage.gate.seen if 200 <= status < 300}
    missing = [operation for operation in OPERATIONS if operation not in asked]
    print(f"contract check: {len(stage.gate.seen)} requests to {len(asked)} operations went through Prism")
    if missing:
        sys.exit("contract check: never requested with success:\n  " + "\n  ".join(missing))
    if stage.gate.breaches:
        stage.tell()
        sys.exit(f"contract check: {len(stage.gate.breaches)} breaches of GitHub's description")


def template(path):
    """The path with `{}` for every name."""
    out, before = [], ["", ""]
    for part in path.strip("/").split("/"):
        is_name = (
            before[1] in ("repos", "orgs", "users", "members", "repositories")
            or before[0] == "repos" and before[1] == "{}"
            or before[1] == "secrets" and part != "public-key"
            or before[1] == "codespaces" and part != "secrets"
            or "packages" in before
        )
        out.append("{}" if is_name else part)
        before = [before[1], out[-1]]
    return "/" + "/".join(out)


def break_it(stage):
    """The check of the check: a request and an answer that violate the description must be noticed."""

    def must_be_noticed(what, act):
        stage.gate.breaches.clear()
        act()
        if not stage.gate.breaches:
            sys.exit(f"contract check: it did not notice {what}, so it proves nothing")
        print(f"contract check: noticed {what}")

    body = {"encrypted_value": "QUJD", "key_id": "1"}
    must_be_noticed("a request without a required field",
                    lambda: ask(stage, "PUT", "/orgs/acme/codespaces/secrets/BROKEN", body))
    must_be_noticed("ids of repositories sent as text", lambda: ask(
        stage, "PUT", "/user/codespaces/secrets/NPM_TOKEN/repositories", {"selected_repository_ids": ["1296269"]}))
    must_be_noticed("a path GitHub does not have", lambda: ask(stage, "GET", "/user/codespace-secrets"))

    def without_count(answer):
        answer.pop("total_count", None)
        return answer

    stage.back.spoil = without_count
    must_be_noticed("an answer without a required field", lambda: ask(stage, "GET", "/user/codespaces/secrets"))

    def odd_state(answer):
        answer["state"] = "Napping"
        return answer

    stage.back.spoil = odd_state
    must_be_noticed("an answer with a value that is not in the description",
                    lambda: ask(stage, "GET", "/user/codespaces/fluffy-disco-x7q4vr9w"))
    stage.back.spoil = None


if __name__ == "__main__":
    try:
        main()
    except http.client.HTTPException as fault:
        sys.exit(f"contract check: {fault!r}")
