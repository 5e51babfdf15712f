"""The equality check must be seen to fail: a database is changed one thing at a time.

Every change is made in a transaction of its own over the example's database, and the catalog must
then differ. A change that goes unseen is a hole in `catalog`, and thus in everything we claim.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import sql

from trine_proof import catalog, databases
from trine_proof.example import Example

#: Each query gives one statement for each thing of its kind that can be changed.
_CHANGES = {
    "a constraint dropped": """
        SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
        FROM pg_constraint WHERE conrelid <> 0 AND contype IN ('c', 'f', 'p', 'u', 'x') AND {ours}
    """,
    "a constraint renamed": """
        SELECT format('ALTER TABLE %s RENAME CONSTRAINT %I TO renamed', conrelid::regclass, conname)
        FROM pg_constraint WHERE conrelid <> 0 AND contype IN ('c', 'f', 'p', 'u', 'x') AND {ours}
    """,
    "a foreign key's deferrability flipped": """
        SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I %s', conrelid::regclass, conname,
                      CASE WHEN condeferrable THEN 'NOT DEFERRABLE'
                           ELSE 'DEFERRABLE INITIALLY IMMEDIATE' END)
        FROM pg_constraint WHERE contype = 'f' AND {ours}
    """,
    "a foreign key deferred initially": """
        SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY %s',
                      conrelid::regclass, conname,
                      CASE WHEN condeferred THEN 'IMMEDIATE' ELSE 'DEFERRED' END)
        FROM pg_constraint WHERE contype = 'f' AND {ours}
    """,
    "a UNIQUE's deferrability flipped": """
        SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I CASCADE, ADD CONSTRAINT %2$I %3$s',
                      conrelid::regclass, conname,
                      CASE WHEN condeferrable
                           THEN replace(replace(pg_get_constraintdef(oid),
                                                ' DEFERRABLE', ''), ' INITIALLY DEFERRED', '')
                           ELSE pg_get_constraintdef(oid) || ' DEFERRABLE' END)
        FROM pg_constraint WHERE contype = 'u' AND {ours}
    """,
    "an ON DELETE changed": """
        SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I '
                      'FOREIGN KEY (%3$s) REFERENCES %4$s (%5$s) %6$s %7$s',
                      conrelid::regclass, conname,
                      (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
                       FROM unnest(conkey) WITH ORDINALITY k (num, place)
                       JOIN pg_attribute ON attrelid = conrelid AND attnum = num),
                      confrelid::regclass,
                      (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
                       FROM unnest(confkey) WITH ORDINALITY k (num, place)
                       JOIN pg_attribute ON attrelid = confrelid AND attnum = num),
                      CASE confdeltype WHEN 'a' THEN 'ON DELETE CASCADE' ELSE '' END,
                      CASE WHEN condeferred THEN 'DEFERRABLE INITIALLY DEFERRED'
                           WHEN condeferrable THEN 'DEFERRABLE' ELSE '' END)
        FROM pg_constraint WHERE contype = 'f' AND {ours}
    """,
    "the column list of SET NULL dropped": """
        SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s',
                      conrelid::regclass, conname,
                      regexp_replace(pg_get_constraintdef(oid), 'SET NULL [(][^)]*[)]', 'SET NULL'))
        FROM pg_constraint WHERE contype = 'f' AND confdelsetcols IS NOT NULL AND {ours}
    """,
    "an index dropped": """
        SELECT format('DROP INDEX %s', indexrelid::regclass)
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
        WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid) AND {ours_index}
    """,
    "an index renamed": """
        SELECT format('ALTER INDEX %s RENAME TO renamed', indexrelid::regclass)
        FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE {ours_index}
    """,
    "a trigger dropped": """
        SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
        FROM pg_trigger WHERE NOT tgisinternal
    """,
    "a trigger disabled": """
        SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname)
        FROM pg_trigger WHERE NOT tgisinternal
    """,
    "a function emptied": """
        SELECT format('CREATE OR REPLACE FUNCTION %s RETURNS trigger LANGUAGE plpgsql '
                      'AS ''BEGIN RETURN NULL; END''', oid::regprocedure)
        FROM pg_proc WHERE prorettype = 'trigger'::regtype
          AND pronamespace IN (SELECT relnamespace FROM pg_class WHERE {ours_class})
          AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
    """,
    "a table's comment changed": """
        SELECT format('COMMENT ON TABLE %s IS ''changed''', pg_class.oid::regclass)
        FROM pg_class WHERE {ours_class}
    """,
    "a table's storage parameter set": """
        SELECT format('ALTER TABLE %s SET (fillfactor = 41)', pg_class.oid::regclass)
        FROM pg_class WHERE {ours_class}
    """,
    "a column's comment changed": """
        SELECT format('COMMENT ON COLUMN %s.%I IS ''changed''', attrelid::regclass, attname)
        FROM {columns}
    """,
    "a default dropped": """
        SELECT format('ALTER TABLE %s ALTER %I DROP DEFAULT', attrelid::regclass, attname)
        FROM {columns} AND atthasdef AND attgenerated = ''
    """,
    "an identity dropped": """
        SELECT format('ALTER TABLE %s ALTER %I DROP IDENTITY', attrelid::regclass, attname)
        FROM {columns} AND attidentity <> ''
    """,
    "a NOT NULL flipped": """
        SELECT format('ALTER TABLE %s ALTER %I %s NOT NULL', attrelid::regclass, attname,
                      CASE WHEN attnotnull THEN 'DROP' ELSE 'SET' END)
        FROM {columns} AND attidentity = '' AND NOT EXISTS (
            SELECT 1 FROM pg_index WHERE indrelid = attrelid AND indisprimary
                                     AND attnum = ANY (indkey::smallint[]))
    """,
    "a column renamed": """
        SELECT format('ALTER TABLE %s RENAME %I TO renamed', attrelid::regclass, attname)
        FROM {columns}
    """,
    "a column added": """
        SELECT format('ALTER TABLE %s ADD added integer', pg_class.oid::regclass)
        FROM pg_class WHERE {ours_class}
    """,
    "a length changed": """
        SELECT format('ALTER TABLE %s ALTER %I TYPE varchar(%s)', attrelid::regclass, attname,
                      atttypmod - 4 + 1)
        FROM {columns} AND atttypid = 'varchar'::regtype AND atttypmod > 4 AND attgenerated = ''
          AND NOT EXISTS (SELECT 1 FROM pg_attribute g WHERE g.attrelid = pg_attribute.attrelid
                          AND g.attgenerated <> '')
    """,
    "an enum's value added": """
        SELECT format('ALTER TYPE %s ADD VALUE ''added''', oid::regtype)
        FROM pg_type WHERE typtype = 'e'
    """,
}

_SCHEMAS = "SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$'"
_CLASS = f"relkind = 'r' AND relnamespace IN ({_SCHEMAS}) AND relname !~ '{catalog.FOREIGN}'"
_PARTS = {
    "ours": f"conrelid IN (SELECT oid FROM pg_class WHERE {_CLASS})",
    "ours_index": f"indrelid IN (SELECT oid FROM pg_class WHERE {_CLASS})",
    "ours_class": _CLASS,
    "columns": (
        "pg_attribute WHERE attnum > 0 AND NOT attisdropped "
        f"AND attrelid IN (SELECT oid FROM pg_class WHERE {_CLASS})"
    ),
}

#: How many things of a kind are changed; the check does not look at them one by one.
_EACH = 4


def mutation(request: dict[str, Any]) -> list[str]:
    """Changes an example's database in every way, and reports each change that goes unseen."""
    example = Example.of(request)
    report = []
    seen: dict[str, int] = {}
    with databases.database() as name, databases.connect(name) as connection:
        example.apply_schema(name)
        untouched = catalog.lines(connection)
        for kind, statement in changes(connection):
            connection.rollback()
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]
            seen[kind] = seen.get(kind, 0) + 1
            if catalog.lines(connection) == untouched:
                report.append(f"{kind}: nobody saw `{statement}`")
    missing = set(request["expected"]) - set(seen)
    return report + [f"{kind}: the example has nothing to try it on" for kind in sorted(missing)]


def changes(connection: psycopg.Connection) -> Iterator[tuple[str, str]]:
    """What to do to the database, by kind."""
    found = []
    for kind, query in _CHANGES.items():
        # The queries are ours; their `%` are those of PostgreSQL's `format`.
        rows = connection.execute(sql.SQL(fill_in(query)))  # type: ignore[arg-type]
        found += [(kind, statement) for (statement,) in sorted(rows)[:_EACH]]
    yield from found


def fill_in(query: str) -> str:
    """Puts the conditions of `_PARTS` into a query, whose own braces are few."""
    for name, part in _PARTS.items():
        query = query.replace(f"{{{name}}}", part)
    return query
