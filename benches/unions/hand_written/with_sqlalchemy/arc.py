"""An arc: a nullable foreign key for each alternative, and a CHECK that one is set."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    String,
    or_,
    select,
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


class Person(Base):
    __tablename__ = "arc_person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    tasks: Mapped[list[Task]] = relationship(
        back_populates="owner_person", cascade="all", passive_deletes=True
    )


class Group(Base):
    __tablename__ = "arc_group"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    tasks: Mapped[list[Task]] = relationship(
        back_populates="owner_group", cascade="all", passive_deletes=True
    )


class Task(Base):
    __tablename__ = "arc_task"
    __table_args__ = (
        CheckConstraint("num_nonnulls(owner_person_id, owner_group_id) = 1"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    description: Mapped[str] = mapped_column(String(200))
    owner_person_id: Mapped[int | None] = mapped_column(
        ForeignKey(Person.id, ondelete="CASCADE"), index=True
    )
    owner_group_id: Mapped[int | None] = mapped_column(
        ForeignKey(Group.id, ondelete="CASCADE"), index=True
    )
    owner_person: Mapped[Person | None] = relationship(back_populates="tasks")
    owner_group: Mapped[Group | None] = relationship(back_populates="tasks")

    @property
    def owner(self) -> Person | Group | None:
        return self.owner_person or self.owner_group

    @owner.setter
    def owner(self, owner: Person | Group) -> None:
        if isinstance(owner, Person):
            self.owner_person, self.owner_group = owner, None
        else:
            self.owner_person, self.owner_group = None, owner


def listed(session: Session, limit: int) -> Sequence[Task]:
    """The first tasks, with their owners."""
    tasks = select(Task).order_by(Task.id).limit(limit)
    owners = joinedload(Task.owner_person), joinedload(Task.owner_group)
    return session.scalars(tasks.options(*owners)).all()


def named(session: Session, name: str) -> Sequence[Task]:
    """The tasks whose owner has this name."""
    persons = select(Person.id).where(Person.name == name)
    groups = select(Group.id).where(Group.name == name)
    owned = or_(Task.owner_person_id.in_(persons), Task.owner_group_id.in_(groups))
    return session.scalars(select(Task).where(owned)).all()


def person(session: Session, name: str) -> Person:
    """The person of this name, ready to be deleted."""
    return session.scalars(select(Person).where(Person.name == name)).one()


def delete(session: Session, person: Person) -> None:
    """Deletes a person with their tasks."""
    session.delete(person)
    session.flush()


def insert(session: Session, tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners."""
    session.add_all([Task(description=text, owner=owner) for text, owner in tasks])
    session.flush()
