"""Rows for an example: enough of them that every relation has something to do, and no more.

A world has two families of rows that never refer to one another. A delete begins in the first; the
second must not notice. Within a family each row refers to the row that has the fewest others so
far, so that lower and upper bounds are met, and shares its parents where a foreign key says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import psycopg
from psycopg import sql

from trine_proof.columns import Shape, value
from trine_proof.model import Link, Model, Relation

#: Where the numbers of a family's rows begin. A default that refers to row 1 finds it in the second.
FAMILIES = (41, 1)

#: At most so many rows of an entity for one row at the top, unless a bound asks for more.
_MOST = 4


@dataclass(eq=False)
class Row:
    """A row to be: its values by column, as text."""

    table: str
    values: dict[str, str | None]
    #: How many rows refer to it, by the number of the relation.
    referrers: dict[int, int] = field(default_factory=dict)


@dataclass
class World:
    """Rows by table, in an order in which they can be inserted."""

    rows: dict[str, list[Row]]
    #: Relations that are set by UPDATE, behind the inserts: they close a circle.
    late: list[Relation]


@dataclass(frozen=True)
class Part:
    """The part of a model that a world is made of."""

    tables: frozenset[str]
    relations: frozenset[int]


def whole(model: Model) -> Part:
    """Everything."""
    return Part(frozenset(model.tables), frozenset(range(len(model.relations))))


def around(model: Model, relation: Relation) -> Part:
    """One relation, and what its rows can't be without."""
    tables: set[str] = set()
    relations = {relation.number}
    queue = [relation.source, relation.target]
    for parent in shared_parents(model, relation):
        relations.add(parent.number)
        queue.append(parent.target)
    while queue:
        table = queue.pop()
        if table in tables:
            continue
        tables.add(table)
        for other in model.relations:
            if other.source == table and not other.optional:
                relations.add(other.number)
                queue.append(other.target)
            if other.target == table and other.there.least > 0:
                relations.add(other.number)
                queue.append(other.source)
        for link in model.links:
            source = model.relations[link.source_end].target
            target = model.relations[link.target_end].target
            if (table == source and link.here.least) or (table == target and link.there.least):
                queue.append(link.table)
    return Part(frozenset(tables), frozenset(relations))


def shared_parents(model: Model, relation: Relation) -> list[Relation]:
    """The relations, at both ends, whose columns a foreign key carries along (`within`)."""
    ends = (
        (relation.source, set(relation.columns) - set(relation.own)),
        (relation.target, set(relation.target_columns)),
    )
    return [
        other
        for other in model.relations
        for table, columns in ends
        if other.source == table and other is not relation and set(other.own) & columns
    ]


class Builder:
    """Makes a world of a part of a model."""

    def __init__(self, model: Model, shapes: dict[str, Shape], part: Part, defaults: dict[int, str]):
        self.model = model
        self.shapes = shapes
        self.tables = part.tables
        self.relations = [model.relations[number] for number in sorted(part.relations)]
        self.links = {link.table: link for link in model.links if link.table in part.tables}
        self.defaults = defaults
        self.late = self.circles()
        self.rows: dict[str, list[Row]] = {table: [] for table in self.insert_order()}
        self.family: dict[str, list[Row]] = {}

    def build(self) -> World:
        """All rows of both families."""
        counts = self.counts()
        for start in FAMILIES:
            self.family = {table: [] for table in self.rows}
            for table in self.rows:
                if (link := self.links.get(table)) is not None:
                    self.add_links(link, start)
                else:
                    for place in range(counts[table]):
                        self.add_row(table, start + place, {})
            for relation in self.late:
                for row in self.family[relation.source]:
                    self.refer(row, relation)
            for table, rows in self.family.items():
                self.rows[table] += rows
        return World(self.rows, [r for r in self.late if not r.deferrable])

    # ------------------------------------------------------------------------------------- order

    def circles(self) -> list[Relation]:
        """The relations to set last, so that the rest can be put into an order."""
        late: list[Relation] = []
        while (circle := self.unordered(late)) and (
            candidates := [
                relation
                for relation in self.relations
                if relation not in late
                and relation.source in circle
                and relation.target in circle
                and (relation.optional or relation.deferrable)
            ]
        ):
            late.append(min(candidates, key=lambda r: (not r.optional, r.number)))
        return late

    def unordered(self, late: list[Relation]) -> set[str]:
        """The tables that lie on a circle, or behind one."""
        left = set(self.tables)
        while ready := {t for t in left if not self.before(t, late) & left}:
            left -= ready
        return left

    def before(self, table: str, late: list[Relation]) -> set[str]:
        """The tables whose rows must be there before those of a table."""
        return {
            relation.target
            for relation in self.relations
            if relation.source == table and relation.target != table and relation not in late
        }

    def insert_order(self) -> list[str]:
        order: list[str] = []
        while ready := sorted(
            table
            for table in self.tables
            if table not in order and self.before(table, self.late) <= set(order)
        ):
            order += ready
        return order

    # ------------------------------------------------------------------------------------ how many

    def counts(self) -> dict[str, int]:
        """How many rows of each table a family has."""
        counts = dict.fromkeys(self.tables, 1)
        for _ in range(len(self.tables) + 1):
            for relation in self.relations:
                source, target = relation.source, relation.target
                least, most = relation.there.least, relation.there.most
                if source == target:
                    counts[source] = max(counts[source], 2)
                elif most == 1:
                    counts[source] = max(counts[source], counts[target])
                    if least == 1 or not relation.optional:
                        counts[target] = max(counts[target], counts[source])
                else:
                    wanted = min(2 * counts[target], max(_MOST, counts[target]))
                    in_circle = relation in self.late
                    counts[source] = max(
                        counts[source],
                        least * counts[target],
                        counts[target] if in_circle else wanted,
                    )
            for link in self.links.values():
                source = self.model.relations[link.source_end].target
                target = self.model.relations[link.target_end].target
                counts[source] = max(counts[source], link.there.least, 2)
                counts[target] = max(counts[target], link.here.least, 2)
        return counts

    # ---------------------------------------------------------------------------------------- rows

    def add_row(self, table: str, n: int, ends: dict[int, Row]) -> Row | None:
        """Adds a row, unless a mandatory relation finds no target or a UNIQUE stands against it."""
        facts = self.model.tables[table]
        row = Row(table, {})
        for column in self.shapes[table].columns:
            enum = facts.enums.get(column.name)
            row.values[column.name] = value(table, column, n, enum)
        self.default_row(row, n)
        mine = [relation for relation in self.model.relations if relation.source == table]
        for relation in mine:
            for column in relation.own:
                row.values[column] = None
        taken: list[tuple[Relation, Row]] = []
        # Shared parents first: `within` must find them set.
        for relation in sorted(mine, key=lambda r: (len(r.columns), r.number)):
            if relation not in self.relations or relation in self.late:
                continue
            target = ends.get(relation.number) or self.choose(row, relation)
            if target is None and relation.source == relation.target and not relation.optional:
                target = row
            if target is None and not relation.optional:
                return None
            if target is not None:
                set_reference(row, relation, target)
                taken.append((relation, target))
        if self.collides(row):
            return None
        for relation, target in taken:
            target.referrers[relation.number] = target.referrers.get(relation.number, 0) + 1
        self.family[table].append(row)
        return row

    def default_row(self, row: Row, n: int) -> None:
        """Makes the first row of the second family the one that a `set default` refers to."""
        if n != FAMILIES[1]:
            return
        for number, default in self.defaults.items():
            relation = self.model.relations[number]
            if relation.target == row.table:
                row.values[relation.target_columns[-1]] = default

    def choose(self, row: Row, relation: Relation) -> Row | None:
        """The target that has room and the fewest referrers, of those that share the row's parents."""
        shared = [
            (column, referred)
            for column, referred in zip(relation.columns, relation.target_columns, strict=True)
            if column not in relation.own
        ]
        candidates = [
            (target.referrers.get(relation.number, 0), place, target)
            for place, target in enumerate(self.family[relation.target])
            if target is not row
            and relation.there.has_room(target.referrers.get(relation.number, 0))
            and all(row.values[column] == target.values[referred] for column, referred in shared)
        ]
        return min(candidates, default=(0, 0, None))[2]

    def refer(self, row: Row, relation: Relation) -> None:
        """Sets a relation that closes a circle."""
        if (target := self.choose(row, relation)) is not None:
            set_reference(row, relation, target)
            target.referrers[relation.number] = target.referrers.get(relation.number, 0) + 1

    def collides(self, row: Row) -> bool:
        """Whether a row that is there has the same values in the columns of a UNIQUE."""
        for unique in self.shapes[row.table].uniques:
            mine = [row.values.get(column) for column in unique.columns]
            if None in mine and unique.nulls_distinct:
                continue
            for other in [*self.rows[row.table], *self.family[row.table]]:
                if [other.values.get(column) for column in unique.columns] == mine:
                    return True
        return False

    # --------------------------------------------------------------------------------------- links

    def add_links(self, link: Link, start: int) -> None:
        """Links every source to a few targets, and then every target that has too few."""
        source_end = self.model.relations[link.source_end]
        target_end = self.model.relations[link.target_end]
        sources, targets = self.family[source_end.target], self.family[target_end.target]
        n = start

        def connect(source: Row, target: Row) -> None:
            nonlocal n
            ends = {source_end.number: source, target_end.number: target}
            if self.parents_differ(source, target, source_end, target_end):
                return
            if self.add_row(link.table, n, ends) is not None:
                n += 1

        def linked(row: Row, end: Relation) -> int:
            return row.referrers.get(end.number, 0)

        for source in sources:
            wanted = max(link.here.least, 2 if link.here.has_room(1) else 1)
            for target in sorted(targets, key=lambda t: (linked(t, target_end), targets.index(t))):
                if linked(source, source_end) < wanted and link.there.has_room(
                    linked(target, target_end)
                ):
                    connect(source, target)
        for target in targets:
            for source in sorted(sources, key=lambda s: linked(s, source_end)):
                if linked(target, target_end) < link.there.least and link.here.has_room(
                    linked(source, source_end)
                ):
                    connect(source, target)

    def parents_differ(
        self, source: Row, target: Row, source_end: Relation, target_end: Relation
    ) -> bool:
        """Whether a link would carry two different shared parents."""
        parents: dict[str, str | None] = {}
        for row, end in ((source, source_end), (target, target_end)):
            for column, referred in zip(end.columns, end.target_columns, strict=True):
                if column not in end.own:
                    if parents.setdefault(column, row.values[referred]) != row.values[referred]:
                        return True
        return False


def set_reference(row: Row, relation: Relation, target: Row) -> None:
    """Points a row at a target, shared columns included."""
    for column, referred in zip(relation.columns, relation.target_columns, strict=True):
        row.values[column] = target.values[referred]


def fill(
    connection: psycopg.Connection, model: Model, shapes: dict[str, Shape], world: World
) -> None:
    """Inserts a world, in the transaction that is open."""
    connection.execute("SET CONSTRAINTS ALL DEFERRED")
    late = {relation.source: set[str]() for relation in world.late}
    for relation in world.late:
        late[relation.source] |= set(relation.own)
    for table, rows in world.rows.items():
        for row in rows:
            held_back = late.get(table, set())
            values = {c: None if c in held_back else v for c, v in row.values.items()}
            connection.execute(
                sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                    identifier(model, table),
                    sql.SQL(", ").join(map(sql.Identifier, values)),
                    sql.SQL(", ").join([sql.Placeholder()] * len(values)),
                ),
                list(values.values()),
            )
    for relation in world.late:
        for row in world.rows[relation.source]:
            if any(row.values[column] is not None for column in relation.own):
                key = shapes[row.table].key
                connection.execute(
                    sql.SQL("UPDATE {} SET {} WHERE {}").format(
                        identifier(model, row.table),
                        assignments(relation.own, ", "),
                        assignments(key, " AND "),
                    ),
                    [row.values[column] for column in [*relation.own, *key]],
                )


def assignments(columns: Iterable[str], between: str) -> sql.Composed:
    return sql.SQL(between).join(
        sql.SQL("{} = {}").format(sql.Identifier(column), sql.Placeholder()) for column in columns
    )


def identifier(model: Model, table: str) -> sql.Identifier:
    """A table's name for a statement."""
    facts = model.tables[table]
    return sql.Identifier(*([facts.schema] if facts.schema else []), facts.name)
