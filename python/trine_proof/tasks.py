"""The tasks that the Rust tests may ask for: each takes the request, and gives what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

# Imported before the fork, so that no task pays for them.
import django.apps
import django.conf
import django.contrib.auth
import django.core.management
import django.db.models
import django.db.models.functions
import psycopg
import sqlalchemy
import sqlalchemy.dialects.postgresql
import sqlalchemy.ext.associationproxy
import sqlalchemy.ext.asyncio
import sqlalchemy.ext.orderinglist
import sqlalchemy.orm

from trine_proof import (
    abroad,
    admin,
    cleanliness,
    hostile,
    listed,
    owners,
    races,
    refusals,
    splits,
    storefront,
    unions,
)

__all__ = ["TASKS", "django", "psycopg", "sqlalchemy"]

TASKS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "abroad": abroad.abroad,
    "admin": admin.admin,
    "cleanliness": cleanliness.cleanliness,
    "hostile": hostile.hostile,
    "listed": listed.listed,
    "owners": owners.owners,
    "races": races.races,
    "refusals": refusals.refusals,
    "splits": splits.splits,
    "storefront": storefront.storefront,
    "unions": unions.unions,
}
