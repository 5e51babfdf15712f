"""A refused delete in Django's admin: people read a sentence, and never a page of status 500."""

from __future__ import annotations

import sys
import types
from typing import Any

from trine_proof import databases
from trine_proof.example import EXTERNAL_APPS, Example, close_django

APPS = [
    "django.contrib.admin",
    *EXTERNAL_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
]

SETTINGS = {
    "ROOT_URLCONF": "urls_of_the_proof",
    "ALLOWED_HOSTS": ["testserver"],
    "MIDDLEWARE": [
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
}


def admin(request: dict[str, Any]) -> list[str]:
    """Tries to delete what must stay, on the page of a row and by the action of the list."""
    example = Example.of(request)
    report = []
    with databases.database() as name:
        example.use_django(name, APPS, **SETTINGS)
        client = sign_in(example)
        for case in request["refused"]:
            example.empty(name)
            with databases.connect(name) as connection:
                for statement in case["fill"]:
                    connection.execute(statement)
            before = dump(name, request["dump"])
            report += [f"{case['what']}: {line}" for line in refuse(client, case)]
            if dump(name, request["dump"]) != before:
                report.append(f"{case['what']}: the rows have changed")
        close_django()
    return report


def dump(name: str, query: str) -> Any:
    """All rows of all tables, as one text."""
    with databases.connect(name) as connection:
        return connection.execute(query).fetchone()  # type: ignore[arg-type]


def sign_in(example: Example) -> Any:
    """A browser that a superuser has signed in with, on a site with every model."""
    import django.contrib.admin as site
    from django.apps import apps
    from django.contrib.auth.models import User
    from django.test import Client
    from django.urls import path

    for app in example.apps:
        for model in apps.get_app_config(app).get_models():
            site.site.register(model)
    urls: Any = types.ModuleType("urls_of_the_proof")
    urls.urlpatterns = [path("admin/", site.site.urls)]
    sys.modules[urls.__name__] = urls
    example.manage("migrate", "--verbosity=0")
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("admin"))
    return client


def refuse(client: Any, case: dict[str, Any]) -> list[str]:
    """Asks the admin to delete a row that must stay."""
    from django.apps import apps
    from django.urls import reverse

    model = next(model for model in apps.get_models() if model._meta.db_table == case["table"])
    key = case["key"]
    stem = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    asked = {
        "the page of a row": client.post(reverse(f"{stem}_delete", args=[key]), {"post": "yes"}),
        "the action of the list": client.post(
            reverse(f"{stem}_changelist"),
            {"action": "delete_selected", "_selected_action": [key], "post": "yes"},
        ),
    }
    report = []
    for what, response in asked.items():
        shown = response.content.decode(errors="replace")
        if response.status_code >= 400 or "would require deleting the following" not in shown:
            report.append(f"{what} answers {response.status_code}, without a sentence")
    return report
