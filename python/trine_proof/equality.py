"""One database, three ways: the DDL, `create_all()` and `migrate` must give the same catalog.

And what goes with it: each way back leaves nothing, Django sees nothing to migrate and nothing to
complain of.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from trine_proof import catalog, databases
from trine_proof.example import Example


def equality(request: dict[str, Any]) -> list[str]:
    """Builds an example's database in the three ways, and reports every line that differs."""
    example = Example.of(request)
    with contextlib.ExitStack() as stack:
        by_django = stack.enter_context(databases.database())
        example.use_django(by_django)
        if example.model.has_externals:
            example.manage("migrate", "auth", "--verbosity=0")
        template = stack.enter_context(prerequisites(example, by_django))
        by_ddl = stack.enter_context(databases.database(template=template))
        by_sqlalchemy = stack.enter_context(databases.database(template=template))
        example.apply_schema(by_ddl)
        wanted = catalog_of(example, by_ddl)
        return [
            *sqlalchemy_makes(example, by_sqlalchemy, wanted),
            *django_makes(example, by_django, wanted),
        ]


@contextlib.contextmanager
def prerequisites(example: Example, by_django: str) -> Iterator[str]:
    """A template with what the example needs and does not make: tables that Django's own apps own."""
    if not example.model.has_externals:
        yield "template0"
        return
    from django.db import connections

    connections.close_all()
    with databases.database(template=by_django) as template:
        yield template


def sqlalchemy_makes(example: Example, database: str, wanted: list[str]) -> list[str]:
    """`create_all()` makes what is wanted, and `drop_all()` leaves nothing."""
    metadata = example.sqlalchemy.Base.metadata
    before = catalog_of(example, database)
    engine = example.engine(database)
    metadata.create_all(engine)
    report = differences(wanted, catalog_of(example, database), "create_all()")
    metadata.create_all(engine)
    report += differences(wanted, catalog_of(example, database), "create_all() once more")
    metadata.drop_all(engine)
    report += differences(before, catalog_of(example, database), "nothing after drop_all()")
    engine.dispose()
    return report


def django_makes(example: Example, database: str, wanted: list[str]) -> list[str]:
    """`migrate` makes what is wanted, to zero leaves nothing, and Django agrees with its models."""
    before = catalog_of(example, database)
    example.migrate()
    report = differences(wanted, catalog_of(example, database), "migrate")
    for app in reversed(example.model.apps):
        example.migrate(app, "zero")
    report += differences(before, catalog_of(example, database), "nothing after migrate zero")
    example.migrate()
    report += differences(wanted, catalog_of(example, database), "migrate once more")
    for command in (
        ("makemigrations", "--check", "--dry-run"),
        ("check", "--fail-level=WARNING", "--database=default"),
    ):
        try:
            example.manage(*command)
        except Exception as error:
            report.append(f"manage.py {' '.join(command)}: {error}")
    return report


def catalog_of(example: Example, database: str) -> list[str]:
    """A database's catalog."""
    own = [table.name for table in example.model.tables.values() if not table.external]
    with databases.connect(database) as connection:
        return catalog.lines(connection, own)


def differences(wanted: list[str], found: list[str], what: str) -> list[str]:
    """A readable difference, if there is one."""
    if what.startswith("nothing"):
        found, wanted = unshared(found), unshared(wanted)
    return catalog.difference(wanted, found, ("wanted", what))


def unshared(lines: list[str]) -> list[str]:
    """A catalog without what may serve others too, and is thus never dropped."""
    return [line for line in lines if not line.startswith(("extension ", "schema "))]
