//! What a delete does, from the schema alone: by example and counter-example, and as people and programs read
//! it.
#![allow(clippy::unwrap_used, reason = "the helpers of tests may panic as the tests may")]

mod support;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use support::{examples, owners, unions};
use trine::Model;
use trine::diagnostics::termcolor::{Ansi, NoColor};
use trine::impact::rules::Effect;
use trine::impact::{AtOnce, Fate, Impact, Leads, NotFound, Verdict, find, impact, reach, render};
use trine::schema::{EntityId, Strategy};
use trine::source::Sources;
use trine::target::Options;

fn model(text: &str) -> Model {
    let mut sources = Sources::new();
    sources.add("a.trine", text);
    of(&sources)
}

fn of(sources: &Sources) -> Model {
    let (model, found) = trine::model(sources, &Options::default());
    model.unwrap_or_else(|| panic!("{}", examples::short(sources, &found)))
}

fn example(name: &str) -> Model {
    of(&examples::named(name).sources())
}

fn named(model: &Model, name: &str) -> EntityId {
    find(&model.schema, name).unwrap()
}

/// One line for each branch: `Banner.product cleared Stays`.
fn branches(model: &Model, impact: &Impact) -> Vec<String> {
    let branches = impact.branches().map(|branch| {
        let stated = &model.schema.relations[branch.relation];
        let source = &model.schema.entities[stated.source].name;
        let fate = match branch.fate {
            Fate::Stays => String::new(),
            Fate::MayGo => " may go".to_owned(),
            Fate::Goes(with) => format!(" goes by {}", model.schema.relations[with].name),
        };
        let effect = match branch.effect {
            Effect::Deleted if branch.unlinks(&model.schema) => "unlinked",
            Effect::Deleted => "deleted",
            Effect::Cleared => "cleared",
            Effect::Defaulted => "defaulted",
            Effect::Restricted => "restricted",
            Effect::Protected => "protected",
        };
        format!("{source}.{} {effect}{fate}", stated.name)
    });
    branches.collect()
}

fn check(model: &Model, entity: &str, expected: &[&str]) -> Impact {
    let found = impact(model.program(), named(model, entity));
    assert_eq!(branches(model, &found), expected, "a delete of {entity}");
    found
}

fn names(model: &Model, entities: impl IntoIterator<Item = EntityId>) -> Vec<&str> {
    entities.into_iter().map(|entity| model.schema.entities[entity].name.as_str()).collect()
}

fn deleted<'a>(model: &'a Model, impact: &Impact) -> Vec<&'a str> {
    names(model, impact.deleted.iter().map(|deleted| deleted.entity))
}

#[test]
fn a_store_takes_banners_and_products_along_and_posts_are_kept() {
    let model = example("storefront");
    let found = check(
        &model,
        "Store",
        &[
            "Product.store deleted",
            "Banner.store deleted",
            // `within store`: a banner of the product hangs from the same store.
            "Banner.product cleared goes by store",
            "BannerPost.banner unlinked",
        ],
    );
    assert_eq!(deleted(&model, &found), ["Store", "Product", "Banner"]);
    assert_eq!(names(&model, found.links(&model.schema)), ["BannerPost"]);
    assert_eq!(names(&model, found.kept.clone()), ["Post"]);
}

#[test]
fn a_banner_takes_neither_its_product_nor_its_posts_along() {
    let model = example("storefront");
    let found = check(&model, "Banner", &["BannerPost.banner unlinked"]);
    assert_eq!(names(&model, found.kept.clone()), ["Store", "Product", "Post"]);
    let product = check(&model, "Product", &["Banner.product cleared"]);
    // Banners are written, so they are not what is kept as it was.
    assert_eq!(names(&model, product.kept.clone()), ["Store"]);
}

#[test]
fn a_restrict_within_what_goes_is_a_matter_of_what_is_left() {
    let model = example("restrict_diamond");
    check(
        &model,
        "Company",
        &[
            "Department.company deleted",
            "Employee.company deleted",
            "Employee.department restricted may go",
        ],
    );
    check(&model, "Department", &["Employee.department restricted"]);
}

#[test]
fn without_a_shared_parent_a_cleared_row_only_may_go() {
    let model = model(
        "module a\n\nentity Store {\n  name  text\n}\n\nentity Product {\n  name  text\n  \
         store  1 Store <-> * products  on delete cascade\n}\n\nentity Banner {\n  name  text\n  \
         store  1 Store <-> * banners  on delete cascade\n  \
         product  0..1 Product <-> * banners  on delete set null\n}\n",
    );
    check(
        &model,
        "Store",
        &["Product.store deleted", "Banner.store deleted", "Banner.product cleared may go"],
    );
}

#[test]
fn another_way_to_the_target_makes_a_row_within_uncertain() {
    // A product may also go with its brand, and then its banners stay.
    let text = "module a\n\nentity Root {\n  name  text\n}\n\nentity Store {\n  name  text\n  \
                root  1 Root <-> * stores  on delete cascade\n}\n\nentity Product {\n  name  text\n  \
                root  1 Root <-> * products  on delete cascade\n  \
                store  1 Store <-> * products  on delete cascade\n}\n\nentity Banner {\n  name  text\n  \
                store  1 Store <-> * banners  on delete cascade\n  \
                product  0..1 Product <-> * banners  on delete set null  within store\n}\n";
    let model = model(text);
    let found = impact(model.program(), named(&model, "Root"));
    let lines = branches(&model, &found);
    assert!(lines.contains(&"Banner.product cleared may go".to_owned()), "{lines:?}");
    let store = impact(model.program(), named(&model, "Store"));
    let lines = branches(&model, &store);
    assert!(lines.contains(&"Banner.product cleared goes by store".to_owned()), "{lines:?}");
}

#[test]
fn a_circle_and_a_diamond_are_looked_at_once() {
    let mut text = String::from("module a\n\nentity Top {\n  name  text\n}\n");
    // Layers of two entities, each hanging from both above: 2^n ways, and 2n entities.
    for layer in 0..40 {
        for side in ["Left", "Right"] {
            let above = |other: &str| match layer {
                0 => "Top".to_owned(),
                _ => format!("{other}{}", layer - 1),
            };
            let _ = write!(
                text,
                "\nentity {side}{layer} {{\n  a  0..1 {} <-> * a_{}{layer}  on delete cascade\n  \
                 b  0..1 {} <-> * b_{}{layer}  on delete cascade\n}}\n",
                above("Left"),
                side.to_lowercase(),
                above("Right"),
                side.to_lowercase(),
            );
        }
    }
    let model = model(&text);
    let found = impact(model.program(), named(&model, "Top"));
    assert_eq!(found.deleted.len(), 81);
    let shown = tree(&model, &found);
    assert_eq!(shown.lines().filter(|line| line.contains(" deleted")).count(), 81 + 80, "{shown}");
    assert!(shown.contains("(see above)"), "{shown}");
}

#[test]
fn a_self_relation_is_a_loop() {
    let model = example("categories");
    let found = impact(model.program(), named(&model, "Category"));
    assert_eq!(deleted(&model, &found), ["Category"]);
    assert!(tree(&model, &found).contains("deleted, and so on"));
}

#[test]
fn a_bound_of_what_stays_may_refuse() {
    let model = example("many_to_many_bounds");
    let found = check(&model, "Judge", &["HearingJudges.judge unlinked"]);
    let bound = found.branches().next().unwrap().bound.unwrap();
    assert_eq!((bound.min, names(&model, [bound.bounded])), (1, vec!["Hearing"]));
    // The hearing itself has no need of its judges when it goes; and a judge may have none.
    let found = check(&model, "Hearing", &["HearingJudges.hearing unlinked"]);
    assert_eq!(found.branches().next().unwrap().bound, None);
}

#[test]
fn a_bound_is_of_no_interest_to_rows_that_go_with_what_it_bounds() {
    let text = "module a\n\nentity Order {\n  name  text\n}\n\nentity Product {\n  name  text\n}\n\n\
                entity Line {\n  amount  integer\n  \
                order  1 Order <-> 1..* lines  on delete cascade\n  \
                product  1 Product <-> * lines  on delete cascade\n}\n";
    let model = model(text);
    let bounds = |entity| -> Vec<u32> {
        let found = impact(model.program(), named(&model, entity));
        let targets = found.deleted.iter().flat_map(|deleted| &deleted.targets);
        targets.filter_map(|target| Some(target.bound?.min)).collect()
    };
    assert!(bounds("Order").is_empty());
    assert_eq!(bounds("Product"), [1]);
    assert_eq!(bounds("Line"), [1]);
}

/// A product that stays without its store, and a banner that shows it and goes, by way of its section.
const ORDER: &str = "module a\n\nentity Store {\n  name  text\n}\n\nentity Section {\n  name  text\n  \
                     store  1 Store <-> * sections  on delete cascade\n}\n\nentity Product {\n  name  text\n  \
                     store  0..1 Store <-> * products  on delete set null\n}\n\nentity Banner {\n  name  text\n  \
                     store  0..1 Store <-> * banners  on delete restrict\n  \
                     section  1 Section <-> * banners  on delete cascade\n  \
                     product  0..1 Product <-> * banners  on delete set null  within store\n}\n";

#[test]
fn where_the_order_of_triggers_decides_it_is_said() {
    let found = model(ORDER);
    let store = impact(found.program(), named(&found, "Store"));
    let checks: Vec<_> = store.order_decides().collect();
    let [(written, AtOnce::Referred(referred))] = checks[..] else { panic!("{checks:?}") };
    assert_eq!(found.schema.relations[written].name, "store");
    assert_eq!(found.schema.relations[*referred].name, "product");
    assert!(tree(&found, &store).contains("the order of its triggers decides"));
    // Where the banner hangs from the store itself, it is gone before anyone looks.
    let direct = model(&ORDER.replace("banners  on delete restrict", "banners  on delete cascade"));
    let store = impact(direct.program(), named(&direct, "Store"));
    assert_eq!(store.order_decides().count(), 0);
}

#[test]
fn most_examples_leave_nothing_to_the_order() {
    for example in examples::all() {
        let model = of(&example.sources());
        for entity in model.schema.entities.ids() {
            let found = impact(model.program(), entity);
            let decides: Vec<_> = found.order_decides().collect();
            assert!(decides.is_empty(), "{}: {decides:?}", example.name);
        }
    }
}

#[test]
fn a_default_must_be_there() {
    let model = example("set_default");
    let found = check(&model, "Queue", &["Ticket.queue defaulted"]);
    let checks = &found.branches().next().unwrap().checks;
    assert_eq!(checks[..], [(AtOnce::Default, Verdict::MayRefuse)]);
}

#[test]
fn an_entity_is_found_by_its_name_or_by_the_nearest() {
    let mut sources = Sources::new();
    for module in ["shop", "stock"] {
        let text = format!("module {module}\n\nentity Item {{\n  name  text\n}}\n");
        sources.add(format!("{module}.trine"), text);
    }
    let model = of(&sources);
    assert!(find(&model.schema, "stock.Item").is_ok());
    let said = |name| find(&model.schema, name).unwrap_err().to_string();
    assert_eq!(
        said("Item"),
        "several modules have an entity `Item`: write shop.Item or stock.Item"
    );
    assert_eq!(said("item"), "there is no entity `item`; did you mean `Item`?");
    assert_eq!(said("Itme"), "there is no entity `Itme`; did you mean `Item`?");
    assert_eq!(said("shop.Itm"), "there is no entity `shop.Itm`; did you mean `shop.Item`?");
    let union = find(&tracker(Strategy::Link).schema, "Owner").unwrap_err().to_string();
    assert_eq!(
        union,
        "`Owner` is a union: ask what a delete of tracker.Person or tracker.Group does"
    );
    let NotFound::Unknown { nearest: None, .. } = find(&model.schema, "Unheard").unwrap_err()
    else {
        panic!("nothing is near")
    };
}

#[test]
fn who_asks_for_an_entity_that_was_split_is_told_its_parts() {
    let split = model(
        "module m\n\nentity Person {\n  name  text\n}\n\nentity Group {\n  name  text\n}\n\n\
         union Owner = Person | Group  as split\n\nentity Task {\n  \
         owner  1 Owner <-> * tasks  on delete cascade\n}\n",
    );
    assert_eq!(
        find(&split.schema, "Task").unwrap_err().to_string(),
        "`Task` is one entity for each alternative of its union: ask what a delete of m.PersonTask \
         or m.GroupTask does"
    );
}

#[test]
fn the_whole_schema_is_sorted_by_how_far_a_delete_reaches() {
    let model = example("storefront");
    let reaches = reach(&model.schema);
    let names = names(&model, reaches.iter().map(|reach| reach.entity));
    assert_eq!(names, ["Store", "Post", "Banner", "Product"]);
    assert_eq!((reaches[0].deleted, reaches[0].unlinked, reaches[0].written), (2, 1, 0));
    assert_eq!((reaches[3].deleted, reaches[3].written), (0, 1));
    // The links that Trine makes are no entities of the user's.
    assert_eq!(reaches.len(), 4);
}

#[test]
fn the_whole_schema_agrees_with_each_entity() {
    for example in examples::all() {
        let model = of(&example.sources());
        for found in reach(&model.schema) {
            let one = impact(model.program(), found.entity);
            let rows = |it: &&trine::impact::Deleted| {
                model.schema.union_of_row(it.entity).is_none()
                    && model.schema.union_link(it.entity).is_none()
            };
            assert_eq!(
                found.deleted,
                one.deleted.iter().filter(rows).count() - 1,
                "{}",
                example.name
            );
            let links = one.deleted[1..].iter().map(|deleted| deleted.entity);
            let links = links.filter(|&entity| model.schema.union_link(entity).is_some()).count();
            assert_eq!(found.unlinked, one.links(&model.schema).len() + links, "{}", example.name);
            let stays = |branch: &&trine::impact::Branch| !matches!(branch.fate, Fate::Goes(_));
            let written = one
                .branches()
                .filter(stays)
                .filter(|branch| matches!(branch.effect, Effect::Cleared | Effect::Defaulted));
            // A relation to a union is one, though there be a foreign key for each alternative.
            let stated = written.map(|branch| match model.schema.stated_as(branch.relation) {
                Some(stated) => format!("{stated:?}"),
                None => format!("{:?}", branch.relation),
            });
            let stated: BTreeSet<String> = stated.collect();
            assert_eq!(found.written, stated.len(), "{}", example.name);
        }
    }
}

#[test]
fn five_thousand_entities_take_no_time() {
    let mut text = String::from("module a\n");
    for nth in 0..5000_u32 {
        let _ = write!(text, "\nentity E{nth} {{\n  name  text\n");
        if nth > 0 {
            let _ =
                writeln!(text, "  up  0..1 E{} <-> * down_{nth}  on delete cascade", (nth - 1) / 2);
            let _ = writeln!(
                text,
                "  see  0..1 E{} <-> * seen_{nth}  on delete set null",
                nth * 7 % nth
            );
        }
        text.push_str("}\n");
    }
    let model = model(&text);
    let begun = Instant::now();
    let reaches = reach(&model.schema);
    assert_eq!((reaches.len(), reaches[0].deleted), (5000, 4999));
    let picture = render::whole_svg(&model.schema, &reaches);
    assert!(picture.len() > 1_000_000);
    let one = impact(model.program(), named(&model, "E0"));
    assert_eq!(tree(&model, &one).lines().filter(|line| line.contains(" deleted")).count(), 5000);
    // Without optimization, on a busy machine; a tenth of it elsewhere.
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn pictures_are_well_formed_whatever_the_names() {
    for example in examples::all() {
        let model = of(&example.sources());
        for entity in model.schema.entities.ids() {
            let found = impact(model.program(), entity);
            well_formed(&render::svg(&model.schema, &found, None));
        }
        well_formed(&render::whole_svg(&model.schema, &reach(&model.schema)));
    }
}

/// Tags are balanced, attributes quoted, and no sign stands where it must be escaped.
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some(at) = rest.find('<') {
        let text = &rest[..at];
        assert!(!text.contains('>') || open.last() == Some(&"style"), "{text}");
        for (at, _) in text.match_indices('&') {
            assert!(text[at..].split(';').next().is_some_and(|name| name.len() < 8), "{text}");
        }
        let end = rest.find('>').expect("a tag ends");
        let tag = &rest[at + 1..end];
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{svg}");
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap_or(tag));
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?}");
}

fn tree(model: &Model, found: &Impact) -> String {
    let mut out = NoColor::new(Vec::new());
    render::tree(&mut out, &model.schema, found, None).unwrap();
    String::from_utf8(out.into_inner()).unwrap()
}

#[test]
fn the_tree_is_coloured_by_what_happens() {
    let model = example("storefront");
    let found = impact(model.program(), named(&model, "Store"));
    let mut out = Ansi::new(Vec::new());
    render::tree(&mut out, &model.schema, &found, None).unwrap();
    let coloured = String::from_utf8(out.into_inner()).unwrap();
    assert!(coloured.contains("\u{1b}[31mdeleted\u{1b}[0m"), "{coloured:?}");
    assert!(!tree(&model, &found).contains('\u{1b}'));
}

/// Who may own a task, by each strategy that tells more than one alternative apart in one table.
fn tracker(strategy: Strategy) -> Model {
    model(&format!(
        "module tracker\n\nentity Person {{\n  name  varchar(80)\n}}\n\nentity Group {{\n  \
         name     varchar(80)\n  creator  1 Person <-> * created_groups  on delete protect\n}}\n\n\
         union Owner = Person | Group  as {}\n\nentity Task {{\n  description  varchar(200)\n  \
         owner     1 Owner <-> * tasks  on delete cascade\n  \
         reviewer  0..1 Owner <-> * reviews  on delete set null\n}}\n",
        strategy.name()
    ))
}

#[test]
fn a_delete_of_an_alternative_comes_to_the_same_under_every_strategy() {
    let said = |strategy| {
        let model = tracker(strategy);
        let mut said = Vec::new();
        for name in ["Person", "Group", "Task"] {
            let found = impact(model.program(), named(&model, name));
            let rows = |&entity: &EntityId| model.schema.union_of_row(entity).is_none();
            let gone = found.deleted.iter().map(|deleted| deleted.entity).filter(rows);
            said.push(format!("{name}: {:?}", names(&model, gone)));
            let shown = tree(&model, &found);
            for name in ["owner_person", "owner_ref", "OwnerRow", "owner_id"] {
                assert!(!shown.contains(name), "{shown}");
            }
            if name != "Task" {
                assert!(shown.contains("Task.owner, on delete cascade"), "{shown}");
                assert!(shown.contains("cleared   Task.reviewer\n"), "{shown}");
            }
        }
        let table = reach(&model.schema).into_iter().map(|reach| {
            let name = &model.schema.entities[reach.entity].name;
            format!("{name} {} {} {}", reach.deleted, reach.written, reach.refusals)
        });
        said.extend(table);
        said
    };
    let arc = said(Strategy::Arc);
    assert_eq!(
        arc[..3],
        ["Person: [\"Person\", \"Task\"]", "Group: [\"Group\", \"Task\"]", "Task: [\"Task\"]",]
    );
    assert_eq!(arc[3..], ["Person 1 1 1", "Group 1 1 0", "Task 0 0 0"]);
    for strategy in [Strategy::Link, Strategy::Supertype, Strategy::Inheritance] {
        assert_eq!(said(strategy), arc, "{}", strategy.name());
    }
}

#[test]
fn a_unions_row_takes_its_alternative_and_an_alternative_no_other() {
    for strategy in [Strategy::Supertype, Strategy::Inheritance] {
        let model = tracker(strategy);
        let row = impact(model.program(), named(&model, "OwnerRow"));
        assert_eq!(deleted(&model, &row), ["OwnerRow", "Person", "Group", "Task"]);
        // What went with its row takes no row of its own along.
        let taken = |found: &Impact| -> usize {
            let targets = found.deleted.iter().flat_map(|deleted| &deleted.targets);
            targets.filter(|target| target.takes != Leads::Nowhere).count()
        };
        assert_eq!(taken(&row), 0);
        let person = impact(model.program(), named(&model, "Person"));
        assert_eq!(deleted(&model, &person), ["Person", "OwnerRow", "Task"]);
        assert_eq!(taken(&person), 1);
        assert_eq!(names(&model, person.kept.clone()), [""; 0]);
    }
    let model = tracker(Strategy::Link);
    let row = impact(model.program(), named(&model, "OwnerRow"));
    assert_eq!(deleted(&model, &row), ["OwnerRow", "Task"]);
    assert_eq!(names(&model, row.kept.clone()), ["Person", "Group"]);
}

#[test]
fn a_rule_of_one_alternative_is_told_where_that_alternative_goes() {
    let rules = |strategy: &str| of(&owners::rules(strategy).sources());
    let numbers = |model: &Model| -> Vec<String> {
        let all = reach(&model.schema).into_iter().map(|it| {
            let entity = &model.schema.entities[it.entity].name;
            format!("{entity} {} {} {} {}", it.deleted, it.unlinked, it.written, it.refusals)
        });
        all.collect()
    };
    let tree = |model: &Model, entity: &str| {
        let mut out = NoColor::new(Vec::new());
        let found = impact(model.program(), named(model, entity));
        render::tree(&mut out, &model.schema, &found, None).unwrap();
        String::from_utf8(out.into_inner()).unwrap()
    };
    let arc = numbers(&rules("arc"));
    assert_eq!(arc[0], "Person 2 1 2 3");
    for strategy in ["link", "supertype", "inheritance"] {
        let model = rules(strategy);
        assert_eq!(numbers(&model), arc, "{strategy}");
        let group = tree(&model, "Group");
        assert!(group.contains("Badge.holder, on delete cascade for Group\n"), "{group}");
        assert!(
            !group.contains("for Person") && group.contains("deleted   Group, Badge, Owner row\n")
        );
        // A person takes bots along.
        let person = tree(&model, "Person");
        assert!(
            person.contains("Badge.holder, on delete restrict for Person or Bot\n"),
            "{person}"
        );
        assert!(!person.contains("for Group"), "{person}");
        // A row by itself may be of any.
        let row = impact(model.program(), named(&model, "OwnerRow"));
        let rules = row.branches().filter(|branch| {
            model.schema.relations[branch.relation].inverse.as_deref() == Some("tasks")
        });
        let effects: Vec<Effect> = rules.map(|branch| branch.effect).collect();
        assert_eq!(effects, [Effect::Deleted, Effect::Protected, Effect::Restricted]);
    }
}

#[test]
fn links_to_a_union_are_removed_and_both_ends_stay() {
    for strategy in unions::ENFORCED {
        let model = model(&format!(
            "module tracker\n\nentity Person {{\n  name  text\n}}\n\nentity Group {{\n  name  text\n}}\n\n\
             union Owner = Person | Group  as {}\n\nentity Task {{\n  name  text\n  \
             owners  * Owner <-> * tasks  on delete unlink\n}}\n",
            strategy.name()
        ));
        let shown = |name| tree(&model, &impact(model.program(), named(&model, name)));
        let task = shown("Task");
        assert!(
            task.contains("Owner  kept, its links removed  Task.owners through TaskOwners"),
            "{task}"
        );
        assert!(
            task.contains("deleted   Task\nunlinked  TaskOwners\nkept      Person, Group\n"),
            "{task}"
        );
        let person = shown("Person");
        assert!(person.contains("kept, its links removed"), "{person}");
        assert!(person.contains(".tasks through TaskOwners"), "{person}");
        assert!(person.contains("unlinked  TaskOwners\nkept      Task\n"), "{person}");
        let found = impact(model.program(), named(&model, "Person"));
        let json: serde_json::Value =
            serde_json::from_str(&render::json(model.program(), &found, None)).unwrap();
        assert_eq!(json["unlinked"][0]["entity"], "tracker.TaskOwners");
        let deleted = json["deleted"].as_array().unwrap();
        let links = deleted.iter().filter(|gone| gone["unlinked"] == true).count();
        assert_eq!(links, 1, "{json}");
        let picture = render::mermaid(&model.schema, &found, None);
        assert!(picture.contains("<b>TaskOwners</b><br/>links removed"), "{picture}");
        let reaches = reach(&model.schema);
        assert_eq!(names(&model, reaches.iter().map(|reach| reach.entity)).len(), 3);
        assert!(reaches.iter().all(|reach| (reach.deleted, reach.unlinked) == (0, 1)));
    }
}

#[test]
fn a_task_that_goes_with_its_person_had_no_group() {
    let text = "module m\n\nentity Person {\n  name  text\n}\n\nentity Group {\n  name  text\n}\n\n\
                entity Project {\n  name  text\n}\n\nunion Owner = Person | Group  as arc\n\n\
                entity Task {\n  name  text\n  owner  1 Owner <-> 1..* tasks  on delete cascade\n  \
                project  1 Project <-> * tasks  on delete cascade\n}\n";
    let model = model(text);
    let bounds = |entity| -> usize {
        let found = impact(model.program(), named(&model, entity));
        let targets = found.deleted.iter().flat_map(|deleted| &deleted.targets);
        targets.filter(|target| target.bound.is_some()).count()
    };
    assert_eq!((bounds("Person"), bounds("Group"), bounds("Project")), (0, 0, 2));
    let person = impact(model.program(), named(&model, "Person"));
    assert_eq!(names(&model, person.kept), ["Project"]);
    let of = |entity| reach(&model.schema).iter().find(|it| it.entity == entity).unwrap().refusals;
    assert_eq!((of(named(&model, "Person")), of(named(&model, "Project"))), (0, 2));
}

#[test]
fn every_form_of_a_unions_delete_is_as_it_was_reviewed() {
    for strategy in unions::ENFORCED {
        let model = tracker(strategy);
        let name = strategy.name();
        let found = impact(model.program(), named(&model, "Person"));
        snapshot(&format!("tracker_{name}_person.tree"), &tree(&model, &found));
        snapshot(
            &format!("tracker_{name}_person.json"),
            &render::json(model.program(), &found, None),
        );
        snapshot(
            &format!("tracker_{name}_person.mermaid"),
            &render::mermaid(&model.schema, &found, None),
        );
        let reaches = reach(&model.schema);
        snapshot(
            &format!("tracker_{name}.mermaid"),
            &render::whole_mermaid(&model.schema, &reaches),
        );
        if strategy.has_rows() {
            let found = impact(model.program(), named(&model, "OwnerRow"));
            snapshot(&format!("tracker_{name}_row.tree"), &tree(&model, &found));
        }
    }
}

/// Entities of examples whose every form is held.
const SHOWN: [(&str, &str); 9] = [
    ("storefront", "Store"),
    ("storefront", "Banner"),
    ("storefront", "Product"),
    ("restrict_diamond", "Company"),
    ("categories", "Category"),
    ("people", "Person"),
    ("many_to_many_bounds", "Judge"),
    ("set_default", "Queue"),
    ("within", "Company"),
];

#[test]
fn every_form_is_as_it_was_reviewed() {
    for (name, entity) in SHOWN {
        let model = example(name);
        let found = impact(model.program(), named(&model, entity));
        let forms = [
            ("tree", tree(&model, &found)),
            ("json", render::json(model.program(), &found, None)),
            ("mermaid", render::mermaid(&model.schema, &found, None)),
        ];
        for (form, text) in forms {
            snapshot(&format!("{name}_{}.{form}", entity.to_lowercase()), &text);
        }
    }
    let model = example("storefront");
    let reaches = reach(&model.schema);
    let mut out = NoColor::new(Vec::new());
    render::table(&mut out, &model.schema, &reaches).unwrap();
    snapshot("storefront.table", &String::from_utf8(out.into_inner()).unwrap());
    snapshot("storefront.reach", &render::reach_json(&model.schema, &reaches));
    snapshot("storefront.mermaid", &render::whole_mermaid(&model.schema, &reaches));
    let found = model_of_korean();
    let 가게 = impact(found.program(), named(&found, "가게"));
    snapshot("korean.tree", &tree(&found, &가게));
}

fn model_of_korean() -> Model {
    model(
        "module 상점\n\nentity 가게 {\n  이름  text\n}\n\nentity 상품 {\n  이름  text\n  \
         가게  1 가게 <-> * 상품들  on delete cascade\n}\n\nentity Tag {\n  name  text\n  \
         상품  0..1 상품 <-> * tags  on delete set null\n}\n",
    )
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => "../snapshots/impact",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!(name, text);
    });
}

/// Pictures that the documents show, and that the generator makes.
#[test]
fn the_pictures_of_the_documents_are_the_generators() {
    let model = example("storefront");
    let store = impact(model.program(), named(&model, "Store"));
    let banner = impact(model.program(), named(&model, "Banner"));
    let pictures = [
        ("docs/impact/store.svg", render::svg(&model.schema, &store, None)),
        ("docs/impact/banner.svg", render::svg(&model.schema, &banner, None)),
        ("docs/impact/storefront.svg", render::whole_svg(&model.schema, &reach(&model.schema))),
    ];
    for (path, picture) in pictures {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if std::env::var_os("TRINE_BLESS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &picture).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == picture,
            "{} is not what `trine impact` draws; TRINE_BLESS=1 cargo test --test impact writes it",
            path.display()
        );
    }
    let page =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/impact.md")).unwrap();
    let shown = tree(&model, &store);
    assert!(page.contains(shown.trim_end()), "docs/impact.md shows another tree:\n{shown}");
}

#[cfg(feature = "cli")]
mod command {
    use std::process::Command;

    fn trine(arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_trine"))
            .args(arguments)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_remove("DATABASE_URL")
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    #[test]
    fn the_answer_goes_to_the_standard_output_and_a_refusal_is_one_too() {
        let (status, out, err) = trine(&["impact", "Company", "examples/restrict_diamond.trine"]);
        assert_eq!((status, err.as_str()), (0, ""));
        assert!(out.contains("Employee.department"), "{out}");
        for form in ["tree", "json", "svg", "mermaid"] {
            let path = "examples/storefront.trine";
            let (status, out, _) = trine(&["impact", "--all", path, "--format", form]);
            assert_eq!(status, 0);
            assert!(out.contains("Store"), "{out}");
        }
    }

    #[test]
    fn what_is_wrong_is_one_line_with_a_way_out() {
        let path = "examples/storefront.trine";
        for (arguments, said) in [
            (vec!["impact", "Stroe", path], "did you mean `Store`?"),
            (vec!["impact", "Store", path, "--where", "true"], "give its URL with --database"),
            (vec!["impact", "--all", "Store", path], "leave `Store` out"),
            (vec!["impact", "Store", "examples/none.trine"], "examples/none.trine"),
        ] {
            let (status, out, err) = trine(&arguments);
            assert_eq!((status, out.as_str(), err.lines().count()), (2, "", 1), "{err}");
            assert!(err.starts_with("error: ") && err.contains(said), "{err}");
        }
    }
}
