"""What is taken out of a collection that only the database deletes along with its owner."""

from models import Folder, Note
from sqlalchemy import orm

session = orm.Session()
first, second = Folder(id=1, notes=[], cover_note=None), Folder(id=2, notes=[], cover_note=None)
note = Note(id=3, folder=first, cover=first)
for row in (first, second, note):
    orm.make_transient_to_detached(row)
session.add_all([first, second, note])


def taken_out() -> bool:
    """Whether the note is to be deleted; from here on, it is not."""
    is_deleted = note in session.deleted
    session.add(note)
    return is_deleted


# Taken out, it goes; put into another collection then, or at once, it stays.
first.notes.remove(note)
assert taken_out()
first.notes.append(note)
first.notes.remove(note)
second.notes.append(note)
assert not taken_out()
first.notes.append(note)
assert not taken_out()
note.folder = second
assert not taken_out()
second.notes = []
assert taken_out()

# And so does a row that is the only one.
first.cover_note = None
assert taken_out()
first.cover_note = note
first.cover_note = None
second.cover_note = note
assert not taken_out()
note.cover = first
assert not taken_out()
first.cover_note = note
assert not taken_out()
