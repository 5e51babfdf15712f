"""Tries, by SQL alone, to leave a reference that leads nowhere, or a row that is half."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import IntegrityError

if TYPE_CHECKING:
    from psycopg import Connection

    from .rows import Tables

NOBODY = "a task of nobody"
NOWHERE = "a task whose owner doesn't exist"
GONE = "a task whose owner was deleted"
HALF = "an owner row of nobody"
BOTH = "an owner row of two"
LEFT = "an owner row left behind by a delete"

#: Someone with tasks.
SOMEONE = "(SELECT min(id) FROM {person})"

#: What is tried: what would then be there, and the statement.
ATTEMPTS = {
    "arc": [
        (NOBODY, "INSERT INTO {task} (description) VALUES ('x')"),
        (NOWHERE, "INSERT INTO {task} (description, owner_person_id) VALUES ('x', -1)"),
        (NOWHERE, "UPDATE {task} SET owner_group_id = -1, owner_person_id = NULL"),
        (
            "a task of two",
            (
                "INSERT INTO {task} (description, owner_person_id, owner_group_id)"
                " SELECT 'x', min(p.id), min(g.id) FROM {person} p, {group} g"
            ),
        ),
        (GONE, "DELETE FROM {person} WHERE id = " + SOMEONE),
    ],
    "link": [
        (NOBODY, "INSERT INTO {task} (description) VALUES ('x')"),
        (NOWHERE, "INSERT INTO {task} (description, owner_id) VALUES ('x', -1)"),
        (HALF, "INSERT INTO {owner} DEFAULT VALUES"),
        (HALF, "INSERT INTO {owner} (person_id) VALUES (-1)"),
        (
            BOTH,
            "UPDATE {owner} SET group_id = (SELECT min(id) FROM {group}) WHERE person_id = "
            + SOMEONE,
        ),
        (GONE, "DELETE FROM {owner} WHERE person_id = " + SOMEONE),
        (LEFT, "DELETE FROM {person} WHERE id = " + SOMEONE),
    ],
    "supertype": [
        (NOBODY, "INSERT INTO {task} (description) VALUES ('x')"),
        (NOWHERE, "INSERT INTO {task} (description, owner_id) VALUES ('x', -1)"),
        (HALF, "INSERT INTO {owner} (kind) VALUES ('person')"),
        ("an owner row of another kind", "UPDATE {owner} SET kind = 'group'"),
        (
            BOTH,
            "INSERT INTO {group} (name, owner_id) SELECT 'x', min(owner_id) FROM {person}",
        ),
        (GONE, "DELETE FROM {owner} WHERE id = (SELECT min(owner_id) FROM {person})"),
        (LEFT, "DELETE FROM {person} WHERE id = " + SOMEONE),
    ],
    "inheritance": [
        (NOBODY, "INSERT INTO {task} (description) VALUES ('x')"),
        (NOWHERE, "INSERT INTO {task} (description, owner_id) VALUES ('x', -1)"),
        (HALF, "INSERT INTO {owner} (kind) VALUES ('person')"),
        ("an owner row of another kind", "UPDATE {owner} SET kind = 'group'"),
        (
            BOTH,
            "INSERT INTO {group} (name, {key}) SELECT 'x', min({key}) FROM {person}",
        ),
        (GONE, "DELETE FROM {owner} WHERE id = (SELECT min({key}) FROM {person})"),
        (LEFT, "DELETE FROM {person} WHERE {key} = (SELECT min({key}) FROM {person})"),
    ],
    "split": [
        (NOBODY, "INSERT INTO {person_task} (description) VALUES ('x')"),
        (NOWHERE, "INSERT INTO {person_task} (description, owner_id) VALUES ('x', -1)"),
        (NOWHERE, "UPDATE {group_task} SET owner_id = -1"),
        (GONE, "DELETE FROM {person} WHERE id = " + SOMEONE),
    ],
    "generic": [
        (NOBODY, "INSERT INTO {task} (description) VALUES ('x')"),
        (
            NOWHERE,
            (
                "INSERT INTO {task} (description, owner_type_id, owner_id)"
                " SELECT 'x', min(owner_type_id), 2000000000 FROM {task}"
            ),
        ),
        (GONE, "DELETE FROM {person} WHERE id = " + SOMEONE),
    ],
}

#: How many rows lead nowhere, or are half.
WRONG = {
    "arc": """
        SELECT count(*) FROM {task} t
        LEFT JOIN {person} p ON p.id = owner_person_id LEFT JOIN {group} g ON g.id = owner_group_id
        WHERE num_nonnulls(p.id, g.id) <> 1 OR num_nonnulls(owner_person_id, owner_group_id) <> 1""",
    "link": """
        SELECT (SELECT count(*) FROM {task} t WHERE NOT EXISTS (
          SELECT FROM {owner} o WHERE o.id = t.owner_id
        )) + (SELECT count(*) FROM {owner} o
          LEFT JOIN {person} p ON p.id = person_id LEFT JOIN {group} g ON g.id = group_id
          WHERE num_nonnulls(p.id, g.id) <> 1)""",
    "supertype": """
        SELECT (SELECT count(*) FROM {task} t WHERE NOT EXISTS (
          SELECT FROM {owner} o WHERE o.id = t.owner_id
        )) + (SELECT count(*) FROM {owner} o
          LEFT JOIN {person} p ON p.owner_id = o.id LEFT JOIN {group} g ON g.owner_id = o.id
          WHERE num_nonnulls(p.owner_id, g.owner_id) <> 1 OR (p.owner_id IS NULL) = (kind = 'person'))""",
    "inheritance": """
        SELECT (SELECT count(*) FROM {task} t WHERE NOT EXISTS (
          SELECT FROM {owner} o WHERE o.id = t.owner_id
        )) + (SELECT count(*) FROM {owner} o
          LEFT JOIN {person} p ON p.{key} = o.id LEFT JOIN {group} g ON g.{key} = o.id
          WHERE num_nonnulls(p.{key}, g.{key}) <> 1 OR (p.{key} IS NULL) = (kind = 'person'))""",
    "split": """
        SELECT (SELECT count(*) FROM {person_task} t WHERE NOT EXISTS (
          SELECT FROM {person} p WHERE p.id = t.owner_id
        )) + (SELECT count(*) FROM {group_task} t WHERE NOT EXISTS (
          SELECT FROM {group} g WHERE g.id = t.owner_id
        ))""",
    "generic": """
        SELECT count(*) FROM {task} t
        JOIN django_content_type c ON c.id = owner_type_id
        WHERE NOT CASE model
          WHEN 'person' THEN EXISTS (SELECT FROM {person} p WHERE p.id = owner_id)
          WHEN 'group' THEN EXISTS (SELECT FROM {group} g WHERE g.id = owner_id)
          ELSE false END""",
}


def tried(connection: Connection[Any], tables: Tables, strategy: str) -> list[str]:
    """What could be stored of that which must not be; empty where nothing can dangle."""
    found = []
    if wrong(connection, tables, strategy):
        raise SystemExit(f"{strategy}: something dangles before it was tried")
    for what, statement in ATTEMPTS[strategy]:
        with connection.transaction(force_rollback=True):
            try:
                with connection.transaction():
                    connection.execute(tables.named(statement))
                    connection.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except IntegrityError:
                continue
            if wrong(connection, tables, strategy):
                found.append(what)
    return list(dict.fromkeys(found))


def wrong(connection: Connection[Any], tables: Tables, strategy: str) -> int:
    """How many rows lead nowhere, or are half."""
    row = connection.execute(tables.named(WRONG[strategy])).fetchone()
    return int(row[0]) if row else 0
