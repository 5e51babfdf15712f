"""Fills the tables of a strategy by SQL, and says how large they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from psycopg import Connection

    from .questions import Plan


@dataclass(frozen=True)
class Tables:
    """How the tables of a side are called."""

    #: `generated`, or `hand_written`.
    side: str
    #: What their names begin with.
    prefix: str
    #: Whether triggers make the rows of a supertype.
    makes_rows: bool
    #: Under inheritance, the key of an alternative.
    key: str = "id"

    def named(self, sql: str) -> str:
        """Puts the names into a statement, in place of `{person}`, `{task}` and the like."""
        tables = {name: f"{self.prefix}_{name}" for name in NAMES}
        return sql.format(**tables, key=self.key)


NAMES = ("person", "group", "owner", "task", "person_task", "group_task")

OWNERS = """
INSERT INTO {{{table}}} (name) SELECT 'Owner ' || n FROM generate_series({first}, {last}) n
"""

#: By hand: the row that is shared comes first.
SHARED = """
WITH made AS (
  INSERT INTO {{owner}} (kind) SELECT '{table}' FROM generate_series({first}, {last}) RETURNING id
)
INSERT INTO {{{table}}} (name, {column})
SELECT 'Owner ' || {first} - 1 + row_number() OVER (ORDER BY id), id FROM made
"""

LINKED = """
INSERT INTO {owner} (person_id) SELECT id FROM {person} ORDER BY id;
INSERT INTO {owner} (group_id) SELECT id FROM {group} ORDER BY id
"""

TASKS = """
INSERT INTO {{task}} (description, {columns})
SELECT 'task ' || n, {values}
FROM (SELECT n, 'Owner ' || n::bigint * 7919 % {owners} AS owner FROM generate_series(1, {tasks}) n) t
LEFT JOIN {{person}} p ON p.name = owner
LEFT JOIN {{group}} g ON g.name = owner
{joins}
ORDER BY n
"""

#: Under `split`, each table has the tasks of one alternative, under the same keys as elsewhere.
PART = """
INSERT INTO {{{table}_task}} (id, description, owner_id)
SELECT n, 'task ' || n, o.id
FROM (SELECT n, 'Owner ' || n::bigint * 7919 % {owners} AS owner FROM generate_series(1, {tasks}) n) t
JOIN {{{table}}} o ON o.name = owner
ORDER BY n
"""

#: The keys that come next.
NEXT = "SELECT setval(pg_get_serial_sequence('{{{table}_task}}', 'id'), {tasks})"

#: What refers to an owner, what it holds, and the joins to the union's own rows.
REFERENCES = {
    "arc": ("owner_person_id, owner_group_id", "p.id, g.id", ""),
    "link": (
        "owner_id",
        "coalesce(lp.id, lg.id)",
        "LEFT JOIN {owner} lp ON lp.person_id = p.id LEFT JOIN {owner} lg ON lg.group_id = g.id",
    ),
    "supertype": ("owner_id", "coalesce(p.owner_id, g.owner_id)", ""),
    "inheritance": ("owner_id", "coalesce(p.{key}, g.{key})", ""),
    "generic": (
        "owner_type_id, owner_id",
        (
            "(SELECT id FROM django_content_type WHERE app_label = 'generic'"
            " AND model = CASE WHEN p.id IS NULL THEN 'group' ELSE 'person' END), coalesce(p.id, g.id)"
        ),
        "",
    ),
}


def fill(
    connection: Connection[Any], tables: Tables, strategy: str, plan: Plan
) -> None:
    """Stores persons, groups and tasks, the same for every strategy."""

    def run(sql: str) -> None:
        connection.execute(tables.named(sql))

    several = (
        ("person", 0, plan.persons - 1),
        ("group", plan.persons, plan.persons + plan.groups - 1),
    )
    for table, first, last in several:
        column = {"supertype": "owner_id", "inheritance": tables.key}.get(strategy)
        if column is None or tables.makes_rows:
            run(OWNERS.format(table=table, first=first, last=last))
        else:
            run(SHARED.format(table=table, first=first, last=last, column=column))
    if strategy == "link":
        for statement in LINKED.split(";"):
            run(statement)
    owners = plan.persons + plan.groups
    # Without statistics it would loop over all owners for each task.
    for table in ("person", "group"):
        run(f"ANALYZE {{{table}}}")
    if strategy == "split":
        for table, _, _ in several:
            run(PART.format(table=table, owners=owners, tasks=plan.tasks))
            run(NEXT.format(table=table, tasks=plan.tasks))
    else:
        columns, values, joins = REFERENCES[strategy]
        run(
            TASKS.format(
                columns=columns,
                values=values,
                owners=owners,
                tasks=plan.tasks,
                joins=joins,
            )
        )
    for table in existing(connection, tables):
        # Nothing is left to do for autovacuum while it is measured.
        connection.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
        connection.execute(f"VACUUM ANALYZE {table}")


def size(connection: Connection[Any], tables: Tables) -> int:
    """The bytes of all tables with their indexes."""
    total = 0
    for table in existing(connection, tables):
        (found,) = connection.execute(
            f"SELECT pg_total_relation_size('{table}')"
        ).fetchone() or (0,)
        total += found
    return total


def existing(connection: Connection[Any], tables: Tables) -> list[str]:
    """The tables of a side."""
    found = connection.execute(
        "SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace AND relname LIKE %s ORDER BY 1",
        [f"{tables.prefix}\\_%"],
    )
    return [name for (name,) in found]
