"""A supertype: a row that each alternative has, and that tasks refer to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    __tablename__ = "supertype_owner"
    __table_args__ = (CheckConstraint("kind IN ('person', 'group')"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    kind: Mapped[str]
    person: Mapped[Person | None] = relationship(
        back_populates="owner", cascade="all", passive_deletes=True
    )
    group: Mapped[Group | None] = relationship(
        back_populates="owner", cascade="all", passive_deletes=True
    )
    tasks: Mapped[list[Task]] = relationship(
        back_populates="owner_row", cascade="all", passive_deletes=True
    )


class Person(Base):
    __tablename__ = "supertype_person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[int] = mapped_column(
        ForeignKey(Owner.id, ondelete="CASCADE"), unique=True
    )
    owner: Mapped[Owner] = relationship(back_populates="person")


class Group(Base):
    __tablename__ = "supertype_group"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    owner_id: Mapped[int] = mapped_column(
        ForeignKey(Owner.id, ondelete="CASCADE"), unique=True
    )
    owner: Mapped[Owner] = relationship(back_populates="group")


class Task(Base):
    __tablename__ = "supertype_task"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    description: Mapped[str] = mapped_column(String(200))
    owner_id: Mapped[int] = mapped_column(
        ForeignKey(Owner.id, ondelete="CASCADE"), index=True
    )
    owner_row: Mapped[Owner] = relationship(back_populates="tasks")

    @property
    def owner(self) -> Person | Group | None:
        return self.owner_row.person or self.owner_row.group


def listed(session: Session, limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    tasks = select(Task).order_by(Task.id).limit(limit)
    owners = joinedload(Task.owner_row).options(
        joinedload(Owner.person), joinedload(Owner.group)
    )
    return session.scalars(tasks.options(owners)).all()


def named(session: Session, name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    owners = union_all(
        select(Person.owner_id).where(Person.name == name),
        select(Group.owner_id).where(Group.name == name),
    )
    return session.scalars(select(Task).where(Task.owner_id.in_(owners))).all()


def person(session: Session, name: str) -> Person:
    """The person of this name, ready to be deleted."""
    found = select(Person).where(Person.name == name)
    return session.scalars(found.options(joinedload(Person.owner))).one()


def delete(session: Session, person: Person) -> None:
    """Deletes a person with their tasks: all hang from the row that they share."""
    session.delete(person.owner)
    session.flush()


def insert(session: Session, tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    session.add_all(
        [Task(description=text, owner_id=owner.owner_id) for text, owner in tasks]
    )
    session.flush()
