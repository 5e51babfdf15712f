//! The wording of what is wrong with names: unknown, said twice, reserved, folded together.

use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::tree;

/// E0207: two items of a module with one name.
pub(crate) fn declared_twice(name: &tree::Name, first: Span, module: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0207,
        name.span,
        format!("`{}` is declared twice in module `{module}`", name.text),
        "again here",
    )
    .also(first, "first here")
    .note("entities, enums, mixins and unions of a module share one set of names")
    .help("give one of them another name")
}

/// E0207: two members of an entity with one name.
pub(crate) fn member_twice(name: &tree::Name, first: Span, entity: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0207,
        name.span,
        format!("`{entity}` has two members called `{}`", name.text),
        "again here",
    )
    .also(first, "first here")
    .help("give one of them another name, or take one away")
}

/// E0207: a mixin brings a member that the entity has already.
pub(crate) fn mixin_member_twice(
    mixin: (&str, Span),
    name: &tree::Name,
    first: Span,
    entity: &str,
) -> Diagnostic {
    Diagnostic::new(
        Code::E0207,
        mixin.1,
        format!("`{entity}` has `{}` already, and mixin `{}` brings another", name.text, mixin.0),
        format!("brings `{}`", name.text),
    )
    .also(first, "the first one")
    .also(name.span, "the mixin's")
    .help(format!("rename `{}` in one of the two, or leave the mixin out", name.text))
}

/// E0207: an entity without a key has a member `id`.
pub(crate) fn id_without_key(name: &tree::Name, entity: &str, fix_at: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0207,
        name.span,
        format!("`{entity}` has no key, so that it gets an `id` of its own beside this one"),
        "clashes with the key that Trine adds",
    )
    .note("an entity that names no key has `id bigint`, an identity, as its first column")
    .help("say that it is the key, or give it another name");
    match fix_at {
        Some(at) => found.fix("add `key`", at.at_end(), " key"),
        None => found,
    }
}

/// E0207: the same mixin, value or option twice in a list.
pub(crate) fn listed_twice(what: &str, name: &tree::Name, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0207,
        name.span,
        format!("{what} `{}` stands here twice", name.text),
        "again here",
    )
    .also(first, "first here")
    .help("take one of them away")
}

/// E0210: two names that become one in Python.
pub(crate) fn folded_together(
    (name, span): (&SmolStr, Span),
    (first, first_span): (&SmolStr, Span),
    folded: &str,
) -> Diagnostic {
    Diagnostic::new(
        Code::E0210,
        span,
        format!("`{name}` and `{first}` are both `{folded}` in Python"),
        format!("becomes `{folded}`"),
    )
    .also(first_span, format!("becomes `{folded}` too"))
    .note(
        "Trine writes members and modules in snake case and classes in camel case, and Python reads \
         names in the Unicode form NFKC",
    )
    .help("give one of them a name that differs by more than its case")
}

/// How far a name that nothing has is from names that are there.
pub(crate) struct Suggestion<'a> {
    /// A name in the same place that is spelled almost so.
    pub near: Option<&'a str>,
    /// Modules that declare this very name.
    pub elsewhere: Vec<&'a str>,
}

/// E0201, E0203: an entity or a mixin that nothing declares.
pub(crate) fn unknown_item(
    code: Code,
    what: &str,
    path: &tree::Path,
    module: &str,
    suggestion: &Suggestion<'_>,
) -> Diagnostic {
    let name = &path.name;
    let found = Diagnostic::new(
        code,
        name.span,
        format!("module `{module}` has no {what} `{}`", name.text),
        format!("unknown {what}"),
    );
    suggest(found, path, suggestion)
}

fn suggest(found: Diagnostic, path: &tree::Path, suggestion: &Suggestion<'_>) -> Diagnostic {
    let name = &path.name;
    if let Some((first, _)) = suggestion.elsewhere.split_first() {
        let paths: Vec<String> =
            suggestion.elsewhere.iter().map(|module| format!("{module}.{}", name.text)).collect();
        return suggestion.elsewhere.iter().zip(&paths).fold(
            found.help(format!(
                "`{}` is in module `{first}`: write {}",
                name.text,
                super::one_of(&paths)
            )),
            |found, (_, full)| found.fix(format!("write `{full}`"), path.span(), full.clone()),
        );
    }
    match suggestion.near {
        Some(near) => found.did_you_mean(name.span, near),
        None => found,
    }
}

/// E0203: something after `with` that is no mixin.
pub(crate) fn not_a_mixin(path: &tree::Path, is: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0203,
        path.span(),
        format!("`{}` is {is}, and only a mixin can be mixed in", path.name.text),
        "not a mixin",
    )
    .also(declared, "declared here")
    .help("move what the two share into a `mixin`")
}

/// E0201: a place for an entity that names something else.
pub(crate) fn not_an_entity(path: &tree::Path, is: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0201,
        path.span(),
        format!("`{}` is {is}, and an entity is needed here", path.name.text),
        "not an entity",
    )
    .also(declared, "declared here")
}

/// E0205: a module that no file declares.
pub(crate) fn unknown_module(module: &tree::Name, near: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0205,
        module.span,
        format!("there is no module `{}`", module.text),
        "unknown module",
    );
    match near {
        Some(near) => found.did_you_mean(module.span, near),
        None => found.help("a module is there as soon as a file of the program says `module NAME`"),
    }
}

/// E0211: a mixin that holds itself.
pub(crate) fn mixin_cycle(site: Span, names: &[&str]) -> Diagnostic {
    let circle = names.join("` holds `");
    Diagnostic::new(
        Code::E0211,
        site,
        format!("mixin `{}` holds itself", names.last().copied().unwrap_or_default()),
        "closes the circle",
    )
    .note(format!("`{circle}`"))
    .help("take one of these mixins out of the other's `with`")
}

/// E0204: a member that an entity does not have.
pub(crate) fn unknown_member(name: &tree::Name, entity: &str, near: Option<&str>) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0204,
        name.span,
        format!("`{entity}` has no field or relation `{}`", name.text),
        "unknown name",
    );
    match near {
        Some(near) => found.did_you_mean(name.span, near),
        None => found,
    }
}

/// W0101: a mixin that no entity uses.
pub(crate) fn unused_mixin(name: &tree::Name) -> Diagnostic {
    Diagnostic::new(
        Code::W0101,
        name.span,
        format!("no entity uses mixin `{}`", name.text),
        "never mixed in",
    )
    .help(format!("write `with {}` after an entity's name, or take the mixin away", name.text))
}

/// W0102: an enum that no field uses.
pub(crate) fn unused_enum(name: &str, span: Span) -> Diagnostic {
    Diagnostic::new(Code::W0102, span, format!("no field is a `{name}`"), "never used as a type")
        .help("make it the type of a field, or take it away")
}

/// E0413: a relation to an enum or a mixin.
pub(crate) fn target_without_rows(
    path: &tree::Path,
    is: &str,
    declared: Span,
    help: &str,
) -> Diagnostic {
    Diagnostic::new(
        Code::E0413,
        path.span(),
        format!("`{}` is {is}; a relation points at an entity", path.name.text),
        "has no rows",
    )
    .also(declared, "declared here")
    .help(help)
}
