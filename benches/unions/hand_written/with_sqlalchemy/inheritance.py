"""Inheritance: the alternatives are kinds of one thing, in joined tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    String,
    select,
    union_all,
)
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


class Owner(Base):
    __tablename__ = "inheritance_owner"
    __table_args__ = (CheckConstraint("kind IN ('person', 'group')"),)
    __mapper_args__: ClassVar = {"polymorphic_on": "kind", "passive_deletes": True}

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    tasks: Mapped[list[Task]] = relationship(
        back_populates="owner", cascade="all", passive_deletes=True
    )


class Person(Owner):
    __tablename__ = "inheritance_person"
    __mapper_args__: ClassVar = {
        "polymorphic_identity": "person",
        "polymorphic_load": "inline",
    }

    id: Mapped[int] = mapped_column(
        ForeignKey(Owner.id, ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(80))


class Group(Owner):
    __tablename__ = "inheritance_group"
    __mapper_args__: ClassVar = {
        "polymorphic_identity": "group",
        "polymorphic_load": "inline",
    }

    id: Mapped[int] = mapped_column(
        ForeignKey(Owner.id, ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(80))


class Task(Base):
    __tablename__ = "inheritance_task"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    description: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(
        ForeignKey(Owner.id, ondelete="CASCADE"), index=True
    )
    owner: Mapped[Owner] = relationship(back_populates="tasks")


def listed(session: Session, limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    tasks = select(Task).order_by(Task.id).limit(limit)
    return session.scalars(tasks.options(joinedload(Task.owner))).all()


def named(session: Session, name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    persons, groups = Person.__table__.c, Group.__table__.c
    owners = union_all(
        select(persons.id).where(persons.name == name),
        select(groups.id).where(groups.name == name),
    )
    return session.scalars(select(Task).where(Task.owner_id.in_(owners))).all()


def person(session: Session, name: str) -> Person:
    """The person of this name, ready to be deleted."""
    return session.scalars(select(Person).where(Person.name == name)).one()


def delete(session: Session, person: Person) -> None:
    """Deletes a person with their tasks: all hang from the row that they share."""
    session.delete(person)
    session.flush()


def insert(session: Session, tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    session.add_all([Task(description=text, owner=owner) for text, owner in tasks])
    session.flush()
