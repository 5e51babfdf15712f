"""The rows in all tables of an example: read, and removed."""

from __future__ import annotations

import json
from typing import Any

import psycopg
from psycopg import sql

from trine_proof import databases, world
from trine_proof.example import Example

#: A row as `to_jsonb` gives it.
Values = dict[str, Any]
#: Rows by table.
Rows = dict[str, list[Values]]


def dump(connection: psycopg.Connection, example: Example) -> Rows:
    """All rows of all tables."""
    return {
        table: [
            json.loads(row)
            for (row,) in connection.execute(
                sql.SQL("SELECT to_jsonb(t)::text FROM {} t ORDER BY 1").format(
                    world.identifier(example.model, table)
                )
            )
        ]
        for table in example.model.tables
    }


def empty(connection: psycopg.Connection, example: Example) -> None:
    """Removes all rows."""
    tables = [world.identifier(example.model, table) for table in example.model.tables]
    connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(tables)))


def empty_all(example: Example, name: str) -> None:
    """Removes all rows of a database, in a transaction of its own."""
    with databases.connect(name) as connection:
        empty(connection, example)
