"""What Django does: `migrate` there and back, and what instances and querysets send for an action."""

from __future__ import annotations

import importlib
import importlib.util
import io
import json
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections, models, transaction
from django.db.backends.signals import connection_created
from django.db.utils import IntegrityError
from django.utils import deprecation

from trine_prove import driver
from trine_prove.task import Channel, Failed, Outcome, Skipped, during, one_line


class Django:
    """Generated apps over a database of their own."""

    def __init__(self, task: dict[str, Any], channel: Channel) -> None:
        self.task = task
        self.channel = channel
        self.apps: list[str] = task["apps"]
        self.dump: str = task["dump"]

    # ------------------------------------------------------------------------------- the database

    def build(self) -> None:
        """Migrates, back to nothing, and again; and asks Django what it thinks of the apps."""
        installed = [*self.task.get("installed", []), *self.apps]
        if needs_postgres(self.task["path"], self.apps):
            installed.insert(0, "django.contrib.postgres")
        use(self.task["database"], list(dict.fromkeys(installed)), self.apps)
        self.migrate()
        self.migrate(to="zero")
        self.migrate()
        self.listen("makemigrations", *self.apps, "--check", "--dry-run")
        self.listen("check", "--fail-level", "WARNING", "--database", "default")

    def migrate(self, to: str | None = None) -> None:
        """Migrates the apps, or takes each back to nothing."""
        for app in reversed(self.apps) if to else self.apps:
            name = f"migrate {app}{f' {to}' if to else ''}"
            with during(name):
                status, output = manage("migrate", app, *([to] if to else []), "--verbosity=0")
            if status:
                raise Failed(f"{name}: {output.strip()}")

    def listen(self, *command: str) -> None:
        """Runs a command; that it fails is a complaint, not a failure."""
        with during(command[0]):
            status, output = manage(*command)
        if status:
            self.channel.say(complaint=command[0], message=output.strip())

    def take_down(self) -> None:
        """Migrates every app back to nothing."""
        self.migrate(to="zero")
        connections.close_all()

    # -------------------------------------------------------------------------------- the actions

    def filled(self, connection: Any) -> None:
        """Makes no difference: nothing is loaded but what an action needs."""

    def ways(self, action: dict[str, Any]) -> list[str]:
        """An instance; and a queryset, which only deletes."""
        return ["instance", "queryset"] if action["kind"] == "delete" else ["instance"]

    def act(self, action: dict[str, Any], way: str) -> Outcome:
        """Does an action, checks what is checked late, dumps what is left, and rolls back."""
        sent: list[str] = []

        def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if not sql.startswith(("SET CONSTRAINTS", "SAVEPOINT", "RELEASE", "ROLLBACK")):
                sent.append(sql)
            return execute(sql, params, many, context)

        try:
            with transaction.atomic():
                do = self.rewrite if action["kind"] == "rewrite" else prepare(action, way)
                with connection.execute_wrapper(keep), deferring(action):
                    do()
                connection.check_constraints()
                connection.ensure_connection()
                event: dict[str, Any] = {"left": driver.dump(connection.connection, self.dump)}
                transaction.set_rollback(True)
        except IntegrityError as error:
            event = refused(error)
        return Outcome(event, len(sent))

    def rewrite(self) -> None:
        """Saves every instance of the generated apps with all that it has."""
        for app in self.apps:
            for model in apps.get_app_config(app).get_models():
                if model._meta.managed:
                    for row in model._default_manager.all():
                        row.save(force_update=True)


def prepare(action: dict[str, Any], way: str) -> Callable[[], object]:
    """What to do, with all that it needs at hand."""
    row = find(action)
    kind = action["kind"]
    if kind == "delete":
        chosen = type(row)._default_manager.filter(pk=row.pk)
        return lambda: chosen.delete() if way == "queryset" else row.delete()
    if kind == "unlink":
        return unlink(row, find(action["to"]), action["link"], action["near"], action["far"])
    if kind == "hand_over":
        other = find(action["to"]) if action["to"] else None
        return assigning(row, accessor(type(row), action["attribute"]), other)
    relation = relation_over(type(row), action["columns"])
    if kind == "orphan":
        return orphan(row, relation)
    if in_key(relation):
        raise Skipped(f"`{relation.name}` is of the key, which Django never changes")
    return assigning(row, relation.name, find(action["to"]) if kind == "move" else None)


def assigning(row: Any, name: str, other: Any) -> Callable[[], object]:
    """Assigns to an attribute, and saves."""

    def assign() -> None:
        setattr(row, name, other)
        row.save()

    return assign


def accessor(model: type[models.Model], name: str) -> str:
    """The attribute by which a relation to a union is assigned."""
    if hasattr(model, name):
        return name
    raise Skipped(f"{model.__name__} has no `{name}`")


def model_of(table: dict[str, Any]) -> type[models.Model]:
    """The model over a table."""
    schema, name = table["schema"], table["name"]
    forms = {name} if schema is None else {f'"{schema}"."{name}"', f'{schema}"."{name}'}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table in forms and not model._meta.proxy:
            return model
    raise Skipped(f"`{name}` has no model")


def find(of: dict[str, Any]) -> Any:
    """A row by its key."""
    model = model_of(of["table"])
    quote = connection.ops.quote_name
    table, *columns = [
        quote(name).replace("%", "%%") for name in (model._meta.db_table, *of["key"])
    ]
    # Every column asks for the whole key.
    keys = [json.dumps(of["key"])] * len(columns)
    where = [driver.by_key(table, columns, "%s")]
    return model._base_manager.extra(where=where, params=keys).get()


def relation_over(model: type[models.Model], columns: list[str]) -> Any:
    """The foreign key that has this column for its own."""
    for field in model._meta.concrete_fields:
        if field.is_relation and [field.column] == columns:
            return field
    raise Skipped(f"{model.__name__} has no foreign key over {', '.join(columns)}")


def in_key(field: Any) -> bool:
    """Whether a field is of its model's primary key."""
    key = field.model._meta.pk
    return field.primary_key or field.attname in getattr(key, "field_names", ())


def orphan(row: Any, relation: Any) -> Callable[[], object]:
    """Takes a row out of its owner's collection by the generated helper."""
    accessor = relation.remote_field.get_accessor_name()
    if accessor is None:
        raise Skipped(f"the inverse of `{relation.name}` has no accessor")
    if relation.one_to_one:
        raise Skipped(f"the inverse of `{relation.name}` is no collection")
    take_out = helper(type(row), "take_out")
    return lambda: take_out(getattr(getattr(row, relation.name), accessor), row)


def unlink(
    row: Any, to: Any, link: dict[str, Any], near: list[str], far: list[str]
) -> Callable[[], object]:
    """Takes `to` out of the collection of `row`."""
    through = model_of(link)
    for field in type(row)._meta.many_to_many:
        if field.remote_field.through is through and [field.m2m_column_name()] == near:
            return lambda: getattr(row, field.name).remove(to)
    for field in type(to)._meta.many_to_many:
        if field.remote_field.through is through and [field.m2m_column_name()] == far:
            accessor = field.remote_field.get_accessor_name()
            if accessor is not None:
                return lambda: getattr(row, accessor).remove(to)
    raise Skipped(f"{type(row).__name__} has no collection over `{link['name']}`")


def deferring(action: dict[str, Any]) -> Any:
    """The generated helper that defers the checks of shared parents, where asked for."""
    if not action.get("defer"):
        return nullcontext()
    return helper(model_of(action["table"]), "deferred_within")()


def helper(model: type[models.Model], name: str) -> Any:
    """Something of the module `database` beside a model."""
    found = None
    module = f"{model.__module__.rpartition('.')[0]}.database"
    if importlib.util.find_spec(module) is not None:
        found = getattr(importlib.import_module(module), name, None)
    if found is None:
        raise Skipped(f"the app of {model.__name__} has no `{name}`")
    return found


def refused(error: IntegrityError) -> dict[str, Any]:
    """A refusal, by Django's exception; behind it may stand the database's."""
    message = str(error.args[0] if error.args else error).strip().split("\n")[0]
    return {
        "refused": type(error).__name__,
        "message": message,
        **driver.refusal(error.__cause__),
    }


# ----------------------------------------------------------------------------------------- settings


def migrate_prerequisites(task: dict[str, Any]) -> None:
    """Makes the tables of the apps that the generated ones refer to."""
    use(task["database"], task["installed"], [])
    with during("migrating what the apps refer to"):
        status, output = manage("migrate", "--verbosity=0")
    if status:
        raise Failed(f"migrating what the apps refer to: {output.strip()}")
    connections.close_all()


def use(conninfo: str, installed: list[str], generated: list[str]) -> None:
    """Configures Django, once in a process, as a throw-away project."""
    connect = driver.parameters(conninfo)
    settings.configure(
        INSTALLED_APPS=installed,
        SECRET_KEY="only for this process",
        USE_TZ=True,
        TIME_ZONE="UTC",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGGING_CONFIG=None,
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": connect.pop("dbname"),
                "HOST": connect.pop("host", ""),
                "PORT": connect.pop("port", ""),
                "USER": connect.pop("user", ""),
                "PASSWORD": connect.pop("password", ""),
                "OPTIONS": connect,
            }
        },
    )
    connection_created.connect(set_up, weak=False)
    with during("starting Django with the apps"):
        be_strict(generated)
        django.setup()


def set_up(connection: Any, **_: Any) -> None:
    """Gives a new connection the settings of every session."""
    driver.execute(connection.connection, [driver.SETTINGS])


def be_strict(generated: list[str]) -> None:
    """From here on, a warning of Django's or about the generated apps is an error."""
    for app in generated:
        warnings.filterwarnings("error", module=rf"{app}(\..*)?")
    for name in ("RemovedInNextVersionWarning", "RemovedAfterNextVersionWarning"):
        category = getattr(deprecation, name, None)
        if category is not None:
            warnings.simplefilter("error", category)
    warnings.filterwarnings("error", category=RuntimeWarning, module=r"django(\..*)?")


def needs_postgres(path: list[str], generated: list[str]) -> bool:
    """Whether Django asks for its app for PostgreSQL: its fields and constraints are used."""
    return any(
        "django.contrib.postgres" in file.read_text(encoding="utf-8")
        for directory in path
        for app in generated
        for file in Path(directory, app).rglob("*.py")
    )


def manage(*arguments: str) -> tuple[int, str]:
    """The status of a command of `manage.py`, and what it prints."""
    output = io.StringIO()
    try:
        call_command(*arguments, stdout=output, stderr=output, no_color=True)
    except SystemExit as exit:
        if exit.code:
            return 1, output.getvalue() or f"{arguments[0]} ended with {exit.code}"
    except Exception as error:
        # `check` raises what it has to say; what `migrate` raises is a failure.
        if arguments[0] == "check":
            return 1, output.getvalue() + str(error) or one_line(error)
        raise
    return 0, output.getvalue()
