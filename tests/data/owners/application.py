"""An application over the tracker, whatever its owners are stored as: each function is a case.

The tests put it beside the generated models. It is checked with them by mypy and ruff, and runs unchanged
under every strategy, whether relationships are loaded when they are read or refuse to be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any, assert_type

from sqlalchemy import (
    ColumnElement,
    Engine,
    delete,
    event,
    func,
    insert,
    inspect,
    not_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, InvalidRequestError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session, aliased, selectinload

from . import (
    Box,
    Coat,
    Desk,
    Group,
    Hook,
    Note,
    Owner,
    Peg,
    Person,
    Shelf,
    Task,
    TaskWatchers,
)


def equal(found: object, wanted: object) -> None:
    """Raises where two values differ."""
    if found != wanted:
        raise AssertionError(f"{found!r} is not {wanted!r}")


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that a block sends."""
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def person(name: str) -> Person:
    return Person(name=name, email=f"{name.lower()}@example.com")


def people(session: Session) -> tuple[Person, Person, Group]:
    """Ada, Bob and Ada's group, stored, and nothing of them in the session's memory."""
    ada, bob = person("Ada"), person("Bob")
    group = Group(name="Crew", creator=ada)
    session.add_all([ada, bob, group])
    session.commit()
    return ada, bob, group


def names(tasks: Any) -> list[str]:
    return sorted(task.description for task in tasks)


# ------------------------------------------------------------------------------------ read, assign


def a_pending_owner_is_stored_before_its_task(engine: Engine) -> None:
    with Session(engine) as session:
        ada = person("Ada")
        one, two = (
            Task(description="one", owner=ada),
            Task(description="two", owner=ada),
        )
        crew = Group(name="Crew", creator=ada)
        three = Task(description="three", owner=crew, reviewer=ada)
        session.add_all([three, two, one])
        equal(
            (one.owner, three.owner, three.reviewer, one.reviewer),
            (ada, crew, ada, None),
        )
        session.commit()
    with Session(engine) as session:
        found = session.scalars(
            select(Task)
            .options(*Task.with_owner(), *Task.with_reviewer())
            .order_by(Task.id)
        ).all()
        read = {task.description: (task.owner.name, task.reviewer) for task in found}
        equal(read["one"], ("Ada", None))
        equal(read["three"][0], "Crew")
        reviewer = read["three"][1]
        assert reviewer is not None
        equal(reviewer.name, "Ada")


def a_stored_owner_is_assigned_without_loading(engine: Engine) -> None:
    with Session(engine) as session:
        ada, _bob, crew = people(session)
        session.add_all(
            [Task(description=d, owner=o) for d, o in [("a", ada), ("b", crew)]]
        )
        session.commit()
    with Session(engine) as session:
        ada = session.scalars(select(Person).where(Person.name == "Ada")).one()
        session.add(Task(description="c", owner=ada))
        session.commit()
        session.add(Task(description="d", owner=ada))
        session.commit()
    with Session(engine) as session:
        equal(
            names(session.scalars(select(Task).where(Task.by_owner(name="Ada")))),
            ["a", "c", "d"],
        )


def handing_over_deletes_nothing(engine: Engine) -> None:
    with Session(engine) as session:
        ada, bob, crew = people(session)
        task = Task(description="t", owner=ada)
        session.add(task)
        session.commit()
        for owner in (crew, bob, crew, ada, bob):
            task.owner = owner
            equal(task.owner, owner)
            session.commit()
            # Read as someone else would.
            with Session(engine) as other:
                found = other.scalars(select(Task).options(*Task.with_owner())).one()
                equal(
                    (type(found.owner).__name__, found.owner.name),
                    (type(owner).__name__, owner.name),
                )
        equal(session.scalar(select(func.count()).select_from(Person)), 2)


def handing_over_to_a_pending_owner(engine: Engine) -> None:
    with Session(engine) as session:
        ada, *_ = people(session)
        session.add(Task(description="t", owner=ada, reviewer=ada))
        session.commit()
        task = session.scalars(select(Task)).one()
        eve = person("Eve")
        task.owner = eve
        task.reviewer = None
        session.commit()
        equal(names(session.scalars(select(Task).where(Task.owner == eve))), ["t"])
        equal(
            names(session.scalars(select(Task).where(Task.reviewer.is_(None)))), ["t"]
        )


def a_new_task_changes_hands_before_it_is_stored(engine: Engine) -> None:
    with Session(engine) as session:
        ada, bob, crew = people(session)
        eve = person("Eve")
        hands: list[list[Owner]] = [
            [ada, crew],
            [ada, eve],
            [eve, ada],
            [bob, eve, bob],
        ]
        for owners in hands:
            task = Task(description=owners[-1].name, owner=owners[0], reviewer=bob)
            for owner in owners[1:]:
                task.owner = owner
                equal(task.owner, owner)
            task.reviewer = None
            equal(task.reviewer, None)
            session.add(task)
            session.flush()
            equal((task.owner, task.reviewer), (owners[-1], None))
        session.commit()
        name = Task.owner_value("name")
        found = session.execute(select(Task.description, name).order_by(name)).all()
        equal(found, [(each, each) for each in ("Ada", "Bob", "Crew", "Eve")])
        equal(session.scalar(select(func.count()).where(Task.by_reviewer(None))), 4)


def what_was_rolled_back_is_stored_again(engine: Engine) -> None:
    with Session(engine) as session:
        ada, *_ = people(session)
        task = Task(description="t", owner=ada)
        session.add(task)
        session.flush()
        session.rollback()
        equal(task.owner, ada)
        session.add(task)
        session.commit()
        equal(names(session.scalars(select(Task).where(Task.owner == ada))), ["t"])


def an_owner_that_was_rolled_back_is_stored_with_its_task(engine: Engine) -> None:
    with Session(engine) as session:
        ada = person("Ada")
        session.add(ada)
        session.flush()
        task = Task(description="t", owner=ada)
        session.rollback()
        equal(task.owner, ada)
        session.add(task)
        session.commit()
        equal(names(session.scalars(select(Task).where(Task.owner == ada))), ["t"])


def an_owner_may_have_left_its_session(engine: Engine) -> None:
    with Session(engine, expire_on_commit=False) as session:
        ada, *_ = people(session)
        early = Task(description="early", owner=ada)
    late = Task(description="late", owner=ada)
    with Session(engine) as session:
        session.add_all([early, late])
        equal((early.owner, late.owner), (ada, ada))
        session.commit()
        mine = session.scalars(select(Task).where(Task.by_owner(name="Ada")))
        equal(names(mine), ["early", "late"])


def what_the_database_computes_is_there_after_a_flush(engine: Engine) -> None:
    with Session(engine) as session:
        _ada, _bob, crew = people(session)
        equal(crew.handle, "crew")
        crew.name = "All"
        session.flush()
        equal(inspect(crew).dict.get("handle"), "all")


def a_wrong_owner_is_refused_at_once(engine: Engine) -> None:
    task = Task(description="t")
    try:
        task.owner = Task(description="other")  # type: ignore[assignment]
    except TypeError as error:
        equal(str(error), "Task.owner is a Person or a Group, not a Task")
    else:
        raise AssertionError("a Task owns a task")
    try:
        Task.by_owner(email="ada@example.com")  # type: ignore[call-overload]
    except TypeError as error:
        equal("Group has no `email`" in str(error), True)
    else:
        raise AssertionError("groups have no email")


def nothing_is_loaded_unasked(engine: Engine) -> None:
    """Under `lazy="raise"`; `lazy="select"` loads what is read."""
    with Session(engine) as session:
        ada, *_ = people(session)
        session.add(Task(description="t", owner=ada))
        session.commit()
    with Session(engine) as session:
        task = session.scalars(select(Task)).one()
        try:
            name = task.owner.name
        except InvalidRequestError as error:
            assert "lazy='raise'" in str(error), str(error)
        else:
            equal(name, "Ada")


# ------------------------------------------------------------------------------------------ filter


def fill(session: Session) -> tuple[Person, Person, Group]:
    """Five tasks: of Ada two, of Bob one, of the crew two."""
    ada, bob, crew = people(session)
    of: list[tuple[str, Owner, Owner | None]] = [
        ("a1", ada, None),
        ("a2", ada, crew),
        ("b1", bob, ada),
        ("c1", crew, bob),
        ("c2", crew, None),
    ]
    session.add_all([Task(description=d, owner=o, reviewer=r) for d, o, r in of])
    session.commit()
    return ada, bob, crew


def filters(engine: Engine) -> None:
    with Session(engine) as session:
        ada, bob, crew = fill(session)
        crew.name = "Ada"
        session.commit()

        def of(*conditions: Any) -> str:
            return " ".join(names(session.scalars(select(Task).where(*conditions))))

        equal(of(Task.by_owner(ada)), "a1 a2")
        equal(of(Task.owner == ada), "a1 a2")
        equal(of(Task.owner == crew), "c1 c2")
        equal(of(Task.owner != ada), "b1 c1 c2")
        equal(of(~Task.by_owner(ada)), "b1 c1 c2")
        equal(of(Task.reviewer != ada), "a1 a2 c1 c2")
        equal(of(Task.owner.in_([bob, crew])), "b1 c1 c2")
        equal(of(Task.owner.in_([])), "")
        equal(of(Task.owner.is_(None)), "")
        equal(of(Task.reviewer.is_(None)), "a1 c2")
        equal(of(Task.reviewer == None), "a1 c2")
        equal(of(Task.reviewer.is_not(None)), "a2 b1 c1")
        equal(of(Task.by_reviewer(None)), "a1 c2")
        equal(of(Task.by_reviewer()), "a2 b1 c1")
        equal(of(Task.reviewer.in_([None, bob])), "a1 c1 c2")
        equal(of(Task.by_owner(Person)), "a1 a2 b1")
        equal(of(Task.by_owner(Group)), "c1 c2")
        equal(of(~Task.by_owner(Group)), "a1 a2 b1")
        equal(of(Task.by_owner(name="Ada")), "a1 a2 c1 c2")
        equal(of(~Task.by_owner(name="Ada")), "b1")
        equal(of(~Task.by_reviewer(name="Ada")), "a1 c1 c2")
        equal(of(Task.by_owner(Person, email="bob@example.com")), "b1")
        equal(of(Task.by_owner(Person, Person.name.startswith("A"))), "a1 a2")
        equal(of(Task.by_owner(Group, Group.creator == ada)), "c1 c2")
        equal(of(Task.by_owner(ada), Task.by_reviewer(crew)), "a2")
        # Of an alias, beside the entity itself, and with the owner's entity in the same statement.
        other = aliased(Task)
        pairs = select(Task.description, other.description).where(
            Task.id != other.id,
            Task.by_owner(ada),
            other.by_owner(Group),
            other.reviewer == bob,
        )
        equal(sorted(session.execute(pairs)), [("a1", "c1"), ("a2", "c1")])
        both = select(Person.name, Task.description).where(
            Person.name != Task.description,
            Task.by_owner(Person, Person.name == "Bob"),
            Person.name == "Ada",
        )
        equal(session.execute(both).all(), [("Ada", "b1")])
        equal(of(Task.id.in_(select(other.id).where(other.by_owner(name="Bob")))), "b1")
        session.execute(update(Task).where(Task.by_owner(bob)).values(description="b2"))
        session.execute(delete(Task).where(Task.by_owner(Group)))
        session.commit()
        equal(of(), "a1 a2 b2")


def values(engine: Engine) -> None:
    with Session(engine) as session:
        fill(session)
        name = Task.owner_value("name")
        ordered = select(Task.description).order_by(name.desc(), Task.description)
        equal(session.scalars(ordered).all(), ["c1", "c2", "b1", "a1", "a2"])
        count = (
            select(name, func.count()).group_by(Task.owner_value("name")).order_by(name)
        )
        equal(session.execute(count).all(), [("Ada", 2), ("Bob", 1), ("Crew", 2)])
        equal(session.scalar(select(func.max(Task.owner_value("name")))), "Crew")
        equal(
            session.scalars(select(Task.description).where(name == "Bob")).all(), ["b1"]
        )
        alias = aliased(Task)
        equal(
            session.scalars(select(alias.owner_value("name")).order_by(alias.id)).all(),
            ["Ada", "Ada", "Bob", "Crew", "Crew"],
        )
        reviewers = select(Task.reviewer_value("name")).order_by(Task.id)
        equal(session.scalars(reviewers).all(), [None, "Crew", "Ada", "Bob", None])


# -------------------------------------------------------------------------------------------- load


def a_list_takes_the_same_statements_whatever_its_length(engine: Engine) -> None:
    counts = []
    with Session(engine) as session:
        ada, *_ = people(session)
        for size in (10, 990):
            owners: list[Owner] = [
                person(f"P{size} {n}")
                if n % 2
                else Group(name=f"G{size} {n}", creator=ada)
                for n in range(size)
            ]
            session.add_all([Task(description="t", owner=owner) for owner in owners])
            session.commit()
            key = ada.id
            session.expunge_all()
            with statements(engine) as sent:
                found = session.scalars(
                    select(Task).options(*Task.with_owner(), *Task.with_reviewer())
                ).all()
                read = {task.owner.name for task in found}
                equal([task.reviewer for task in found if task.reviewer], [])
            session.expunge_all()
            equal(len(read), len(found))
            counts.append(len(sent))
            ada = session.get_one(Person, key)
    equal(counts[0], counts[1])
    equal(counts[0], 1)


def the_inverse_is_a_collection(engine: Engine) -> None:
    with Session(engine) as session:
        fill(session)
        session.expunge_all()
        with statements(engine) as sent:
            found = session.scalars(
                select(Person)
                .options(
                    selectinload(Person.tasks).options(*Task.with_owner()),
                    selectinload(Person.reviews),
                )
                .order_by(Person.name)
            ).all()
            equal([names(each.tasks) for each in found], [["a1", "a2"], ["b1"]])
            equal(
                [task.owner.name for each in found for task in each.tasks],
                ["Ada", "Ada", "Bob"],
            )
        equal(len(sent), 3)
        owning = select(Group.name).where(Group.tasks.any(Task.description == "c2"))
        equal(session.scalars(owning).all(), ["Crew"])
        joined = (
            select(Person.name, func.count(Task.id))
            .join(Person.tasks)
            .group_by(Person.name)
        )
        equal(sorted(session.execute(joined)), [("Ada", 2), ("Bob", 1)])


def the_inverse_is_added_to(engine: Engine) -> None:
    with Session(engine) as session:
        ada = person("Ada")
        ada.tasks.append(Task(description="one"))
        ada.tasks.append(Task(description="two"))
        equal(ada.tasks[0].owner, ada)
        session.add(ada)
        session.commit()
        session.expunge_all()
        loaded = [selectinload(Person.tasks).options(*Task.with_owner())]
        ada = session.scalars(select(Person).options(*loaded)).one()
        ada.tasks.append(Task(description="three"))
        session.commit()
        session.expunge_all()
        equal(
            names(session.scalars(select(Task).where(Task.by_owner(Person)))),
            ["one", "three", "two"],
        )
        # From one collection into another.
        ada = session.scalars(select(Person).options(*loaded)).one()
        crew = Group(name="Crew", creator=ada)
        session.add(crew)
        moved = next(task for task in ada.tasks if task.description == "one")
        crew.tasks.append(moved)
        equal(
            (moved.owner, names(ada.tasks), names(crew.tasks)),
            (crew, ["three", "two"], ["one"]),
        )
        session.commit()
        equal(names(session.scalars(select(Task).where(Task.owner == crew))), ["one"])
        # By assignment, both collections follow.
        ada = session.scalars(
            select(Person).options(*loaded).execution_options(populate_existing=True)
        ).one()
        crew = session.scalars(
            select(Group)
            .options(selectinload(Group.tasks).options(*Task.with_owner()))
            .execution_options(populate_existing=True)
        ).one()
        next(iter(crew.tasks)).owner = ada
        equal((names(ada.tasks), names(crew.tasks)), (["one", "three", "two"], []))
        session.commit()
        equal(session.scalar(select(func.count()).where(Task.by_owner(Person))), 3)


def an_optional_relation_is_cleared_through_its_inverse(engine: Engine) -> None:
    with Session(engine) as session:
        ada, _bob, _crew = fill(session)
        ada = session.scalars(
            select(Person)
            .where(Person.name == "Ada")
            .options(selectinload(Person.reviews))
        ).one()
        reviewed = ada.reviews[0]
        ada.reviews.remove(reviewed)
        equal(reviewed.reviewer, None)
        session.commit()
        equal(names(session.scalars(select(Task).where(Task.by_reviewer(ada)))), [])
        equal(session.scalar(select(func.count()).select_from(Task)), 5)


# ------------------------------------------------------------------------------ other multiplicities


def one_owner_has_one_desk(engine: Engine) -> None:
    with Session(engine) as session:
        ada, bob, crew = people(session)
        desk = Desk(holder=ada)
        session.add(desk)
        session.commit()
        loaded = select(Person).order_by(Person.name).options(selectinload(Person.desk))
        equal([each.desk for each in session.scalars(loaded)], [desk, None])
        desk.holder = crew
        session.commit()
        equal([each.desk for each in session.scalars(loaded)], [None, None])
        equal(session.scalars(select(Desk).where(Desk.holder == crew)).all(), [desk])
        eve = Person(name="Eve", email="", desk=desk)
        equal(desk.holder, eve)
        session.add(eve)
        session.commit()
        equal(session.scalars(select(Desk.holder_value("name"))).all(), ["Eve"])
        session.delete(eve)
        session.commit()
        equal(session.scalars(select(Desk)).all(), [])
        equal(len(session.scalars(select(Person)).all()), len([ada, bob]))


def many_owners_watch_many_tasks(engine: Engine) -> None:
    with Session(engine) as session:
        ada, _bob, crew = people(session)
        session.add(Task(description="a", owner=ada, watchers=[ada, crew]))
        session.add(Task(description="b", owner=crew, watchers=[ada]))
        session.commit()
        session.expunge_all()
        with statements(engine) as sent:
            watched = select(Task).options(*Task.with_watchers()).order_by(Task.id)
            tasks = session.scalars(watched).all()
            read = [[watcher.name for watcher in task.watchers] for task in tasks]
        equal(read, [["Ada", "Crew"], ["Ada"]])
        equal(len(sent), 2)
        found = {
            "Ada": Task.by_watchers(ada),
            "crew": Task.by_watchers(crew),
            "people": Task.by_watchers(Person),
            "by name": Task.by_watchers(name="Crew"),
            "neither": not_(Task.by_watchers(crew)),
            "nobody": Task.by_watchers(None),
            "somebody": Task.by_watchers(),
        }
        equal(
            {
                what: " ".join(names(session.scalars(select(Task).where(asked))))
                for what, asked in found.items()
            },
            {
                "Ada": "a b",
                "crew": "a",
                "people": "a b",
                "by name": "a",
                "neither": "b",
                "nobody": "",
                "somebody": "a b",
            },
        )
        other = aliased(Task)
        asked = select(other.description).where(other.by_watchers(crew))
        equal(session.scalars(asked).all(), ["a"])
        links = selectinload(Person.watched_links).joinedload(TaskWatchers.task)
        ada = session.scalars(
            select(Person).where(Person.name == "Ada").options(links)
        ).one()
        equal(names(ada.watched), ["a", "b"])
        ada.watched.append(Task(description="c", owner=ada))
        ada.watched.remove(tasks[1])
        session.commit()
        by_ada = Task.by_watchers(Person, Person.name == "Ada")
        equal(names(session.scalars(select(Task).where(by_ada))), ["a", "c"])
        session.delete(session.scalars(select(Group)).one())
        session.commit()
        equal(session.scalar(select(func.count()).select_from(TaskWatchers)), 2)


def an_alternative_may_refer_to_its_own_union(engine: Engine) -> None:
    with Session(engine) as session:
        shelf = Shelf(name="shelf")
        boxes = [Box(name="0", place=shelf)]
        for number in range(1, 4):
            boxes.append(Box(name=str(number), place=boxes[-1]))
        session.add_all(reversed(boxes))
        session.commit()
        session.expunge_all()
        loaded = select(Box).options(*Box.with_place())
        places = {box.name: box.place.name for box in session.scalars(loaded)}
        equal(places, {"0": "shelf", "1": "0", "2": "1", "3": "2"})
        within = select(Box.name).where(Box.by_place(Box, Box.name == "1"))
        equal(session.scalars(within).all(), ["2"])
        ordered = select(Box.name).order_by(Box.place_value("name").desc())
        equal(session.scalars(ordered).all(), ["0", "3", "2", "1"])
        shelf = session.scalars(select(Shelf).options(selectinload(Shelf.boxes))).one()
        equal([box.name for box in shelf.boxes], ["0"])
        second = session.scalars(select(Box).where(Box.name == "2")).one()
        second.place = shelf
        session.commit()
        session.delete(session.scalars(select(Box).where(Box.name == "0")).one())
        session.commit()
        left = select(Box.name).order_by(Box.name)
        equal(session.scalars(left).all(), ["2", "3"])
        session.delete(session.scalars(select(Shelf)).one())
        session.commit()
        equal(session.scalars(left).all(), [])


def every_alternative_may_have_to_be_referred_to(engine: Engine) -> None:
    with Session(engine) as session:
        hook, peg = Hook(name="hook"), Peg(name="peg")
        red = Coat(colour="red", rack=hook)
        session.add_all([red, Coat(colour="blue", rack=peg)])
        session.commit()
        session.add(Peg(name="bare"))
        refused(session)
        red.rack = peg
        refused(session)
        session.delete(red)
        refused(session)
        red.rack = peg
        session.add(Coat(colour="grey", rack=hook))
        session.commit()
        session.expunge_all()
        coats = select(Coat).options(*Coat.with_rack()).order_by(Coat.colour)
        hung = [(coat.colour, coat.rack.name) for coat in session.scalars(coats)]
        equal(hung, [("blue", "peg"), ("grey", "hook"), ("red", "peg")])
        session.delete(session.scalars(select(Hook)).one())
        session.commit()
        equal(session.scalars(select(Coat.colour).order_by(Coat.colour)).all(), ["blue", "red"])


def refused(session: Session) -> None:
    """Raises unless the database refuses what the session has."""
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
    else:
        raise AssertionError("something to hang coats on has none")


# ------------------------------------------------------------------------------------------ delete


def an_owner_goes_with_its_tasks(engine: Engine) -> None:
    for loaded in (False, True):
        with Session(engine) as session:
            _ada, bob, _crew = fill(session)
            if loaded:
                session.scalars(
                    select(Task).options(*Task.with_owner(), *Task.with_reviewer())
                ).all()
                session.scalars(
                    select(Person).options(
                        selectinload(Person.tasks), selectinload(Person.reviews)
                    )
                ).all()
                session.scalars(select(Group).options(selectinload(Group.tasks))).all()
            else:
                session.expunge_all()
            bob = session.scalars(select(Person).where(Person.name == "Bob")).one()
            with statements(engine) as sent:
                session.delete(bob)
                session.commit()
            equal([one for one in sent if one.startswith("SELECT")], [])
            if not loaded:
                equal(len(sent), 1)
        with Session(engine) as session:
            found = session.scalars(select(Task).options(*Task.with_reviewer())).all()
            equal(names(found), ["a1", "a2", "c1", "c2"])
            equal(
                {
                    task.description: task.reviewer and task.reviewer.name
                    for task in found
                },
                {"a1": None, "a2": "Crew", "c1": None, "c2": None},
            )
            session.delete(session.scalars(select(Group)).one())
            session.commit()
            session.delete(session.scalars(select(Person)).one())
            session.commit()
            equal(session.scalar(select(func.count()).select_from(Task)), 0)


# ------------------------------------------------------------------------------------- many at once


def many_are_added_in_few_statements(engine: Engine) -> None:
    with Session(engine) as session:
        ada, bob, crew = people(session)
        some: list[Owner] = [ada, crew, bob]
        with statements(engine) as sent:
            session.add_all(
                [
                    Task(
                        description=str(n),
                        owner=some[n % 3],
                        reviewer=some[n % 3] if n % 2 else None,
                    )
                    for n in range(2000)
                ]
            )
            session.commit()
        assert len(sent) < 20, len(sent)
        count = select(Task.owner_value("name"), func.count()).group_by(
            Task.owner_value("name")
        )
        equal(
            sorted(session.execute(count)), [("Ada", 667), ("Bob", 666), ("Crew", 667)]
        )


def rows_are_inserted_in_bulk(engine: Engine) -> None:
    with Session(engine) as session:
        ada, bob, crew = people(session)
        eve = person("Eve")
        session.add(eve)
        some: list[Owner] = [ada, crew, bob, eve]
        rows = [
            {
                "description": str(n),
                "owner": some[n % 4],
                "reviewer": some[n % 3] if n % 2 else None,
            }
            for n in range(2000)
        ]
        with statements(engine) as sent:
            session.execute(insert(Task), rows)
            session.commit()
        assert len(sent) < 20, len(sent)
        name = Task.owner_value("name")
        count = select(name, func.count()).group_by(name).order_by(name)
        found = [tuple(row) for row in session.execute(count)]
        equal(found, [("Ada", 500), ("Bob", 500), ("Crew", 500), ("Eve", 500)])
        unread = select(func.count()).where(Task.by_reviewer(None))
        equal(session.scalar(unread), 1000)
        made = session.scalars(
            insert(Task).returning(Task), [{"description": "one more", "owner": ada}]
        )
        equal([task.description for task in made], ["one more"])


def what_is_not_given_in_bulk_is_the_databases(engine: Engine) -> None:
    with Session(engine) as session:
        ada, _bob, crew = fill(session)
        task = session.scalars(select(Task.id).limit(1)).one()
        rows = [
            {"text": "a", "task_id": task, "author": ada, "pinned": None},
            {"text": "b", "task_id": task, "author": crew, "pinned": True},
        ]
        session.execute(insert(Note), rows)
        found = session.execute(select(Note.text, Note.pinned).order_by(Note.text))
        equal([tuple(row) for row in found], [("a", False), ("b", True)])


# --------------------------------------------------------------------------------------- concurrent


def two_sessions_give_one_person_their_first_task(engine: Engine) -> None:
    with Session(engine) as session:
        ada, *_ = people(session)
        key = ada.id
    barrier = Barrier(4)
    failed: list[SQLAlchemyError] = []

    def work(number: int) -> None:
        try:
            with Session(engine) as session:
                mine = session.get_one(Person, key)
                session.add(Task(description=str(number), owner=mine))
                barrier.wait()
                session.flush()
                session.commit()
        except SQLAlchemyError as error:
            failed.append(error)

    threads = [Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    equal(failed, [])
    with Session(engine) as session:
        equal(session.scalar(select(func.count()).where(Task.by_owner(name="Ada"))), 4)


# ------------------------------------------------------------------------------------------ asyncio


async def under_asyncio(engine: AsyncEngine) -> None:
    async with AsyncSession(engine, expire_on_commit=False) as session:
        ada = person("Ada")
        crew = Group(name="Crew", creator=ada)
        task = Task(description="a", owner=ada)
        session.add_all([task, Task(description="c", owner=crew)])
        await session.commit()
        equal(task.owner, ada)
        task.owner = crew
        equal(task.owner, crew)
        await session.commit()
        equal(task.owner, crew)
    async with AsyncSession(engine) as session:
        tasks = (
            await session.scalars(
                select(Task).options(*Task.with_owner()).order_by(Task.id)
            )
        ).all()
        equal([each.owner.name for each in tasks], ["Crew", "Crew"])
        ada = (
            await session.scalars(select(Person).options(selectinload(Person.tasks)))
        ).one()
        tasks[0].owner = ada
        ada.tasks.append(Task(description="new"))
        await session.flush()
        equal(names(ada.tasks), ["a", "new"])
        await session.commit()
        mine = select(Task).where(Task.owner == ada).options(*Task.with_owner())
        equal(names((await session.scalars(mine)).all()), ["a", "new"])


# -------------------------------------------------------------------------------------------- types


def types(task: Task) -> None:
    """Only read by the type checker."""
    assert_type(task.owner, Person | Group)
    assert_type(task.reviewer, Person | Group | None)
    task.owner = None  # type: ignore[assignment]
    task.reviewer = None
    task.reviewer = "Ada"  # type: ignore[assignment]
    Task.by_owner("Ada")  # type: ignore[call-overload]
    Task.by_watchers("Ada")  # type: ignore[call-overload]
    assert_type(Task.by_owner(Group, name="Crew"), ColumnElement[bool])
    Task.by_owner(nmae="Ada")  # type: ignore[call-overload]
    Task.by_owner(name=1)  # type: ignore[call-overload]
    Task.by_owner(Person, email=1)  # type: ignore[call-overload]
    Task.by_owner(Group, email="ada@example.com")  # type: ignore[arg-type]
    Task.by_watchers(Group, creator=Group())  # type: ignore[call-overload]
    Task.owner_value("name")
    Task.owner_value("email")  # type: ignore[arg-type]
    assert_type(Person().tasks, list[Task])


CASES: list[Callable[[Engine], None]] = [
    a_pending_owner_is_stored_before_its_task,
    a_stored_owner_is_assigned_without_loading,
    handing_over_deletes_nothing,
    handing_over_to_a_pending_owner,
    a_new_task_changes_hands_before_it_is_stored,
    what_was_rolled_back_is_stored_again,
    an_owner_that_was_rolled_back_is_stored_with_its_task,
    an_owner_may_have_left_its_session,
    what_the_database_computes_is_there_after_a_flush,
    a_wrong_owner_is_refused_at_once,
    nothing_is_loaded_unasked,
    filters,
    values,
    a_list_takes_the_same_statements_whatever_its_length,
    the_inverse_is_a_collection,
    the_inverse_is_added_to,
    an_optional_relation_is_cleared_through_its_inverse,
    one_owner_has_one_desk,
    many_owners_watch_many_tasks,
    an_alternative_may_refer_to_its_own_union,
    every_alternative_may_have_to_be_referred_to,
    an_owner_goes_with_its_tasks,
    many_are_added_in_few_statements,
    rows_are_inserted_in_bulk,
    what_is_not_given_in_bulk_is_the_databases,
    two_sessions_give_one_person_their_first_task,
]
