"""The columns of a live database, and a value for each that satisfies what is usual to ask of it.

A value is text, as PostgreSQL reads it. Row `n` has its own value in each column, so that a UNIQUE
holds; a column further right has a greater value, so that `starts_at < ends_at` does.
"""

from __future__ import annotations

import datetime
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import psycopg

from trine_proof.model import Model

#: What the values of a column go round in, where a CHECK asks for more than the above.
HINTS: dict[str, list[str]] = {
    "parking_space.level": ["0"],
    "university_enrolment.mark": ["7", "8.5"],
}


@dataclass(frozen=True)
class Column:
    """A column that rows are given a value for; generated ones are not among them."""

    name: str
    place: int
    type: str
    not_null: bool
    identity: bool
    has_default: bool


@dataclass(frozen=True)
class Unique:
    """Columns that are unique together."""

    columns: tuple[str, ...]
    nulls_distinct: bool


@dataclass(frozen=True)
class Shape:
    """A table as the catalog has it."""

    columns: list[Column]
    key: tuple[str, ...]
    uniques: list[Unique]


def shapes(connection: psycopg.Connection, model: Model) -> dict[str, Shape]:
    """The shape of each of an example's tables."""
    found = {name: shape(connection, quoted(connection, name, model)) for name in model.tables}
    if not reads_xml(connection):
        for table in found.values():
            table.columns[:] = [c for c in table.columns if c.type != "xml" or c.not_null]
    return found


def reads_xml(connection: psycopg.Connection) -> bool:
    """Whether the server was built with libxml; the wheel's was not."""
    try:
        with connection.transaction():
            connection.execute("SELECT '<n/>'::xml")
    except psycopg.errors.FeatureNotSupported:
        return False
    return True


def quoted(connection: psycopg.Connection, name: str, model: Model) -> str:
    """A table's name as SQL writes it."""
    table = model.tables[name]
    row = connection.execute(
        "SELECT CASE WHEN %(schema)s::text IS NULL THEN quote_ident(%(name)s) "
        "ELSE format('%%I.%%I', %(schema)s::text, %(name)s::text) END",
        {"schema": table.schema, "name": table.name},
    ).fetchone()
    assert row is not None
    return str(row[0])


def shape(connection: psycopg.Connection, table: str) -> Shape:
    """The shape of a table."""
    columns = connection.execute(
        """
        SELECT attname, attnum, format_type(atttypid, atttypmod), attnotnull, attidentity <> '',
               atthasdef
        FROM pg_attribute
        WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
        ORDER BY attnum
        """,
        (table,),
    ).fetchall()
    uniques = connection.execute(
        """
        SELECT ARRAY(SELECT attname FROM unnest(indkey::smallint[]) WITH ORDINALITY k (num, place)
                     JOIN pg_attribute ON attrelid = indrelid AND attnum = num
                     WHERE place <= indnkeyatts ORDER BY place)::text[],
               indisprimary, NOT indnullsnotdistinct
        FROM pg_index
        WHERE indrelid = %s::regclass AND indisunique AND indexprs IS NULL
        ORDER BY indexrelid
        """,
        (table,),
    ).fetchall()
    return Shape(
        columns=[Column(*column) for column in columns],
        key=next((tuple(names) for names, primary, _ in uniques if primary), ()),
        uniques=[Unique(tuple(names), distinct) for names, _, distinct in uniques],
    )


def value(table: str, column: Column, n: int, enum: list[str] | None) -> str | None:
    """The value of a column in row `n` of a table."""
    if hint := HINTS.get(f"{table}.{column.name}"):
        return hint[n % len(hint)]
    if enum is not None:
        chosen = enum[n % len(enum)]
        return "{" + chosen + "}" if column.type.endswith("[]") else chosen
    if column.identity:
        return str(n)
    if column.type.endswith("[]"):
        return "{}"
    base, arguments = re.fullmatch(r"([^(]+)(?:\(([\d,]+)\))?(.*)", column.type).group(1, 2)
    limits = [int(limit) for limit in arguments.split(",")] if arguments else []
    make = _VALUES.get(base.strip())
    if make is None:
        if column.not_null and not column.has_default:
            raise LookupError(f"{table}.{column.name}: no value is known for {column.type}")
        return None
    return make(n, column.place, limits)


def _short(n: int, place: int, limits: list[int]) -> str:
    """A text that fits: readable where there is room, digits in base 36 where there is not."""
    if not limits or limits[0] >= 12:
        return f"value {place}-{n}"
    digits = ""
    while n:
        n, digit = divmod(n, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits.rjust(limits[0], "0")[-limits[0] :]


def _moment(n: int, place: int) -> datetime.datetime:
    return datetime.datetime(2024, 1, 1) + datetime.timedelta(days=n, hours=place)


def _bits(n: int, limits: list[int]) -> str:
    width = limits[0] if limits else 1
    return f"{n:b}".rjust(width, "0")[-width:]


def _range(low: object, high: object) -> str:
    return f"[{low},{high})"


_Make = Callable[[int, int, list[int]], str]

#: By PostgreSQL's name of the type.
_VALUES: dict[str, _Make] = {
    **dict.fromkeys(("smallint", "integer", "bigint"), lambda n, place, _: str(n + place)),
    **dict.fromkeys(("real", "double precision", "money"), lambda n, place, _: str(n + place)),
    "numeric": lambda n, place, limits: (
        str((n + place) % 10 ** (limits[0] - limits[1])) if len(limits) == 2 else str(n + place)
    ),
    "boolean": lambda n, _, __: "true",
    **dict.fromkeys(("text", "character varying", "character", "citext"), _short),
    "uuid": lambda n, place, _: str(uuid.UUID(int=n * 1000 + place)),
    "bytea": lambda n, _, __: f"\\x{n:04x}",
    "date": lambda n, place, _: str(_moment(n + place, 0).date()),
    **dict.fromkeys(
        ("time without time zone", "time with time zone", "time"),
        lambda n, place, _: f"{place % 24:02}:{n % 60:02}:00",
    ),
    **dict.fromkeys(
        ("timestamp without time zone", "timestamp with time zone", "timestamp"),
        lambda n, place, _: str(_moment(n, place)),
    ),
    # Below a day: Python has days and seconds, where PostgreSQL keeps hours apart from days.
    "interval": lambda n, _, __: f"{n} minutes",
    **dict.fromkeys(("json", "jsonb"), lambda n, _, __: f'{{"n": {n}}}'),
    "hstore": lambda n, _, __: f"n=>{n}",
    **dict.fromkeys(("inet", "cidr"), lambda n, place, _: f"10.0.{place % 256}.{n % 256}"),
    "macaddr": lambda n, _, __: f"08:00:2b:01:02:{n % 256:02x}",
    "macaddr8": lambda n, _, __: f"08:00:2b:01:02:03:04:{n % 256:02x}",
    **dict.fromkeys(("bit", "bit varying"), lambda n, _, limits: _bits(n, limits)),
    **dict.fromkeys(("int4range", "int8range", "numrange"), lambda n, _, __: _range(n, n + 1)),
    **dict.fromkeys(
        ("tsrange", "tstzrange"), lambda n, _, __: _range(_moment(n, 0), _moment(n, 1))
    ),
    "daterange": lambda n, _, __: _range(_moment(n, 0).date(), _moment(n + 1, 0).date()),
    "tsvector": lambda n, _, __: f"word{n}",
    "tsquery": lambda n, _, __: f"word{n}",
    "xml": lambda n, _, __: f"<n>{n}</n>",
    "point": lambda n, place, _: f"({n},{place})",
    "line": lambda n, _, __: f"{{1,1,{n}}}",
    "lseg": lambda n, _, __: f"[(0,0),(1,{n})]",
    "box": lambda n, _, __: f"(1,{n}),(0,0)",
    "path": lambda n, _, __: f"[(0,0),(1,{n})]",
    "polygon": lambda n, _, __: f"((0,0),(1,0),(1,{n}))",
    "circle": lambda n, _, __: f"<(0,0),{n}>",
    **dict.fromkeys(
        ("int4multirange", "int8multirange", "nummultirange"),
        lambda n, _, __: "{" + _range(n, n + 1) + "}",
    ),
    **dict.fromkeys(("tsmultirange", "tstzmultirange", "datemultirange"), lambda n, _, __: "{}"),
}
