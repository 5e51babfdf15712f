//! The analysis of deletes by example and counter-example: what is checked late, and what is refused.

use trine::diagnostics::Diagnostic;
use trine::schema::{RelationKind, Schema, resolve};
use trine::source::Sources;
use trine::target::Target;

fn read(text: &str) -> (Schema, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    sources.add("example.trine", format!("module example\n{text}"));
    let trees: Vec<_> =
        sources.iter().map(|(file, _)| trine::syntax::parse(&sources, file).0).collect();
    resolve(&sources, &trees, &[Target::Postgres])
}

/// The codes of a file, in order.
fn codes(text: &str) -> Vec<String> {
    read(text).1.iter().map(|found| found.code.to_string()).collect()
}

/// The relations that are checked late, as `Entity.relation`.
fn late(text: &str) -> Vec<String> {
    let (schema, _) = read(text);
    let mut late = Vec::new();
    for (_, relation) in schema.relations.iter() {
        if let RelationKind::ToOne(to_one) = &relation.kind
            && to_one.checked_late
        {
            late.push(format!("{}.{}", schema.entities[relation.source].name, relation.name));
        }
    }
    late
}

#[track_caller]
fn check_late(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(late(text), *expected, "of\n{text}");
    }
}

#[track_caller]
fn check_codes(cases: &[(&str, &[&str])]) {
    for (text, expected) in cases {
        assert_eq!(codes(text), *expected, "of\n{text}\n{:#?}", read(text).1);
    }
}

#[test]
fn restrict_waits_exactly_where_a_cascade_can_take_both_away() {
    check_late(&[
        // A diamond: store → product, store → banner, and banner restricts product.
        (
            "entity Store { name text }
             entity Product { store 1 Store <-> * products on delete cascade }
             entity Banner {
               store 1 Store <-> * banners on delete cascade
               product 1 Product <-> * banners on delete restrict
             }",
            &["Banner.product"],
        ),
        // Nothing above the two.
        (
            "entity Product { name text }
             entity Banner { product 1 Product <-> * banners on delete restrict }",
            &[],
        ),
        // Only the target can go by a cascade.
        (
            "entity Store { name text }
             entity Product { store 1 Store <-> * products on delete cascade }
             entity Banner { product 1 Product <-> * banners on delete restrict }",
            &[],
        ),
        // Two roots that have nothing in common.
        (
            "entity Store { name text }
             entity Agency { name text }
             entity Product { store 1 Store <-> * products on delete cascade }
             entity Banner {
               agency 1 Agency <-> * banners on delete cascade
               product 1 Product <-> * banners on delete restrict
             }",
            &[],
        ),
        // The target is what is deleted, and takes the source along another way.
        (
            "entity Store {
               name text
             }
             entity Shelf {
               store 1 Store <-> * shelves on delete cascade
               main 1 Store <-> * main_shelves on delete restrict
             }",
            &["Shelf.main"],
        ),
        // The source takes the target along: it is gone before anything is checked.
        (
            "entity Order { first 0..1 Line <-> * firsts on delete restrict }
             entity Line { order 1 Order <-> * lines on delete cascade }",
            &[],
        ),
        // A restriction over itself, inside of something that goes as a whole.
        (
            "entity Store { name text }
             entity Category {
               store 1 Store <-> * categories on delete cascade
               parent 0..1 Category <-> * children on delete restrict
             }",
            &["Category.parent"],
        ),
        // The same with nothing above it.
        ("entity Category { parent 0..1 Category <-> * children on delete restrict }", &[]),
        // Two relations of one entity over itself.
        (
            "entity Category {
               parent 0..1 Category <-> * children on delete cascade
               twin 0..1 Category <-> * twins on delete restrict
             }",
            &["Category.twin"],
        ),
        // Clearing is no cascade.
        (
            "entity Store { name text }
             entity Product { store 1 Store <-> * products on delete cascade }
             entity Banner {
               store 0..1 Store <-> * banners on delete set null
               product 1 Product <-> * banners on delete restrict
             }",
            &[],
        ),
        // Over a link: the post may go with the store, and so may the banner.
        (
            "entity Store { name text }
             entity Post { store 1 Store <-> * posts on delete cascade }
             entity Banner {
               store 1 Store <-> * banners on delete cascade
               posts * Post <-> * banners on delete restrict
             }",
            &["BannerPosts.post"],
        ),
        (
            "entity Post { name text }
             entity Banner { posts * Post <-> * banners on delete restrict }",
            &[],
        ),
    ]);
}

#[test]
fn restrict_waits_where_a_union_s_row_is_deleted_before_its_alternative() {
    check_late(&[
        // The row and its alternative, which refers to a row of the same union, be it its own.
        (
            "entity Group { sponsor 0..1 Owner <-> * sponsored on delete restrict }
             union Owner = Group as supertype",
            &["Group.sponsor_ref"],
        ),
        // What goes with the row goes beside the alternative.
        (
            "entity Group { task 0..1 Task <-> * groups on delete restrict }
             entity Task { owner 1 Owner <-> * tasks on delete cascade }
             union Owner = Group as inheritance",
            &["Group.task"],
        ),
        // What goes with the alternative goes after it; so does the row of a link.
        (
            "entity Group { name text  first 0..1 Note <-> * groups on delete restrict }
             entity Note { group 1 Group <-> * notes on delete cascade }
             entity Task { owner 1 Owner <-> * tasks on delete restrict }
             union Owner = Group as supertype",
            &[],
        ),
        (
            "entity Group { sponsor 0..1 Owner <-> * sponsored on delete restrict }
             union Owner = Group as link",
            &[],
        ),
    ]);
}

#[test]
fn what_stands_beside_a_relation_that_a_union_s_trigger_writes_waits() {
    let program = |strategy: &str, owner: &str, creator: &str| {
        format!(
            "entity Person {{ name text }} entity Team {{ name text }}
             union Owner = Person | Team as {strategy}
             entity Project {{ creator 1 {creator} <-> * projects on delete cascade }}
             entity Plan {{ name text }}
             entity Task {{
                 owner    0..1 Owner <-> * tasks on delete {owner}
                 project  1 Project <-> * tasks on delete cascade
                 plan     1 Plan <-> * tasks on delete cascade
             }}"
        )
    };
    let waits: &[&str] = &["Task.project"];
    for (strategy, owner, creator, expected) in [
        ("supertype", "set null", "Person", waits),
        ("inheritance", "set null", "Person", waits),
        // The row of a link goes by a foreign key; what differs by alternative, a trigger does.
        ("link", "set null", "Person", &[]),
        ("link", "cascade, Team set null", "Person", waits),
        ("arc", "cascade, Team set null", "Person", &[]),
        // Nothing is written, or nothing else goes.
        ("supertype", "cascade", "Person", &[]),
        ("supertype", "set null", "Plan", &[]),
    ] {
        check_late(&[(&program(strategy, owner, creator), expected)]);
    }
    // Both refer to what goes: the foreign keys know in which order, a trigger does not.
    let program = |owner: &str| {
        format!(
            "entity Person {{ name text }} entity Team {{ name text }}
             union Owner = Person | Team as supertype
             entity Task {{
                 owner  0..1 Owner <-> * tasks on delete {owner}
                 maker  1 Owner <-> * made on delete cascade
             }}"
        )
    };
    check_late(&[
        (&program("set null"), &[]),
        (&program("set null, Team cascade"), &["Task.maker_ref"]),
    ]);
}

#[test]
fn protect_may_not_stand_in_the_way_of_a_cascade() {
    check_codes(&[
        (
            "entity Store { name text }
             entity Product { store 1 Store <-> * products on delete cascade }
             entity Banner {
               store 1 Store <-> * banners on delete cascade
               product 1 Product <-> * banners on delete protect
             }",
            &["E0502"],
        ),
        (
            "entity Product { name text }
             entity Banner { product 1 Product <-> * banners on delete protect }",
            &[],
        ),
        (
            "entity Store { name text }
             entity Post { store 1 Store <-> * posts on delete cascade }
             entity Banner {
               store 1 Store <-> * banners on delete cascade
               posts * Post <-> * banners on delete protect
             }",
            &["E0502"],
        ),
    ]);
}

#[test]
fn protect_is_mended_by_one_word() {
    let text = "entity Store { name text }
entity Shelf {
  store 1 Store <-> * shelves on delete cascade
  main 1 Store <-> * main_shelves on delete protect
}";
    let whole = format!("module example\n{text}");
    let (_, found) = read(text);
    let edit = &found[0].fixes[0].edits[0];
    assert_eq!(&whole[edit.span.range()], "protect");
    assert_eq!(edit.replacement, "restrict");
}

/// A CHECK over a cleared column `other`, a cleared column `third`, and fields.
fn with_check(check: &str) -> Vec<String> {
    codes(&format!(
        "entity Person {{ name text }}
         entity Task {{
           done boolean
           note text?
           price integer
           person 0..1 Person <-> * tasks on delete set null
           other 0..1 Person <-> * other_tasks on delete set null
           owner 1 Person <-> * owned on delete set default = 1
           check ({check})
         }}"
    ))
}

#[test]
fn a_check_must_hold_when_a_delete_clears_its_column() {
    let fine = [
        "price > 0",
        "person is null or price > 0",
        "person is null and other is null or price > 0",
        "person != other",
        "person > 0",
        "num_nonnulls(person, other) <= 1",
        "num_nulls(person, other) >= 1",
        "not (person is not null and other is not null)",
        "price > 0 and (person is null or done)",
        "coalesce(person, 0) >= 0 or true",
        "person is not null or person is null",
        "person in (1, 2)",
        "person between 1 and 2",
        "owner = 1",
        "done or not done or person is not null",
    ];
    for check in fine {
        assert!(with_check(check).is_empty(), "{check}: {:?}", with_check(check));
    }
    let broken = [
        ("person is not null", 1),
        ("done or person is not null", 1),
        ("num_nonnulls(person, other) = 1", 2),
        ("num_nonnulls(person, other) >= 1", 2),
        ("num_nonnulls(person, note) = 1", 1),
        ("(person is null) = (other is null)", 2),
        ("price > 0 and person is not null", 1),
        ("not (person is null)", 1),
        ("coalesce(person, 0) > 0", 1),
        ("owner != 1", 1),
        ("owner > 1", 1),
    ];
    for (check, count) in broken {
        let found = with_check(check);
        assert!(
            found.iter().all(|code| code == "E0503") && (1..=count).contains(&found.len()),
            "{check}: {found:?}"
        );
    }
}

#[test]
fn a_first_row_can_be_inserted() {
    check_codes(&[
        (
            "entity A { b 1 B <-> * as on delete restrict }
             entity B { a 1 A <-> * bs on delete restrict }",
            &["E0504"],
        ),
        (
            "entity A { b 1 B <-> * as on delete restrict deferrable }
             entity B { a 1 A <-> * bs on delete restrict }",
            &[],
        ),
        (
            "entity A { b 0..1 B <-> * as on delete restrict }
             entity B { a 1 A <-> * bs on delete restrict }",
            &[],
        ),
        // Two circles that share an entity are two diagnostics.
        (
            "entity A {
               b 1 B <-> * as on delete restrict
               c 1 C <-> * as on delete restrict
             }
             entity B { a 1 A <-> * bs on delete restrict }
             entity C { a 1 A <-> * cs on delete restrict }",
            &["E0504", "E0504"],
        ),
        // Over itself: with a key that PostgreSQL gives, and with one that the row brings.
        ("entity Node { parent 1 Node <-> * children on delete cascade }", &["E0504"]),
        ("entity Node { parent 1 Node <-> * children on delete cascade deferrable }", &[]),
        (
            "entity Node {
               code text key
               parent 1 Node <-> * children on delete cascade
             }",
            &[],
        ),
        // Both must have the other, but one has no column: its trigger waits.
        ("entity A { name text }\nentity B { a 1 A <-> 1 b on delete cascade }", &[]),
        ("entity A { name text }\nentity B { a 1 A <-> 1..* bs on delete cascade }", &[]),
    ]);
}

#[test]
fn circles_of_cascades_are_warned_of() {
    check_codes(&[
        (
            "entity A { b 0..1 B <-> * as on delete cascade }
             entity B { a 0..1 A <-> * bs on delete cascade }",
            &["W0501"],
        ),
        (
            "entity A { b 0..1 B <-> * as on delete cascade }
             entity B { c 0..1 C <-> * bs on delete cascade }
             entity C { a 0..1 A <-> * cs on delete cascade }",
            &["W0501"],
        ),
        (
            "entity A { b 0..1 B <-> * as on delete cascade }
             entity B { a 0..1 A <-> * bs on delete set null }",
            &[],
        ),
        ("entity Tree { parent 0..1 Tree <-> * children on delete cascade }", &[]),
    ]);
}

#[test]
fn a_long_chain_and_a_wide_program_take_no_time() {
    let mut text = String::from("entity E0 { name text }\n");
    for number in 1..3000 {
        let above = number - 1;
        let other = number / 2;
        text.push_str(&format!(
            "entity E{number} {{\n  up 1 E{above} <-> * downs_{number} on delete cascade\n  \
             far 0..1 E{other} <-> * fars_{number} on delete restrict\n}}\n"
        ));
    }
    let started = std::time::Instant::now();
    assert_eq!(late(&text).len(), 2999);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn a_rule_of_one_alternative_is_about_that_alternative_alone() {
    let program = |strategy: &str, keeper: &str, rules: &str| {
        format!(
            "entity Person {{ name text }}
             entity Bot {{ keeper 0..1 Person <-> * bots on delete {keeper} }}
             union Owner = Person | Bot as {strategy}
             entity Task {{ owner 0..1 Owner <-> * tasks on delete {rules} }}
             entity Lamp {{ of 1 Task <-> * lamps on delete restrict
                            by 0..1 Person <-> * lamps on delete cascade }}"
        )
    };
    for strategy in ["link", "supertype", "inheritance"] {
        let late = |keeper: &str, rules: &str| late(&program(strategy, keeper, rules));
        let codes = |keeper: &str, rules: &str| codes(&program(strategy, keeper, rules));
        // A person takes their tasks along, and their bot with the task that restricts it.
        assert_eq!(late("cascade", "cascade, Bot restrict"), ["Task.owner_ref", "Lamp.of"]);
        assert_eq!(late("set null", "cascade, Bot restrict"), ["Lamp.of"]);
        // Only bots take tasks along, and no bot goes with a person.
        assert_eq!(late("set null", "restrict, Bot cascade"), Vec::<String>::new());
        assert_eq!(codes("cascade", "cascade, Bot protect"), ["E0502"]);
        assert!(codes("set null", "cascade, Bot protect").is_empty());
    }
    // A group takes its main task along, and no task takes its group: no circle.
    let circle = |rules: &str| {
        codes(&format!(
            "entity Person {{ name text }}
             entity Group {{ main 0..1 Task <-> * mains on delete cascade }}
             union Owner = Person | Group as link
             entity Task {{ owner 0..1 Owner <-> * tasks on delete {rules} }}"
        ))
    };
    assert_eq!(circle("cascade"), ["W0501"]);
    assert!(circle("cascade, Group set null").is_empty());
    assert_eq!(circle("set null, Group cascade"), ["W0501"]);
}
