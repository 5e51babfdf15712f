"""Bounds under concurrency: two sessions that together would break a bound, at every isolation level.

Each race is run twice: the second session checks while the first has checked and not committed, and
after the first has committed. Either way the first wins; the second is refused by the bound itself, or
(with a snapshot older than the first's commit) fails to serialize.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg.errors import CheckViolation, SerializationFailure

from trine_proof import databases

LEVELS = (
    IsolationLevel.READ_COMMITTED,
    IsolationLevel.REPEATABLE_READ,
    IsolationLevel.SERIALIZABLE,
)


@dataclass(frozen=True)
class Race:
    """What two sessions do to what `setup` has committed."""

    name: str
    setup: str
    first: str
    second: str
    #: The trigger that refuses the second, or None where both may commit.
    refused_by: str | None


ORDER = "INSERT INTO race_order (id, number) VALUES (1, 1), (2, 2);"
TWO_LINES = ORDER + (
    "INSERT INTO race_line (id, product, order_id)"
    " VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 2), (4, 'd', 2);"
)
TEAMS = (
    "INSERT INTO race_team (id, name) VALUES (1, 'a'), (2, 'b');"
    "INSERT INTO race_player (id, name, team_id) VALUES"
    " (1, 'a', 1), (2, 'b', 1), (3, 'c', 1), (4, 'd', 2), (5, 'e', 2), (6, 'f', NULL), (7, 'g', NULL);"
)
ACCOUNT = (
    "INSERT INTO race_account (id, email) VALUES (1, 'a'), (2, 'b');"
    "INSERT INTO race_profile (id, account_id) VALUES (1, 1), (2, 2);"
)
COURT = (
    "INSERT INTO race_court (city, floor) VALUES ('Seoul', 1), ('Seoul', 2);"
    "INSERT INTO race_desk (id, court_city, court_floor) VALUES (1, 'Seoul', 1), (2, 'Seoul', 2);"
)
HEARINGS = (
    "INSERT INTO race_judge (id, name) VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd');"
    "INSERT INTO race_hearing (id, title) VALUES (1, 'a'), (2, 'b'), (3, 'c');"
    "INSERT INTO race_hearing_judges (id, hearing_id, judge_id)"
    " VALUES (1, 1, 1), (2, 1, 2), (3, 2, 1), (4, 3, 3);"
)

RACES = (
    Race(
        "each deletes one of the last two",
        TWO_LINES,
        "DELETE FROM race_line WHERE id = 1",
        "DELETE FROM race_line WHERE id = 2",
        "tg_race_line_order_bound",
    ),
    Race(
        "one deletes and one moves the last two away",
        TWO_LINES,
        "DELETE FROM race_line WHERE id = 1",
        "UPDATE race_line SET order_id = 2 WHERE id = 2",
        "tg_race_line_order_bound",
    ),
    Race(
        "each moves one of the last two away",
        TWO_LINES,
        "UPDATE race_line SET order_id = 2 WHERE id = 1",
        "UPDATE race_line SET order_id = 2 WHERE id = 2",
        "tg_race_line_order_bound",
    ),
    Race(
        "each adds to a row without an upper bound",
        TWO_LINES,
        "INSERT INTO race_line (product, order_id) VALUES ('x', 1)",
        "INSERT INTO race_line (product, order_id) VALUES ('y', 1)",
        None,
    ),
    Race(
        "each empties a row that is deleted as well",
        TWO_LINES,
        "DELETE FROM race_line WHERE order_id = 1; DELETE FROM race_order WHERE id = 1",
        "DELETE FROM race_line WHERE order_id = 2; DELETE FROM race_order WHERE id = 2",
        None,
    ),
    Race(
        "each adds the last that has room",
        TEAMS,
        "UPDATE race_player SET team_id = 2 WHERE id = 6",
        "UPDATE race_player SET team_id = 2 WHERE id = 7",
        "tg_race_player_team_bound",
    ),
    Race(
        "each inserts the last that has room",
        TEAMS,
        "INSERT INTO race_player (name, team_id) VALUES ('x', 2)",
        "INSERT INTO race_player (name, team_id) VALUES ('y', 2)",
        "tg_race_player_team_bound",
    ),
    Race(
        "each clears a reference that the lower bound needs",
        TEAMS,
        "UPDATE race_player SET team_id = NULL WHERE id = 1",
        "UPDATE race_player SET team_id = NULL WHERE id = 2",
        "tg_race_player_team_bound",
    ),
    Race(
        "each moves one to another of the two rows",
        TEAMS,
        "UPDATE race_player SET team_id = 2 WHERE id = 1",
        "UPDATE race_player SET team_id = NULL WHERE id = 2",
        "tg_race_player_team_bound",
    ),
    Race(
        "one deletes a mandatory one and the other takes its place",
        ACCOUNT,
        "DELETE FROM race_profile WHERE id = 1;"
        "INSERT INTO race_profile (id, account_id) VALUES (3, 1)",
        "DELETE FROM race_profile WHERE id = 2;"
        "INSERT INTO race_profile (id, account_id) VALUES (4, 2)",
        None,
    ),
    Race(
        "each adds to a row with a composite key",
        COURT,
        "INSERT INTO race_desk (court_city, court_floor) VALUES ('Seoul', 1)",
        "INSERT INTO race_desk (court_city, court_floor) VALUES ('Seoul', 1)",
        "tg_race_desk_court_bound",
    ),
    Race(
        "each unlinks one of the last two at the source",
        HEARINGS,
        "DELETE FROM race_hearing_judges WHERE id = 1",
        "DELETE FROM race_hearing_judges WHERE id = 2",
        "tg_race_hearing_judges_hearing_bound",
    ),
    Race(
        "each deletes one of the last two at the other end",
        HEARINGS,
        "DELETE FROM race_judge WHERE id = 2",
        "DELETE FROM race_hearing_judges WHERE id = 1",
        "tg_race_hearing_judges_hearing_bound",
    ),
    Race(
        "each links the last that has room at the source",
        HEARINGS,
        "INSERT INTO race_hearing_judges (hearing_id, judge_id) VALUES (3, 2)",
        "INSERT INTO race_hearing_judges (hearing_id, judge_id) VALUES (3, 4)",
        "tg_race_hearing_judges_hearing_bound",
    ),
    Race(
        "each links the last that has room at the target",
        HEARINGS,
        "INSERT INTO race_hearing_judges (hearing_id, judge_id) VALUES (3, 2)",
        "INSERT INTO race_hearing_judges (hearing_id, judge_id) VALUES (2, 2)",
        "tg_race_hearing_judges_judge_bound",
    ),
)

#: Alone in its transaction: what is refused, and what must pass.
ALONE = (
    ("INSERT INTO race_order (number) VALUES (9)", "tg_race_order_lines_bound"),
    ("INSERT INTO race_team (name) VALUES ('x')", "tg_race_team_players_bound"),
    ("INSERT INTO race_account (email) VALUES ('x')", "tg_race_account_profile_bound"),
    ("INSERT INTO race_hearing (title) VALUES ('x')", "tg_race_hearing_judges_bound"),
    ("INSERT INTO race_court (city, floor) VALUES ('Busan', 1)", None),
    (
        """
        INSERT INTO race_order (id, number) VALUES (9, 9);
        INSERT INTO race_line (product, order_id) VALUES ('x', 9)
        """,
        None,
    ),
    (
        "INSERT INTO race_order (id, number) VALUES (9, 9); DELETE FROM race_order WHERE id = 9",
        None,
    ),
    (
        "INSERT INTO race_order (id, number) VALUES (9, 9); UPDATE race_order SET id = 10 WHERE id = 9",
        "tg_race_order_lines_bound",
    ),
    ("DELETE FROM race_order", None),
    ("DELETE FROM race_profile WHERE id = 1", "tg_race_profile_account_bound"),
    ("DELETE FROM race_judge WHERE id = 1", "tg_race_hearing_judges_hearing_bound"),
    ("DELETE FROM race_hearing WHERE id = 1", None),
    (
        "UPDATE race_line SET order_id = 2 WHERE order_id = 1",
        "tg_race_line_order_bound",
    ),
    ("UPDATE race_line SET order_id = order_id, product = 'x'", None),
)


def races(request: dict[str, Any]) -> list[str]:
    """Runs everything in databases made from `schema`, the path of the DDL."""
    ddl = Path(request["schema"]).read_text()
    wrong: list[str] = []
    with databases.database() as template:
        with databases.connect(template) as connection:
            connection.execute(ddl)
            # The rows below bring their own keys; those that get one begin behind them.
            connection.execute(
                "SELECT setval(oid::regclass, 100) FROM pg_class WHERE relkind = 'S'"
            )
        for statements, refused_by in ALONE:
            with databases.database(template=template) as name:
                wrong += [f"{statements}: {what}" for what in _alone(name, statements, refused_by)]
        for race in RACES:
            for level in LEVELS:
                for overlapping in (True, False):
                    with databases.database(template=template) as name:
                        found = _race(name, race, level, overlapping=overlapping)
                    when = "overlapping" if overlapping else "one after the other"
                    wrong += [f"{race.name}, {level.name}, {when}: {what}" for what in found]
    return wrong


def _alone(name: str, statements: str, refused_by: str | None) -> list[str]:
    with databases.connect(name) as connection:
        connection.execute(TWO_LINES + ACCOUNT + HEARINGS)
        connection.commit()
        connection.execute(statements)
        return _outcome(_commit(connection), refused_by, allowed=())


def _race(name: str, race: Race, level: IsolationLevel, *, overlapping: bool) -> list[str]:
    with databases.connect(name) as first, databases.connect(name) as second:
        first.execute(race.setup)
        first.commit()
        touched = _touched(first)
        first.isolation_level = second.isolation_level = level
        for connection in (first, second):
            connection.execute("SET LOCAL lock_timeout = '5s'")
        first.execute(race.first)
        second.execute(race.second)
        if overlapping:
            # The first has checked, and holds what it wrote for that; the second must wait for it.
            try:
                first.execute("SET CONSTRAINTS ALL IMMEDIATE")
            except psycopg.Error as error:
                return [f"the check of the first waits for the second: {error}"]
            errors: list[psycopg.Error | None] = []
            waiting = threading.Thread(target=lambda: errors.append(_commit(second)))
            waiting.start()
            waiting.join(0.05)
            wrong = _outcome(_commit(first), None, allowed=())
            waiting.join()
            error = errors[0]
        else:
            wrong = _outcome(_commit(first), None, allowed=())
            error = _commit(second)
        stale = () if level is IsolationLevel.READ_COMMITTED else (SerializationFailure,)
        wrong += _outcome(error, race.refused_by, allowed=stale)
        first.isolation_level = IsolationLevel.READ_COMMITTED
        if not _touched(first) <= touched:
            wrong.append("a check has touched a row that nobody changed")
        return wrong


def _touched(connection: psycopg.Connection) -> set[tuple[Any, ...]]:
    rows = connection.execute(
        "SELECT 'order', id, updated_at FROM race_order UNION ALL"
        " SELECT 'team', id, updated_at FROM race_team UNION ALL"
        " SELECT 'hearing', id, updated_at FROM race_hearing UNION ALL"
        " SELECT 'judge', id, updated_at FROM race_judge"
    ).fetchall()
    connection.rollback()
    return set(rows)


def _commit(connection: psycopg.Connection) -> psycopg.Error | None:
    try:
        connection.commit()
    except psycopg.Error as error:
        return error
    return None


def _outcome(
    error: psycopg.Error | None,
    refused_by: str | None,
    *,
    allowed: tuple[type[psycopg.Error], ...],
) -> list[str]:
    if error is None:
        return [] if refused_by is None else [f"committed, though {refused_by} forbids it"]
    if isinstance(error, allowed):
        return []
    if isinstance(error, CheckViolation) and error.diag.constraint_name == refused_by:
        table = error.diag.table_name
        return [] if table and refused_by.startswith(f"tg_{table}_") else [f"of table {table}"]
    return [f"failed with {type(error).__name__}: {error}"]
