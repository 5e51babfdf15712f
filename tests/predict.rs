//! What actions leave of given rows, by example and counter-example; no database is asked.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use trine::impact::{Action, Prediction, Refusal, Row, RowRef, Rows, difference, predict};
use trine::relational::{Lowered, TableId, lower};
use trine::schema::{RelationId, Schema, resolve};
use trine::source::Sources;
use trine::target::Options;
use trine::targets::Program;

/// A program, and rows by its entities' names.
struct Case {
    schema: Schema,
    lowered: Lowered,
    rows: Rows,
}

impl Case {
    fn new(members: &str, rows: Value) -> Case {
        let mut sources = Sources::new();
        sources.add("case.trine", format!("module m\n{members}").as_str());
        let options = Options::default();
        let found = trine::check(&sources, &options);
        assert!(!trine::diagnostics::has_errors(&found), "{found:?}");
        let trees: Vec<_> =
            sources.iter().map(|(file, _)| trine::syntax::parse(&sources, file).0).collect();
        let (schema, _) = resolve(&sources, &trees, &options.targets);
        let lowered = lower(&schema);
        let mut case = Case { schema, lowered, rows: Rows::default() };
        let tables = case.lowered.database.tables.len();
        case.rows.tables = vec![Vec::new(); tables];
        for (entity, list) in rows.as_object().unwrap() {
            let table = case.table(entity);
            case.rows.tables[table.index()] =
                list.as_array().unwrap().iter().map(|row| case.row(table, row)).collect();
        }
        case
    }

    fn program(&self) -> Program<'_> {
        Program {
            schema: &self.schema,
            database: &self.lowered.database,
            layout: &self.lowered.layout,
        }
    }

    fn table(&self, entity: &str) -> TableId {
        let mut entities = self.schema.entities.iter();
        let (id, _) = entities.find(|(_, it)| it.name == entity).unwrap();
        self.lowered.layout.table(id)
    }

    /// A row; columns that are not given are NULL.
    fn row(&self, table: TableId, given: &Value) -> Row {
        let columns = &self.lowered.database.tables[table].columns;
        assert!(
            given
                .as_object()
                .unwrap()
                .keys()
                .all(|name| columns.iter().any(|it| it.name == name.as_str())),
            "{given}"
        );
        columns.iter().map(|it| (it.name.clone(), given[it.name.as_str()].clone())).collect()
    }

    fn at(&self, entity: &str, row: usize) -> RowRef {
        RowRef { table: self.table(entity), row }
    }

    fn relation(&self, entity: &str, name: &str) -> RelationId {
        let mut relations = self.schema.relations.iter();
        let is = |id| self.schema.entities[id].name == entity;
        relations.find(|(_, it)| it.name == name && is(it.source)).unwrap().0
    }

    fn predict(&self, action: Action) -> Prediction {
        predict(self.program(), &self.rows, &action)
    }

    /// What is left of the tables named, in the columns named.
    #[track_caller]
    fn leaves(&self, action: Action, wanted: Value) {
        let prediction = self.predict(action);
        let Prediction::Left(left) = prediction else { panic!("{prediction:?}") };
        for (entity, rows) in wanted.as_object().unwrap() {
            let found: Vec<Value> = left.tables[self.table(entity).index()]
                .iter()
                .zip(rows.as_array().unwrap().iter().chain(std::iter::repeat(&Value::Null)))
                .map(|(row, wanted)| {
                    let columns = wanted.as_object().into_iter().flatten();
                    let pairs = columns.map(|(name, _)| (name.clone(), row[name.as_str()].clone()));
                    Value::Object(pairs.collect())
                })
                .collect();
            assert_eq!(&Value::Array(found), rows, "{entity}");
        }
    }

    #[track_caller]
    fn refuses(&self, action: Action, wanted: &[Refusal]) {
        assert_eq!(self.predict(action), Prediction::Refused(wanted.to_vec()));
    }
}

/// A shop with banners under a rule, two rows each.
fn shop(rule: &str) -> Case {
    Case::new(
        &format!(
            "entity Shop {{\n  name text\n}}\nentity Banner {{\n  shop {rule}\n  seen timestamptz = now() on update now()\n}}"
        ),
        json!({
            "Shop": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
            "Banner": [
                {"id": 10, "shop_id": 1, "seen": "then"},
                {"id": 11, "shop_id": 2, "seen": "then"},
            ],
        }),
    )
}

#[test]
fn each_delete_rule_does_what_it_says() {
    let case = shop("1 Shop <-> * banners on delete cascade");
    case.leaves(
        Action::Delete(case.at("Shop", 0)),
        json!({"Shop": [{"id": 2}], "Banner": [{"id": 11, "shop_id": 2}]}),
    );
    let case = shop("0..1 Shop <-> * banners on delete set null");
    case.leaves(
        Action::Delete(case.at("Shop", 0)),
        json!({"Banner": [{"shop_id": null, "seen": "now()"}, {"shop_id": 2, "seen": "then"}]}),
    );
    let case = shop("1 Shop <-> * banners on delete restrict");
    let shop_relation = case.relation("Banner", "shop");
    case.refuses(Action::Delete(case.at("Shop", 0)), &[Refusal::Restrict(shop_relation)]);
    case.leaves(Action::Delete(case.at("Banner", 0)), json!({"Banner": [{"id": 11}]}));
    let case = shop("1 Shop <-> * banners on delete protect");
    case.refuses(
        Action::Delete(case.at("Shop", 0)),
        &[Refusal::Protect(case.relation("Banner", "shop"))],
    );
}

#[test]
fn a_default_must_be_there() {
    let mut case = shop("1 Shop <-> * banners = 2 on delete set default");
    let relation = case.relation("Banner", "shop");
    case.rows.defaults = BTreeMap::from([(relation, json!(2))]);
    case.leaves(
        Action::Delete(case.at("Shop", 0)),
        json!({"Banner": [{"shop_id": 2}, {"shop_id": 2}]}),
    );
    case.refuses(Action::Delete(case.at("Shop", 1)), &[Refusal::Restrict(relation)]);
}

#[test]
fn bounds_hold_for_both_targets_of_a_move() {
    let case = shop("1 Shop <-> 1..1 banner on delete cascade");
    let relation = case.relation("Banner", "shop");
    let banner = case.table("Banner");
    let row = case.at("Banner", 0);
    let to = case.at("Shop", 1);
    case.refuses(
        Action::Move { relation, row, to },
        &[Refusal::Bound(relation), Refusal::Unique(banner)],
    );
    case.refuses(Action::Delete(row), &[Refusal::Bound(relation)]);
    // Both at once are fine.
    case.leaves(Action::Delete(case.at("Shop", 0)), json!({"Banner": [{"id": 11}]}));
    let case = shop("0..1 Shop <-> 0..5 banners on delete cascade");
    let relation = case.relation("Banner", "shop");
    let (row, to) = (case.at("Banner", 0), case.at("Shop", 1));
    case.leaves(
        Action::Move { relation, row, to },
        json!({"Banner": [{"shop_id": 2, "seen": "now()"}, {"shop_id": 2}]}),
    );
    case.leaves(
        Action::Clear { relation, row },
        json!({"Banner": [{"shop_id": null}, {"shop_id": 2}]}),
    );
}

/// A store with products, and banners of a product `within` the store.
fn within() -> Case {
    Case::new(
        "entity Store {\n  name text\n}\nentity Product {\n  store 1 Store <-> * products on delete cascade\n}\n\
         entity Banner {\n  store 1 Store <-> * banners on delete cascade on orphan delete\n\
         \x20 product 0..1 Product <-> * banners on delete set null within store\n}",
        json!({
            "Store": [{"id": 1}, {"id": 2}],
            "Product": [{"id": 5, "store_id": 1}, {"id": 6, "store_id": 1}, {"id": 7, "store_id": 2}],
            "Banner": [{"id": 9, "store_id": 1, "product_id": 5}],
        }),
    )
}

#[test]
fn both_ends_hang_from_the_same_row() {
    let case = within();
    let product = case.relation("Banner", "product");
    let row = case.at("Banner", 0);
    case.leaves(
        Action::Move { relation: product, row, to: case.at("Product", 1) },
        json!({"Banner": [{"store_id": 1, "product_id": 6}]}),
    );
    case.refuses(
        Action::Move { relation: product, row, to: case.at("Product", 2) },
        &[Refusal::Within(product)],
    );
    case.refuses(
        Action::Move { relation: case.relation("Banner", "store"), row, to: case.at("Store", 1) },
        &[Refusal::Within(product)],
    );
    case.refuses(
        Action::Move {
            relation: case.relation("Product", "store"),
            row: case.at("Product", 0),
            to: case.at("Store", 1),
        },
        &[Refusal::Within(product)],
    );
    case.leaves(
        Action::Delete(case.at("Product", 0)),
        json!({"Banner": [{"store_id": 1, "product_id": null}]}),
    );
    case.leaves(
        Action::Orphan { relation: case.relation("Banner", "store"), row },
        json!({"Banner": [], "Product": [{"id": 5}, {"id": 6}, {"id": 7}]}),
    );
}

#[test]
fn a_link_goes_and_its_ends_stay() {
    let case = Case::new(
        "entity Tag {\n  name text\n}\nentity Post {\n  tags * Tag <-> 1..* posts on delete unlink through Tagging\n}",
        json!({
            "Tag": [{"id": 1}, {"id": 2}],
            "Post": [{"id": 5}, {"id": 6}],
            "Tagging": [
                {"id": 1, "post_id": 5, "tag_id": 1},
                {"id": 2, "post_id": 6, "tag_id": 1},
                {"id": 3, "post_id": 6, "tag_id": 2},
            ],
        }),
    );
    let relation = case.relation("Post", "tags");
    let unlink = |post, tag| Action::Unlink {
        relation,
        source: case.at("Post", post),
        target: case.at("Tag", tag),
    };
    case.leaves(
        unlink(0, 0),
        json!({"Tag": [{"id": 1}, {"id": 2}], "Post": [{"id": 5}, {"id": 6}], "Tagging": [{"id": 2}, {"id": 3}]}),
    );
    case.refuses(unlink(1, 1), &[Refusal::Bound(relation)]);
    case.refuses(Action::Delete(case.at("Post", 1)), &[Refusal::Bound(relation)]);
    case.leaves(Action::Delete(case.at("Tag", 1)), json!({"Tagging": [{"id": 1}, {"id": 2}]}));
}

#[test]
fn a_check_is_computed_where_that_needs_no_database() {
    let program = |check: &str| {
        Case::new(
            &format!(
                "entity A {{\n  x integer\n}}\nentity B {{\n  a 0..1 A <-> * bs on delete cascade\n  other 0..1 A <-> * others on delete cascade\n  n integer\n  check ({check})\n}}"
            ),
            json!({
                "A": [{"id": 1, "x": 0}, {"id": 2, "x": 0}],
                "B": [{"id": 3, "a_id": 1, "other_id": 2, "n": 4}],
            }),
        )
    };
    let clear =
        |case: &Case| Action::Clear { relation: case.relation("B", "a"), row: case.at("B", 0) };
    let b = |case: &Case| case.table("B");
    for check in [
        "num_nonnulls(a, other) = 2",
        "a is not null or n > 4",
        "coalesce(a, 0) in (1, 2)",
        "not (a is null)",
    ] {
        let case = program(check);
        case.refuses(clear(&case), &[Refusal::Check(b(&case))]);
    }
    for check in
        ["num_nonnulls(a, other) >= 1", "a is not null or n between 1 and 4", "a > 0", "a != other"]
    {
        let case = program(check);
        case.leaves(clear(&case), json!({"B": [{"a_id": null}]}));
    }
    let case = program("a + n > 4");
    assert!(matches!(case.predict(clear(&case)), Prediction::Undecided(_)));
    let case = program("a != other");
    case.refuses(
        Action::Move {
            relation: case.relation("B", "a"),
            row: case.at("B", 0),
            to: case.at("A", 1),
        },
        &[Refusal::Check(b(&case))],
    );
}

#[test]
fn the_order_decides_only_where_rows_meet_on_the_way() {
    // A child that is cleared here and deleted there, and on the way equal to its neighbour.
    let case = |second: i64| {
        Case::new(
            "entity Root {\n  n integer\n}\nentity Middle {\n  root 1 Root <-> * middles on delete cascade\n}\n\
             entity Child {\n  middle 0..1 Middle <-> * children on delete set null\n\
             \x20 other 0..1 Middle <-> * others on delete cascade\n  n integer\n\
             \x20 unique (middle, n) nulls not distinct\n}",
            json!({
                "Root": [{"id": 1, "n": 0}],
                "Middle": [{"id": 2, "root_id": 1}],
                "Child": [
                    {"id": 3, "middle_id": 2, "other_id": 2, "n": 7},
                    {"id": 4, "middle_id": null, "other_id": null, "n": second},
                ],
            }),
        )
    };
    let met = case(7);
    let prediction = met.predict(Action::Delete(met.at("Root", 0)));
    assert!(matches!(prediction, Prediction::OrderDecides(_)), "{prediction:?}");
    let apart = case(8);
    apart.leaves(Action::Delete(apart.at("Root", 0)), json!({"Child": [{"id": 4}]}));
}

#[test]
fn a_partial_unique_index_over_what_is_there_is_like_a_constraint() {
    // Links to a union that is an arc: each alternative has a unique index, over the links that lead to it.
    let case = Case::new(
        "entity A {\n  n integer\n}\nentity B {\n  n integer\n}\nunion U = A | B as arc\n\
         entity C {\n  us * U <-> * cs on delete unlink through D\n}",
        json!({
            "A": [{"id": 1, "n": 0}, {"id": 2, "n": 0}, {"id": 3, "n": 0}],
            "B": [],
            "C": [{"id": 4}],
            "D": [
                {"id": 5, "c_id": 4, "u_a_id": 1, "u_b_id": null},
                {"id": 6, "c_id": 4, "u_a_id": 2, "u_b_id": null},
            ],
        }),
    );
    let to = |nth| Action::Move {
        relation: case.relation("D", "u_a"),
        row: case.at("D", 0),
        to: case.at("A", nth),
    };
    case.refuses(to(1), &[Refusal::Unique(case.table("D"))]);
    case.leaves(to(2), json!({"D": [{"id": 5, "u_a_id": 3}, {"id": 6, "u_a_id": 2}]}));
}

#[test]
fn what_is_pointed_elsewhere_first_is_not_found_by_its_parent_any_more() {
    // The default of the one is written before the other is cleared, or deleted, or behind it: PostgreSQL looks
    // for (1, 2) then, or finds nothing to look for.
    for rule in ["0..1 A <-> * _ on delete set null", "0..1 A <-> * _ on delete cascade"] {
        let case = |parent: i64| {
            let mut case = Case::new(
                &format!(
                    "entity A {{\n  a 1 A <-> * _ on delete restrict deferrable\n}}\n\
                     entity B {{\n  a 1 A <-> * _ on delete set default = 1\n  b {rule} within a\n}}"
                ),
                json!({
                    "A": [{"id": 1, "a_id": 1}, {"id": 2, "a_id": parent}],
                    "B": [{"id": 3, "a_id": parent, "b_id": 2}],
                }),
            );
            case.rows.defaults.insert(case.relation("B", "a"), json!(1));
            case
        };
        let met = case(2);
        let prediction = met.predict(Action::Delete(met.at("A", 1)));
        assert!(matches!(prediction, Prediction::OrderDecides(_)), "{rule}: {prediction:?}");
        let apart = case(1);
        let left = match rule.contains("null") {
            true => json!({"B": [{"id": 3, "a_id": 1}]}),
            false => json!({"B": []}),
        };
        apart.leaves(Action::Delete(apart.at("A", 1)), left);
    }
}

#[test]
fn a_unions_row_that_goes_before_what_also_refers_to_it_is_for_the_order_to_decide() {
    let case = Case::new(
        "union Owner = Person | Group as supertype\n\
         entity Person {\n  mentor 0..1 Owner <-> * _ on delete protect\n}\n\
         entity Group {}",
        json!({
            "OwnerRow": [{"id": 1, "kind": "person"}, {"id": 2, "kind": "person"}],
            "Person": [{"id": 3, "owner_id": 1, "mentor_id": 1}, {"id": 4, "owner_id": 2}],
        }),
    );
    // Deleted by itself, the row goes before the person that has it twice; deleted with the person, it goes behind.
    let prediction = case.predict(Action::Delete(case.at("OwnerRow", 0)));
    assert!(matches!(prediction, Prediction::OrderDecides(_)), "{prediction:?}");
    case.leaves(
        Action::Delete(case.at("OwnerRow", 1)),
        json!({"OwnerRow": [{"id": 1}], "Person": [{"id": 3}]}),
    );
    case.leaves(
        Action::Delete(case.at("Person", 0)),
        json!({"OwnerRow": [{"id": 2}], "Person": [{"id": 4}]}),
    );
}

#[test]
fn a_difference_says_which_row_and_column() {
    let case = shop("0..1 Shop <-> * banners on delete set null");
    let program = case.program();
    let Prediction::Left(wanted) = case.predict(Action::Delete(case.at("Shop", 0))) else {
        panic!("nothing refuses it")
    };
    let banners = case.table("Banner").index();
    let mut found = wanted.clone();
    found.tables[banners][0].insert("seen".into(), json!("2030-01-01"));
    assert_eq!(difference(program, &case.rows, &wanted, &found), [""; 0]);
    found.tables[banners][1].insert("seen".into(), json!("2030-01-01"));
    found.tables[banners][0].insert("shop_id".into(), json!(1));
    found.tables[case.table("Shop").index()].clear();
    assert_eq!(
        difference(program, &case.rows, &wanted, &found),
        [
            "m_shop has lost (id 2)",
            "m_banner (id 10) has shop_id = 1, which should be null",
            "m_banner (id 11): seen was written to, although nothing was to change in the row",
        ]
    );
}
