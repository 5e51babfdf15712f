"""A tracker whose tasks belong to anybody: written by hand, before there was a schema."""

import uuid

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.db import models


class Person(models.Model):
    name = models.CharField(max_length=80)
    tasks = GenericRelation("Task")

    class Meta:
        db_table = "tracker_person"


class Group(models.Model):
    name = models.CharField(max_length=80)
    tasks = GenericRelation("Task")

    class Meta:
        db_table = "tracker_group"


class Team(models.Model):
    """Nobody remembers that tasks may be of a team."""

    name = models.CharField(max_length=80)

    class Meta:
        db_table = "tracker_team"


class Document(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    title = models.CharField(max_length=80)

    class Meta:
        db_table = "tracker_document"


class Keyword(models.Model):
    word = models.CharField(max_length=40, primary_key=True)

    class Meta:
        db_table = "tracker_keyword"


class Task(models.Model):
    """Neither of the two columns may be NULL, and the id is text."""

    description = models.CharField(max_length=200)
    object_id = models.CharField(max_length=64, db_comment="whose it is")
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE)
    owner = GenericForeignKey()

    class Meta:
        db_table = "tracker_task"
        indexes = [models.Index(fields=["content_type", "object_id"])]


class Reminder(models.Model):
    """Both columns may be NULL, each by itself, and the id is a number."""

    text = models.TextField()
    about_content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, null=True)
    about_object_id = models.PositiveIntegerField(null=True)
    about = GenericForeignKey("about_content_type", "about_object_id")

    class Meta:
        db_table = "tracker_reminder"


class Attachment(models.Model):
    """Of things whose keys are no numbers."""

    url = models.TextField()
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, null=True)
    object_id = models.TextField(null=True)
    of = GenericForeignKey()

    class Meta:
        db_table = "tracker_attachment"
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id"], name="of_one")
        ]


class Note(models.Model):
    """Rows that refer to tasks."""

    task = models.ForeignKey(Task, on_delete=models.CASCADE)
    text = models.TextField()

    class Meta:
        db_table = "tracker_note"
