//! What a flush of loaded rows comes to: the same as PostgreSQL, although it deletes and writes rows one by one,
//! and needs an order to do that in.

use std::path::Path;
use std::process::Command;

use trine::prove::Side;
use trine::target::{Options, Target};

use crate::bench::{proven_by, sources};
use crate::support::session;

/// Programs in which relations run in circles over several tables, or something is checked at once while a
/// delete goes on. Each is about one thing, and was drawn by lot before it was written by hand.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "a relation on a circle that another keeps to",
        "entity Depot { route 0..1 Route <-> * depots on delete restrict }
         entity Driver { home 0..1 Depot <-> * drivers on delete restrict }
         entity Route {
           driver 0..1 Driver <-> * routes on delete cascade
           detour_of 0..1 Route <-> * detours on delete cascade within driver
         }",
    ),
    (
        "a relation on a circle that others refer to",
        "entity Plot { gate 0..1 Gate <-> * plots on delete restrict }
         entity Gate { plot 0..1 Plot <-> * gates on delete protect }
         entity Lock {
           plot 1 Plot <-> * locks on delete restrict
           gate 1 Gate <-> * locks on delete cascade within plot
         }",
    ),
    (
        "a relation on a circle that a CHECK reads",
        "entity Contact {
           offer 0..1 Offer <-> * contacts on delete cascade
           active boolean
           check (active or offer is not null)
         }
         entity Offer { contact 0..1 Contact <-> * offers on delete set null }",
    ),
    (
        "two mandatory relations on one circle, one of them checked late for a third",
        "entity Car { engine 1 Engine <-> * cars on delete protect }
         entity Engine {
           tested_in 1 Car <-> * tested on delete restrict
           spare_of 0..1 Car <-> * spares on delete cascade
         }",
    ),
    (
        "a row that protects what goes with it",
        "entity Department { head 0..1 Employee <-> * heads on delete protect }
         entity Employee { department 1 Department <-> * employees on delete cascade }",
    ),
    (
        "a parent that is cleared while what hangs from it would go",
        "entity Folder {}
         entity Note { folder 1 Folder <-> * notes on delete cascade }
         entity Pin {
           folder 0..1 Folder <-> * pins on delete set null
           note 1 Note <-> * pins on delete cascade within folder
         }",
    ),
    ("the same, and rows that go when they are taken out of their collection", TAKEN_OUT),
    (
        "an arc on a circle with a mandatory relation, and one that leads to itself",
        "entity Album { cover 0..1 Picture <-> * albums on delete protect, Album cascade }
         union Picture = Photo | Album as arc
         entity Photo { album 1 Album <-> * photos on delete restrict }",
    ),
    (
        "an heir that leads to another of the same union, and collections that load themselves",
        LED_BACK,
    ),
    (
        "a row that refers to a union's, and an alternative that goes with it",
        "entity Deed { place 1 Place <-> * _ on delete restrict }
         entity House { deed 1 Deed <-> * houses on delete cascade }
         union Place = House as inheritance",
    ),
    (
        "the same, where the union's row goes behind the alternative",
        "entity Deed { place 1 Place <-> * _ on delete restrict }
         entity House { deed 1 Deed <-> * houses on delete cascade }
         union Place = House as supertype",
    ),
    (
        "two arcs on one circle, one of them mandatory",
        "entity Firm {}
         entity Share { owner 1 Holder <-> * shares on delete restrict }
         entity Fund { main 0..1 Asset <-> * funds on delete set null }
         union Holder = Firm | Fund as arc
         union Asset = Share | Firm as arc",
    ),
    (
        "an alternative whose relation leads to its own union",
        "union Place = Shelf | Box as link
         entity Shelf {}
         entity Box { inside 1 Place <-> * boxes on delete restrict deferrable }",
    ),
    (
        "three mandatory relations on one circle, and rows that go when they are taken out of it",
        "entity Region { seat 1 Court <-> 0..1 region on delete cascade }
         entity Town { region 1 Region <-> * towns on delete cascade on orphan delete deferrable }
         entity Court { town 1 Town <-> * courts on delete cascade }",
    ),
    (
        "links that keep to a parent that is cleared",
        "entity Room { floor 0..1 Room <-> * rooms on delete restrict }
         entity Guest {
           home 0..1 Room <-> * guests on delete set null
           keys * Room <-> * holders on delete unlink within home = floor
         }",
    ),
    (
        "links that keep to a parent on a circle",
        "entity Booking { made_for 0..1 Ticket <-> * bookings on delete set null }
         entity Banner { booking 1 Booking <-> 0..1 banner on delete cascade }
         entity Ticket {
           banner 0..1 Banner <-> * tickets on delete cascade
           follows * Ticket <-> * followed_by on delete unlink within banner
         }",
    ),
    (
        "links of a row that goes by another way than its parent",
        "entity Plant {}
         entity Engine { plant 1 Plant <-> * engines on delete cascade }
         entity Order {
           plant 0..1 Plant <-> 0..1 order on delete set null
           parts * Engine <-> * orders on delete restrict within plant
           engine 1 Engine <-> 1..* ordered on delete cascade
         }",
    ),
    (
        "a UNIQUE that a cleared row would fail, if it did not go",
        "entity Shelf {}
         entity Box { shelf 1 Shelf <-> * boxes on delete cascade on orphan delete }
         entity Label {
           text varchar(20)
           box 1 Box <-> * labels on delete cascade
           shelf 0..1 Shelf <-> * labels on delete set null
           unique (shelf, text) nulls not distinct
         }",
    ),
    (
        "a row that is cleared, and goes by a relation that no accessor leads along",
        "entity Shop {}
         entity Shelf { shop 1 Shop <-> * shelves on delete cascade }
         entity Ware { shelf 1 Shelf <-> * wares on delete cascade }
         entity Order {
           shelf 1 Shelf <-> * orders on delete restrict
           ware 1 Ware <-> * _ on delete cascade
         }
         entity Parcel {
           order 1 Order <-> * parcels on delete cascade
           shop 0..1 Shop <-> * parcels on delete set null
         }",
    ),
    (
        "the same, where it goes with the row of a union",
        "entity Shop {}
         entity Shelf { shop 1 Shop <-> * shelves on delete cascade }
         union Ordered = Ware as supertype
         entity Ware { shelf 1 Shelf <-> * wares on delete cascade }
         entity Order {
           shelf 1 Shelf <-> * orders on delete restrict
           what 1 Ordered <-> * orders on delete cascade
         }
         entity Parcel {
           order 1 Order <-> * parcels on delete cascade
           shop 0..1 Shop <-> * parcels on delete set null
         }",
    ),
    (
        "two tables that each refer to themselves, rows in circles in both",
        "entity Room { behind 1 Room <-> * behinds on delete cascade deferrable }
         entity Lamp {
           room 1 Room <-> * lamps on delete protect
           spare_of 0..1 Lamp <-> * spares on delete restrict
           lights 1..* Lamp <-> * lit_by on delete unlink within spare_of
         }",
    ),
];

/// Relations that lead from rows of a table to rows that a flush writes along with them.
const LED_BACK: &str = "entity Crew {}
    entity Sailor {
      crew 1 Crew <-> * sailors on delete cascade @sqlalchemy(lazy: \"selectin\")
      stand_in 0..1 Crew <-> * _ on delete cascade
    }
    union Party = Sailor | Crew as inheritance
    entity Album { cover 0..1 Picture <-> * covers on delete protect, Album cascade }
    union Picture = Photo | Album as arc
    entity Photo { album 1 Album <-> * photos on delete restrict }";

/// Rows that go with their owner by the database alone, and when they are taken out of its collection.
const TAKEN_OUT: &str = "entity Folder {}
    entity Note {
      folder 1 Folder <-> * notes on delete cascade on orphan delete
      cover 1 Folder <-> 0..1 cover_note on delete cascade on orphan delete
    }
    entity Pin {
      folder 0..1 Folder <-> * pins on delete set null
      note 1 Note <-> * pins on delete cascade within folder
    }";

#[test]
fn what_is_taken_out_is_deleted_unless_it_is_put_elsewhere() {
    run("taken_out", TAKEN_OUT, include_str!("../data/taken_out.py"));
}

#[test]
fn a_flush_sorts_by_what_changes_and_leaves_everything_loaded() {
    run(
        "circles",
        "entity Album { cover 0..1 Picture <-> * covers on delete protect, Album cascade }
         union Picture = Photo | Album as arc
         entity Photo { album 1 Album <-> * photos on delete restrict }",
        include_str!("../data/circles.py"),
    );
}

#[test]
fn a_delete_loads_nothing_to_find_its_place() {
    let program = "from models import Album, Photo, Sailor
for relation in (Sailor.stand_in, Album.cover_photo, Album.cover_album, Photo.album):
    assert relation.property.passive_deletes, relation
";
    run("led_back", LED_BACK, program);
}

#[test]
fn a_delete_needs_nothing_that_is_not_loaded() {
    run(
        "partly_loaded",
        "entity Reader {}
         entity Comment {
           author 1 Reader <-> * comments on delete restrict
           moderator 0..1 Reader <-> * moderated on delete cascade
           answers_to 0..1 Comment <-> * answers on delete cascade
         }",
        include_str!("../data/partly_loaded.py"),
    );
}

/// Runs a program in Python over the models of some members.
fn run(name: &str, members: &str, python: &str) {
    let made = trine::compile(&sources(&format!("module m\n{members}")), &Options::default());
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    for (target, file) in made.files {
        if target == Target::Sqlalchemy {
            let path = directory.join(&file.path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, file.contents).unwrap();
        }
    }
    let interpreter = session::interpreter().unwrap_or_else(|reason| panic!("{reason}"));
    let ran = Command::new(interpreter)
        .args(["-W", "error", "-c", python])
        .env("PYTHONPATH", &directory)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
}

#[test]
fn loaded_rows_come_to_what_postgresql_makes_of_them() {
    let mut wrong = Vec::new();
    for (what, program) in PROGRAMS {
        let proof = proven_by(
            &sources(&format!("module m\n{program}")),
            &trine::compile,
            &[Side::Sqlalchemy],
            0,
        );
        wrong.extend(proof.disagreements.iter().map(|one| format!("{what}: {}", one.says)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
