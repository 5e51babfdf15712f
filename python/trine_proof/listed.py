"""A list of the tracker's tasks with their owners: as many statements for 1000 as for 10, in both ORMs.

The tables and the rows are the same for both. Where nothing has the one name for all strategies, what an
application does instead stands here: `split` joins each part's owner, a `slot` is a plain relation, and
`untyped` offers the pair alone.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from trine_proof import databases
from trine_proof.example import Example, close_django

#: How many tasks there are, first and later.
SIZES = (10, 1000)

#: What a list says of a task: its description, and who owns it.
Line = tuple[str, str]


def listed(request: dict[str, Any]) -> list[str]:
    """Lists them."""
    example = Example.of(request)
    strategy = request["strategy"]
    with databases.database() as name:
        engine = example.engine(name)
        models = example.sqlalchemy
        models.Base.metadata.create_all(engine)
        example.use_django(name)
        report = []
        taken: dict[str, list[int]] = {"SQLAlchemy": [], "Django": []}
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for size in SIZES:
                wanted = fill(engine, models, strategy, size)
                for orm, count in taken.items():
                    list_of = LISTS[orm]
                    lines, statements = list_of(engine, example, strategy)
                    count.append(statements)
                    if sorted(lines) != sorted(wanted):
                        report.append(f"{orm} lists {lines[:3]}… for {wanted[:3]}…, of {size}")
                example.empty(name)
        engine.dispose()
        close_django()
    for orm, (few, many) in taken.items():
        if few != many or few > 2:
            report.append(f"{orm}: {few} statements for {SIZES[0]} tasks, {many} for {SIZES[1]}")
    return report


def fill(engine: Any, models: Any, strategy: str, size: int) -> list[Line]:
    """Stores that many tasks, each of an owner of its own; every other one of a group."""
    from sqlalchemy.orm import Session

    lines = []
    with Session(engine, expire_on_commit=False) as session:
        creator = models.Person(name="creator")
        session.add(creator)
        for number in range(size):
            grouped = number % 2 and strategy != "slot"
            name = f"owner {number:04}"
            owner = (
                models.Group(name=name, creator=creator) if grouped else models.Person(name=name)
            )
            session.add(owner)
            task = f"task {number:04}"
            if strategy == "untyped":
                session.flush()
                pair = (f"tracker.{type(owner).__name__}", str(owner.id))
                session.add(models.Task(description=task, owner_type=pair[0], owner_id=pair[1]))
                lines.append((task, " ".join(pair)))
                continue
            part = f"{type(owner).__name__}Task" if strategy == "split" else "Task"
            session.add(getattr(models, part)(description=task, owner=owner))
            lines.append((task, name))
        session.commit()
    return lines


def with_sqlalchemy(engine: Any, example: Example, strategy: str) -> tuple[list[Line], int]:
    """The list, and the number of statements that it took."""
    from sqlalchemy import event, select
    from sqlalchemy.orm import Session, joinedload

    models = example.sqlalchemy
    query = select(models.Task)
    if strategy == "split":
        parts = (models.PersonTask, models.GroupTask)
        query = query.options(*(joinedload(part.owner) for part in parts))
    elif strategy == "slot":
        query = query.options(joinedload(models.Task.owner))
    elif strategy != "untyped":
        query = query.options(*models.Task.with_owner())
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    with Session(engine) as session:
        lines = [line(task, strategy) for task in session.scalars(query)]
    event.remove(engine, "before_cursor_execute", note)
    return lines, len(sent)


def with_django(_engine: Any, _example: Example, strategy: str) -> tuple[list[Line], int]:
    """The list, and the number of statements that it took."""
    from django.apps import apps
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    names = ["PersonTask", "GroupTask"] if strategy == "split" else ["Task"]
    with CaptureQueriesContext(connection) as sent:
        lines = []
        for name in names:
            tasks = apps.get_model("tracker", name)._default_manager.all()
            if strategy in {"split", "slot"}:
                tasks = tasks.select_related("owner")
            elif strategy != "untyped":
                tasks = tasks.with_owner()
            lines += [line(task, strategy) for task in tasks]
    return lines, len(sent)


def line(task: Any, strategy: str) -> Line:
    """What the list says of a task."""
    if strategy == "untyped":
        return task.description, f"{task.owner_type} {task.owner_id}"
    return task.description, task.owner.name


LISTS: dict[str, Callable[[Any, Example, str], tuple[list[Line], int]]] = {
    "SQLAlchemy": with_sqlalchemy,
    "Django": with_django,
}
