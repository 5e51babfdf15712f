"""What a flush of rows that refer to each other in a circle sorts by, and what is loaded behind it."""

from models import Album, Photo, base
from sqlalchemy import event, inspect, orm

session = orm.Session()
first, second = Album(id=1), Album(id=2)
photo, other = Photo(id=3), Photo(id=4)
for album in (first, second):
    for name, value in (("photos", []), ("covers", []), ("cover_album", None)):
        orm.attributes.set_committed_value(album, name, value)
for row in (first, second, photo, other):
    orm.make_transient_to_detached(row)
orm.attributes.set_committed_value(first, "cover_photo", photo)
orm.attributes.set_committed_value(first, "photos", [photo])
orm.attributes.set_committed_value(second, "cover_photo", None)
for row, covers in ((photo, [first]), (other, [])):
    orm.attributes.set_committed_value(row, "album", first)
    orm.attributes.set_committed_value(row, "covers", covers)
session.add_all([first, second, photo, other])
photos = first.photos

# The album gets another cover, and that photo stays in it.
first.cover = other
assert {first, photo, other} <= set(session.dirty)
base.put_aside(session, None, None)
assert {"photos", "cover_album"} <= inspect(first).unloaded
assert "cover_photo" not in inspect(first).unloaded
assert "album" in inspect(photo).unloaded
assert "album" in inspect(other).unloaded
assert "covers" not in inspect(other).unloaded

# Afterwards everything is as it was, the collections the same ones.
base.put_back(session, None)
assert inspect(first).unloaded.isdisjoint({"photos", "cover_album", "cover_photo"})
assert first.photos is photos
assert photo.album is first
assert other.album is first
assert (first.cover, photo.covers, other.covers) == (other, [], [first])

# Where a key changes, what refers to it is looked through.
first.id = 5
base.put_aside(session, None, None)
assert "photos" not in inspect(first).unloaded
base.put_back(session, None)

# It is done around each flush.
assert event.contains(orm.Session, "before_flush", base.put_aside)
assert event.contains(orm.Session, "after_flush", base.put_back)
