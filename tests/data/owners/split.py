"""An application over an entity that is split: it names the part where it makes a row, and asks for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_type

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.orm import Session, selectinload

from . import Group, GroupTask, Owner, Person, PersonTask, Task


def a_query_goes_across(engine: Engine) -> None:
    with Session(engine) as session:
        ada, crew = Person(name="Ada"), Group(name="Crew")
        session.add(PersonTask(description="b", owner=ada))
        session.add(GroupTask(description="a", owner=crew, type="big"))
        session.commit()
        session.expunge_all()
        loaded = (selectinload(PersonTask.owner), selectinload(GroupTask.owner))
        query = select(Task).options(*loaded).order_by(Task.description)
        tasks = session.scalars(query).all()
        assert [type(task) for task in tasks] == [GroupTask, PersonTask]
        assert [owner_of(task).name for task in tasks] == ["Crew", "Ada"]
        # The parts count for themselves.
        assert tasks[0].id == tasks[1].id and tasks[0] is not tasks[1]
        big = select(func.count()).select_from(Task).where(Task.type == "big")
        assert session.scalar(big) == 1
        ada = session.scalars(select(Person).options(selectinload(Person.tasks))).one()
        assert [task.description for task in ada.tasks] == ["b"]
        session.delete(ada)
        session.commit()
        assert session.scalar(select(func.count()).select_from(Task)) == 1


def what_the_database_computes_is_there_after_a_flush(engine: Engine) -> None:
    with Session(engine) as session:
        task = PersonTask(description="b", owner=Person(name="Ada"))
        session.add(task)
        session.commit()
        assert task.title == "B"
        task.description = "c"
        session.flush()
        assert inspect(task).dict.get("title") == "C"


def owner_of(task: Task) -> Owner:
    """The owner of a task of either kind."""
    assert isinstance(task, PersonTask | GroupTask)
    assert_type(task.owner, Person | Group)
    return task.owner


CASES: list[Callable[[Engine], None]] = [
    a_query_goes_across,
    what_the_database_computes_is_there_after_a_flush,
]
