//! The wording of what is wrong with keys, lists of columns, `within`, `by`, links and displays.

use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Entity, Relation};
use crate::source::Span;
use crate::syntax::tree;

use super::one_of;

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
pub(crate) fn composite_under_django(relation: &tree::Relation, entity: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0415,
        relation.target.span(),
        format!(
            "`{}` would refer to several columns of `{}`, which Django can't",
            relation.name.text, relation.target.name.text
        ),
        "the key has several columns",
    )
    .also(entity, "declared here")
    .note("a Django ForeignKey refers to one column; models with a CompositePrimaryKey refuse it (fields.E347)")
    .help(
        "give the target its own `id` and make the columns `unique (…)`, refer to one unique column \
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

/// E0410: a relation in `by (…)`.
pub(crate) fn by_relation(name: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0410,
        name.span,
        format!("`{}` is a relation, and `by` names fields", name.text),
        "a relation",
    )
    .help("name the fields of a `unique`, or leave `by` out to refer to the key")
}

/// E0410: `by (…)` something that is not unique.
pub(crate) fn by_not_unique(
    names: &[tree::Name],
    span: Span,
    target: &str,
    declared: Span,
) -> Diagnostic {
    let names: Vec<&str> = names.iter().map(|name| name.text.as_str()).collect();
    let (subject, mend) = match names.as_slice() {
        [name] => (format!("`{name}` is not unique"), "make it `unique`".to_owned()),
        _ => {
            let names = names.join(", ");
            (format!("`{names}` are not unique together"), format!("add `unique ({names})`"))
        }
    };
    Diagnostic::new(
        Code::E0410,
        span,
        format!("{subject} in `{target}`, so that a reference could mean several rows"),
        "must be unique",
    )
    .also(declared, "the target")
    .note(
        "PostgreSQL needs a UNIQUE that is neither partial nor deferrable, over just these columns",
    )
    .help(format!("{mend} in `{target}`, or leave `by` out to refer to its key"))
}

/// E0407: `within` the relation itself.
pub(crate) fn within_itself(name: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0407,
        name.span,
        format!("`{}` can't be within itself", name.text),
        "this very relation",
    )
    .help("name another relation of this entity, one that the target has too")
}

/// E0407: something after `within` that is not to one.
pub(crate) fn within_not_to_one(name: &tree::Name, owner: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0407,
        name.span,
        format!("`{}` of `{owner}` is no relation to one, so that it can't be a parent", name.text),
        "not a parent",
    )
    .also(declared, "declared here")
    .help("name a relation that is `1` or `0..1` here")
}

/// E0407: the target has no relation of that name.
pub(crate) fn within_unshared(
    name: &tree::Name,
    target: &Entity,
    candidates: &[SmolStr],
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0407,
        name.span,
        format!(
            "`{}` has no `{}`, so that the two ends share no such parent",
            target.name, name.text
        ),
        "not shared",
    )
    .also(target.span, "the target")
    .note(format!("`within {0}` says that both rows hang from the same `{0}`", name.text));
    if candidates.is_empty() {
        return found.help(format!(
            "give `{}` a relation `{}` to the same entity, or take `within` away",
            target.name, name.text
        ));
    }
    let pairs: Vec<String> =
        candidates.iter().map(|other| format!("{} = {other}", name.text)).collect();
    pairs.iter().fold(
        found.help(format!("where the names differ, say both: {}", one_of(&pairs))),
        |found, pair| found.fix(format!("write `{pair}`"), name.span, pair.clone()),
    )
}

/// E0407: the two parents are not the same.
pub(crate) fn within_different(
    name: &tree::Name,
    here: (&Relation, &Entity),
    there: (&Relation, &Entity),
) -> Diagnostic {
    Diagnostic::new(
        Code::E0407,
        name.span,
        format!(
            "`{}` here and `{}` there do not refer to the same thing",
            here.0.name, there.0.name
        ),
        "not the same parent",
    )
    .also(here.0.span, format!("refers to `{}`", here.1.name))
    .also(there.0.span, format!("refers to `{}`", there.1.name))
    .note("both ends share the parent's column, so that both must refer to the same columns of the same entity")
    .help("name two relations to the same entity: `within HERE = THERE`")
}

/// E0409: a relation over a declared link that another one states already.
pub(crate) fn link_stated_twice(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        span,
        "another relation goes through these two ends already",
        "again here",
    )
    .also(first, "first here")
    .note("a relation is stated once, with both of its names")
    .help("take this relation away; the other's name after `<->` is the accessor on this side")
}

/// E0409: both ends are one.
pub(crate) fn link_one_end(name: &tree::Name, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        name.span,
        format!("`{}` can't be both ends of the link", name.text),
        "the same again",
    )
    .also(first, "first here")
    .help(
        "name two relations of the link: first the one to this entity, then the one to the target",
    )
}

/// E0409: an end that does not fit.
pub(crate) fn link_end_unfit(name: &tree::Name, wanted: &str, relation: &Relation) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        name.span,
        format!("`{}` can't be the end of a link that leads to `{wanted}`", name.text),
        "not an end",
    )
    .also(relation.span, "this relation")
    .note("first comes the relation to this entity, then the one to the target; each is `1` here and `*` there")
    .help(format!("name a relation of the link like `{} 1 {wanted} <-> * …`", name.text))
}

/// E0409: an end that is a field.
pub(crate) fn link_end_is_field(name: &tree::Name, declared: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        name.span,
        format!("`{}` is a field, and the end of a link is a relation", name.text),
        "not a relation",
    )
    .also(declared, "declared here")
    .help(
        "name two relations of the link: first the one to this entity, then the one to the target",
    )
}

/// E0409: `ordered` over a declared link that has no position.
pub(crate) fn link_without_position(
    link: &tree::Entity,
    ordered: Span,
    clash: Option<Span>,
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0409,
        ordered,
        format!("`{}` has no `position integer` to order by", link.name.text),
        "needs a position",
    )
    .also(clash.unwrap_or(link.name.span), if clash.is_some() { "not one" } else { "the link" });
    match clash {
        Some(_) => found.help("let `position` be an `integer` that is never NULL"),
        None => {
            let brace = Span { start: link.span.end.saturating_sub(1), ..link.span }.at_start();
            found.help(format!("add `position integer` to `{}`", link.name.text)).fix(
                "add `position integer`",
                brace,
                "\n  position integer\n",
            )
        }
    }
}

/// E0409: a named link in a mixin.
pub(crate) fn link_named_in_mixin(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        span,
        "a mixin can't name a link: each entity that uses it needs one of its own",
        "one name for many links",
    )
    .help("take `through` away; the link is then called after the entity and the relation")
    .fix("take it away", span, "")
}

/// E0409: a link in another module.
pub(crate) fn link_in_other_module(path: &tree::Path, module: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        path.span(),
        "a link is made in the module of its relation",
        format!("names module `{}`", module.text),
    )
    .help(format!("write `through {}`", path.name.text))
    .fix(format!("write `{}`", path.name.text), path.span(), path.name.text.as_str())
}

/// E0207, E0409: the name of a link that is made is taken.
pub(crate) fn link_name_taken(
    name: &str,
    span: Span,
    named: bool,
    first: Span,
    ends: Option<(SmolStr, SmolStr)>,
) -> Diagnostic {
    if let Some((source, target)) = ends {
        let full = format!("{name}({source}, {target})");
        let found = Diagnostic::new(
            Code::E0409,
            span,
            format!("`{name}` is declared, and here Trine would make another"),
            "does not say which relations are its ends",
        )
        .also(first, "declared here");
        return match named {
            true => found.help(format!("write `through {full}`")).fix(
                format!("write `{full}`"),
                span,
                full,
            ),
            false => found.help(format!("write `through {full}`, or `through` another name")),
        };
    }
    let found = Diagnostic::new(
        Code::E0207,
        span,
        format!("the link of this relation would be called `{name}`, as something else is"),
        "needs a link",
    )
    .also(first, "the other one");
    found.help(match named {
        true => "give the link another name",
        false => "name the link: `through NAME`",
    })
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
pub(crate) fn said_twice(what: &str, span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0412, span, format!("an entity says its {what} once"), "again here")
        .also(first, "first here")
        .help("take one of them away")
}
