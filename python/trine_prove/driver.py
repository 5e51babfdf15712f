"""Connections of our own: through psycopg, or psycopg2 where only that is installed."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any
from weakref import WeakSet

#: psycopg, or psycopg2.
library: Any
try:
    library = importlib.import_module("psycopg")
    parse: Any = importlib.import_module("psycopg.conninfo").conninfo_to_dict
    DIALECT = "postgresql+psycopg"
except ImportError:
    library = importlib.import_module("psycopg2")
    parse = importlib.import_module("psycopg2.extensions").parse_dsn
    DIALECT = "postgresql+psycopg2"

#: Nothing may hang, and every session prints values alike.
SETTINGS = """
SET statement_timeout = '60s';
SET lock_timeout = '30s';
SET TimeZone = 'UTC';
SET DateStyle = 'ISO, MDY';
SET IntervalStyle = 'postgres';
SET bytea_output = 'hex';
SET extra_float_digits = 1;
"""


def connect(conninfo: str, *, autocommit: bool = False) -> Any:
    """A connection, with the settings of every session."""
    connection = library.connect(conninfo, connect_timeout=10)
    execute(connection, [SETTINGS])
    connection.commit()
    connection.autocommit = autocommit
    if hasattr(connection, "prepare_threshold"):
        # Otherwise psycopg forgets what is prepared at every rollback, the dump with it.
        connection.prepare_threshold = None
    return connection


def execute(connection: Any, statements: Iterable[str]) -> None:
    """Runs statements in which a `%` is no parameter's."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


#: Connections that know the dump already.
prepared: WeakSet[Any] = WeakSet()


def dump(connection: Any, query: str) -> str:
    """The text that the task's dump gives. It names every table, and is planned once: that takes longer
    than to carry it out."""
    if connection not in prepared:
        execute(connection, [f"PREPARE trine_dump AS {query}"])
        prepared.add(connection)
    with connection.cursor() as cursor:
        cursor.execute("EXECUTE trine_dump")
        [value] = cursor.fetchone()
    return str(value)


def values(connection: Any, query: str) -> list[str]:
    """The texts of a query's first column."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [str(row[0]) for row in cursor.fetchall()]


def by_key(table: str, columns: Iterable[str], key: str) -> str:
    """The condition that a row of a table has the values of a JSON object in some columns.

    Names are quoted. The values are read as the columns' types and not compared as JSON: an interval
    prints otherwise in every style of intervals.
    """
    wanted = f"jsonb_populate_record(CAST(NULL AS {table}), CAST({key} AS jsonb))"
    return " AND ".join(f"{table}.{column} = ({wanted}).{column}" for column in columns)


def parameters(conninfo: str) -> dict[str, str]:
    """A connection string taken apart: `host`, `port`, `user`, `password`, `dbname`."""
    return {key: str(value) for key, value in parse(conninfo).items() if value is not None}


def refusal(error: BaseException | None) -> dict[str, Any]:
    """What the database says of its own refusal, when it was the database that refused."""
    diagnostics = getattr(error, "diag", None)
    if diagnostics is None:
        return {}
    return {"sqlstate": diagnostics.sqlstate, "constraint": diagnostics.constraint_name}
