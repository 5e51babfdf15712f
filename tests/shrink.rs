//! The shrinker reaches the program that a person would write to show the same.

use trine::diagnostics::has_errors;
use trine::schema::{self, RelationKind, resolve};
use trine::shrink::{Limits, shrink};
use trine::source::Sources;
use trine::syntax::parse;
use trine::syntax::tree::{ClauseKind, DeleteRule, Entity, Item, Member, Relation};
use trine::target::{Options, Target};

/// Shrinks the files, and gives the texts that are left.
#[track_caller]
fn check(
    files: &[&str],
    options: &Options,
    still: impl Fn(&Sources) -> bool,
    expected: &[&str],
) -> usize {
    let mut sources = Sources::new();
    for (number, text) in files.iter().enumerate() {
        sources.add(format!("{number}.trine"), *text);
    }
    let found = trine::check(&sources, options);
    assert!(!has_errors(&found), "{found:#?}");
    assert!(still(&sources), "the program shows it");
    let mut calls = 0;
    let small = shrink(&sources, options, Limits::default(), &mut |candidate| {
        calls += 1;
        assert!(!has_errors(&trine::check(candidate, options)));
        still(candidate)
    });
    let texts: Vec<&str> = small.iter().map(|(_, file)| &*file.text).collect();
    assert_eq!(texts, expected, "after {calls} calls");
    calls
}

fn entities(sources: &Sources) -> Vec<Entity> {
    let trees = sources.iter().map(|(file, _)| parse(sources, file).0);
    let items = trees.flat_map(|tree| tree.items);
    items
        .filter_map(|item| match item {
            Item::Entity(entity) => Some(entity),
            _ => None,
        })
        .collect()
}

fn relations(entity: &Entity) -> impl Iterator<Item = &Relation> {
    entity.members.iter().filter_map(|member| match member {
        Member::Relation(relation) => Some(relation),
        _ => None,
    })
}

fn has_rule(relation: &Relation, wanted: DeleteRule) -> bool {
    let mut clauses = relation.clauses.iter();
    clauses.any(|one| matches!(one.kind, ClauseKind::OnDelete { rule, .. } if rule == wanted))
}

fn is_within(relation: &Relation) -> bool {
    relation.clauses.iter().any(|one| matches!(one.kind, ClauseKind::Within(_)))
}

fn any_relation(sources: &Sources, wanted: impl Fn(&Relation) -> bool) -> bool {
    entities(sources).iter().any(|entity| relations(entity).any(&wanted))
}

const STOREFRONT: &str = include_str!("../examples/storefront.trine");

#[test]
fn of_the_storefront_only_what_within_needs_is_left() {
    check(
        &[STOREFRONT],
        &Options::default(),
        |sources| any_relation(sources, is_within),
        &["module m\n\
           entity A { }\n\
           entity B { a 1 A <-> * _ on delete cascade }\n\
           entity C {\n  \
             a 1 A <-> * _ on delete cascade\n  \
             b 0..1 B <-> * _ on delete set null within a\n\
           }\n"],
    );
}

#[test]
fn a_set_null_to_an_entity_with_a_composite_key_needs_two_entities() {
    let without_django =
        Options { targets: vec![Target::Postgres, Target::Sqlalchemy], ..Options::default() };
    check(
        &["/// A depot.\nmodule depot\n\n\
           enum Grade as char(1) { a = \"A\" label \"best\", b = \"B\" }\n\n\
           mixin Placed {\n  shelf  0..1 Shelf <-> * {entity}s  on delete set null\n}\n\n\
           entity Hall {\n  name  text\n  label \"Hall\" plural \"Halls\"\n}\n\n\
           /// Has no number of its own.\n\
           entity Shelf {\n  hall  1 Hall <-> 1..* shelves  on delete cascade\n  \
             place  varchar(20)\n  grade  Grade = a\n  key (hall, place)\n  \
             check (place != \"\" and length(place) < 10) message \"no place\"\n}\n\n\
           entity Crate with Placed {\n  weight  numeric(10, 3)  // in kilograms\n}\n\n\
           entity Pallet with Placed {\n  weight  numeric(10, 3)\n  crates  * Crate <-> * pallets  on delete unlink\n}\n"],
        &without_django,
        |sources| {
            let trees: Vec<_> = sources.iter().map(|(file, _)| parse(sources, file).0).collect();
            let (schema, _) = resolve(sources, &trees, &without_django.targets);
            schema.relations.iter().any(|(_, relation)| match &relation.kind {
                RelationKind::ToOne(to_one) => {
                    to_one.delete == schema::DeleteRule::SetNull
                        && schema.entities[relation.target].key.len() > 1
                }
                RelationKind::ManyToMany(_) => false,
            })
        },
        &["module m\n\
           entity A {\n  a text\n  b text\n  key (a, b)\n}\n\
           entity B { c 0..1 A <-> * _ on delete set null }\n"],
    );
}

#[test]
fn what_refers_to_an_entity_goes_along_with_it() {
    let mut text = String::from("module m\n\nentity Root {\n  name  text\n}\n");
    for number in 0..8 {
        let above = if number == 0 { "Root".to_owned() } else { format!("Node{}", number - 1) };
        text.push_str(&format!(
            "\nentity Node{number} {{\n  name  text\n  above  1 {above} <-> * below  on delete cascade\n  \
             root  1 Root <-> * all_{number}  on delete restrict\n  unique (root, name)\n  \
             order by (name)\n  display \"{{name}} {{above}}\"\n}}\n"
        ));
    }
    let calls = check(
        &[&text],
        &Options::default(),
        |sources| any_relation(sources, |relation| has_rule(relation, DeleteRule::Restrict)),
        &["module m\nentity A { }\nentity B { a 1 A <-> * _ on delete restrict }\n"],
    );
    assert!(calls < 60, "{calls} calls");
}

#[test]
fn modules_become_one_file() {
    check(
        &[
            "module alpha { @postgres(schema: \"alpha\") }\n\nentity A {\n  best 0..1 beta.B <-> 0..1 best_of on delete set null\n}\n",
            "module beta\n\nentity B {\n  a 1 alpha.A <-> * bs on delete cascade\n  extra alpha.Kind\n}\n",
            "module alpha\n\nenum Kind { one, two }\n",
        ],
        &Options::default(),
        |sources| {
            let with = |wanted| any_relation(sources, |relation| has_rule(relation, wanted));
            with(DeleteRule::SetNull) && with(DeleteRule::Cascade)
        },
        &["module m\nentity A { a 0..1 B <-> * _ on delete set null }\n\
           entity B { b 1 A <-> * _ on delete cascade }\n"],
    );
}

#[test]
fn parts_of_conditions_and_texts_go() {
    check(
        &[
            "module shop\n\nentity Product {\n  name  varchar(80)\n  price  numeric(12, 2) = 0  label \"What it costs\"\n  \
           at  timestamptz = now()\n  kind  text[]\n\n  \
           check (price >= 0 and (name like \"%x%\" or price < 100) and cardinality(kind) > 0)  message \"a rather long message\"\n  \
           index (name, price)  include (at) where (price > 0)\n}\n",
        ],
        &Options::default(),
        |sources| {
            let text: String = sources.iter().map(|(_, file)| &*file.text).collect();
            text.contains("like") && text.contains("message") && text.contains("include")
        },
        &["module m\nentity A {\n  a text\n  b text\n  \
           check (a like \"a\") message \"a\"\n  index (a) include (b)\n}\n"],
    );
}

#[test]
fn the_limit_of_calls_is_kept_and_the_result_does_not_change() {
    let mut sources = Sources::new();
    sources.add("storefront.trine", STOREFRONT);
    let run = |calls| {
        let mut made = 0;
        let limits = Limits { calls, until: None };
        let small = shrink(&sources, &Options::default(), limits, &mut |candidate| {
            made += 1;
            any_relation(candidate, is_within)
        });
        (made, small.iter().map(|(_, file)| file.text.to_string()).collect::<Vec<_>>())
    };
    assert_eq!(run(5).0, 5);
    assert_eq!(run(5), run(5));
    assert_eq!(run(1000), run(1000));
    assert_eq!(run(0).1, [STOREFRONT]);
}
