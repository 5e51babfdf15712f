"""A table of tasks for each alternative: what goes across them is merged by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from heapq import merge
from itertools import islice
from operator import attrgetter
from typing import TypeAlias

from sqlalchemy import BigInteger, ForeignKey, Identity, String, select
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    Session,
    joinedload,
    mapped_column,
    relationship,
)


class Base(DeclarativeBase):
    pass


class Person(Base):
    __tablename__ = "split_person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    tasks: Mapped[list[PersonTask]] = relationship(
        back_populates="owner", cascade="all", passive_deletes=True
    )


class Group(Base):
    __tablename__ = "split_group"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    tasks: Mapped[list[GroupTask]] = relationship(
        back_populates="owner", cascade="all", passive_deletes=True
    )


class PersonTask(Base):
    __tablename__ = "split_person_task"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    description: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(
        ForeignKey(Person.id, ondelete="CASCADE"), index=True
    )
    owner: Mapped[Person] = relationship(back_populates="tasks")


class GroupTask(Base):
    __tablename__ = "split_group_task"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    description: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(
        ForeignKey(Group.id, ondelete="CASCADE"), index=True
    )
    owner: Mapped[Group] = relationship(back_populates="tasks")


Task: TypeAlias = PersonTask | GroupTask


def listed(session: Session, limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    persons = select(PersonTask).options(joinedload(PersonTask.owner))
    groups = select(GroupTask).options(joinedload(GroupTask.owner))
    tasks: Iterable[Task] = merge(
        session.scalars(persons.order_by(PersonTask.id).limit(limit)),
        session.scalars(groups.order_by(GroupTask.id).limit(limit)),
        key=attrgetter("id"),
    )
    return list(islice(tasks, limit))


def named(session: Session, name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    persons = select(PersonTask).join(PersonTask.owner).where(Person.name == name)
    groups = select(GroupTask).join(GroupTask.owner).where(Group.name == name)
    return [*session.scalars(persons), *session.scalars(groups)]


def person(session: Session, name: str) -> Person:
    """The person of this name, ready to be deleted."""
    return session.scalars(select(Person).where(Person.name == name)).one()


def delete(session: Session, person: Person) -> None:
    """Deletes a person with their tasks."""
    session.delete(person)
    session.flush()


def insert(session: Session, tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    session.add_all(
        [
            PersonTask(description=text, owner=owner)
            if isinstance(owner, Person)
            else GroupTask(description=text, owner=owner)
            for text, owner in tasks
        ]
    )
    session.flush()
