//! From a type as written to a [`FieldType`].

use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::schema::types::{ArgumentRule, Scalar};
use crate::schema::{BaseType, FieldType, ModuleId, TypeArguments};
use crate::source::Span;
use crate::syntax::tree;

use super::names::{Meaning, Names};

/// The type that `ty` means, said in `module`; `None` when it has a diagnostic.
pub(crate) fn resolve_type(
    names: &Names,
    module: ModuleId,
    ty: &tree::TypeRef,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<FieldType> {
    let dimensions = ty.dimensions;
    if dimensions > MAX_DIMENSIONS {
        diagnostics.push(too_many_dimensions(ty.span));
        return None;
    }
    if let Some(raw) = &ty.raw {
        if !names_a_type(&raw.value) {
            diagnostics.push(no_raw_type(raw));
            return None;
        }
        return Some(FieldType { base: BaseType::Raw(raw.value.as_str().into()), dimensions });
    }
    let name = ty.name.name.text.as_str();
    if ty.name.module.is_none()
        && let Some(scalar) = Scalar::from_name(name)
    {
        let arguments = match arguments(scalar, name, ty) {
            Ok(arguments) => arguments,
            Err(diagnostic) => {
                diagnostics.push(*diagnostic);
                return None;
            }
        };
        return Some(FieldType { base: BaseType::Scalar(scalar, arguments), dimensions });
    }
    match names.enumeration(module, &ty.name) {
        Meaning::Is(id) => match ty.arguments.first() {
            Some((_, span)) => {
                let description = format!("the enum `{name}`");
                diagnostics.push(superfluous(ty, *span, &description));
                None
            }
            None => Some(FieldType { base: BaseType::Enum(id), dimensions }),
        },
        Meaning::Broken => None,
        Meaning::Unknown => {
            diagnostics.push(unknown(names, module, ty));
            None
        }
    }
}

/// PostgreSQL's `MAXDIM`.
const MAX_DIMENSIONS: u8 = 6;

fn too_many_dimensions(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0303,
        span,
        format!("an array has at most {MAX_DIMENSIONS} dimensions"),
        "more than PostgreSQL has",
    )
    .help("take some of the `[]` away, or keep the values in `jsonb`")
}

/// Whether a raw type is a name, and nothing that would end the statement it is printed into.
fn names_a_type(raw: &str) -> bool {
    let mut quoted = false;
    let bare: String = raw
        .chars()
        .filter(|&c| {
            quoted ^= c == '"';
            !quoted
        })
        .collect();
    !raw.trim().is_empty()
        && !quoted
        && !bare.contains([';', '\n'])
        && !bare.contains("--")
        && !bare.contains("/*")
        && bare.matches('(').count() == bare.matches(')').count()
}

fn no_raw_type(raw: &tree::Text) -> Diagnostic {
    Diagnostic::new(Code::E0202, raw.span, "this names no type", "not a type of PostgreSQL")
        .note("what stands behind `raw` is printed as the column's type, as it is")
        .help("write it like `raw \"ltree\"` or `raw \"geometry(Point, 4326)\"`")
}

fn arguments(
    scalar: Scalar,
    name: &str,
    ty: &tree::TypeRef,
) -> Result<TypeArguments, Box<Diagnostic>> {
    let one = |bounds: std::ops::RangeInclusive<i64>, what: &str| match ty.arguments.as_slice() {
        [] => Ok(TypeArguments::None),
        [(value, span)] if !bounds.contains(value) => Err(out_of_range(*span, name, what, bounds)),
        [(value, _)] => Ok(TypeArguments::Length(*value as u32)),
        [_, (_, span), ..] => Err(Box::new(superfluous(ty, *span, &format!("`{name}`")))),
    };
    match scalar.argument_rule() {
        ArgumentRule::None => match ty.arguments.first() {
            None => Ok(TypeArguments::None),
            Some((_, span)) => Err(Box::new(superfluous(ty, *span, &format!("`{name}`")))),
        },
        ArgumentRule::Length(most) => one(1..=i64::from(most), "length"),
        ArgumentRule::LengthRequired(most) => match ty.arguments.as_slice() {
            [] => Err(missing(ty, name)),
            _ => one(1..=i64::from(most), "length"),
        },
        ArgumentRule::SecondsPrecision => one(0..=6, "number of digits of a second"),
        ArgumentRule::Numeric => match ty.arguments.as_slice() {
            [] => Ok(TypeArguments::None),
            [(precision, span), ..] if !(1..=1000).contains(precision) => {
                Err(out_of_range(*span, name, "precision", 1..=1000))
            }
            [_, (scale, span), ..] if !(-1000..=1000).contains(scale) => {
                Err(out_of_range(*span, name, "scale", -1000..=1000))
            }
            [(precision, _)] => Ok(TypeArguments::Precision(*precision as u32, 0)),
            [(precision, _), (scale, _)] => {
                Ok(TypeArguments::Precision(*precision as u32, *scale as i32))
            }
            [_, _, (_, span), ..] => Err(Box::new(superfluous(ty, *span, &format!("`{name}`")))),
        },
    }
}

fn out_of_range(
    span: Span,
    name: &str,
    what: &str,
    bounds: std::ops::RangeInclusive<i64>,
) -> Box<Diagnostic> {
    let (least, most) = (bounds.start(), bounds.end());
    let diagnostic = Diagnostic::new(
        Code::E0303,
        span,
        format!("the {what} of `{name}` goes from {least} to {most}"),
        "out of range",
    );
    Box::new(match name {
        "varchar" => diagnostic.help("`text` has no bound"),
        _ => diagnostic,
    })
}

fn missing(ty: &tree::TypeRef, name: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::new(
            Code::E0308,
            ty.span,
            format!("`{name}` needs its length"),
            "how many characters?",
        )
        .note("PostgreSQL would read it as `char(1)`.")
        .help(format!("write `{name}(2)`, or use `text`"))
        .fix("use `text`", ty.span, "text"),
    )
}

fn superfluous(ty: &tree::TypeRef, span: Span, description: &str) -> Diagnostic {
    let is_first = ty.arguments.first().is_some_and(|(_, first)| *first == span);
    let message = if is_first {
        format!("{description} takes nothing in parentheses")
    } else {
        format!("{description} does not take so much in parentheses")
    };
    let diagnostic = Diagnostic::new(Code::E0308, span, message, "superfluous");
    match is_first {
        true => {
            let name = ty.name.span();
            let brackets = "[]".repeat(usize::from(ty.dimensions));
            let rest = Span { start: name.end, end: ty.span.end, ..name };
            diagnostic.help("leave the parentheses out").fix("leave them out", rest, brackets)
        }
        false => diagnostic.help("leave it out"),
    }
}

fn unknown(names: &Names, module: ModuleId, ty: &tree::TypeRef) -> Diagnostic {
    let path = &ty.name;
    let name = path.name.text.as_str();
    if let Some(other) = &path.module
        && names.module_of(module, path).is_none()
    {
        let known = names.modules.iter().map(|module| module.name.as_str());
        let diagnostic = Diagnostic::new(
            Code::E0205,
            other.span,
            format!("there is no module `{}`", other.text),
            "unknown",
        );
        return match nearest(&other.text, known) {
            Some(near) => diagnostic.did_you_mean(other.span, near),
            None => diagnostic,
        };
    }
    let diagnostic =
        Diagnostic::new(Code::E0202, path.span(), format!("there is no type `{name}`"), "unknown");
    if let Some(integer) = match name {
        "serial" | "serial4" => Some("integer"),
        "bigserial" | "serial8" => Some("bigint"),
        "smallserial" | "serial2" => Some("smallint"),
        _ => None,
    } {
        return diagnostic
            .help(format!("write `{integer} = identity`; an entity without a key has `id bigint`"))
            .fix(
                format!("write `{integer} = identity`"),
                ty.span,
                format!("{integer} = identity"),
            );
    }
    let usual = match name.to_lowercase().as_str() {
        "string" | "str" | "textfield" => Some("text"),
        "datetime" | "timestamp_tz" => Some("timestamptz"),
        "float" | "double" => Some("float8"),
        "number" | "bignumber" => Some("numeric"),
        "blob" | "binary" | "bytes" => Some("bytea"),
        "guid" => Some("uuid"),
        "long" => Some("bigint"),
        "short" | "tinyint" => Some("smallint"),
        _ => None,
    };
    if names.lookup(module, path).is_some() {
        return diagnostic
            .note(format!("`{name}` is declared, but its values can't be stored in a column."))
            .help(format!(
                "a relation points at an entity: `name 1 {name} <-> * names on delete …`"
            ));
    }
    let home = names.module_of(module, path).unwrap_or(module);
    let candidates = Scalar::ALL
        .iter()
        .flat_map(|scalar| std::iter::once(scalar.sql()).chain(scalar.aliases().iter().copied()))
        .filter(|name| !name.contains(' '))
        .chain(names.enum_names(home));
    match usual.or_else(|| nearest(name, candidates)) {
        Some(near) => diagnostic.did_you_mean(path.name.span, near),
        None => {
            diagnostic.help(format!("any other type of PostgreSQL is written as `raw \"{name}\"`"))
        }
    }
}
