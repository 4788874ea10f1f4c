#!/usr/bin/env python3
"""Times pullkey's login test beside `docker login` on the same registry, and again with the pull check of an image.

Builds nothing: it uses target/release/pullkey (or --binary). The registry is Debian's docker-registry on loopback, with
a password file; skopeo puts a small image there. Both clients run in alternating pairs, each with a configuration of
its own; it prints medians and the ratio. The bound is for the test without an image, which does what `docker login`
does and proves more. With an image the registry itself takes most of the time: it checks the password a second time,
and a password file's bcrypt is slow by design. A missed bound is printed as ABOVE and is a failure only with --check.
"""

import argparse
import hashlib
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "benchmark-password"
BOUND = 0.5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_registry(folder: Path) -> tuple[subprocess.Popen, str]:
    made = subprocess.run(["htpasswd", "-Bbn", "ann", PASSWORD], capture_output=True, text=True, check=True)
    (folder / "htpasswd").write_text(made.stdout.strip() + "\n")
    host = f"127.0.0.1:{free_port()}"
    (folder / "config.yml").write_text(
        f"version: 0.1\nlog: {{level: error}}\nstorage: {{filesystem: {{rootdirectory: {folder / 'data'}}}}}\n"
        f"auth: {{htpasswd: {{realm: basic, path: {folder / 'htpasswd'}}}}}\nhttp: {{addr: \"{host}\"}}\n")
    registry = subprocess.Popen(["docker-registry", "serve", folder / "config.yml"], stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", int(host.split(":")[1])), timeout=1).close()
            return registry, host
        except OSError:
            if registry.poll() is not None or time.monotonic() > deadline:
                sys.exit("docker-registry did not start")
            time.sleep(0.02)


def push_image(folder: Path, host: str) -> None:
    """A hand-made OCI layout with one empty layer, copied by skopeo."""
    blobs = folder / "layout/blobs/sha256"
    blobs.mkdir(parents=True)

    def put(data: bytes) -> dict:
        digest = hashlib.sha256(data).hexdigest()
        (blobs / digest).write_bytes(data)
        return {"digest": f"sha256:{digest}", "size": len(data)}

    layer = put(bytes(1024))
    rootfs = {"type": "layers", "diff_ids": [layer["digest"]]}
    config = put(json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs}).encode())
    kinds = "application/vnd.oci.image"
    manifest = put(json.dumps({
        "schemaVersion": 2, "mediaType": f"{kinds}.manifest.v1+json",
        "config": {"mediaType": f"{kinds}.config.v1+json", **config},
        "layers": [{"mediaType": f"{kinds}.layer.v1.tar", **layer}]}).encode())
    named = {"org.opencontainers.image.ref.name": "1"}
    entry = {"mediaType": f"{kinds}.manifest.v1+json", **manifest, "annotations": named}
    (folder / "layout/index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    (folder / "layout/oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    subprocess.run(["skopeo", "copy", "--dest-tls-verify=false", f"--dest-creds=ann:{PASSWORD}",
                    f"oci:{folder / 'layout'}:1", f"docker://{host}/team/app:1"],
                   env={"HOME": str(folder), "PATH": os.environ["PATH"]}, check=True, capture_output=True)


def timed(command: list, env: dict) -> float:
    began = time.perf_counter()
    ended = subprocess.run(command, env=env, input=PASSWORD.encode(), capture_output=True)
    took = time.perf_counter() - began
    if ended.returncode != 0:
        sys.exit(f"{command[0]} exited with {ended.returncode}: {ended.stdout} {ended.stderr}")
    return took


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path, default=ROOT / "target/release/pullkey")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    for needed in ["docker", "docker-registry", "htpasswd", "skopeo"]:
        if shutil.which(needed) is None:
            sys.exit(f"{needed} is missing")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        registry, host = start_registry(folder)
        try:
            push_image(folder, host)
            env = {"HOME": name, "PATH": os.environ["PATH"]}
            nowhere = "unix:///nonexistent/docker.sock"
            docker_env = {**env, "DOCKER_CONFIG": str(folder / "docker"), "DOCKER_HOST": nowhere}
            docker = ["docker", "login", "-u", "ann", "--password-stdin", host]
            ladder = [str(options.binary), "test", "--server", host, "--username", "ann", "--password-stdin",
                      "--with", "native", "--json"]
            pull = [*ladder, "--image", f"{host}/team/app:1"]

            def once() -> tuple[float, float, float]:
                return timed(docker, docker_env), timed(ladder, env), timed(pull, env)

            once()
            rounds = [once() for _ in range(options.rounds)]
        finally:
            registry.kill()
            registry.wait()
    theirs, ours, pulled = (statistics.median(column) for column in zip(*rounds))
    ratio = ours / theirs
    verdict = "" if ratio <= BOUND else "  ABOVE"
    print(f"docker login {theirs * 1000:.1f} ms, the login test {ours * 1000:.1f} ms, with the pull of an image "
          f"{pulled * 1000:.1f} ms (medians of {options.rounds} rounds)")
    print(f"ratio {ratio:.3f} (at most {BOUND}){verdict}, with the pull of an image {pulled / theirs:.3f}")
    if verdict and options.check:
        sys.exit(1)


if __name__ == "__main__":
    main()
