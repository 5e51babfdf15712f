"""What SQLAlchemy does: `create_all` and `drop_all`, and a session's flush for each action."""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.orm.attributes import flag_modified

from trine_prove import driver
from trine_prove.task import Failed, Outcome, Skipped, during

#: Relationships that load with their row, whatever `passive_deletes` says.
EAGER = {"selectin", "joined", "subquery", "immediate"}

#: Over several tables, the models say which relation is written late (`post_update`). For rows of one
#: table nobody does: every insert below a parent would cost a second statement.
CIRCLE = (
    "SQLAlchemy has no order to write loaded rows of one table that refer to each other in a circle"
)


class Sqlalchemy:
    """A package of models over a database of its own."""

    def __init__(self, task: dict[str, Any]) -> None:
        self.package: str = task["package"]
        self.dump: str = task["dump"]
        connect = task["database"]
        self.engine = sa.create_engine(
            f"{driver.DIALECT}://", creator=lambda: driver.connect(connect)
        )
        self.mappers: dict[tuple[str | None, str], orm.Mapper[Any]] = {}
        #: Those over tables that have rows: the others have nothing to load.
        self.with_rows: list[orm.Mapper[Any]] = []
        self.names: dict[str, Any] = {}

    # ------------------------------------------------------------------------------- the database

    def build(self) -> None:
        """`create_all`, `drop_all`, and `create_all` twice: the second has nothing to do."""
        with during(f"importing the package `{self.package}`"):
            be_strict(self.package)
            self.names = vars(importlib.import_module(self.package))
            orm.configure_mappers()
        self.base = self.find_base()
        self.mappers = {
            (mapper.local_table.schema, mapper.local_table.name): mapper
            for mapper in self.base.registry.mappers
            if isinstance(mapper.local_table, sa.Table)
        }
        metadata = self.base.metadata
        with during("create_all()"):
            metadata.create_all(self.engine)
        with during("drop_all()"):
            metadata.drop_all(self.engine)
        with during("create_all() after drop_all()"):
            metadata.create_all(self.engine)
        with during("create_all() over what is there"):
            metadata.create_all(self.engine)

    def find_base(self) -> Any:
        """The declarative base of the package."""
        for base in orm.DeclarativeBase.__subclasses__():
            if base.__module__.split(".")[0] == self.package.split(".")[0]:
                return base
        raise Failed(f"the package `{self.package}` has no declarative base")

    def take_down(self) -> None:
        """`drop_all`."""
        with during("drop_all() at the end"):
            self.base.metadata.drop_all(self.engine)
        self.engine.dispose()

    # -------------------------------------------------------------------------------- the actions

    def filled(self, connection: Any) -> None:
        """Finds the tables that have rows."""
        mappers = list(self.mappers.values())
        named = self.engine.dialect.identifier_preparer.format_table
        each = (
            f"SELECT {place} WHERE EXISTS (SELECT FROM {named(mapper.local_table)})"
            for place, mapper in enumerate(mappers)
        )
        found = driver.values(connection, " UNION ALL ".join(each)) if mappers else []
        self.with_rows = [mappers[place] for place in sorted(map(int, found))]

    def ways(self, action: dict[str, Any]) -> list[str]:
        """With everything loaded; where no collection is needed for it, with nothing loaded too."""
        if action["kind"] in ("orphan", "unlink", "rewrite"):
            return ["loaded"]
        return ["unloaded", "loaded"]

    def act(self, action: dict[str, Any], way: str) -> Outcome:
        """Does an action in a session, flushes it, dumps what is left, and rolls back."""
        if action["kind"] != "rewrite":
            self.mapper(action["table"])
        with self.engine.connect() as connection, orm.Session(connection) as session:
            held = self.load_everything(session) if way == "loaded" else []
            do, remark = self.prepare(session, action)
            sent: list[str] = []
            try:
                with counted(connection, sent), self.deferring(session, action):
                    do()
                    session.flush()
                connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
                raw = connection.connection.driver_connection
                event: dict[str, Any] = {"left": driver.dump(raw, self.dump)}
            except sa.exc.IntegrityError as error:
                event = refused(error)
            except AssertionError as error:
                if not str(error).startswith("Dependency rule"):
                    raise
                event = {"refused": "AssertionError", "message": str(error)}
            except sa.exc.CircularDependencyError as error:
                if spans_classes(error):
                    raise
                event = {"skipped": CIRCLE}
            finally:
                connection.rollback()
            held.clear()
        return Outcome(event, len(sent), remark)

    def mapper(self, table: dict[str, Any]) -> orm.Mapper[Any]:
        """The class over a table."""
        mapper = self.mappers.get((table["schema"], table["name"]))
        if mapper is None:
            raise Skipped(f"`{table['name']}` has no class of its own")
        return mapper

    def load_everything(self, session: orm.Session) -> list[Any]:
        """Every row, with every relationship; nothing is asked of a table that is known to be empty."""
        held: list[Any] = []
        for mapper in self.with_rows:
            # One by one: `selectinload("*")` passes over what refers to its own class.
            asked = [it for it in mapper.relationships if self.is_asked(it)]
            each = [orm.selectinload(found.class_attribute) for found in asked]
            held.extend(session.scalars(sa.select(mapper.class_).options(*each)))
        for row in held:
            state = sa.inspect(row)
            for relation in state.mapper.relationships:
                if relation.key not in state.unloaded:
                    continue
                if relation.mapper in self.with_rows:
                    # Found by its key among what is loaded.
                    getattr(row, relation.key)
                else:
                    orm.attributes.set_committed_value(
                        row, relation.key, [] if relation.uselist else None
                    )
            missing = state.unloaded & set(state.mapper.relationships.keys())
            if missing:
                raise Failed(f"{type(row).__name__} has {sorted(missing)} not loaded")
        return held

    def is_asked(self, relation: orm.RelationshipProperty[Any]) -> bool:
        """Whether a statement is needed to load a relationship, once every row of every table is loaded."""
        to_one = relation.direction is orm.RelationshipDirection.MANYTOONE
        return relation.mapper in self.with_rows and not (to_one and relation.lazy == "select")

    def row(self, session: orm.Session, of: dict[str, Any]) -> Any:
        """A row by its key, with nothing besides it."""
        mapper = self.mapper(of["table"])
        table = ".".join(
            quoted(of["table"][part]) for part in ("schema", "name") if of["table"][part]
        )
        where = driver.by_key(table, map(quoted, of["key"]), ":key")
        key = sa.bindparam("key", of["key"], JSONB)
        query = sa.select(mapper.class_).where(sa.text(where).bindparams(key))
        # It may be a row of a class that inherits from this one.
        for each in mapper.self_and_descendants:
            for relation in each.relationships:
                if relation.parent is each and relation.lazy in EAGER:
                    query = query.options(orm.lazyload(relation.class_attribute))
        return session.scalars(query).one()

    def prepare(
        self, session: orm.Session, action: dict[str, Any]
    ) -> tuple[Callable[[], None], str | None]:
        """What to do, with all that it needs at hand; and a remark on how it is done."""
        kind = action["kind"]
        if kind == "rewrite":
            return lambda: self.rewrite(session), None
        row = self.row(session, action)
        if kind == "delete":
            return lambda: session.delete(row), None
        if kind == "unlink":
            return self.unlink(row, self.row(session, action["to"]), action), None
        if kind == "hand_over":
            name = accessor(type(row), action["attribute"])
            to = self.row(session, action["to"]) if action["to"] else None
            return lambda: setattr(row, name, to), None
        relation = self.relation(row, action["columns"])
        if kind == "orphan":
            return orphan(row, relation), None
        other = self.row(session, action["to"]) if kind == "move" else None
        if not relation.viewonly:
            return lambda: setattr(row, relation.key, other), None
        return (
            lambda: set_columns(row, relation, other),
            f"`{relation.key}` can only be read: its columns were set",
        )

    def rewrite(self, session: orm.Session) -> None:
        """Makes every column of every row but the key count as changed."""
        for mapper in self.mappers.values():
            table = mapper.local_table
            if not isinstance(table, sa.Table) or table.metadata is not self.base.metadata:
                continue
            for row in session.scalars(sa.select(mapper.class_)):
                for attribute in mapper.column_attrs:
                    column = attribute.columns[0]
                    if not column.primary_key and column.computed is None:
                        flag_modified(row, attribute.key)

    def relation(self, row: Any, columns: list[str]) -> orm.RelationshipProperty[Any]:
        """The to-one relationship that has these columns for its own."""
        mapper: orm.Mapper[Any] = sa.inspect(type(row))
        for relation in mapper.relationships:
            if relation.direction is not orm.RelationshipDirection.MANYTOONE:
                continue
            if {local.name for local, _ in relation.local_remote_pairs} == set(columns):
                return relation
        raise Skipped(f"{type(row).__name__} has no relationship over {', '.join(columns)}")

    def unlink(self, row: Any, to: Any, action: dict[str, Any]) -> Callable[[], None]:
        """Takes `to` out of the collection of `row`, or `row` out of that of `to`."""
        link, near, far = action["link"], set(action["near"]), set(action["far"])
        here = collection(row, (link["schema"], link["name"]), near, far)
        if here is not None:
            return lambda: getattr(row, here).remove(to)
        there = collection(to, (link["schema"], link["name"]), far, near)
        if there is not None:
            return lambda: getattr(to, there).remove(row)
        raise Skipped(f"{type(row).__name__} has no collection over `{link['name']}` to take from")

    def deferring(self, session: orm.Session, action: dict[str, Any]) -> Any:
        """The generated helper that defers the checks of shared parents, where asked for."""
        if not action.get("defer"):
            return nullcontext()
        reparenting = getattr(importlib.import_module(self.base.__module__), "reparenting", None)
        if reparenting is None:
            raise Skipped("the package has no `reparenting`")
        return reparenting(session)


def quoted(name: str) -> str:
    """A name as a `text()` quotes it, in which a colon would begin a parameter."""
    return '"' + name.replace('"', '""').replace(":", "\\:") + '"'


def be_strict(package: str) -> None:
    """From here on, a warning of SQLAlchemy's or about the generated package is an error."""
    warnings.filterwarnings("error", module=rf"{package}(\..*)?")
    warnings.simplefilter("error", sa.exc.SAWarning)
    warnings.simplefilter("error", sa.exc.SADeprecationWarning)


@contextmanager
def counted(connection: sa.Connection, sent: list[str]) -> Iterator[None]:
    """Keeps what is sent for the action itself; what only asks for later checks is not of it."""

    def keep(_c: Any, _u: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("SET CONSTRAINTS"):
            sent.append(statement)

    sa.event.listen(connection, "before_cursor_execute", keep)
    try:
        yield
    finally:
        sa.event.remove(connection, "before_cursor_execute", keep)


def refused(error: sa.exc.IntegrityError) -> dict[str, Any]:
    """A refusal of the database, by the exception that its driver raises."""
    message = str(error.orig).strip().split("\n")[0]
    return {
        "refused": type(error.orig).__name__,
        "message": message,
        **driver.refusal(error.orig),
    }


def spans_classes(circle: sa.exc.CircularDependencyError) -> bool:
    """Whether a flush finds no order for rows of several classes, and not just for those of each."""
    base = {
        step: step.state.mapper.base_mapper
        for step in circle.cycles
        if getattr(step, "state", None) is not None
    }
    behind = {step: {b for a, b in circle.edges if a is step and b in base} for step in base}
    for _ in base:
        for steps in behind.values():
            steps.update(*[behind[step] for step in steps])
    return any(
        base[step] is not base[other] and step in behind[other]
        for step, others in behind.items()
        for other in others
    )


def orphan(row: Any, relation: orm.RelationshipProperty[Any]) -> Callable[[], None]:
    """Takes a row out of its owner's collection."""
    inverse = relation.back_populates
    if inverse is None:
        raise Skipped(f"the inverse of `{relation.key}` has no accessor")
    owner = getattr(row, relation.key)
    if relation.mapper.relationships[inverse].uselist:
        return lambda: getattr(owner, inverse).remove(row)
    return lambda: setattr(owner, inverse, None)


def accessor(entity: type[Any], name: str) -> str:
    """The attribute by which a relation to a union is assigned."""
    if hasattr(entity, name):
        return name
    raise Skipped(f"{entity.__name__} has no `{name}`")


def set_columns(row: Any, relation: orm.RelationshipProperty[Any], other: Any) -> None:
    """Sets the columns of a relationship that can only be read."""
    here, there = sa.inspect(type(row)), relation.mapper
    for local, remote in relation.local_remote_pairs:
        value = None if other is None else getattr(other, there.get_property_by_column(remote).key)
        setattr(row, here.get_property_by_column(local).key, value)


def collection(row: Any, link: tuple[str | None, str], near: set[str], far: set[str]) -> str | None:
    """The attribute by which a row has what a link table leads to."""
    mapper: orm.Mapper[Any] = sa.inspect(type(row))
    for relation in mapper.relationships:
        secondary = relation.secondary
        if (
            isinstance(secondary, sa.Table)
            and not relation.viewonly
            and (secondary.schema, secondary.name) == link
            and {remote.name for _, remote in relation.synchronize_pairs} == near
        ):
            return relation.key
    for name, found in mapper.all_orm_descriptors.items():
        if not isinstance(found, AssociationProxy):
            continue
        links = mapper.relationships[found.target_collection]
        table = links.mapper.local_table
        if not isinstance(table, sa.Table) or (table.schema, table.name) != link:
            continue
        end = links.mapper.relationships[str(found.value_attr)]
        if {remote.name for _, remote in links.local_remote_pairs} == near and {
            local.name for local, _ in end.local_remote_pairs
        } == far:
            return str(name)
    return None
