//! From syntax trees to the [`Schema`].
//!
//! Each pass needs only what those before it have finished: names, enums, mixins unfolded, members with
//! their types, keys, the clauses of relations, links, and last the lists and expressions that speak of
//! all these.

mod accessors;
mod alternatives;
mod arcs;
mod attributes;
mod clauses;
mod constraint_names;
mod declare;
mod displays;
mod django_names;
mod elements;
mod entities;
mod enums;
mod errors;
mod expressions;
mod extensions;
mod external;
mod fields;
mod generated;
mod indexable;
mod keys;
mod limits;
mod links;
mod lists;
mod lookup;
mod methods;
mod mixins;
mod names;
mod relations;
mod renames;
mod reserved;
mod rules;
mod scope;
mod storage;
mod types;
mod unions;
mod within;

use std::collections::{HashMap, HashSet};

use crate::diagnostics::Diagnostic;
use crate::source::Sources;
use crate::syntax::{SyntaxTree, tree};
use crate::target::{DjangoVersion, Options, Target};

use self::clauses::Clauses;
use self::declare::Declarations;
use self::mixins::{Unfolded, Unfolding};
use self::scope::{Members, Scope};

use super::deletes::{Written, analyse_deletes};
use super::{EntityId, EntityKind, FieldId, ModuleId, RelationId, Schema};

/// Gives every name its meaning. Never fails: what is wrong has a diagnostic, and is left out of the
/// schema, which is complete exactly when there is no error.
pub fn resolve(
    sources: &Sources,
    trees: &[SyntaxTree],
    targets: &[Target],
) -> (Schema, Vec<Diagnostic>) {
    let options = Options { targets: targets.to_vec(), ..Options::default() };
    resolve_for(sources, trees, &options)
}

/// As [`resolve`], with everything that a project may say.
pub fn resolve_for(
    sources: &Sources,
    trees: &[SyntaxTree],
    options: &Options,
) -> (Schema, Vec<Diagnostic>) {
    let Options { targets, django, slots, .. } = options;
    let mut draft = Draft::default();
    let spelt = unions::spell(sources, trees, slots, &mut draft.found);
    let trees = if spelt.trees.is_empty() { trees } else { &spelt.trees };
    let declarations = declare::declare(sources, trees, &mut draft.schema, &mut draft.found);
    let Unfolding { entities, unused } = mixins::unfold(&declarations, &mut draft.found);
    let input =
        Input { sources, targets, django: django.version, declarations, unfolded: entities };
    enums::resolve_enums(&input, &mut draft);
    attributes::resolve_modules(&input, &mut draft);
    entities::declare_members(&input, &mut draft);
    unions::resolve_unions(&input, trees, &spelt, &mut draft);
    unions::check_heirs(&input, &mut draft);
    unions::name_unions(&mut draft);
    entities::check_unused_mixins(&input, &unused, &mut draft.found);
    relations::resolve_references(&input, &mut draft);
    keys::check_keys(&mut draft);
    links::resolve_links(&input, &mut draft);
    within::resolve_within(&input, &mut draft);
    fields::resolve_values(&input, &mut draft);
    relations::resolve_defaults(&input, &mut draft);
    lists::resolve_lists(&input, &mut draft);
    unions::add_checks(&mut draft);
    unions::check_across(&mut draft);
    displays::find_circles(&mut draft);
    relations::check_references(&input, &mut draft);
    external::check(&input, &mut draft);
    accessors::resolve_incoming(&mut draft);
    accessors::check(&input, &mut draft);
    reserved::check_classes(&mut draft);
    enums::find_unused(&input, &mut draft);
    extensions::list_users(&mut draft.schema);
    extensions::check_extensions(trees, &draft.schema, &mut draft.found);
    generated::check_generated(&mut draft);
    indexable::check_indexable(&draft.schema, &mut draft.found);
    limits::check_limits(&input, &mut draft);
    django_names::check(&input, &mut draft);
    constraint_names::check_constraint_names(&input, &mut draft);
    let written = written(&draft);
    analyse_deletes(&mut draft.schema, &written, &mut draft.found);
    let mut found = draft.found;
    keep_first_of_each_place(&mut found);
    (draft.schema, found)
}

/// What is written, once its names are known.
struct Input<'a> {
    sources: &'a Sources,
    targets: &'a [Target],
    /// The only version of Django to run on.
    django: Option<DjangoVersion>,
    declarations: Declarations<'a>,
    /// By entity id.
    unfolded: Vec<Unfolded<'a>>,
}

impl Input<'_> {
    fn is_on(&self, target: Target) -> bool {
        self.targets.contains(&target)
    }
}

/// What is being made of it.
#[derive(Default)]
struct Draft<'a> {
    schema: Schema,
    /// By entity id.
    members: Vec<Members>,
    fields: Vec<WrittenField<'a>>,
    relations: Vec<WrittenRelation<'a>>,
    found: Vec<Diagnostic>,
}

/// A field of the schema that a file states.
struct WrittenField<'a> {
    id: FieldId,
    tree: &'a tree::Field,
    home: ModuleId,
}

/// A relation of the schema that a file states.
struct WrittenRelation<'a> {
    id: RelationId,
    tree: &'a tree::Relation,
    home: ModuleId,
    in_mixin: bool,
    clauses: Clauses<'a>,
}

impl Draft<'_> {
    /// What names mean in an entity, for something that stands in the module `home`.
    fn scope<'s>(&'s self, input: &'s Input<'_>, entity: EntityId, home: ModuleId) -> Scope<'s> {
        Scope {
            schema: &self.schema,
            names: &input.declarations.names,
            module: home,
            entity,
            members: &self.members[entity.index()],
        }
    }
}

/// Where each relation stands; the end of a link that Trine makes has the rule of its many-to-many
/// relation.
fn written(draft: &Draft<'_>) -> HashMap<RelationId, Written> {
    let mut places = HashMap::with_capacity(draft.relations.len());
    for relation in &draft.relations {
        let rule = relation.clauses.on_delete.map(|on_delete| on_delete.rule_span);
        let place = Written { rule, whole: relation.tree.span };
        places.insert(relation.id, place);
        if let Some(many) = draft.schema.many_to_many(relation.id)
            && matches!(draft.schema.entities[many.link].kind, EntityKind::Link { .. })
        {
            places.insert(many.target_end, place);
        }
    }
    places
}

/// A mixin's mistake is found once for each entity that uses it; it is one mistake.
fn keep_first_of_each_place(found: &mut Vec<Diagnostic>) {
    let mut seen = HashSet::with_capacity(found.len());
    found.retain(|diagnostic| seen.insert((diagnostic.code, diagnostic.primary())));
}
