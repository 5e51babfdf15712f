//! The rows of a union's own, spelt out: their entity, and what ties them to the alternatives.

use smol_str::{SmolStr, format_smolstr};

use crate::naming;
use crate::schema::Strategy;
use crate::source::Span;
use crate::syntax::tree::{
    self, Clause, ClauseKind, DeleteRule, Entity, Enum, EnumValue, Field, Inverse, Item, Member,
    Multiplicity, Name, Path, Relation, Text, TypeRef,
};

use super::SpeltAlternative;

/// The name of the entity of a union's rows.
pub(crate) fn entity_name(union: &tree::Union) -> SmolStr {
    format_smolstr!("{}Row", union.name.text)
}

/// The name of the enum of a union's alternatives.
fn kinds_name(union: &tree::Union) -> SmolStr {
    format_smolstr!("{}Kind", union.name.text)
}

/// What refers to a row: `owner_ref`.
pub(crate) fn reference_name(name: &str) -> SmolStr {
    format_smolstr!("{}_ref", naming::snake(name))
}

/// What a union's rows need at the top level: their entity, and under `supertype` and `inheritance` the enum
/// of their kinds.
pub(crate) fn items(
    union: &tree::Union,
    strategy: Strategy,
    alternatives: &[SpeltAlternative],
) -> Vec<Item> {
    let span = union.name.span;
    let name = |text: SmolStr| Name { text, span };
    let (members, kinds) = match strategy {
        Strategy::Arc | Strategy::Split | Strategy::Slot | Strategy::Untyped => return Vec::new(),
        Strategy::Link => (
            alternatives
                .iter()
                .map(|alternative| Member::Relation(to_alternative(alternative)))
                .collect(),
            None,
        ),
        Strategy::Supertype | Strategy::Inheritance => {
            let value = |alternative: &SpeltAlternative| EnumValue {
                docs: None,
                name: name(alternative.name.clone()),
                value: None,
                label: None,
                span,
            };
            let kinds = Enum {
                docs: None,
                name: name(kinds_name(union)),
                storage: None,
                values: alternatives.iter().map(value).collect(),
                broken: Vec::new(),
                attributes: Vec::new(),
                span,
            };
            let kind = Field {
                docs: None,
                name: name("kind".into()),
                ty: TypeRef {
                    name: Path::from(name(kinds_name(union))),
                    raw: None,
                    arguments: Vec::new(),
                    dimensions: 0,
                    span,
                },
                nullable: None,
                default: None,
                modifiers: Vec::new(),
                span,
            };
            (vec![Member::Field(kind)], Some(Item::Enum(kinds)))
        }
    };
    let entity = Entity {
        docs: union.docs.clone(),
        external: None,
        name: name(entity_name(union)),
        mixins: Vec::new(),
        members,
        broken: Vec::new(),
        span,
    };
    kinds.into_iter().chain([Item::Entity(entity)]).collect()
}

/// `person 0..1 Person <-> 0..1 owner_ref on delete cascade`, on the row.
fn to_alternative(alternative: &SpeltAlternative) -> Relation {
    let span = alternative.path.span();
    relation(
        Name { text: alternative.name.clone(), span },
        Multiplicity { min: 0, max: Some(1), span },
        alternative.path.clone(),
        Name { text: alternative.row.clone(), span },
        vec![cascade(span)],
        span,
    )
}

/// `owner_ref 1 OwnerRow <-> 0..1 person on delete cascade column "owner_id"`, on an alternative.
pub(crate) fn to_row(row: Path, strategy: Strategy, alternative: &SpeltAlternative) -> Relation {
    let span = alternative.path.span();
    let mut clauses = vec![cascade(span)];
    if strategy == Strategy::Inheritance {
        clauses.push(Clause { kind: ClauseKind::Key, span });
        clauses.push(column("id", span));
    } else {
        let stem = alternative.row.strip_suffix("_ref").unwrap_or(&alternative.row);
        clauses.push(column(&format!("{stem}_id"), span));
    }
    relation(
        Name { text: alternative.row.clone(), span },
        Multiplicity { min: 1, max: Some(1), span },
        row,
        Name { text: alternative.name.clone(), span },
        clauses,
        span,
    )
}

fn relation(
    name: Name,
    here: Multiplicity,
    target: Path,
    inverse: Name,
    clauses: Vec<Clause>,
    span: Span,
) -> Relation {
    Relation {
        docs: None,
        name,
        here,
        target,
        there: Multiplicity { min: 0, max: Some(1), span },
        inverse: Inverse::Name(inverse),
        clauses,
        span,
    }
}

fn cascade(span: Span) -> Clause {
    let kind = ClauseKind::OnDelete {
        rule: DeleteRule::Cascade,
        rule_span: span,
        alternatives: Vec::new(),
    };
    Clause { kind, span }
}

/// `column "…"`
pub(crate) fn column(name: &str, span: Span) -> Clause {
    Clause { kind: ClauseKind::Column(Text { value: name.to_owned(), span }), span }
}
