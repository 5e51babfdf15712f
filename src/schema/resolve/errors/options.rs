//! The wording of what is wrong with options, external entities and enums, and of what is not there yet.

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree;

use super::super::external::Missing;

/// E0702: a fetch.
pub(crate) fn fetch_not_compiled(fetch: &tree::Fetch) -> Diagnostic {
    Diagnostic::new(
        Code::E0702,
        fetch.name.span,
        format!("fetch `{}` can be read, and can't be compiled yet", fetch.name.text),
        "a query shape",
    )
    .note("query shapes are a part of the language that this version does not generate code for")
    .help(
        "until then, write the loading by hand: `select_related` and `prefetch_related` in Django, \
         `selectinload` in SQLAlchemy",
    )
}

/// E0206: `@flask(…)`.
pub(crate) fn unknown_target(target: &tree::Name, near: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0206,
        target.span,
        format!("`@{}` is no target of Trine", target.text),
        "unknown target",
    );
    match near {
        Some(near) => found.help(format!("did you mean `@{near}`?")).fix(
            format!("write `{near}`"),
            target.span,
            near,
        ),
        None => found.help("the targets are `@postgres`, `@sqlalchemy` and `@django`"),
    }
}

/// E0206: `@django(colour: …)`.
pub(crate) fn unknown_option(
    target: &str,
    key: &tree::Name,
    place: &str,
    known: &[&str],
    near: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0206,
        key.span,
        format!("`@{target}` has no option `{}` for {place}", key.text),
        "unknown here",
    );
    match near {
        Some(near) => found.did_you_mean(key.span, near),
        None if known.is_empty() => found.help(format!("{place} has no options for `@{target}`")),
        None => found.help(format!("{place} may have {}", super::one_of(known))),
    }
}

/// E0206: `@django` without an option.
pub(crate) fn empty_attribute(attribute: &tree::Attribute) -> Diagnostic {
    let target = &attribute.target.text;
    Diagnostic::new(
        Code::E0206,
        attribute.span,
        format!("`@{target}` says nothing"),
        "without an option",
    )
    .help("give it an option, or take it away")
}

/// E0206: an option whose value is of the wrong kind.
pub(crate) fn wrong_option_value(
    target: &str,
    key: &tree::Name,
    value: Span,
    wanted: &str,
    example: &str,
) -> Diagnostic {
    Diagnostic::new(
        Code::E0206,
        value,
        format!("`{}` of `@{target}` is {wanted}", key.text),
        format!("not {wanted}"),
    )
    .help(format!("write it like `{}: {example}`", key.text))
}

/// E0206: an option that has two values.
pub(crate) fn option_twice(key: &tree::Name, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0206, key.span, format!("`{}` is said twice", key.text), "again here")
        .also(first, "first here")
        .help("take one of them away")
}

/// E0206: a storage parameter that PostgreSQL does not have there.
pub(crate) fn unknown_parameter(
    name: &tree::Name,
    place: &str,
    known: &[&str],
    near: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0206,
        name.span,
        format!("{place} has no storage parameter `{}`", name.text),
        "unknown here",
    );
    match near {
        Some(near) => found.did_you_mean(name.span, near),
        None => found.help(format!("{place} may have {}", super::one_of(known))),
    }
}

/// E0206: a storage parameter with a value that it can't have.
pub(crate) fn parameter_value(name: &tree::Name, value: Span, wanted: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0206,
        value,
        format!("the storage parameter `{}` is {wanted}", name.text),
        "can't stand here",
    )
    .note("PostgreSQL refuses it when the schema is applied")
    .help(format!("write {wanted}"))
}

/// E0206: a module whose files call it differently.
pub(crate) fn module_label_twice(module: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0206,
        span,
        format!("module `{module}` has two labels"),
        "another one here",
    )
    .also(first, "first here")
    .help("say it in one of the module's files")
}

/// E0212: an external entity lacks something.
pub(crate) fn external_lacks(entity: &tree::Entity, missing: &[Missing]) -> Diagnostic {
    let what: Vec<&str> = missing
        .iter()
        .map(|missing| match missing {
            Missing::Table => "its table",
            Missing::Key => "its key",
            Missing::Model => "its Django model",
        })
        .collect();
    let what = match what.as_slice() {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        all => all.concat(),
    };
    let lines: Vec<&str> = missing
        .iter()
        .map(|missing| match missing {
            Missing::Table => "table \"TABLE\"",
            Missing::Key => "id  integer  key",
            Missing::Model => "@django(model: \"app.Model\")",
        })
        .collect();
    let brace = Span { start: entity.span.end.saturating_sub(1), ..entity.span }.at_start();
    missing
        .iter()
        .fold(
            Diagnostic::new(
                Code::E0212,
                entity.name.span,
                format!("external entity `{}` does not say {what}", entity.name.text),
                "says too little",
            ),
            |found, missing| {
                found.note(match missing {
                    Missing::Table => "Trine makes no name for a table that something else owns",
                    Missing::Key => {
                        "relations refer to the key, and Trine adds none to a table that it does not own"
                    }
                    Missing::Model => {
                        "a Django ForeignKey points at a model, and Trine makes none for this table"
                    }
                })
            },
        )
        .help(format!("add `{}`", lines.join("`, `")))
        .fix("add it", brace, format!("\n  {}\n", lines.join("\n  ")))
}

/// E0212: an external entity says something about a table that is not ours.
pub(crate) fn external_has(span: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0212,
        span,
        format!("an external entity can't have {what}"),
        "something else owns this table",
    )
    .note(
        "an external entity only describes a table that something else creates; what stands here would \
         never reach the database",
    )
    .help(help)
}

/// E0307: an enum without values.
pub(crate) fn enum_without_values(name: &tree::Name) -> Diagnostic {
    Diagnostic::new(Code::E0307, name.span, format!("enum `{}` has no values", name.text), "empty")
        .help("name at least one value")
}

/// E0307: two values of an enum that are stored as the same.
pub(crate) fn enum_value_twice(stored: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0307,
        span,
        format!("two values of the enum are stored as `{stored}`"),
        "the same again",
    )
    .also(first, "first here")
    .note("what comes out of the database could not be told apart")
    .help("store one of them as something else")
}

/// E0307: a value that the enum's column can't hold.
pub(crate) fn enum_value_unfit(span: Span, what: &str, help: &str) -> Diagnostic {
    Diagnostic::new(Code::E0307, span, what, "can't be stored").help(help)
}

/// E0213: `column ""`, or a name that PostgreSQL would cut.
pub(crate) fn database_name(span: Span, name: &str) -> Diagnostic {
    let what = match name.len() {
        0 => "a name in the database can't be empty".to_owned(),
        length => format!("a name in the database has at most 63 bytes, and this one has {length}"),
    };
    Diagnostic::new(Code::E0213, span, what, "can't be a name")
        .note("PostgreSQL cuts longer names without a word, so that two of them may become one")
        .help("write a name of 1 to 63 bytes; letters outside ASCII take 2 to 4 each")
}

/// E0214: displays in a circle.
pub(crate) fn display_circle(span: Span, circle: &[&str], others: &[Span]) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0214,
        span,
        format!("the display of `{}` shows itself", circle.first().copied().unwrap_or_default()),
        "closes the circle",
    )
    .note(format!("`{}`", circle.join("` shows `")))
    .note("where two rows refer to each other, showing one of them would never end")
    .help("show a field of the entity's own in one of these displays");
    others.iter().fold(found, |found, &span| found.also(span, "shows another entity"))
}
