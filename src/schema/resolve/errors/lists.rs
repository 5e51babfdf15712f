//! The wording of what is wrong with keys, lists of columns and displays.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::Entity;
use crate::source::Span;
use crate::syntax::tree;

/// E0414: a many-to-many relation in a list of columns.
pub(crate) fn many_in_list(name: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0414,
        name.span,
        format!("`{}` has no column: it is many to many", name.text),
        "not a column",
    )
    .help("name a field, or a relation to one")
}

/// E0414: a second key.
pub(crate) fn second_key(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0414, span, "an entity has one key", "a second one")
        .also(first, "the first one")
        .help("for a key of several columns write `key (a, b)` once; for another that is unique, `unique`")
}

/// E0414: NULL in a key.
pub(crate) fn nullable_key(span: Span, name: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0414,
        span,
        format!("`{name}` may be without a value, and a key never is"),
        "the key",
    )
    .also(declared, "may be NULL")
    .help(format!("let `{name}` always have a value, or write `unique` instead of `key`"))
}

/// E0311: `on update now()` in a key.
pub(crate) fn touched_key(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0311,
        span,
        format!("every update would change `{name}`, and a key stays as it is"),
        "changes the key",
    )
    .help(format!("take it away, or leave `{name}` out of the key"))
}

/// E0414: keys made of one another.
pub(crate) fn key_circle(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0414,
        span,
        format!("the key that `{name}` refers to is made of this very key"),
        "closes a circle of keys",
    )
    .note("a relation in a key stands for the columns of the key that it refers to")
    .help("give one of the entities a key of its own fields")
}

/// E0414: more columns than PostgreSQL has in a key.
pub(crate) fn key_too_large(span: Span, entity: &str, columns: usize) -> Diagnostic {
    Diagnostic::new(
        Code::E0414,
        span,
        format!("the key of `{entity}` has {columns} columns, or is made of too many other keys"),
        "too large",
    )
    .note("PostgreSQL has at most 32 columns in a key")
    .help("leave the key out for an `id`, and make the columns that must be unique `unique (…)`")
}

/// E0415: more than one column to refer to.
pub(crate) fn composite_under_django(relation: &tree::Relation, entity: &Entity) -> Diagnostic {
    Diagnostic::new(
        Code::E0415,
        relation.target.span(),
        format!(
            "`{}` would refer to several columns of `{}`, which Django can't",
            relation.name.text, entity.name
        ),
        format!("the key of `{}` has several columns", entity.name),
    )
    .also(entity.span, "declared here")
    .note("a Django ForeignKey refers to one column; models with a CompositePrimaryKey refuse it (fields.E347)")
    .help(
        "give that entity its own `id` and make the columns `unique (…)`, refer to one unique column \
         with `by (…)`, or turn Django off",
    )
}

/// E0414: a default for several columns.
pub(crate) fn default_of_composite(span: Span, name: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0414,
        span,
        format!("`{name}` has several columns, and a default is one value"),
        "one value",
    )
    .help("leave the default out")
}

/// E0204: a brace in a display that names nothing.
pub(crate) fn display_brace(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(Code::E0204, span, what, "in this text")
        .help("write `{name}` for a field's value, and `{{` or `}}` for a brace")
}

/// E0204: many values where one is shown.
pub(crate) fn display_many(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0204,
        span,
        format!("`{name}` is many to many, and a display shows one value"),
        "many values",
    )
    .help("name a field, or a relation to one")
}

/// E0311: `identity` and `?`.
pub(crate) fn nullable_identity(span: Span, nullable: Span) -> Diagnostic {
    Diagnostic::new(Code::E0311, span, "an identity always has a value", "counts by itself")
        .also(nullable, "says that there may be none")
        .help("take the `?` away")
        .fix("take the `?` away", nullable, "")
}

/// E0311: `identity` of something that does not count.
pub(crate) fn identity_of_field(span: Span, ty: Span) -> Diagnostic {
    Diagnostic::new(Code::E0311, span, "an identity counts whole numbers", "counts by itself")
        .also(ty, "the field's type")
        .help("write `smallint`, `integer` or `bigint`; a `uuid` has `= gen_random_uuid()`")
}

/// E0412: a modifier twice.
pub(crate) fn modifier_twice(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0412, span, "a modifier stands here twice", "again here")
        .also(first, "first here")
        .help("take one of them away")
        .fix("take the second away", span, "")
}

/// E0311: `on update` of something that is not a moment, or with something else than `now()`.
pub(crate) fn on_update_of_field(span: Span, ty: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0311,
        span,
        "`on update` keeps the time of the last change: `on update now()`, in a `timestamptz`",
        "not the time of the change",
    )
    .also(ty, "the field's type")
    .help("write `updated_at timestamptz = now() on update now()`")
}

/// E0412: something that an entity says once.
pub(crate) fn said_twice(what: &str, span: Span, first: Option<Span>) -> Diagnostic {
    let found =
        Diagnostic::new(Code::E0412, span, format!("an entity says its {what} once"), "again here")
            .help("take one of them away");
    match first {
        Some(first) => found.also(first, "first here"),
        None => found,
    }
}

/// E0412: `deferrable` on what only an index can keep unique.
pub(crate) fn deferrable_index(span: Span, unique: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        span,
        "this UNIQUE can't be checked at the end of the transaction",
        "does not belong here",
    )
    .also(unique, "only an index can say this")
    .note(
        "PostgreSQL keeps an expression, a `where`, a direction or an operator class unique by an index, \
         which it checks at once",
    )
    .help("take `deferrable` away, or name only columns")
    .fix("take `deferrable` away", span, "")
}

/// E0204: an access method that PostgreSQL does not have.
pub(crate) fn unknown_method(
    method: &tree::Name,
    known: &[&str],
    near: Option<&str>,
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0204,
        method.span,
        format!("PostgreSQL has no access method `{}`", method.text),
        "unknown",
    );
    match near {
        Some(near) => found.did_you_mean(method.span, near),
        None => found.help(format!(
            "write {}; for one that an extension brings, declare the extension",
            super::one_of(known)
        )),
    }
}

/// E0204: an operator class that can't be one.
pub(crate) fn unknown_opclass(opclass: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0204,
        opclass.span,
        format!("`{}` is no operator class", opclass.text),
        "unknown",
    )
    .note("the names of operator classes end with `_ops`: `text_pattern_ops`, `jsonb_path_ops`")
    .help("write one of these, or put a comma before the next column")
}

/// E0204: an operator that can't exclude.
pub(crate) fn unknown_exclusion(operator: &tree::Text, known: &[&str]) -> Diagnostic {
    Diagnostic::new(
        Code::E0204,
        operator.span,
        format!("an `exclude` has no operator `{}`", operator.value),
        "unknown here",
    )
    .note("it must say the same of two rows whichever comes first, and have an index that knows it")
    .help(format!("write {}", super::one_of(known)))
}

/// E0412: what an access method can't do.
pub(crate) fn method_lacks(method: &str, span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        span,
        format!("an index `using {method}` can't {what}"),
        "does not belong here",
    )
    .note("PostgreSQL refuses it when the schema is applied")
    .help("take it away, or use another access method")
}

/// E0412: an access method that keeps no `exclude`.
pub(crate) fn method_excludes_nothing(using: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        using.span,
        format!("`{}` can't keep an `exclude`", using.text),
        "can't say which row is in the way",
    )
    .help("write `using gist`, or `using spgist` for a single column")
    .fix("write `gist`", using.span, "gist")
}

/// E0412: an operator that this access method can't exclude with.
pub(crate) fn method_operator(method: &str, operator: &tree::Text, known: &[&str]) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        operator.span,
        format!("an `exclude using {method}` knows no operator but {}", super::one_of(known)),
        "not with this access method",
    )
    .help("write `using gist`")
}
