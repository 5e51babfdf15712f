//! The wording of what can be wrong in an expression.

use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::schema::functions::{self, Function, FunctionForm, Volatility, function_form};
use crate::schema::{BinaryOperator, EnumId, Expr, ExprKind, Schema};
use crate::source::Span;
use crate::syntax::tree;

use super::super::scope::Scope;
use super::kinds;
use super::literals::Misfit;

/// What an operand is, in a user's words: "`name` of type `text`", "the string \"a\"".
pub(super) fn describe(schema: &Schema, expr: &Expr) -> String {
    let of_type = || expr.ty.as_ref().map(|ty| kinds::describe(schema, ty));
    match (&expr.kind, of_type()) {
        (ExprKind::Number(number), _) => format!("the number {number}"),
        (ExprKind::String(text), _) => format!("the string {text:?}"),
        (ExprKind::Boolean(value), _) => format!("`{value}`"),
        (ExprKind::Null, _) => "`null`".to_owned(),
        (ExprKind::Member(member), Some(ty)) => {
            format!("`{}` of type `{ty}`", schema.member_name(*member))
        }
        (ExprKind::Call { function, .. }, Some(ty)) => format!("`{function}`, which gives `{ty}`"),
        (_, Some(ty)) => format!("of type `{ty}`"),
        (_, None) => "of a type that only PostgreSQL knows".to_owned(),
    }
}

/// A literal between quotes, for a fix; `None` for what is no literal.
pub(super) fn source_of_literal(kind: &ExprKind) -> Option<String> {
    match kind {
        ExprKind::Number(number) => Some(format!("\"{number}\"")),
        ExprKind::Boolean(value) => Some(format!("\"{value}\"")),
        _ => None,
    }
}

pub(super) fn misfit(code: Code, span: Span, ty: &str, misfit: Misfit) -> Diagnostic {
    let message = match code {
        Code::E0301 => format!("this default is not a value of `{ty}`"),
        _ => format!("this is not a value of `{ty}`"),
    };
    let mut diagnostic = Diagnostic::new(code, span, message, misfit.what);
    diagnostic.help = misfit.help;
    match misfit.instead {
        Some(instead) => diagnostic.fix(format!("write `{instead}`"), span, instead),
        None => diagnostic,
    }
}

pub(super) fn null_default(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0301, span, "`null` is no default", "says nothing")
        .note("A column without a default gets NULL by itself, if it may have one.")
        .help("leave the default out; `?` behind the type allows NULL")
}

pub(super) fn not_assignable(
    code: Code,
    span: Span,
    found: &str,
    wanted: &str,
    quoted: Option<String>,
) -> Diagnostic {
    let message = match code {
        Code::E0301 => format!("this default is not a value of `{wanted}`"),
        _ => format!("this is not a value of `{wanted}`"),
    };
    let diagnostic = Diagnostic::new(code, span, message, format!("this is {found}"))
        .help(format!("write a `{wanted}`, or cast what you have: `…::{wanted}`"));
    match quoted {
        Some(quoted) => diagnostic.fix("put it between quotes", span, quoted),
        None => diagnostic,
    }
}

pub(super) fn string_for_array(code: Code, span: Span, ty: &str, text: &str) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        code,
        span,
        format!("a string is not a value of `{ty}`"),
        "a string, not a list",
    )
    .help("write its elements in brackets: `[\"a\", \"b\"]`, or `[]`");
    match text {
        "{}" | "[]" | "" => diagnostic.fix("write `[]`", span, "[]"),
        _ => diagnostic,
    }
}

pub(super) fn array_for_scalar(code: Code, span: Span, ty: &str) -> Diagnostic {
    Diagnostic::new(code, span, format!("a list is not a value of `{ty}`"), "a list")
        .help(format!("write one value, or make the type an array: `{ty}[]`"))
}

pub(super) fn not_boolean(span: Span, found: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0306,
        span,
        "a condition must be true or false",
        format!("this is {found}"),
    )
    .help("compare it with something, or ask `is not null`")
}

pub(super) fn operand(span: Span, what: String) -> Diagnostic {
    Diagnostic::new(Code::E0302, span, "an operand of the wrong type", what)
}

pub(super) fn operands(span: Span, left: Span, one: &str, right: Span, other: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0302,
        span,
        "these two do not go together",
        "PostgreSQL has no such operator for them",
    )
    .also(left, format!("this is {one}"))
    .also(right, format!("this is {other}"))
    .help("cast one of them with `::`, or say it in SQL with `sql \"…\"`")
}

pub(super) fn not_text(operator: Span, span: Span, found: &str) -> Diagnostic {
    Diagnostic::new(Code::E0302, span, "this operator compares text", format!("this is {found}"))
        .also(operator, "needs text on both sides")
        .help("cast it: `…::text`")
}

pub(super) fn not_comparable(span: Span, found: &str, ordered: bool) -> Diagnostic {
    let message = if ordered {
        "values of this type have no order"
    } else {
        "values of this type can't be compared"
    };
    Diagnostic::new(Code::E0302, span, message, format!("this is {found}"))
        .help("compare something that is taken from it, or say it in SQL with `sql \"…\"`")
}

pub(super) fn comparison_with_null(
    operator: BinaryOperator,
    null: &Expr,
    other: &Expr,
    span: Span,
) -> Diagnostic {
    let asked = match operator {
        BinaryOperator::NotEqual => "is not null",
        _ => "is null",
    };
    let diagnostic = Diagnostic::new(
        Code::E0302,
        null.span,
        "nothing is equal to `null`, and nothing differs from it",
        "the comparison is always unknown",
    )
    .help(format!("ask `{asked}`"));
    let is_equality = matches!(operator, BinaryOperator::Equal | BinaryOperator::NotEqual);
    if is_equality && other.span.start < null.span.start {
        let after = Span { start: other.span.end, end: span.end, ..span };
        diagnostic.fix(format!("write `{asked}`"), after, format!(" {asked}"))
    } else {
        diagnostic
    }
}

pub(super) fn unknown_value(schema: &Schema, id: EnumId, text: &str, span: Span) -> Diagnostic {
    let declared = &schema.enums[id];
    let names: Vec<&str> = declared.values.iter().map(|value| value.name.as_str()).collect();
    let diagnostic = Diagnostic::new(
        Code::E0204,
        span,
        format!("`{}` has no value `{text}`", declared.name),
        "no such value",
    )
    .also(declared.span, format!("its values are {}", list(&names)));
    match names.iter().copied().find(|name| *name == text).or(nearest(text, names)) {
        Some(near) => diagnostic.did_you_mean(span, near),
        None => diagnostic,
    }
}

pub(super) fn unknown_enum(path: &tree::Path, enums: &[&str]) -> Diagnostic {
    let name = &path.name.text;
    let diagnostic = Diagnostic::new(
        Code::E0204,
        path.span(),
        format!("there is no field, relation or enum `{name}`"),
        "unknown",
    );
    match nearest(name, enums.iter().copied()) {
        Some(near) => diagnostic.help(format!("did you mean the enum `{near}`?")).fix(
            format!("write `{near}`"),
            path.name.span,
            near,
        ),
        None => diagnostic,
    }
}

pub(super) fn unknown_name(
    scope: Scope<'_>,
    name: &tree::Name,
    hinted: Option<EnumId>,
    is_default: bool,
) -> Diagnostic {
    let schema = scope.schema;
    let mut near: Vec<&str> = Vec::new();
    if !is_default {
        near.extend(scope.member_names());
    }
    if let Some(id) = hinted {
        near.extend(schema.enums[id].values.iter().map(|value| value.name.as_str()));
    }
    let diagnostic = match hinted {
        Some(id) if is_default => return unknown_value(schema, id, &name.text, name.span),
        Some(id) => Diagnostic::new(
            Code::E0204,
            name.span,
            format!(
                "`{}` is neither a field or relation of `{}` nor a value of `{}`",
                name.text, schema.entities[scope.entity].name, schema.enums[id].name
            ),
            "unknown",
        ),
        None if is_default => {
            let diagnostic = Diagnostic::new(
                Code::E0204,
                name.span,
                format!("a default has no names to read, and `{}` is none", name.text),
                "unknown",
            );
            let quoted = format!("{:?}", name.text.as_str());
            let diagnostic = match truth(&name.text) {
                Some(truth) => diagnostic
                    .help(format!(
                        "a boolean is `true` or `false`; a string is {quoted}, in quotes"
                    ))
                    .fix(format!("write `{truth}`"), name.span, truth),
                None => diagnostic.help(format!("a string stands between quotes: {quoted}")),
            };
            diagnostic.fix("put it between quotes", name.span, quoted)
        }
        None => Diagnostic::new(
            Code::E0204,
            name.span,
            format!(
                "`{}` has no field or relation `{}`",
                schema.entities[scope.entity].name, name.text
            ),
            "unknown",
        ),
    };
    if functions::functions(&name.text).next().is_some() {
        return diagnostic
            .help(format!("a function is called with parentheses: `{}()`", name.text));
    }
    match nearest(&name.text, near) {
        Some(near) => diagnostic.did_you_mean(name.span, near),
        None => diagnostic,
    }
}

/// What other languages call a truth value, by SQL's word for it.
fn truth(name: &str) -> Option<&'static str> {
    match name.to_lowercase().as_str() {
        "true" | "yes" | "on" => Some("true"),
        "false" | "no" | "off" => Some("false"),
        _ => None,
    }
}

pub(super) fn column_in_default(name: &tree::Name, for_enum: bool) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::E0301,
        name.span,
        "a default can't read another column",
        "a column of the row that is being made",
    )
    .note("PostgreSQL computes a default before the row is there.");
    if for_enum {
        diagnostic.help("write one of the enum's values")
    } else {
        diagnostic.help("`generated = …` computes a column from the others")
    }
}

pub(super) fn no_single_column(name: &tree::Name, many: bool) -> Diagnostic {
    let why = if many { "it has no column here" } else { "it has several columns" };
    Diagnostic::new(
        Code::E0302,
        name.span,
        format!("the relation `{}` is not one value", name.text),
        why,
    )
    .help("an expression reads a field, or a relation that has one column")
}

pub(super) fn another_row(span: Span, relation: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0302,
        span,
        "an expression sees only its own row",
        format!("a column of another row, behind `{relation}`"),
    )
    .note("PostgreSQL checks and indexes one row at a time.")
    .help("keep what you need in this entity; `within` keeps two parents the same")
}

pub(super) fn too_long_a_path(span: Span) -> Diagnostic {
    Diagnostic::new(Code::E0204, span, "a name has at most three parts", "unknown")
        .help("write `Enum.value`, or `module.Enum.value`")
}

pub(super) fn unknown_function(name: &tree::Name) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::E0304,
        name.span,
        format!("there is no function `{}` that Trine knows", name.text),
        "unknown",
    );
    let lower = name.text.to_lowercase();
    let usual = match lower.as_str() {
        "len" | "size" => Some("length"),
        "substr" => Some("substring"),
        "uuid" | "uuid4" | "uuidv4" | "uuid_generate_v4" => Some("gen_random_uuid"),
        "ifnull" | "nvl" | "isnull" => Some("coalesce"),
        "max" => Some("greatest"),
        "min" => Some("least"),
        "today" => Some("current_date"),
        "getdate" | "sysdate" => Some("now"),
        "extract" | "year" | "month" | "day" => Some("date_part"),
        _ => None,
    };
    match usual.or_else(|| nearest(&lower, functions::function_names())) {
        Some(near) => diagnostic
            .help(format!("did you mean `{near}`? Any other is written in SQL: `sql \"…\"`"))
            .fix(format!("write `{near}`"), name.span, near),
        None => diagnostic.help("if PostgreSQL has it, write the expression in SQL: `sql \"…\"`"),
    }
}

pub(super) fn argument_count(
    name: &tree::Name,
    span: Span,
    found: usize,
    rows: &[&Function],
) -> Diagnostic {
    let diagnostic = Diagnostic::new(
        Code::E0305,
        span,
        format!(
            "`{}` is called with {found} argument{}",
            name.text,
            if found == 1 { "" } else { "s" }
        ),
        "a wrong number of arguments",
    )
    .help(format!("it is called as {}", signatures(rows)));
    match function_form(&name.text) {
        FunctionForm::Bare if found == 0 => {
            diagnostic.fix("take the parentheses off", span, name.text.as_str())
        }
        FunctionForm::Bare | FunctionForm::Call | FunctionForm::In => diagnostic,
    }
}

pub(super) fn wrong_arguments(
    name: &tree::Name,
    spans: &[Span],
    found: &[String],
    rows: &[&Function],
) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        Code::E0302,
        name.span,
        format!("`{}` does not take these", name.text),
        format!("is called as {}", signatures(rows)),
    )
    .help("cast an argument with `::`, or say it in SQL with `sql \"…\"`");
    for (span, found) in spans.iter().zip(found) {
        diagnostic = diagnostic.also(*span, format!("this is {found}"));
    }
    diagnostic
}

pub(super) fn unsteady(span: Span, what: &str, volatility: Volatility, place: &str) -> Diagnostic {
    let label = match volatility {
        Volatility::Volatile => "gives something else at every call",
        Volatility::Stable | Volatility::Immutable => {
            "gives something else at another time, or in another session"
        }
    };
    let diagnostic = Diagnostic::new(
        Code::E0310,
        span,
        format!("{place} can't hold what changes by itself: {what}"),
        label,
    )
    .note("PostgreSQL computes it when the row is written, and would never learn that it has changed.");
    if what.contains("to_tsvector") {
        diagnostic.help("name the configuration: `to_tsvector(\"english\", …)`")
    } else if what.contains("zone") {
        diagnostic.help("name the zone: `timezone(\"UTC\", …)`")
    } else if what.contains("concat") {
        diagnostic.help("join text with `||`")
    } else {
        diagnostic.help("compute it in the query, or store it in a field of its own")
    }
}

fn signatures(rows: &[&Function]) -> String {
    let signatures: Vec<String> = rows.iter().map(|row| row.signature()).collect();
    let signatures: Vec<&str> = signatures.iter().map(String::as_str).collect();
    list(&signatures)
}

fn list(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().take(8).map(|name| format!("`{name}`")).collect();
    let more = if names.len() > 8 { " …" } else { "" };
    format!("{}{more}", quoted.join(", "))
}
