"""The same delete through SQL, SQLAlchemy and Django: the same rows are left, or all refuse it.

For every relation of an example, and for every table of the whole: rows are made, a row is deleted
in each way inside a transaction that is rolled back, and what is left in all tables is compared, also
with what the rules say (`expected`).
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from trine_proof import contents, databases, roundtrip, world
from trine_proof.columns import Shape, shapes
from trine_proof.example import Example, close_django
from trine_proof.expected import Refused, Rows, Values, expected, refers

#: What a way of deleting came to: the rows left, or the name of the exception that refused it.
Outcome = Rows | str


@dataclass
class Stage:
    """A database with rows in it, and what to delete."""

    example: Example
    database: str
    shapes: dict[str, Shape]
    before: Rows
    table: str
    victim: Values

    @property
    def key(self) -> dict[str, Any]:
        return {column: self.victim[column] for column in self.shapes[self.table].key}


def replay(request: dict[str, Any]) -> list[str]:
    """Replays the deletes of an example, and reports each that differs from what it should be."""
    example = Example.of(request)
    report: list[str] = []
    with databases.database() as name:
        example.use_django(name)
        if example.model.has_externals:
            example.manage("migrate", "auth", "--verbosity=0")
        example.migrate()
        _ = example.sqlalchemy
        warnings.simplefilter("error")
        with databases.connect(name) as connection:
            scenarios = 0
            for what, stage in stages(example, name, connection):
                scenarios += 1
                report += [f"{what}: {line}" for line in compare(stage, connection)]
            # The rows of the last stage, which has everything, are still there.
            connection.rollback()
            report += roundtrip.roundtrip(example, name)
        close_django()
    if scenarios == 0:
        report.append("there is nothing to delete")
    return report


def stages(
    example: Example, name: str, connection: psycopg.Connection
) -> Iterator[tuple[str, Stage]]:
    """A filled database for every relation by itself, and for every table of the whole."""
    model = example.model
    found = shapes(connection, model)
    defaults = {
        relation.number: one(connection, f"SELECT ({relation.default})::text")
        for relation in model.relations
        if relation.rule == "set default"
    }
    parts = [(f"relation {r.source}.{r.name}", world.around(model, r), r) for r in model.relations]
    for what, part, relation in [*parts, ("everything", world.whole(model), None)]:
        contents.empty(connection, example)
        made = world.Builder(model, found, part, defaults).build()
        try:
            world.fill(connection, model, found, made)
            connection.commit()
        except psycopg.Error as error:
            connection.rollback()
            raise RuntimeError(f"{what}: rows can't be made: {error}\n{made.rows}") from error
        before = contents.dump(connection, example)
        if relation is not None:
            victims = [(relation.target, referred_to(before, relation, what))]
        else:
            victims = [(table, made_first(before[table], found[table])) for table in made.rows]
        for table, victim in victims:
            yield f"{what}, deleting {table}", Stage(example, name, found, before, table, victim)


def one(connection: psycopg.Connection, query: str) -> str:
    row = connection.execute(sql.SQL(query)).fetchone()  # type: ignore[arg-type]
    assert row is not None
    return str(row[0])


def referred_to(before: Rows, relation: Any, what: str) -> Values:
    """A row of the first family that a relation points at; family one has the greater keys."""
    targets = [
        target
        for target in before[relation.target]
        if any(refers(relation, row, target) for row in before[relation.source])
    ]
    if not targets:
        raise RuntimeError(f"{what}: no row refers to another")
    return max(targets, key=lambda row: (numbers(row), json.dumps(row)))


def made_first(rows: list[Values], shape: Shape) -> Values:
    """A row of the first family."""
    return max(rows, key=lambda row: (numbers({k: row[k] for k in shape.key}), json.dumps(row)))


def numbers(row: Values) -> int:
    return max((v for v in row.values() if isinstance(v, int)), default=0)


# -------------------------------------------------------------------------------------- comparing


def compare(stage: Stage, connection: psycopg.Connection) -> list[str]:
    """Deletes in every way, and says which differ from the rules."""
    defaults: Rows = {"default": [{} for _ in stage.example.model.relations]}
    for relation in stage.example.model.relations:
        if relation.rule == "set default":
            column = relation.own[-1]
            row = connection.execute(
                sql.SQL("SELECT to_jsonb({})::text").format(sql.SQL(relation.default))  # type: ignore
            ).fetchone()
            defaults["default"][relation.number] = {column: json.loads(row[0]) if row else None}
    connection.rollback()
    wanted = expected(
        stage.example.model, stage.before, stage.table, stage.victim, defaults
    )
    report = []
    outcomes: dict[str, Outcome] = {}
    for way, delete in WAYS.items():
        try:
            outcome = delete(stage)
        except Exception as error:
            report.append(f"{way} failed: {type(error).__name__}: {error}")
            continue
        if outcome is None:
            continue
        outcomes[way] = outcome
        report += [f"{way}: {line}" for line in judge(stage, wanted, way, outcome)]
    by_sql = outcomes.get("SQL")
    for way, outcome in outcomes.items():
        if isinstance(outcome, dict) and isinstance(by_sql, dict):
            if marked(stage, outcome) != marked(stage, by_sql):
                report.append(f"{way}: `on update now()` touched other rows than SQL did")
    return report


def judge(stage: Stage, wanted: Rows | Refused, way: str, outcome: Outcome) -> list[str]:
    """How an outcome differs from what the rules say."""
    if isinstance(wanted, Refused):
        if not isinstance(outcome, str):
            return [f"was let through; {sorted(wanted.reasons)} should refuse it"]
        needed = {frozenset({"protect"}): "ProtectedError", frozenset({"restrict"}): "RestrictedError"}
        exception = needed.get(frozenset(wanted.reasons))
        if way.startswith("Django") and exception is not None and outcome != exception:
            return [f"was refused by {outcome}, which should be {exception}"]
        return []
    if isinstance(outcome, str):
        return [f"was refused ({outcome}), which no rule does"]
    return [
        f"{table} has {line}"
        for table in stage.example.model.tables
        for line in contents.rows_differ(
            bare(stage, table, wanted[table]), bare(stage, table, outcome[table])
        )
    ]


def bare(stage: Stage, table: str, rows: list[Values]) -> list[str]:
    """Rows as text, without the columns that time fills."""
    touched = stage.example.model.tables[table].touched
    return sorted(
        json.dumps({k: v for k, v in row.items() if k not in touched}, sort_keys=True)
        for row in rows
    )


def marked(stage: Stage, rows: Rows) -> dict[str, list[str]]:
    """For each table, the keys of the rows whose `on update now()` has fired."""
    marks = {}
    for table, facts in stage.example.model.tables.items():
        key = stage.shapes[table].key
        old = {json.dumps([r[k] for k in key]): r for r in stage.before[table]}
        marks[table] = [
            identity
            for row in rows[table]
            if (identity := json.dumps([row[k] for k in key])) in old
            and any(row[column] != old[identity][column] for column in facts.touched)
        ]
    return marks


# ------------------------------------------------------------------------------------------ ways


def by_sql(stage: Stage) -> Outcome | None:
    """DELETE FROM … WHERE key."""
    with databases.connect(stage.database) as connection:
        try:
            connection.execute(
                sql.SQL("DELETE FROM {} WHERE {}").format(
                    world.identifier(stage.example.model, stage.table),
                    world.assignments(stage.key, " AND "),
                ),
                list(stage.key.values()),
            )
            connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            return contents.dump(connection, stage.example)
        except psycopg.errors.IntegrityError as error:
            return type(error).__name__
        finally:
            connection.rollback()


def by_sqlalchemy(stage: Stage, *, loaded: bool) -> Outcome | None:
    """`session.delete()`, with everything in the session or with nothing but the row."""
    import sqlalchemy as sa
    from sqlalchemy import orm

    mappers = {
        mapper.local_table.fullname: mapper
        for mapper in stage.example.sqlalchemy.Base.registry.mappers
    }
    mapper = mappers.get(stage.table)
    if mapper is None:
        return None
    engine = stage.example.engine(stage.database)
    statements: list[str] = []
    with engine.connect() as connection, orm.Session(connection) as session:
        if loaded:
            for table, other in mappers.items():
                if table in stage.before:
                    everything = sa.select(other.class_).options(orm.selectinload("*"))
                    session.held = [  # type: ignore[attr-defined]
                        *getattr(session, "held", []),
                        *session.scalars(everything),
                    ]
        columns = {c.name: mapper.get_property_by_column(c).key for c in mapper.primary_key}
        row = session.scalars(
            sa.select(mapper.class_).filter_by(**{columns[k]: v for k, v in stage.key.items()})
        ).one()
        sa.event.listen(
            connection,
            "before_cursor_execute",
            lambda _c, _u, statement, *_: statements.append(statement),
        )
        try:
            session.delete(row)
            try:
                session.flush()
            finally:
                flushed = list(statements)
            connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
            driver: Any = connection.connection.driver_connection
            outcome: Outcome = contents.dump(driver, stage.example)
        except sa.exc.IntegrityError as error:
            outcome = type(error.orig).__name__
        finally:
            connection.rollback()
    engine.dispose()
    if not loaded and len(flushed) > 1:
        raise AssertionError(f"more than one statement for rows not loaded: {flushed}")
    return outcome


def by_django(stage: Stage, *, queryset: bool) -> Outcome | None:
    """`instance.delete()`, or `queryset.delete()`."""
    from django.apps import apps
    from django.db import connection, transaction
    from django.db.utils import IntegrityError

    facts = stage.example.model.tables[stage.table]
    names = {facts.name, f'"{facts.schema}"."{facts.name}"', f'{facts.schema}"."{facts.name}'}
    model = next(
        (
            m
            for m in apps.get_models(include_auto_created=True)
            if m._meta.db_table in names and not m._meta.proxy
        ),
        None,
    )
    if model is None:
        return None
    fields = {field.column: field.attname for field in model._meta.concrete_fields}
    chosen = model._default_manager.filter(**{fields[k]: v for k, v in stage.key.items()})
    try:
        with transaction.atomic():
            if queryset:
                chosen.delete()
            else:
                chosen.get().delete()
            connection.check_constraints()
            with connection.cursor() as cursor:
                outcome: Outcome = contents.dump(cursor.connection, stage.example)
            transaction.set_rollback(True)
    except IntegrityError as error:
        outcome = type(error).__name__
    return outcome


WAYS: dict[str, Callable[[Stage], Outcome | None]] = {
    "SQL": by_sql,
    "SQLAlchemy, nothing loaded": lambda stage: by_sqlalchemy(stage, loaded=False),
    "SQLAlchemy, children loaded": lambda stage: by_sqlalchemy(stage, loaded=True),
    "Django, an instance": lambda stage: by_django(stage, queryset=False),
    "Django, a queryset": lambda stage: by_django(stage, queryset=True),
}
