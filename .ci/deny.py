"""Checks licences and banned crates against deny.toml where cargo-deny is not installed.

It reads only the lists `licenses.allow` and `bans.deny`. Advisories and duplicate versions need cargo-deny itself.
"""

import json
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether the allowed licences alone satisfy a licence expression (SPDX, or the old `A/B`)."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    at = 0

    def either() -> bool:
        nonlocal at
        value = both()
        while at < len(tokens) and tokens[at] == "OR":
            at += 1
            value = both() or value
        return value

    def both() -> bool:
        nonlocal at
        value = one()
        while at < len(tokens) and tokens[at] == "AND":
            at += 1
            value = one() and value
        return value

    def one() -> bool:
        nonlocal at
        if tokens[at] == "(":
            at += 1
            value = either()
            at += 1
            return value
        name = tokens[at]
        at += 1
        if at < len(tokens) and tokens[at] == "WITH":
            name = f"{name} WITH {tokens[at + 1]}"
            at += 2
        return name in allowed

    return either()


def main() -> int:
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    allowed = set(rules["licenses"]["allow"])
    banned = [entry["crate"] for entry in rules["bans"]["deny"]]
    # The lock file lists the crates of every platform. Licences need the sources, which exist only for this platform.
    locked = tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
    metadata = json.loads(
        subprocess.run(
            ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", "x86_64-unknown-linux-gnu"],
            cwd=ROOT, check=True, capture_output=True,
        ).stdout
    )
    used = {node["id"] for node in metadata["resolve"]["nodes"]}
    complaints = [
        f"{package['name']} {package['version']} is banned"
        for package in locked
        if any(fnmatch(package["name"], pattern) for pattern in banned)
    ]
    complaints += [
        f"{package['name']} {package['version']} comes from {package['source']}"
        for package in locked
        if not package.get("source", "registry+").startswith("registry+")
    ]
    complaints += [
        f"{package['name']} {package['version']} has the licence {package['license']!r}, which deny.toml does not allow"
        for package in metadata["packages"]
        if package["id"] in used and not is_allowed(package["license"] or "none", allowed)
    ]
    for complaint in complaints:
        print(complaint)
    if not complaints:
        print(f"{len(locked)} crates, none banned; the licences of the {len(used)} used here are allowed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
