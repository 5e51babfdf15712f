//! What an entity says about its columns: uniques, indexes, checks, excludes, orders; and about itself.

use crate::diagnostics::Diagnostic;
use crate::schema::{
    Check, Direction, EntityId, Exclude, Index, IndexElement, IndexKey, MemberId, Unique,
};
use crate::source::Span;
use crate::syntax::tree::{self, Member, ModifierKind};

use super::declare::text;
use super::elements::{
    check_operator, column, condition, elements, is_plain, method, name, parameter, plain,
};
use super::expressions::{Expected, resolve_expr};
use super::mixins::Placed;
use super::names::Meaning;
use super::scope::Scope;
use super::{Draft, Input, arcs, attributes, displays, errors, indexable, methods, storage};

/// Reads everything in the blocks of entities that is neither a field, a relation nor a key.
pub(crate) fn resolve_lists(input: &Input<'_>, draft: &mut Draft<'_>) {
    for index in 0..input.declarations.entities.len() {
        let entity = EntityId::from_index(index);
        let mut lists = Lists::default();
        for placed in &input.unfolded[index].members {
            lists.read(input, draft, entity, placed);
        }
        let Lists { said, found, .. } = lists;
        draft.found.extend(found);
        let entity = &mut draft.schema.entities[entity];
        entity.uniques = lists.uniques;
        entity.indexes = lists.indexes;
        entity.checks = lists.checks;
        entity.excludes = lists.excludes;
        entity.storage = lists.storage;
        entity.order_by = lists.order_by;
        entity.label = said.label.map(|text| text.value.clone());
        entity.plural = said.plural.map(|text| text.value.clone());
        entity.table = said.table.map(|text| text.value.clone());
        entity.display = lists.display;
        entity.django_mixins = lists.options.django_mixins;
        entity.django_model = lists.options.django_model;
        entity.sqlalchemy_mixins = lists.options.sqlalchemy_mixins;
    }
}

/// What has been read of one entity.
#[derive(Default)]
struct Lists<'a> {
    uniques: Vec<Unique>,
    indexes: Vec<Index>,
    checks: Vec<Check>,
    excludes: Vec<Exclude>,
    order_by: Vec<(MemberId, Direction)>,
    storage: Vec<(String, String)>,
    display: Option<crate::schema::Display>,
    options: attributes::EntityOptions,
    said: Said<'a>,
    found: Vec<Diagnostic>,
}

/// What an entity says once, and where; what it says itself comes before what its mixins say.
#[derive(Default)]
struct Said<'a> {
    label: Option<&'a tree::Text>,
    plural: Option<&'a tree::Text>,
    table: Option<&'a tree::Text>,
    display: Option<Span>,
    order_by: Option<Span>,
}

impl<'a> Lists<'a> {
    fn read(
        &mut self,
        input: &Input<'a>,
        draft: &Draft<'_>,
        entity: EntityId,
        placed: &Placed<'a>,
    ) {
        let scope = draft.scope(input, entity, placed.home);
        let own = placed.mixin.is_none();
        match placed.tree {
            Member::Field(field) => self.read_field(scope, field),
            Member::Unique(unique) => {
                self.read_unique(scope, unique);
            }
            Member::Index(index) => self.read_index(scope, index),
            Member::Check(check) => {
                let condition =
                    resolve_expr(scope, &check.condition, Expected::Check, &mut self.found);
                self.checks.extend(condition.map(|condition| Check {
                    condition,
                    message: text(&check.message),
                    name: name(&check.name, &mut self.found),
                    about: None,
                    span: check.span,
                }));
            }
            Member::Exclude(exclude) => self.read_exclude(scope, exclude),
            Member::OrderBy(order) => {
                if once(&mut self.said.order_by, "order", order.span, own, &mut self.found) {
                    self.order_by = order
                        .elements
                        .iter()
                        .filter_map(|(name, direction)| {
                            let member = column(scope, name, &mut self.found)?;
                            indexable::check_sorted(scope.schema, member, name, &mut self.found);
                            Some((member, direction.unwrap_or(Direction::Ascending)))
                        })
                        .collect();
                }
            }
            Member::Display(text) => {
                if once(&mut self.said.display, "display", text.span, own, &mut self.found) {
                    self.display =
                        Some(displays::read(input.sources, scope, text, &mut self.found));
                }
            }
            Member::Label(label) => {
                let found = &mut self.found;
                say(&mut self.said.label, "label", label.label.as_ref(), own, found);
                say(&mut self.said.plural, "plural", label.plural.as_ref(), own, found);
            }
            Member::Table(text) => {
                attributes::check_name(&text.value, text.span, &mut self.found);
                say(&mut self.said.table, "table", Some(text), own, &mut self.found);
            }
            Member::Storage(storage) => {
                for (name, literal) in &storage.parameters {
                    storage::check_table(name, literal, &mut self.found);
                    let value = (name.text.to_string(), parameter(literal));
                    match self.storage.iter().any(|(known, _)| *known == value.0) {
                        true => self.found.push(errors::said_twice(&name.text, name.span, None)),
                        false => self.storage.push(value),
                    }
                }
            }
            Member::Attribute(attribute) => {
                let external = input.declarations.entities[entity.index()].tree.external.is_some();
                self.options.read(attribute, external, &mut self.found);
            }
            Member::Relation(_) | Member::Key(_) => {}
        }
    }

    fn read_field(&mut self, scope: Scope<'_>, field: &tree::Field) {
        for modifier in &field.modifiers {
            if let (ModifierKind::Unique(options), Meaning::Is(member)) =
                (&modifier.kind, scope.member(&field.name.text))
            {
                let elements = vec![plain(IndexKey::Member(member))];
                self.add_unique(scope, Some(elements), &[], options, modifier.span);
            }
        }
    }

    fn read_unique(&mut self, scope: Scope<'_>, unique: &tree::Unique) {
        let arcs = unique.elements.iter().any(|one| arcs::arc_of(scope, &one.expr).is_some());
        if !arcs {
            let elements = elements(scope, &unique.elements, &mut self.found);
            self.add_unique(scope, elements, &[], &unique.options, unique.span);
            return;
        }
        let Some(variants) = arcs::variants(scope, &unique.elements, &mut self.found) else {
            return;
        };
        for arcs::Variant { elements, set } in variants {
            let before = self.uniques.len();
            self.add_unique(scope, Some(elements), &set, &unique.options, unique.span);
            for made in &mut self.uniques[before..] {
                made.nulls_distinct = !set.is_empty();
                made.nulls_said = true;
                made.name = made.name.take().map(|name| arcs::name_of(scope, &name, &set));
            }
        }
    }

    /// Adds a UNIQUE, which compares rows in which all of `set` is set.
    fn add_unique(
        &mut self,
        scope: Scope<'_>,
        elements: Option<Vec<IndexElement>>,
        set: &[MemberId],
        options: &tree::UniqueOptions,
        span: Span,
    ) {
        let condition = condition(scope, &options.condition, &mut self.found);
        if let (Some(elements), Some(condition)) = (elements, condition) {
            let condition = arcs::all_set(set, condition, span);
            let plain = condition.is_none() && elements.iter().all(is_plain);
            if let (Some(deferrable), false) = (options.deferrable, plain) {
                self.found.push(errors::deferrable_index(deferrable, span));
            }
            self.uniques.push(Unique {
                elements,
                condition,
                deferrable: options.deferrable.is_some(),
                nulls_distinct: options.nulls_distinct.is_none_or(|(distinct, _)| distinct),
                nulls_said: options.nulls_distinct.is_some(),
                message: text(&options.message),
                name: name(&options.name, &mut self.found),
                span,
            });
        }
    }

    fn read_index(&mut self, scope: Scope<'_>, index: &tree::Index) {
        methods::check_index(index, &mut self.found);
        let elements = elements(scope, &index.elements, &mut self.found);
        let include =
            index.include.iter().filter_map(|name| column(scope, name, &mut self.found)).collect();
        let condition = condition(scope, &index.condition, &mut self.found);
        let using = method(scope, &index.using, "btree", &mut self.found);
        for (name, literal) in &index.storage {
            storage::check_index(&using, name, literal, &mut self.found);
        }
        if let (Some(elements), Some(condition)) = (elements, condition) {
            self.indexes.push(Index {
                using,
                elements,
                include,
                condition,
                storage: index
                    .storage
                    .iter()
                    .map(|(name, literal)| (name.text.to_string(), parameter(literal)))
                    .collect(),
                name: name(&index.name, &mut self.found),
                span: index.span,
            });
        }
    }

    fn read_exclude(&mut self, scope: Scope<'_>, exclude: &tree::Exclude) {
        methods::check_exclude(exclude, &mut self.found);
        let written: Vec<&tree::IndexElement> =
            exclude.elements.iter().map(|(element, _)| element).collect();
        for (_, operator) in &exclude.elements {
            check_operator(scope, operator, &mut self.found);
        }
        let choices = arcs::choices(scope, &written, &mut self.found);
        let condition = condition(scope, &exclude.condition, &mut self.found);
        let using = method(scope, &exclude.using, "gist", &mut self.found);
        let name = name(&exclude.name, &mut self.found);
        let (Some(choices), Some(condition)) = (choices, condition) else { return };
        for arcs::Variant { elements, set } in choices {
            let operators = exclude.elements.iter().map(|(_, operator)| operator.value.clone());
            self.excludes.push(Exclude {
                using: using.clone(),
                elements: elements.into_iter().zip(operators).collect(),
                condition: arcs::all_set(&set, condition.clone(), exclude.span),
                deferrable: exclude.deferrable.is_some(),
                message: text(&exclude.message),
                name: name.as_ref().map(|name| arcs::name_of(scope, name, &set)),
                span: exclude.span,
            });
        }
    }
}

/// Whether this is the first of its kind. What a mixin says is silent beside what the entity says.
fn once(
    said: &mut Option<Span>,
    what: &str,
    span: Span,
    own: bool,
    found: &mut Vec<Diagnostic>,
) -> bool {
    match *said {
        None => {
            *said = Some(span);
            true
        }
        Some(first) => {
            if own {
                found.push(errors::said_twice(what, span, Some(first)));
            }
            false
        }
    }
}

fn say<'a>(
    said: &mut Option<&'a tree::Text>,
    what: &str,
    text: Option<&'a tree::Text>,
    own: bool,
    found: &mut Vec<Diagnostic>,
) {
    let Some(text) = text else { return };
    let mut span = said.map(|text| text.span);
    if once(&mut span, what, text.span, own, found) {
        *said = Some(text);
    }
}
