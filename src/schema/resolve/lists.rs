//! What an entity says about its columns: uniques, indexes, checks, excludes, orders; and about itself.

use smol_str::SmolStr;

use crate::diagnostics::{self, Diagnostic};
use crate::schema::{
    Check, Direction, EntityId, Exclude, Index, IndexElement, IndexKey, MemberId, Unique,
};
use crate::source::Span;
use crate::syntax::tree::{self, ExprKind, LiteralKind, Member, ModifierKind};

use super::declare::text;
use super::expressions::{Expected, resolve_expr};
use super::mixins::Placed;
use super::names::Meaning;
use super::scope::Scope;
use super::{Draft, Input, attributes, displays, errors, keys};

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
                let elements = elements(scope, &unique.elements, &mut self.found);
                self.add_unique(scope, elements, &unique.options, unique.span);
            }
            Member::Index(index) => self.read_index(scope, index),
            Member::Check(check) => {
                let condition =
                    resolve_expr(scope, &check.condition, Expected::Check, &mut self.found);
                self.checks.extend(condition.map(|condition| Check {
                    condition,
                    message: text(&check.message),
                    name: name(&check.name, &mut self.found),
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
                self.storage.extend(parameters(&storage.parameters));
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
                self.add_unique(scope, Some(elements), options, modifier.span);
            }
        }
    }

    fn add_unique(
        &mut self,
        scope: Scope<'_>,
        elements: Option<Vec<IndexElement>>,
        options: &tree::UniqueOptions,
        span: Span,
    ) {
        let condition = condition(scope, &options.condition, &mut self.found);
        if let (Some(elements), Some(condition)) = (elements, condition) {
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
        let elements = elements(scope, &index.elements, &mut self.found);
        let include =
            index.include.iter().filter_map(|name| column(scope, name, &mut self.found)).collect();
        let condition = condition(scope, &index.condition, &mut self.found);
        if let (Some(elements), Some(condition)) = (elements, condition) {
            self.indexes.push(Index {
                using: index.using.as_ref().map_or("btree".into(), |name| name.text.clone()),
                elements,
                include,
                condition,
                storage: parameters(&index.storage).collect(),
                name: name(&index.name, &mut self.found),
                span: index.span,
            });
        }
    }

    fn read_exclude(&mut self, scope: Scope<'_>, exclude: &tree::Exclude) {
        let mut all = Vec::with_capacity(exclude.elements.len());
        for (written, operator) in &exclude.elements {
            let element = element(scope, written, &mut self.found);
            all.extend(element.map(|element| (element, operator.value.clone())));
        }
        let condition = condition(scope, &exclude.condition, &mut self.found);
        if let (true, Some(condition)) = (all.len() == exclude.elements.len(), condition) {
            self.excludes.push(Exclude {
                using: exclude.using.as_ref().map_or("gist".into(), |name| name.text.clone()),
                elements: all,
                condition,
                deferrable: exclude.deferrable.is_some(),
                message: text(&exclude.message),
                name: name(&exclude.name, &mut self.found),
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
                found.push(errors::said_twice(what, span, first));
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

/// `as NAME`
fn name(name: &Option<tree::Name>, found: &mut Vec<Diagnostic>) -> Option<String> {
    let name = name.as_ref()?;
    attributes::check_name(&name.text, name.span, found);
    Some(name.text.to_string())
}

/// An optional condition; `None` when it is there and has a diagnostic.
#[expect(clippy::option_option, reason = "not there and not understood are two things")]
fn condition(
    scope: Scope<'_>,
    condition: &Option<tree::Expr>,
    found: &mut Vec<Diagnostic>,
) -> Option<Option<crate::schema::Expr>> {
    match condition {
        None => Some(None),
        Some(expr) => resolve_expr(scope, expr, Expected::IndexCondition, found).map(Some),
    }
}

/// All elements, or none when one has a diagnostic.
fn elements(
    scope: Scope<'_>,
    written: &[tree::IndexElement],
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<IndexElement>> {
    let mut all: Vec<IndexElement> = Vec::with_capacity(written.len());
    let mut names: Vec<&tree::Name> = Vec::with_capacity(written.len());
    for one in written {
        if let ExprKind::Path(path) = &one.expr.kind
            && let [name] = path.as_slice()
        {
            match names.iter().find(|first| first.text == name.text) {
                Some(first) => found.push(errors::listed_twice("column", name, first.span)),
                None => names.push(name),
            }
        }
        all.extend(element(scope, one, found));
    }
    (all.len() == written.len()).then_some(all)
}

fn element(
    scope: Scope<'_>,
    written: &tree::IndexElement,
    found: &mut Vec<Diagnostic>,
) -> Option<IndexElement> {
    let key = match &written.expr.kind {
        ExprKind::Path(path) if path.len() == 1 => {
            IndexKey::Member(column(scope, &path[0], found)?)
        }
        _ => IndexKey::Expr(resolve_expr(scope, &written.expr, Expected::IndexKey, found)?),
    };
    Some(IndexElement {
        opclass: written.opclass.as_ref().map(|name| name.text.clone()),
        direction: written.direction.unwrap_or(Direction::Ascending),
        nulls_first: written.nulls_first,
        ..plain(key)
    })
}

fn plain(key: IndexKey) -> IndexElement {
    IndexElement { key, opclass: None, direction: Direction::Ascending, nulls_first: None }
}

/// The member that a name in a list of columns means: one that has columns.
fn column(scope: Scope<'_>, name: &tree::Name, found: &mut Vec<Diagnostic>) -> Option<MemberId> {
    match scope.member(&name.text) {
        Meaning::Is(member) if keys::has_columns(scope.schema, member) => return Some(member),
        Meaning::Is(_) => found.push(errors::many_in_list(name)),
        Meaning::Broken => {}
        Meaning::Unknown => {
            let near = diagnostics::nearest(&name.text, scope.member_names());
            let owner: &SmolStr = &scope.schema.entities[scope.entity].name;
            found.push(errors::unknown_member(name, owner, near));
        }
    }
    None
}

/// Storage parameters as PostgreSQL writes them.
fn parameters(
    written: &[(tree::Name, tree::Literal)],
) -> impl Iterator<Item = (String, String)> + '_ {
    written.iter().map(|(name, literal)| {
        let value = match &literal.kind {
            LiteralKind::Number(number) => number.to_string(),
            LiteralKind::String(text) => text.clone(),
            LiteralKind::Boolean(value) => value.to_string(),
            LiteralKind::Null => "null".to_owned(),
            LiteralKind::Word(word) => word.to_string(),
        };
        (name.text.to_string(), value)
    })
}
