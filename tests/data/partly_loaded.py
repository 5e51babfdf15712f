"""Deletes while some relationships are loaded, and others are not and may not be."""

from itertools import combinations

import sqlalchemy as sa
from models import Comment, Reader
from sqlalchemy import orm

engine = sa.create_engine("sqlite://")
with engine.begin() as connection:
    for statement in (
        "CREATE TABLE m_reader (id integer PRIMARY KEY)",
        "CREATE TABLE m_comment (id integer PRIMARY KEY,"
        " author_id integer, moderator_id integer, answers_to_id integer)",
        "INSERT INTO m_reader VALUES (1), (2)",
        "INSERT INTO m_comment VALUES (3, 1, 2, NULL), (4, 1, 2, 3), (5, 1, NULL, 4)",
    ):
        connection.exec_driver_sql(statement)

both = (Reader, Comment)
known = [relation for entity in both for relation in sa.inspect(entity).relationships]
assert len(known) == 6
assert {relation.lazy for relation in known} == {"raise"}
for count in range(len(known) + 1):
    for loaded in combinations(known, count):
        for entity, key in ((Comment, 3), (Comment, 4), (Reader, 2)):
            with orm.Session(engine) as session:
                held = []
                for each in both:
                    asked = [it.class_attribute for it in loaded if it.parent.class_ is each]
                    query = sa.select(each).options(*map(orm.selectinload, asked))
                    held.extend(session.scalars(query))
                session.delete(session.get_one(entity, key))
                session.flush()
                session.rollback()
