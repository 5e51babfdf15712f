"""The side of `trine prove` that only Python can do: what SQLAlchemy and Django do with rows.

`trine prove` lays this package out in a scratch directory and starts `python -m trine_prove DIRECTORY`
once, in the interpreter of the project that it proves; classes of the user's that generated ones inherit
from are found in the directory. It needs the standard library, psycopg (or psycopg2),
and of SQLAlchemy and Django those that the tasks ask for.

# The protocol

On stdin stands one message a line, on stdout one event a line; both are JSON objects.

| message | |
| --- | --- |
| `{"id": 7, "side": …}` | a task, carried out in a fork of this process; several run at once |
| `{"go": 7}` | the task that is `built` may go on |
| `{"databases": {"server": CONNINFO, "like": PATTERN}}` | databases to be dropped at the end, by SQL's LIKE |
| `{"directory": PATH}` | to be removed at the end |

The end is when stdin is closed: whatever still runs is killed, and what was told of above goes, so that a
process that started this one leaves nothing behind, however it ended. A child dies with this process, too.

A task:

- `side`: `sqlalchemy`, `django`, or `prerequisites` (migrates the Django apps `installed`, and ends).
- `database`: the conninfo of a database of its own, in which external tables are there already.
- `path`: directories for `sys.path`; `package`: the package of SQLAlchemy models; `apps`: the generated
  Django apps; `installed`: other Django apps that they need.
- `dump`: a query whose one value is a text that holds all rows.
- `stages`: a list of `{"empty": SQL, "fill": [SQL, …], "actions": [ACTION, …]}`.

An action is `{"kind": …, "table": {"schema": null, "name": …}, "key": {COLUMN: VALUE, …}}`, where the key
names the row, with values as `to_jsonb` gives them, and besides:

| kind | | |
| --- | --- | --- |
| `delete` | | the row is deleted |
| `clear` | `columns` | the relation that has these columns for its own is set to nothing |
| `move` | `columns`, `to`, `defer` | it is pointed at the row `to`, a `{"table": …, "key": …}` |
| `hand_over` | `attribute`, `to` | the relation to a union is pointed at `to`, or at nothing (null) |
| `orphan` | `columns` | the row is taken out of its owner's collection |
| `unlink` | `link`, `near`, `far`, `to` | `to` is taken out of the row's collection through the table |
| `rewrite` | | every row is read and written back with all its columns; it names no row |

Relations are found by their columns, so that nobody here needs to know how attributes are named. `near`
are the link's columns that refer to the row, `far` those that refer to `to`. With `defer`, the generated
helper defers the checks of shared parents around the action.

Every event has the `id` of its task:

| event | |
| --- | --- |
| `{"complaint": WHAT, "message": …}` | Django's `makemigrations` or `check` has something to say |
| `{"built": true}` | the database is as the ORM makes it; the task waits for `go` |
| `{"stage": 0, "action": 3, "way": …, …}` | what an action came to, see below |
| `{"down": true}` | everything that the ORM made is dropped again |
| `{"failed": LINE, "trace": …}` | the task could not go on |
| `{"ended": true}` | the last event of every task |

Each action is done in every way that its side has, in a transaction that is rolled back: SQLAlchemy with
nothing but the row in the session (`unloaded`) and with everything in it (`loaded`), Django by an
`instance` and by a `queryset`. Taking something out of a collection needs what is in it: it is done in
SQLAlchemy only `loaded`. What it came to is one of:

- `"left": TEXT`: the dump, when every deferred constraint has been checked;
- `"refused": EXCEPTION, "message": …, "sqlstate": …, "constraint": …`, the last two where the database
  refused, and not the ORM before it;
- `"skipped": WHY`: this ORM offers no such thing;
- `"failed": LINE, "trace": …`: another exception than a refusal, or a warning;

with `statements`, the number that the ORM sent for the action itself, and perhaps a `remark`.
"""
