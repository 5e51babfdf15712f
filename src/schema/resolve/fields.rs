//! Fields: first their types, later, when every member is known, their defaults and what generates them.

use crate::diagnostics::Code;
use crate::schema::types::Category;
use crate::schema::{BaseType, EntityId, Field, FieldId, FieldType, MemberId, ModuleId, Scalar};
use crate::source::Span;
use crate::syntax;
use crate::syntax::tree::{self, ExprKind, ModifierKind};

use super::declare::text;
use super::expressions::{Expected, resolve_expr};
use super::types::resolve_type;
use super::{Draft, Input, WrittenField, attributes, errors};

/// A field of which nothing is known but its type.
pub(crate) fn plain(entity: EntityId, name: &str, ty: FieldType, span: Span) -> Field {
    Field {
        entity,
        name: name.into(),
        docs: None,
        label: None,
        ty,
        nullable: false,
        default: None,
        identity: false,
        generated: None,
        touched: false,
        column: None,
        span,
        type_span: span,
    }
}

/// Adds a field with its type; `None` when the type has a diagnostic.
pub(crate) fn declare_field<'a>(
    input: &Input<'a>,
    draft: &mut Draft<'a>,
    entity: EntityId,
    home: ModuleId,
    tree: &'a tree::Field,
) -> Option<FieldId> {
    let names = &input.declarations.names;
    let reported = draft.found.len();
    let Some(ty) = resolve_type(names, home, &tree.ty, &mut draft.found) else {
        // `unique name`: a keyword without its brackets reads as a field of that name.
        if let Some(form) = syntax::keyword_form(&tree.name.text)
            && let [found] = &mut draft.found[reported..]
            && found.code == Code::E0202
            && found.fixes.is_empty()
        {
            found.help = Some(form);
        }
        return None;
    };
    let mut field = Field {
        docs: text(&tree.docs),
        nullable: tree.nullable.is_some(),
        type_span: tree.ty.span,
        ..plain(entity, &tree.name.text, ty, tree.name.span)
    };
    for (at, modifier) in tree.modifiers.iter().enumerate() {
        let kind = std::mem::discriminant(&modifier.kind);
        let mut before = tree.modifiers[..at].iter();
        if !matches!(modifier.kind, ModifierKind::Attribute(_) | ModifierKind::Key)
            && let Some(first) = before.find(|one| std::mem::discriminant(&one.kind) == kind)
        {
            draft.found.push(errors::modifier_twice(modifier.span, first.span));
        }
        match &modifier.kind {
            ModifierKind::Label(text) => field.label = Some(text.value.clone()),
            ModifierKind::Column(text) => {
                attributes::check_name(&text.value, text.span, &mut draft.found);
                field.column = Some(text.value.clone());
            }
            ModifierKind::Attribute(attribute) => {
                attributes::check_field(attribute, &mut draft.found);
            }
            ModifierKind::Key
            | ModifierKind::Unique(_)
            | ModifierKind::OnUpdate(_)
            | ModifierKind::Generated(_) => {}
        }
    }
    let id = draft.schema.fields.push(field);
    draft.fields.push(WrittenField { id, tree, home });
    Some(id)
}

/// Reads defaults, `identity`, `generated` and `on update`.
pub(crate) fn resolve_values(input: &Input<'_>, draft: &mut Draft<'_>) {
    let mut found = Vec::new();
    for index in 0..draft.fields.len() {
        let WrittenField { id, tree, home } = draft.fields[index];
        let field = &draft.schema.fields[id];
        let scope = draft.scope(input, field.entity, home);
        let mut identity = false;
        let mut default = None;
        if let Some(expr) = &tree.default {
            if is_identity(expr) && field.ty.is_integer() {
                identity = true;
                if let Some(nullable) = tree.nullable {
                    found.push(errors::nullable_identity(expr.span, nullable));
                }
            } else if is_identity(expr) && !matches!(field.ty.base, BaseType::Enum(_)) {
                found.push(errors::identity_of_field(expr.span, tree.ty.span));
            } else {
                default = resolve_expr(scope, expr, Expected::Default(&field.ty), &mut found);
            }
        }
        let mut generated = None;
        let mut touched = false;
        for modifier in &tree.modifiers {
            match &modifier.kind {
                ModifierKind::Generated(expr) => {
                    generated =
                        resolve_expr(scope, expr, Expected::Generated(&field.ty), &mut found);
                }
                ModifierKind::OnUpdate(expr) => {
                    touched = is_now(expr) && field.ty.is_moment();
                    if !touched {
                        found.push(errors::on_update_of_field(expr.span, tree.ty.span));
                    }
                    let key = &draft.schema.entities[field.entity].key;
                    if touched && key.contains(&MemberId::Field(id)) {
                        found.push(errors::touched_key(modifier.span, &field.name));
                    }
                }
                ModifierKind::Key
                | ModifierKind::Unique(_)
                | ModifierKind::Label(_)
                | ModifierKind::Column(_)
                | ModifierKind::Attribute(_) => {}
            }
        }
        let field = &mut draft.schema.fields[id];
        field.identity = identity;
        field.default = default;
        field.generated = generated;
        field.touched = touched;
    }
    draft.found.append(&mut found);
}

/// `= identity`, a word that only this place knows.
fn is_identity(expr: &tree::Expr) -> bool {
    matches!(&expr.kind, ExprKind::Path(names) if names.len() == 1 && names[0].text == "identity")
}

fn is_now(expr: &tree::Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call { function, arguments }
        if function.text == "now" && arguments.is_empty())
}

impl FieldType {
    fn is_integer(&self) -> bool {
        let is = |scalar: Scalar| scalar.category() == Category::Integer;
        matches!(self.base, BaseType::Scalar(scalar, _) if self.dimensions == 0 && is(scalar))
    }

    /// Whether `now()` can be stored in it.
    fn is_moment(&self) -> bool {
        self.dimensions == 0
            && matches!(
                self.base,
                BaseType::Scalar(Scalar::Timestamptz | Scalar::Timestamp | Scalar::Date, _)
            )
    }
}
