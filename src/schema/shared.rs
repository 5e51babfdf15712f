//! The fields that all alternatives of a union have.

use smol_str::SmolStr;

use super::{Alternative, BaseType, Field, FieldType, MemberId, Scalar, Schema, UnionId};

impl Schema {
    /// The names of the fields that all alternatives of a union have, with values of one kind, in the order
    /// of the first alternative. Keys are left out: they say who it is, not how it is.
    pub fn shared_fields(&self, union: UnionId) -> Vec<SmolStr> {
        let alternatives = &self.unions[union].alternatives;
        let Some((first, others)) = alternatives.split_first() else { return Vec::new() };
        fields(self, first)
            .filter(|field| {
                let has = |other| fields(self, other).any(|other| is_like(other, field));
                others.iter().all(has)
            })
            .map(|field| field.name.clone())
            .collect()
    }
}

/// What an alternative has besides its key.
fn fields<'s>(schema: &'s Schema, of: &Alternative) -> impl Iterator<Item = &'s Field> {
    let entity = &schema.entities[of.entity];
    entity.members.iter().filter(|member| !entity.key.contains(member)).filter_map(|member| {
        match member {
            MemberId::Field(field) => Some(&schema.fields[*field]),
            MemberId::Relation(_) => None,
        }
    })
}

/// Whether two fields have one name, and values of one kind, whatever their lengths.
fn is_like(one: &Field, other: &Field) -> bool {
    one.name == other.name && is_one_kind(&one.ty, &other.ty)
}

fn is_one_kind(one: &FieldType, other: &FieldType) -> bool {
    let is_text = |scalar: &Scalar| matches!(scalar, Scalar::Text | Scalar::Varchar);
    let base = match (&one.base, &other.base) {
        (BaseType::Scalar(one, _), BaseType::Scalar(other, _)) => {
            one == other || is_text(one) && is_text(other)
        }
        (one, other) => one == other,
    };
    base && one.dimensions == other.dimensions
}
