"""Databases on the server of this run: made from a template, dropped at the end of a block."""

from __future__ import annotations

import contextlib
import itertools
import os
from collections.abc import Iterator

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

_server = ""
_run = ""
_counter = itertools.count(1)


def use_server(conninfo: str) -> None:
    """Sets the server on which this process and its children make databases."""
    global _server, _run
    _server = conninfo
    _run = f"trine_{os.getpid()}"


@contextlib.contextmanager
def database(*, template: str = "template0") -> Iterator[str]:
    """A new database, by the name that `connect` and `conninfo` take."""
    name = f"{_run}_{os.getpid()}_{next(_counter)}"
    _on_server(
        sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
    )
    try:
        yield name
    finally:
        _on_server(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_leftovers() -> None:
    """Drops what children that were stopped have left; matters on a server that is not ours."""
    with contextlib.suppress(psycopg.OperationalError), psycopg.connect(_server) as connection:
        query = "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        names = connection.execute(query, (f"{_run}_",)).fetchall()
    for (name,) in names:
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        with contextlib.suppress(psycopg.Error):
            _on_server(drop)


def conninfo(name: str) -> str:
    """The connection string of a database."""
    return make_conninfo(_server, dbname=name)


def parameters(name: str) -> dict[str, str]:
    """The same, taken apart: `host`, `port`, `user`, `password`, `dbname`."""
    return {key: str(value) for key, value in conninfo_to_dict(conninfo(name)).items()}


def connect(name: str) -> psycopg.Connection:
    """A connection to a database."""
    return psycopg.connect(conninfo(name))


def _on_server(statement: sql.Composed) -> None:
    with psycopg.connect(_server, autocommit=True) as connection:
        connection.execute(statement)
