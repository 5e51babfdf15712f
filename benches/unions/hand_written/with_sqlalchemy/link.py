"""A link: a row between the task and its owner, with a one-to-one for each alternative."""

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
    __tablename__ = "link_person"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    owner: Mapped[Owner | None] = relationship(
        back_populates="person", cascade="all", passive_deletes=True
    )


class Group(Base):
    __tablename__ = "link_group"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    owner: Mapped[Owner | None] = relationship(
        back_populates="group", cascade="all", passive_deletes=True
    )


class Owner(Base):
    __tablename__ = "link_owner"
    __table_args__ = (CheckConstraint("num_nonnulls(person_id, group_id) = 1"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    person_id: Mapped[int | None] = mapped_column(
        ForeignKey(Person.id, ondelete="CASCADE"), unique=True
    )
    group_id: Mapped[int | None] = mapped_column(
        ForeignKey(Group.id, ondelete="CASCADE"), unique=True
    )
    person: Mapped[Person | None] = relationship(back_populates="owner")
    group: Mapped[Group | None] = relationship(back_populates="owner")
    tasks: Mapped[list[Task]] = relationship(
        back_populates="owner_row", cascade="all", passive_deletes=True
    )


class Task(Base):
    __tablename__ = "link_task"

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
    owners = (
        select(Owner.id)
        .outerjoin(Owner.person)
        .outerjoin(Owner.group)
        .where(or_(Person.name == name, Group.name == name))
    )
    return session.scalars(select(Task).where(Task.owner_id.in_(owners))).all()


def person(session: Session, name: str) -> Person:
    """The person of this name, ready to be deleted."""
    return session.scalars(select(Person).where(Person.name == name)).one()


def delete(session: Session, person: Person) -> None:
    """Deletes a person with their tasks."""
    session.delete(person)
    session.flush()


def insert(session: Session, tasks: Iterable[tuple[str, Person | Group]]) -> None:
    """Stores tasks for owners, making the rows between the two where there are none."""
    tasks = list(tasks)
    persons = {owner.id: owner for _, owner in tasks if isinstance(owner, Person)}
    groups = {owner.id: owner for _, owner in tasks if isinstance(owner, Group)}
    rows: dict[Person | Group, Owner] = {}
    for row in session.scalars(select(Owner).where(Owner.person_id.in_(persons))):
        if row.person_id is not None:
            rows[persons[row.person_id]] = row
    for row in session.scalars(select(Owner).where(Owner.group_id.in_(groups))):
        if row.group_id is not None:
            rows[groups[row.group_id]] = row
    for person in persons.values():
        if person not in rows:
            rows[person] = Owner(person=person)
    for group in groups.values():
        if group not in rows:
            rows[group] = Owner(group=group)
    session.add_all(
        [Task(description=text, owner_row=rows[owner]) for text, owner in tasks]
    )
    session.flush()
