"""The process that the Rust tests start: one task a line on stdin, one answer a line on stdout.

A task is `{"id": 7, "task": "storefront", "result": "/…/7.json", …}`. Each runs in a fork of this
process, which has the heavy imports behind it: a task may import generated modules, configure
Django and turn warnings into errors, and leaves no trace. When it has ended, its id is printed, and
its result stands in the file as `{"report": "…"}`: what is wrong. When stdin is closed, the parent has
gone: whatever still runs is stopped, and its databases are dropped from the server, which
TRINE_PROOF_SERVER names.
"""

from __future__ import annotations

import faulthandler
import json
import os
import selectors
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from trine_proof import databases, tasks


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    databases.use_server(os.environ["TRINE_PROOF_SERVER"])
    print("ready", flush=True)
    try:
        serve()
    finally:
        databases.drop_leftovers()
    return 0


def serve() -> None:
    """Runs tasks until stdin is closed."""
    waiting = selectors.DefaultSelector()
    waiting.register(sys.stdin.buffer.raw, selectors.EVENT_READ)  # type: ignore[attr-defined]
    running: dict[int, tuple[int, dict[str, Any]]] = {}
    buffered = b""
    while True:
        for key, _ in waiting.select():
            if key.fileobj is sys.stdin.buffer.raw:  # type: ignore[attr-defined]
                read = os.read(sys.stdin.fileno(), 1 << 16)
                if not read:
                    for child, _request in running.values():
                        os.kill(child, signal.SIGKILL)
                        os.waitpid(child, 0)
                    return
                *lines, buffered = (buffered + read).split(b"\n")
                for request in map(json.loads, lines):
                    ended, child = start(request)
                    running[ended] = (child, request)
                    waiting.register(ended, selectors.EVENT_READ)
            else:
                waiting.unregister(key.fd)
                os.close(key.fd)
                child, request = running.pop(key.fd)
                _, status = os.waitpid(child, 0)
                finish(request, status)


def start(request: dict[str, Any]) -> tuple[int, int]:
    """Forks for a task; gives a descriptor that is readable when the child has ended, and its id."""
    ended, held = os.pipe()
    child = os.fork()
    if child != 0:
        os.close(held)
        return ended, child
    os.close(ended)
    status = 1
    try:
        run(request)
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def run(request: dict[str, Any]) -> None:
    """In the child: carries the task out, with everything it prints kept in a file."""
    result = Path(request["result"])
    log = os.open(result.with_suffix(".log"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    faulthandler.enable()
    report = tasks.TASKS[request["task"]](request)
    result.write_text(json.dumps({"report": "\n".join(report)}))


def finish(request: dict[str, Any], status: int) -> None:
    """Tells the parent that a task is over; a child that died has its output for a report."""
    result = Path(request["result"])
    if status != 0 or not result.exists():
        log = result.with_suffix(".log")
        output = log.read_text(errors="replace") if log.exists() else ""
        report = f"the task ended with status {status}\n{output}"
        result.write_text(json.dumps({"report": report}))
    print(request["id"], flush=True)


if __name__ == "__main__":
    sys.exit(main())
