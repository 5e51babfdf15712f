//! The wording of what is wrong with the attributes of classes: two of one name, and reserved ones.

use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic, Edit};
use crate::schema::Union;
use crate::source::Span;
use crate::syntax::tree;

/// E0208: an accessor with the name of something else on the same entity. `made_by` is the relation whose
/// link brings the accessor, when it does not stand in the file.
pub(crate) fn accessor_clash(
    accessor: &str,
    entity: &str,
    at: Span,
    other: (&str, Span),
    made_by: Option<&SmolStr>,
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0208,
        at,
        format!("`{entity}` would have two things called `{accessor}`"),
        format!("`{entity}.{accessor}` by this relation"),
    )
    .also(other.1, other.0);
    match made_by {
        Some(relation) => found
            .note(format!("`{accessor}` is how `{entity}` sees the links of `{relation}`"))
            .help(
                "declare the link as an entity, with accessors of your choice, and write \
                 `through LINK(a, b)`",
            ),
        None => found
            .note(
                "the name after `<->` becomes an attribute of the target's class, beside its own members \
                 and the accessors of other relations",
            )
            .help("give one of them another name, or write `_` for no accessor"),
    }
}

/// E0208: a member with the name of a relation's column.
pub(crate) fn attribute_clash(
    attribute: &str,
    entity: &str,
    at: Span,
    other: (&str, Span),
) -> Diagnostic {
    Diagnostic::new(
        Code::E0208,
        at,
        format!("`{entity}` would have two attributes called `{attribute}`"),
        format!("becomes `{attribute}`"),
    )
    .also(other.1, other.0)
    .note("a relation `store` has the attribute `store_id` beside it, the value of its column")
    .help("give one of them another name; `column \"…\"` keeps the name in the database")
}

/// E0208: a relation to a union gives the class more names than its own.
pub(crate) fn union_clash(
    attribute: &str,
    entity: &str,
    at: Span,
    relation: &str,
    other: (&str, Span),
) -> Diagnostic {
    let name = crate::naming::snake(relation);
    Diagnostic::new(
        Code::E0208,
        at,
        format!("`{entity}` would have two attributes called `{attribute}`"),
        format!("brings `{attribute}`"),
    )
    .also(other.1, other.0)
    .note(format!(
        "a relation `{name}` to a union is read as `{name}`, and asked by `by_{name}`, `{name}_value` and \
         `with_{name}`"
    ))
    .help("give one of them another name; `column \"…\"` keeps the name in the database")
}

/// E0208: an alternative has what it inherits from its union's row.
pub(crate) fn inherited_clash(
    attribute: &str,
    entity: &str,
    at: Span,
    union: &Union,
    other: (&str, Span),
) -> Diagnostic {
    Diagnostic::new(
        Code::E0208,
        at,
        format!("`{entity}` would have two attributes called `{attribute}`"),
        format!("inherits `{attribute}` from the rows of `{}`", union.name),
    )
    .also(other.1, other.0)
    .note(
        "under `inheritance` an alternative is a row of the union, and has all that such a row has",
    )
    .help("give the member another name; `column \"…\"` keeps the name in the database")
}

/// E0208: the parts of a link that is made have one name.
pub(crate) fn link_attribute(attribute: &str, link: &str, at: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0208,
        at,
        format!("the link `{link}` would have two attributes called `{attribute}`"),
        "needs a link",
    )
    .note("a link that Trine makes has its own `id`, an end named after each entity, and a `position`")
    .help("declare the link as an entity, and write `through LINK(a, b)`")
}

/// E0209: an attribute that a target keeps for itself.
pub(crate) fn reserved_attribute(
    attribute: &str,
    span: Span,
    by: &str,
    better: &str,
    is_member: bool,
    rename: Option<Vec<Edit>>,
) -> Diagnostic {
    let help = match is_member {
        true => format!("call it `{better}`; `column \"…\"` keeps its name in the database"),
        false => format!("call it `{better}`, or write `_` for no accessor"),
    };
    let found = Diagnostic::new(
        Code::E0209,
        span,
        format!("`{attribute}` can't be the name of an attribute"),
        "reserved",
    )
    .note(by)
    .help(help);
    match rename {
        Some(edits) => found.fix_all(format!("call it `{better}`"), edits),
        None => found,
    }
}

/// E0209: a module, a class or a value that can't have its name.
pub(crate) fn reserved_item(what: &str, name: &str, span: Span, by: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0209,
        span,
        format!("`{name}` can't be the name of a {what}"),
        "reserved",
    )
    .note(by)
    .help("give it another name")
}

/// E0208: an accessor in a mixin that would be the same for each of its entities.
pub(crate) fn accessor_in_mixin(name: &tree::Name) -> Diagnostic {
    let better = format!("{{entity}}_{}", name.text);
    Diagnostic::new(
        Code::E0208,
        name.span,
        format!("`{}` would name the accessor of every entity that uses the mixin", name.text),
        "needs `{entity}`",
    )
    .note("`{entity}` becomes the entity's name in snake case, so that each accessor is another")
    .help(format!("write `{better}`, or `_` for no accessor"))
    .fix(format!("write `{better}`"), name.span, better)
}
