"""One task, in the fork that was made for it: build, replay every action in every way, take down."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from trine_prove import driver


@dataclass
class Channel:
    """The way to the process that started this one."""

    id: int
    says: int
    hears: int
    lifeline: int

    def say(self, **event: Any) -> None:
        """Sends an event."""
        line = json.dumps({**event, "id": self.id}).encode() + b"\n"
        while line:
            line = line[os.write(self.says, line) :]

    def wait(self) -> None:
        """Waits until the other side has looked."""
        if not os.read(self.hears, 1):
            os._exit(1)

    def die_together(self) -> None:
        """Ends this process as soon as the one that forked it has gone."""

        def watch() -> None:
            os.read(self.lifeline, 1)
            os._exit(1)

        threading.Thread(target=watch, daemon=True).start()


class Failed(Exception):
    """Something that is not the matter of an action went wrong; says what in one line."""


class Skipped(Exception):
    """The ORM has nothing by which this action could be done; says why."""


@dataclass
class Outcome:
    """What an action came to: an event without its place."""

    event: dict[str, Any]
    statements: int = 0
    remark: str | None = None


class Side(Protocol):
    """An ORM over a database of its own."""

    def build(self) -> None:
        """Makes the database: there, back, and there again."""

    def filled(self, connection: Any) -> None:
        """Hears that the tables have other rows from here on, which `connection` sees."""

    def ways(self, action: dict[str, Any]) -> list[str]:
        """The ways in which an action can be done."""

    def act(self, action: dict[str, Any], way: str) -> Outcome:
        """Does it, in a transaction that is rolled back."""

    def take_down(self) -> None:
        """Drops everything that was made, and closes every connection."""


def run(task: dict[str, Any], channel: Channel) -> None:
    """Carries a task out. A failure is an event."""
    channel.die_together()
    try:
        sys.path[:0] = task.get("path", [])
        prove(task, channel)
    except BaseException as error:  # noqa: BLE001
        channel.say(failed=one_line(error), trace="".join(traceback.format_exception(error)))


def prove(task: dict[str, Any], channel: Channel) -> None:
    side = side_of(task, channel)
    if side is None:
        return
    side.build()
    channel.say(built=True)
    channel.wait()
    with during("connecting"):
        rows = driver.connect(task["database"])
    for number, stage in enumerate(task["stages"]):
        with during(f"filling the tables for stage {number}"):
            driver.execute(rows, [stage["empty"], *stage["fill"]])
            rows.commit()
            side.filled(rows)
            rows.commit()
        for place, action in enumerate(stage["actions"]):
            for way in side.ways(action):
                outcome = attempt(side, action, way)
                event = {"stage": number, "action": place, "way": way, **outcome.event}
                if outcome.remark is not None:
                    event["remark"] = outcome.remark
                channel.say(**event, statements=outcome.statements)
    rows.close()
    side.take_down()
    channel.say(down=True)


def side_of(task: dict[str, Any], channel: Channel) -> Side | None:
    """The side that a task asks for, ready to build; `None` where there is nothing more to do."""
    if task["side"] == "sqlalchemy":
        from trine_prove.with_sqlalchemy import Sqlalchemy

        return Sqlalchemy(task)
    from trine_prove import with_django

    if task["side"] == "django":
        return with_django.Django(task, channel)
    with_django.migrate_prerequisites(task)
    return None


def attempt(side: Side, action: dict[str, Any], way: str) -> Outcome:
    """What an action comes to, whatever happens."""
    try:
        return side.act(action, way)
    except Skipped as why:
        return Outcome({"skipped": str(why)})
    except Exception as error:  # noqa: BLE001
        trace = "".join(traceback.format_exception(error))
        return Outcome({"failed": one_line(error), "trace": trace})


@contextlib.contextmanager
def during(what: str) -> Iterator[None]:
    """Says what was being done, when it fails."""
    try:
        yield
    except Failed:
        raise
    except Exception as error:
        raise Failed(f"{what}: {one_line(error)}") from error


def one_line(error: BaseException) -> str:
    """An exception as one line."""
    if isinstance(error, Failed):
        return str(error)
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__
