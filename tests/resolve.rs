//! What resolution makes of programs: the finished schema, and every rule by example and counter-example.

use trine::diagnostics::Diagnostic;
use trine::schema::{self, MemberId, RelationKind, Schema};
use trine::source::Sources;
use trine::syntax;
use trine::target::Target;

/// Parses and resolves files; those that the parser objects to are a mistake of the test.
fn resolve(files: &[(&str, &str)], targets: &[Target]) -> (Sources, Schema, Vec<Diagnostic>) {
    let mut sources = Sources::new();
    let mut trees = Vec::new();
    let mut found = Vec::new();
    for (path, text) in files {
        let file = sources.add(*path, *text);
        let (tree, syntax) = syntax::parse(&sources, file);
        trees.push(tree);
        found.extend(syntax);
    }
    let (schema, resolved) = schema::resolve(&sources, &trees, targets);
    found.extend(resolved);
    trine::diagnostics::sort(&mut found);
    (sources, schema, found)
}

/// A schema in a few lines a member, as a reader would say it.
fn outline(schema: &Schema) -> String {
    let mut out = String::new();
    for (_, module) in schema.modules.iter() {
        out += &format!("module {}\n", module.name);
        for &id in &module.entities {
            let entity = &schema.entities[id];
            let key: Vec<_> = entity.key.iter().map(|&member| schema.member_name(member)).collect();
            out += &format!("  {} key {key:?}\n", entity.name);
            for &member in &entity.members {
                out += &format!("    {}\n", outline_member(schema, member));
            }
            for incoming in &entity.incoming {
                let relation = &schema.relations[*incoming];
                let source = &schema.entities[relation.source].name;
                out += &format!("    <- {source}.{} as {:?}\n", relation.name, relation.inverse);
            }
        }
    }
    out
}

fn outline_member(schema: &Schema, member: MemberId) -> String {
    match member {
        MemberId::Field(id) => {
            let field = &schema.fields[id];
            let null = if field.nullable { "?" } else { "" };
            let identity = if field.identity { " identity" } else { "" };
            format!("{}{null}{identity}", field.name)
        }
        MemberId::Relation(id) => {
            let relation = &schema.relations[id];
            let target = &schema.entities[relation.target].name;
            let name = &relation.name;
            match &relation.kind {
                RelationKind::ToOne(to_one) => {
                    let optional = if to_one.optional { "0..1" } else { "1" };
                    let within: Vec<_> = to_one
                        .within
                        .iter()
                        .map(|pair| &schema.relations[pair.here].name)
                        .collect();
                    format!("{name} {optional} {target} {:?} within {within:?}", to_one.delete)
                }
                RelationKind::ManyToMany(many) => {
                    let ends = [many.source_end, many.target_end]
                        .map(|end| schema.relations[end].name.clone());
                    format!(
                        "{name} * {target} through {} {ends:?}",
                        schema.entities[many.link].name
                    )
                }
            }
        }
    }
}

#[test]
fn the_storefront_is_resolved_whole() {
    let text = include_str!("../examples/storefront.trine");
    let (_, schema, found) = resolve(&[("storefront.trine", text)], Target::ALL);
    assert!(found.is_empty(), "{found:#?}");
    insta::with_settings!({
        snapshot_path => "../snapshots/resolve",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("storefront", outline(&schema));
    });
}
