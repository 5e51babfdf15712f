"""What the compiler says of an example: its tables, its relations, and their rules.

The Rust side makes this from the schema (`tests/support/describe.rs`), so that what is expected of a
delete comes from what the file says, and not from the database that is to be judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Table:
    """An entity's table."""

    name: str
    schema: str | None
    external: bool
    #: Columns whose values are an enum's, with what may be stored.
    enums: dict[str, list[str]]
    #: Columns with `on update now()`.
    touched: frozenset[str]

    @property
    def qualified(self) -> str:
        """The name as PostgreSQL's `regclass` prints it."""
        return f"{self.schema}.{self.name}" if self.schema else self.name


@dataclass(frozen=True)
class Bounds:
    """How many: from `least` to `most`, or any number."""

    least: int
    most: int | None

    def has_room(self, count: int) -> bool:
        return self.most is None or count < self.most


@dataclass(frozen=True)
class Relation:
    """A foreign key: `source` rows point at `target` rows."""

    number: int
    name: str
    source: str
    target: str
    #: The whole foreign key, shared columns of `within` included, and what it refers to.
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    #: The relation's own columns: what `set null` clears.
    own: tuple[str, ...]
    rule: str
    optional: bool
    #: How many sources one target has.
    there: Bounds
    deferrable: bool
    #: The default of its own column as SQL, where it has one.
    default: str | None


@dataclass(frozen=True)
class Link:
    """A many-to-many relation: a table with two relations."""

    table: str
    source_end: int
    target_end: int
    #: How many targets one source has, and how many sources one target has.
    here: Bounds
    there: Bounds


@dataclass(frozen=True)
class Model:
    """A whole example."""

    apps: list[str]
    extensions: list[str]
    tables: dict[str, Table]
    relations: list[Relation]
    links: list[Link]

    @staticmethod
    def of(value: dict[str, Any]) -> Model:
        """Reads the description."""
        tables = [
            Table(
                name=table["name"],
                schema=table["schema"],
                external=table["external"],
                enums=table["enums"],
                touched=frozenset(table["touched"]),
            )
            for table in value["tables"]
        ]
        return Model(
            apps=value["apps"],
            extensions=value["extensions"],
            tables={table.qualified: table for table in tables},
            relations=[
                Relation(
                    number=number,
                    name=relation["name"],
                    source=relation["source"],
                    target=relation["target"],
                    columns=tuple(relation["columns"]),
                    target_columns=tuple(relation["target_columns"]),
                    own=tuple(relation["own"]),
                    rule=relation["rule"],
                    optional=relation["optional"],
                    there=Bounds(*relation["there"]),
                    deferrable=relation["deferrable"],
                    default=relation["default"],
                )
                for number, relation in enumerate(value["relations"])
            ],
            links=[
                Link(
                    table=link["table"],
                    source_end=link["source_end"],
                    target_end=link["target_end"],
                    here=Bounds(*link["here"]),
                    there=Bounds(*link["there"]),
                )
                for link in value["links"]
            ],
        )

    @property
    def has_externals(self) -> bool:
        return any(table.external for table in self.tables.values())
