//! What Django's collector comes to when it follows the rules itself: the same as PostgreSQL, although it deletes
//! what hangs from a row before the row.

use trine::prove::Side;
use trine::target::DjangoOptions;

use crate::bench::{proven_by, sources};

/// Programs in which something is checked at once while a delete goes on. Each was drawn by lot before it was
/// written by hand.
const PROGRAMS: &[(&str, &str)] = &[
    (
        "links that keep to a parent that is cleared, and would go by another way",
        "entity Plant {}
         entity Engine { plant 1 Plant <-> * engines on delete cascade }
         entity Order {
           plant 0..1 Plant <-> 0..1 order on delete set null
           parts * Engine <-> * orders on delete restrict within plant
           engine 1 Engine <-> * ordered on delete cascade
         }",
    ),
    (
        "a default that is taken, by a row that would go by a longer way",
        "entity Account {}
         entity Banner { account 1 Account <-> * banners on delete cascade }
         entity Slot {
           account 0..1 Account <-> 0..1 slot = 1 on delete set default
           banner 1 Banner <-> * slots on delete cascade
         }",
    ),
    (
        "a default that is taken, by a row that would go by a longer way from another row of its parent",
        "entity Folder { parent 0..1 Folder <-> * folders on delete cascade }
         entity Cover {
           folder 1 Folder <-> 0..1 cover = 1 on delete set default
           note 1 Note <-> * covers on delete cascade
         }
         entity Note { folder 1 Folder <-> * notes on delete cascade }",
    ),
    (
        "a UNIQUE that a cleared row would fail, if it did not go, two cascades below",
        "entity Firm {}
         entity Shelf { firm 1 Firm <-> * shelves on delete cascade }
         entity Box { shelf 1 Shelf <-> * boxes on delete cascade }
         entity Label {
           box 1 Box <-> * labels on delete cascade
           shelf 0..1 Shelf <-> * labels on delete set null
           unique (shelf) nulls not distinct
         }",
    ),
    (
        "a row that a cascade takes before its default is looked for",
        "entity Shop {}
         entity Shelf { shop 1 Shop <-> * shelves on delete cascade }
         entity Ware {
           shop 1 Shop <-> * wares on delete cascade
           shelf 1 Shelf <-> 0..1 ware = 1 on delete set default
         }",
    ),
];

#[test]
fn collected_rows_come_to_what_postgresql_makes_of_them() {
    let mut wrong = Vec::new();
    for (what, program) in PROGRAMS {
        let proof = proven_by(
            &sources(&format!("module m\n{program}")),
            &trine::compile,
            &[Side::Django(DjangoOptions::default())],
            0,
        );
        wrong.extend(proof.disagreements.iter().map(|one| format!("{what}: {}", one.says)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
