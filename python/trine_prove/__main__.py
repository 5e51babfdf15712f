"""The process that `trine prove` starts: it forks for each task, and passes on what the forks say.

The heavy imports lie behind it when it forks. A task may import generated modules, configure Django and
turn warnings into errors, and leaves no trace.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from typing import IO, Any

# The tail of what a child printed that goes into a report.
TAIL = 4000
# How long the end waits for a server, in seconds.
PATIENCE = 20


@dataclass
class Child:
    """A fork with a task."""

    id: int
    process: int
    #: Where its events come from; closed when it has ended.
    events: int
    #: Where it hears that it may go on.
    go: int
    #: Everything that it prints.
    printed: IO[bytes]
    buffered: bytes = b""
    failed: bool = False


@dataclass
class Zygote:
    """What runs, and what is to be dropped at the end."""

    #: Only this process holds it open: children see it close when this process is gone.
    lifeline: int
    held: int
    children: dict[int, Child] = field(default_factory=dict)
    databases: set[tuple[str, str]] = field(default_factory=set)
    directories: set[str] = field(default_factory=set)


def main() -> int:
    if not hasattr(os, "fork"):
        print("this system can't fork, which `trine prove` needs", file=sys.stderr)
        return 1
    # Ctrl-C is for the process that started this one; when that ends, stdin is closed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.path += sys.argv[1:]
    preload()
    zygote = Zygote(*os.pipe())
    try:
        serve(zygote)
    finally:
        end(zygote)
    return 0


def preload() -> None:
    """Imports before the fork what is there, so that no task pays for it."""
    with contextlib.suppress(ImportError):
        import sqlalchemy.dialects.postgresql
        import sqlalchemy.ext.associationproxy
        import sqlalchemy.ext.asyncio
        import sqlalchemy.ext.orderinglist
        import sqlalchemy.orm  # noqa: F401
    with contextlib.suppress(ImportError):
        import django.apps
        import django.conf
        import django.core.management
        import django.db.models.functions  # noqa: F401
    with contextlib.suppress(ImportError):
        from trine_prove import driver  # noqa: F401


def serve(zygote: Zygote) -> None:
    """Runs tasks until stdin is closed."""
    waiting = selectors.DefaultSelector()
    stdin = sys.stdin.fileno()
    waiting.register(stdin, selectors.EVENT_READ)
    buffered = b""
    while True:
        for key, _ in waiting.select():
            read = os.read(key.fd, 1 << 16)
            if key.fd != stdin:
                child = zygote.children[key.fd]
                if read:
                    pass_on(child, read)
                else:
                    waiting.unregister(child.events)
                    bury(zygote, child)
                continue
            if not read:
                return
            *lines, buffered = (buffered + read).split(b"\n")
            for message in map(json.loads, lines):
                if "databases" in message:
                    told = message["databases"]
                    zygote.databases.add((told["server"], told["like"]))
                elif "directory" in message:
                    zygote.directories.add(message["directory"])
                elif "go" in message:
                    for child in zygote.children.values():
                        if child.id == message["go"]:
                            os.write(child.go, b"!")
                else:
                    waiting.register(start(zygote, message).events, selectors.EVENT_READ)


def start(zygote: Zygote, task: dict[str, Any]) -> Child:
    """Forks for a task."""
    events, says = os.pipe()
    hears, go = os.pipe()
    printed = tempfile.TemporaryFile()  # noqa: SIM115
    process = os.fork()
    if process == 0:
        status = 1
        try:
            os.close(zygote.held)
            for child in zygote.children.values():
                os.close(child.go)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(printed.fileno(), 1)
            os.dup2(printed.fileno(), 2)
            from trine_prove import task as tasks

            tasks.run(task, tasks.Channel(task["id"], says, hears, zygote.lifeline))
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
    os.close(says)
    os.close(hears)
    child = Child(task["id"], process, events, go, printed)
    zygote.children[events] = child
    return child


def pass_on(child: Child, read: bytes) -> None:
    """Prints the whole lines of what a child says, so that events of two never mix."""
    *lines, child.buffered = (child.buffered + read).split(b"\n")
    for line in lines:
        # What fails in an action begins with its stage, and is no failure of the task.
        child.failed |= line.startswith(b'{"failed"')
        sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def bury(zygote: Zygote, child: Child) -> None:
    """Tells that a task is over, and why when its process was ended."""
    _, status = os.waitpid(child.process, 0)
    del zygote.children[child.events]
    os.close(child.events)
    os.close(child.go)
    code = os.waitstatus_to_exitcode(status)
    if code != 0 and not child.failed:
        child.printed.seek(0)
        tail = child.printed.read()[-TAIL:].decode(errors="replace")
        why = signal.Signals(-code).name if code < 0 else f"status {code}"
        line = f"the Python process of this task was ended by {why}"
        say({"failed": line, "trace": tail, "id": child.id})
    child.printed.close()
    say({"ended": True, "id": child.id})


def say(event: dict[str, Any]) -> None:
    sys.stdout.buffer.write(json.dumps(event).encode() + b"\n")
    sys.stdout.buffer.flush()


def end(zygote: Zygote) -> None:
    """Kills what still runs, and takes away what this process was told of."""
    for child in zygote.children.values():
        os.kill(child.process, signal.SIGKILL)
        os.waitpid(child.process, 0)
    for server, like in zygote.databases:
        drop(server, like)
    for directory in zygote.directories:
        shutil.rmtree(directory, ignore_errors=True)


def drop(server: str, like: str) -> None:
    """Drops the databases of a pattern, and those that a session of the killed process still makes."""
    from trine_prove import driver

    pattern = "'" + like.replace("'", "''") + "'"
    named = f"SELECT datname FROM pg_database WHERE datname LIKE {pattern}"
    making = (
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND state = 'active' "
        f"AND substring(query FROM '^CREATE DATABASE \"?([^\" ]+)') LIKE {pattern}"
    )
    deadline = time.monotonic() + PATIENCE
    with contextlib.suppress(driver.library.Error):
        connection = driver.connect(server, autocommit=True)
        while True:
            # Asked before: what is made by then has a name that is found.
            busy = driver.values(connection, making)
            names = driver.values(connection, named)
            for name in names:
                quoted = '"' + name.replace('"', '""') + '"'
                with contextlib.suppress(driver.library.Error):
                    driver.execute(connection, [f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)"])
            if (not busy and not names) or time.monotonic() > deadline:
                break
            if not names:
                time.sleep(0.05)
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
