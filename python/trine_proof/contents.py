"""The rows in all tables of an example: read, compared, and removed."""

from __future__ import annotations

import json

import psycopg
from psycopg import sql

from trine_proof import databases, world
from trine_proof.example import Example
from trine_proof.expected import Rows


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


def rows_differ(wanted: list[str], found: list[str]) -> list[str]:
    """What one of two lists of rows has, and the other has not."""
    return [f"a row too many: {row}" for row in found if row not in wanted] + [
        f"lost a row: {row}" for row in wanted if row not in found
    ]


def empty(connection: psycopg.Connection, example: Example) -> None:
    """Removes all rows."""
    tables = [world.identifier(example.model, table) for table in example.model.tables]
    connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(tables)))


def empty_all(example: Example, name: str) -> None:
    """Removes all rows of a database, in a transaction of its own."""
    with databases.connect(name) as connection:
        empty(connection, example)
