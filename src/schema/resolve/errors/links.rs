//! The wording of what is wrong with links, with `within` and with `by`: what two ends share.

use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Entity, Relation};
use crate::source::Span;
use crate::syntax::tree;

use super::one_of;

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

/// E0407: one parent in two pairs of `within`.
pub(crate) fn within_twice(name: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0407,
        name.span,
        "two pairs of `within` name the same parent of one end",
        "the second one",
    )
    .note("a key that refers to both ends' parents would hold one of its columns twice")
    .help("take this pair away, and say with a `check` that the two relations are equal")
}

/// E0407: `within` everything that the key of an end is made of.
pub(crate) fn within_whole_key(name: &tree::Name, entity: &Entity) -> Diagnostic {
    Diagnostic::new(
        Code::E0407,
        name.span,
        format!("the whole key of `{}` is the shared parent", entity.name),
        "leaves no column to say which row is meant",
    )
    .also(entity.span, "its key consists of what is shared")
    .note("the row is found by the shared column alone, so that the relation would always be set")
    .help(format!("leave `within` out, or give `{}` a key of its own", entity.name))
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
