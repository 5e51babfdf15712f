//! Names in the database that Django's own SQL can't hold.
//!
//! Found by running queries and migrations on 5.2 and 6.1: Django puts a name between quotes as it is, so a
//! quote ends it, and psycopg takes a percent sign for a placeholder; 5.2 refuses a dollar sign as the alias
//! of a column. Every other sign works in tables and columns.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::Module;
use crate::syntax::tree::{ClauseKind, LiteralKind, Member, ModifierKind, Text};
use crate::target::{DjangoVersion, Target};

use super::{Draft, Input};

/// Reports `table "…"`, `column "…"` and PostgreSQL schemas that Django can't use.
pub(crate) fn check(input: &Input<'_>, draft: &mut Draft<'_>) {
    if !input.is_on(Target::Django) {
        return;
    }
    let dollar = input.django != Some(DjangoVersion::V6_1);
    let found = &mut draft.found;
    let entities = input.declarations.entities.iter().chain(&input.declarations.mixins);
    // The model of an external table is not Trine's.
    for entity in entities.filter(|one| one.tree.external.is_none()) {
        for member in &entity.tree.members {
            match member {
                Member::Table(text) => check_text("table", text, dollar, found),
                Member::Field(field) => {
                    for modifier in &field.modifiers {
                        if let ModifierKind::Column(text) = &modifier.kind {
                            check_text("column", text, dollar, found);
                        }
                    }
                }
                Member::Relation(relation) => {
                    for clause in &relation.clauses {
                        if let ClauseKind::Column(text) = &clause.kind {
                            check_text("column", text, dollar, found);
                        }
                    }
                }
                Member::Key(_)
                | Member::Unique(_)
                | Member::Index(_)
                | Member::Check(_)
                | Member::Exclude(_)
                | Member::OrderBy(_)
                | Member::Display(_)
                | Member::Label(_)
                | Member::Storage(_)
                | Member::Attribute(_) => {}
            }
        }
    }
    for declared in &input.declarations.modules {
        let Module { postgres_schema: Some(schema), .. } = &draft.schema.modules[declared.module]
        else {
            continue;
        };
        for (_, literal) in declared.tree.attributes.iter().flat_map(|it| &it.arguments) {
            if let LiteralKind::String(text) = &literal.kind
                && text == schema
                && let Some(sign) = unusable(text, dollar)
            {
                found.push(unfit("schema", text, sign, literal.span));
            }
        }
    }
}

fn check_text(what: &str, text: &Text, dollar: bool, found: &mut Vec<Diagnostic>) {
    if let Some(sign) = unusable(&text.value, dollar) {
        found.push(unfit(what, &text.value, sign, text.span));
    }
}

/// The first sign of a name that Django can't use.
fn unusable(name: &str, dollar: bool) -> Option<char> {
    name.chars().find(|sign| matches!(sign, '%' | '"') || dollar && *sign == '$')
}

/// E0215
fn unfit(what: &str, name: &str, sign: char, span: crate::source::Span) -> Diagnostic {
    let usable: String =
        name.chars().map(|c| if matches!(c, '%' | '"' | '$') { '_' } else { c }).collect();
    let why = match sign {
        '%' => "Django does not double it, so the driver takes it for a placeholder",
        '"' => "Django does not double it, so the name ends there",
        _ => "Django 5.2 refuses it in every query that reads the name",
    };
    let found = Diagnostic::new(
        Code::E0215,
        span,
        format!("a {what} with `{sign}` in its name is nothing that Django can use"),
        "Django's queries fail with it",
    )
    .note(why);
    let found = if sign == '$' {
        found.help(
            "choose another name, or say `version = \"6.1\"` in `trine.toml` under `[django]`",
        )
    } else {
        found.help("choose another name, or leave Django out of the targets")
    };
    // A backslash would have to be written as two.
    if usable.contains('\\') || usable.chars().any(char::is_control) {
        return found;
    }
    found.fix(format!("call it \"{usable}\""), span, format!("\"{usable}\""))
}
