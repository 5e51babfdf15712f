"""One application over a relation to one of several models, in whatever way the union is stored.

The Rust side puts each strategy into the same program; no case knows which it is, but where Django can't.
"""

from __future__ import annotations

import traceback
import warnings
from typing import Any

from trine_proof import (
    admin,
    databases,
    owners_chosen,
    owners_gone,
    owners_many,
    owners_used,
)
from trine_proof.example import Example, close_django
from trine_proof.tracker import Tracker

CASES = [
    *owners_used.CASES,
    *owners_many.CASES,
    *owners_gone.CASES,
    *owners_chosen.CASES,
]


def owners(request: dict[str, Any]) -> list[str]:
    """Runs every case, each over empty tables."""
    example = Example.of(request)
    report = []
    with databases.database() as name:
        example.use_django(name, admin.APPS, **admin.SETTINGS)
        client = admin.sign_in(example)
        tracker = Tracker(example.apps[0], request["strategy"], request["variant"], client)
        owners_chosen.show_in_admin(tracker)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for command in (("check", "--fail-level=WARNING"), ("makemigrations", "--check")):
                example.manage(*command)
            for case in CASES:
                try:
                    case(tracker)
                except Exception:
                    report.append(f"{case.__name__}: {traceback.format_exc()}")
                example.manage("flush", "--no-input", "--verbosity=0")
        close_django()
    return report
