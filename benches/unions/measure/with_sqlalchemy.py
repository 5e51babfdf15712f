"""The questions through SQLAlchemy: of the generated models, and of the hand-written ones."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine, event, select, text
from sqlalchemy.orm import Session, joinedload

from .questions import Plan, Side, Work
from .rows import Tables


def sides(url: str, strategy: str) -> tuple[list[Side], psycopg.Connection[Any]]:
    """The two sides of a strategy, and a connection to their database."""
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url), pool_size=1
    )
    generated = Tables("generated", "tracker", makes_rows=True)
    written = Tables("hand_written", strategy, makes_rows=False)
    models = importlib.import_module("models")
    tracker = importlib.import_module("models.tracker")
    by_hand = importlib.import_module(f"hand_written.with_sqlalchemy.{strategy}")
    how = (Parts if strategy == "split" else Generated)(tracker)
    found: list[Side] = [
        Asked(generated, engine, models.Base.metadata, tracker, how),
        Asked(written, engine, by_hand.Base.metadata, by_hand, by_hand),
    ]
    return found, psycopg.connect(url, autocommit=True)


class Generated:
    """The questions in terms of the generated models: the same under every strategy."""

    def __init__(self, models: Any) -> None:
        self.models = models

    def listed(self, session: Session, limit: int) -> Any:
        task = self.models.Task
        tasks = select(task).options(*task.with_owner()).order_by(task.id).limit(limit)
        return session.scalars(tasks).all()

    def named(self, session: Session, name: str) -> Any:
        task = self.models.Task
        return session.scalars(select(task).where(task.by_owner(name=name))).all()

    def person(self, session: Session, name: str) -> Any:
        person = self.models.Person
        return session.scalars(select(person).where(person.name == name)).one()

    def delete(self, session: Session, person: Any) -> None:
        session.delete(person)
        session.flush()

    def insert(self, session: Session, tasks: list[tuple[str, Any]]) -> None:
        task = self.models.Task
        session.add_all([task(description=text, owner=owner) for text, owner in tasks])
        session.flush()


class Parts(Generated):
    """The same under `split`, where the application names the parts."""

    def listed(self, session: Session, limit: int) -> Any:
        task, models = self.models.Task, self.models
        owners = (models.PersonTask.owner, models.GroupTask.owner)
        loaded = [joinedload(owner) for owner in owners]
        tasks = select(task).options(*loaded).order_by(task.id).limit(limit)
        return session.scalars(tasks).all()

    def named(self, session: Session, name: str) -> Any:
        several = (
            (self.models.PersonTask, self.models.Person),
            (self.models.GroupTask, self.models.Group),
        )
        return [
            task
            for part, owner in several
            for task in session.scalars(
                select(part).join(part.owner).where(owner.name == name)
            )
        ]

    def insert(self, session: Session, tasks: list[tuple[str, Any]]) -> None:
        models = self.models
        parts = {models.Person: models.PersonTask, models.Group: models.GroupTask}
        session.add_all(
            [parts[type(owner)](description=text, owner=owner) for text, owner in tasks]
        )
        session.flush()


class Asked:
    """A side that is asked through SQLAlchemy."""

    def __init__(
        self, tables: Tables, engine: Engine, metadata: Any, models: Any, how: Any
    ) -> None:
        self.tables = tables
        self.engine = engine
        self.metadata = metadata
        self.models = models
        self.how = how
        self.sent = 0
        event.listen(engine, "before_cursor_execute", self.count)

    def count(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.sent += not statement.startswith("SET CONSTRAINTS")

    def statements(self) -> int:
        return self.sent

    def create(self) -> None:
        self.metadata.create_all(self.engine)

    def questions(self) -> dict[str, Callable[[Plan, int], Work]]:
        return {
            "list": self.list,
            "filter": self.filter,
            "delete": self.delete,
            "insert": self.insert,
        }

    def list(self, plan: Plan, _number: int) -> Work:
        with Session(self.engine) as session:
            session.connection()
            yield None
            tasks = self.how.listed(session, plan.listed)
            yield [task.owner.name for task in tasks]

    def filter(self, plan: Plan, number: int) -> Work:
        with Session(self.engine) as session:
            session.connection()
            yield None
            tasks = self.how.named(session, plan.owner(number * 101))
            yield sorted(task.description for task in tasks)

    def delete(self, plan: Plan, number: int) -> Work:
        with Session(self.engine) as session:
            person = self.how.person(
                session, f"Owner {(number * 101 + 7) % plan.persons}"
            )
            yield None
            self.how.delete(session, person)
            # What is checked late is checked within the take.
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            yield None
            session.rollback()

    def insert(self, plan: Plan, _number: int) -> Work:
        with Session(self.engine) as session:
            several = ((self.models.Person, 900), (self.models.Group, 100))
            owners = [
                owner
                for model, count in several
                for owner in session.scalars(
                    select(model).order_by(model.id).limit(count)
                )
            ]
            tasks = plan.new_tasks(owners)
            yield None
            self.how.insert(session, tasks)
            session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            yield None
            session.rollback()
