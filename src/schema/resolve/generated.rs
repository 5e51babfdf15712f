//! What `generated` allows beside it, and what it may read.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Expr, ExprKind, MemberId, Schema};
use crate::source::Span;
use crate::syntax::tree::ModifierKind;

use super::Draft;

/// Reports defaults and `on update` of generated fields, and generated fields that read others.
pub(crate) fn check_generated(draft: &mut Draft<'_>) {
    let mut found = Vec::new();
    for written in &draft.fields {
        let modifiers = &written.tree.modifiers;
        let generated =
            modifiers.iter().find(|modifier| matches!(modifier.kind, ModifierKind::Generated(_)));
        let Some(generated) = generated else { continue };
        if let Some(default) = &written.tree.default {
            let what = "a default";
            found.push(superfluous(what, default.span, generated.span));
        }
        for modifier in modifiers {
            if let ModifierKind::OnUpdate(_) = modifier.kind {
                found.push(superfluous("`on update`", modifier.span, generated.span));
            }
        }
        if let Some(expr) = &draft.schema.fields[written.id].generated {
            find_generated(&draft.schema, expr, &mut found);
        }
    }
    draft.found.append(&mut found);
}

fn superfluous(what: &str, span: Span, generated: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0311,
        span,
        format!("a generated field takes no {}", what.trim_start_matches("a ")),
        "would never be used",
    )
    .also(generated, "always computes the value")
    .help("leave one of the two out")
}

fn find_generated(schema: &Schema, expr: &Expr, found: &mut Vec<Diagnostic>) {
    if let ExprKind::Member(MemberId::Field(field)) = expr.kind
        && schema.fields[field].generated.is_some()
    {
        let name = &schema.fields[field].name;
        found.push(
            Diagnostic::new(
                Code::E0311,
                expr.span,
                format!("a generated field can't read another: `{name}`"),
                "is generated too",
            )
            .also(schema.fields[field].span, "declared here")
            .note("PostgreSQL computes all generated columns of a row at once.")
            .help(format!("write here what `{name}` is computed from")),
        );
    }
    expr.children(&mut |child| find_generated(schema, child, found));
}
