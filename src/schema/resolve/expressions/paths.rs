//! Names in expressions: columns, values of enums, and words such as `current_date`.

use crate::schema::functions::{FunctionForm, function_form};
use crate::schema::{
    BaseType, EnumId, Expr, ExprKind, FieldType, MemberId, Reference, RelationId, Schema,
};
use crate::source::Span;
use crate::syntax::tree;

use super::super::names::Meaning;
use super::{Expected, Typing, errors};

/// The type of the one column that a member stands for; `None` when it has several, or the program is
/// broken there.
pub(crate) fn member_type(schema: &Schema, member: MemberId) -> Option<FieldType> {
    let mut member = member;
    // A key may be a relation, whose target's key may be one; a circle of them is an error elsewhere.
    for _ in 0..=schema.relations.len() {
        match member {
            MemberId::Field(field) => return Some(schema.fields[field].ty.clone()),
            MemberId::Relation(relation) => member = referred_member(schema, relation)?,
        }
    }
    None
}

impl Typing<'_> {
    pub(super) fn path(
        &mut self,
        names: &[tree::Name],
        span: Span,
        hint: Option<&FieldType>,
    ) -> Option<Expr> {
        let value = |id: EnumId, place: usize| {
            let ty = FieldType { base: BaseType::Enum(id), dimensions: 0 };
            Some(Expr { kind: ExprKind::EnumValue(id, place), ty: Some(ty), span })
        };
        let (enumeration, name) = match names {
            [name] => return self.name(name, hint, value),
            [enumeration, name] => (tree::Path { module: None, name: enumeration.clone() }, name),
            [module, enumeration, name] => {
                (tree::Path { module: Some(module.clone()), name: enumeration.clone() }, name)
            }
            _ => return self.report(errors::too_long_a_path(span)),
        };
        match self.scope.enumeration(&enumeration) {
            Meaning::Is(id) => {
                let values = &self.schema().enums[id].values;
                match values.iter().position(|value| value.name == name.text) {
                    Some(place) => value(id, place),
                    None => {
                        self.report(errors::unknown_value(self.schema(), id, &name.text, name.span))
                    }
                }
            }
            Meaning::Broken => None,
            Meaning::Unknown => match self.scope.member(&names[0].text) {
                Meaning::Broken => None,
                Meaning::Is(_) => self.report(errors::another_row(span, &names[0].text)),
                Meaning::Unknown => {
                    let near: Vec<&str> = self.scope.names.enum_names(self.scope.module).collect();
                    self.report(errors::unknown_enum(&enumeration, &near))
                }
            },
        }
    }

    /// A name alone: a column, then a value of the enum that it meets, then a word such as
    /// `current_date`.
    fn name(
        &mut self,
        name: &tree::Name,
        hint: Option<&FieldType>,
        value: impl Fn(EnumId, usize) -> Option<Expr>,
    ) -> Option<Expr> {
        let schema = self.schema();
        let hinted = hint.and_then(|hint| match &hint.base {
            BaseType::Enum(id) => Some(*id),
            BaseType::Scalar(..) | BaseType::Raw(_) => None,
        });
        let place = hinted.and_then(|id| {
            let values = &schema.enums[id].values;
            Some((id, values.iter().position(|value| value.name == name.text)?))
        });
        let is_default = matches!(self.expected, Expected::Default(_));
        match (self.scope.member(&name.text), place) {
            // A default can't read a column, so there the name can only be the value.
            (_, Some((id, place))) if is_default => value(id, place),
            (Meaning::Is(_), _) if is_default => {
                self.report(errors::column_in_default(name, hinted.is_some()))
            }
            (Meaning::Is(member), _) => match member_type(schema, member) {
                Some(ty) => {
                    Some(Expr { kind: ExprKind::Member(member), ty: Some(ty), span: name.span })
                }
                None => self.several_columns(member, name),
            },
            (Meaning::Broken, _) => None,
            (Meaning::Unknown, _) if self.scope.arc(&name.text).is_some() => {
                let diagnostic = super::super::errors::arc_here(self.scope, name);
                self.report(diagnostic)
            }
            (Meaning::Unknown, Some((id, place))) => value(id, place),
            (Meaning::Unknown, None) if function_form(&name.text) == FunctionForm::Bare => {
                self.call(name, &[], name.span, hint)
            }
            (Meaning::Unknown, None) => {
                let diagnostic = errors::unknown_name(self.scope, name, hinted, is_default);
                self.report(diagnostic)
            }
        }
    }

    fn several_columns(&mut self, member: MemberId, name: &tree::Name) -> Option<Expr> {
        let many = match member {
            MemberId::Relation(relation) => self.schema().many_to_many(relation).is_some(),
            MemberId::Field(_) => false,
        };
        self.report(errors::no_single_column(name, many))
    }
}

/// The one member of the target that a relation's own column refers to.
fn referred_member(schema: &Schema, relation: RelationId) -> Option<MemberId> {
    let to_one = schema.to_one(relation)?;
    let shared = |member: &MemberId| match member {
        MemberId::Relation(id) => to_one.within.iter().any(|pair| pair.there == *id),
        MemberId::Field(_) => false,
    };
    let mut own = match &to_one.references {
        Reference::Key => schema.entities[schema.relations[relation].target].key.clone(),
        Reference::Fields(fields) => fields.iter().copied().map(MemberId::Field).collect(),
    };
    own.retain(|member| !shared(member));
    match own.as_slice() {
        [member] => Some(*member),
        _ => None,
    }
}
