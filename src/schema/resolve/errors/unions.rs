//! The wording of what is wrong with unions, and with relations to them.

use crate::diagnostics::{self, Code, Diagnostic};
use crate::schema::{Alternative, Split, Strategy};
use crate::source::Span;
use crate::syntax::tree::{Name, Path, Relation, Union};

use crate::target::Slot;

use super::super::scope::Scope;
use super::one_of;

/// E0801: a word after `as` that is no strategy.
pub(crate) fn unknown_strategy(union: &Union) -> Diagnostic {
    let words: Vec<&str> = Strategy::ALL.into_iter().map(Strategy::name).collect();
    let word = &union.strategy;
    let found = Diagnostic::new(
        Code::E0801,
        word.span,
        format!("`{}` is no way to store a union", word.text),
        "unknown strategy",
    );
    match diagnostics::nearest(&word.text, words.iter().copied()) {
        Some(near) => found.did_you_mean(word.span, near),
        None => found.help(format!("a union is stored `as` {}", one_of(&words))),
    }
}

/// E0801: `because` where no reason is asked for.
pub(crate) fn needless_reason(union: &Union, span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0801,
        span,
        format!("`{}` needs no reason", union.strategy.text),
        "a reason",
    )
    .help("write it as a `//` comment")
}

/// E0802: `union Subject = *` under a strategy that must know its alternatives.
pub(crate) fn open_union(union: &Union) -> Diagnostic {
    Diagnostic::new(
        Code::E0802,
        union.name.span,
        format!("`{}` lists no alternatives", union.name.text),
        "may point at anything",
    )
    .note("a foreign key refers to one table, so the database can enforce only what is listed")
    .help(format!("list them: `union {} = A | B as {}`", union.name.text, union.strategy.text))
}

/// E0802: an alternative that is no entity.
pub(crate) fn not_an_alternative(path: &Path, is: &str, declared: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0802,
        path.span(),
        format!("`{}` is {is}, and an alternative is an entity", path.name.text),
        "not an entity",
    )
    .also(declared, "declared here")
    .help("list entities only; of another union, list its alternatives")
}

/// E0802: an external alternative under `supertype` or `inheritance`.
pub(crate) fn external_alternative(union: &Union, path: &Path, declared: Span) -> Diagnostic {
    let word = &union.strategy.text;
    Diagnostic::new(
        Code::E0802,
        path.span(),
        format!("`{}` is external, and under `{word}` it would need a column", path.name.text),
        "something else owns its table",
    )
    .also(declared, "declared here")
    .note(format!("under `{word}` every alternative refers to the union's own row"))
    .help("store the union `as arc` or `as link`: their columns are on this side")
    .fix("write `as arc`", union.strategy.span, "arc")
    .fix("write `as link`", union.strategy.span, "link")
}

/// E0802: an entity in two unions under `inheritance`.
pub(crate) fn inherits_twice(union: &Union, path: &Path, other: &str, first: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0802,
        path.span(),
        format!("`{}` inherits from `{other}` already", path.name.text),
        "has one key, and one base",
    )
    .also(first, "the other union")
    .help("store one of the two unions `as supertype`")
    .fix("write `as supertype`", union.strategy.span, "supertype")
}

/// E0802: an alternative under `inheritance` in a module that the union's module inherits from.
pub(crate) fn inherits_in_a_circle(
    union: &crate::schema::Union,
    span: Span,
    heir: &str,
    base: &str,
) -> Diagnostic {
    Diagnostic::new(
        Code::E0802,
        span,
        format!("the modules `{heir}` and `{base}` would inherit from each other"),
        format!("makes `{heir}` inherit from `{base}`"),
    )
    .note(
        "Django's model of an alternative is a subclass of the union's, whose module it imports; modules that import \
         each other so can't be loaded",
    )
    .help("store one of the unions `as supertype`, or leave Django out of the targets")
    .fix("write `as supertype`", union.strategy_span, "supertype")
}

/// E0802: an alternative under `inheritance` that has its own key.
pub(crate) fn has_own_key(union: &Union, path: &Path, key: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0802,
        path.span(),
        format!("`{}` has a key of its own", path.name.text),
        "takes its key from the union",
    )
    .also(key, "its own key")
    .note(
        "under `inheritance` the key of every alternative is its reference to the union's own row",
    )
    .help("take its own key away, or store the union `as supertype`")
    .fix("write `as supertype`", union.strategy.span, "supertype")
}

/// E0803: a rule for something that is no alternative.
pub(crate) fn no_alternative(path: &Path, union: &Union) -> Diagnostic {
    let all: Vec<&str> = union.alternatives.iter().map(|path| path.name.text.as_str()).collect();
    let found = Diagnostic::new(
        Code::E0803,
        path.span(),
        format!("`{}` is no alternative of `{}`", path.name.text, union.name.text),
        "not among them",
    )
    .also(union.name.span, format!("it is {}", one_of(&all)));
    match diagnostics::nearest(&path.name.text, all.iter().copied()) {
        Some(near) => found.did_you_mean(path.name.span, near),
        None => found.help(format!("name {}", one_of(&all))),
    }
}

/// E0803: a clause that a relation to a union of this strategy can't have.
pub(crate) fn clause_over_union(span: Span, strategy: Strategy, why: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0803,
        span,
        format!("a relation to a union `as {}` can't say this", strategy.name()),
        "does not belong here",
    )
    .note(why)
    .help("take it away")
    .fix("take it away", span, "")
}

/// E0803: an arc where one column is meant.
pub(crate) fn arc_here(scope: Scope<'_>, name: &Name) -> Diagnostic {
    let members = scope.arc(&name.text).map_or(&[][..], |arc| &arc.members);
    let names: Vec<&str> =
        members.iter().map(|&member| scope.schema.member_name(member).as_str()).collect();
    Diagnostic::new(
        Code::E0803,
        name.span,
        format!("`{}` has a column for each of its alternatives", name.text),
        "which of them?",
    )
    .help(format!("name one: {}", one_of(&names)))
}

/// E0803: a many-to-many relation to a union, of a kind that is to be written out.
pub(crate) fn link_to_union(relation: &Relation, span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0803,
        span,
        format!("a link to a union that has {what} is an entity of its own"),
        "more than a link that is made can say",
    )
    .also(relation.target.span(), "a union")
    .help(format!(
        "declare the link: an entity with a relation to this one, and `{} 1 {} <-> * …`",
        crate::naming::snake(&relation.target.name.text),
        relation.target.name.text
    ))
}

/// E0803: a many-to-many relation to a union, in a mixin.
pub(crate) fn many_in_mixin(relation: &Relation) -> Diagnostic {
    Diagnostic::new(
        Code::E0803,
        relation.name.span,
        "a mixin can't have a many-to-many relation to a union",
        "each entity that uses it would need another link",
    )
    .also(relation.target.span(), "a union")
    .help("state the relation on each entity")
}

/// E0804: `untyped` without `because`.
pub(crate) fn untyped_without_reason(union: &Union) -> Diagnostic {
    Diagnostic::new(
        Code::E0804,
        union.strategy.span,
        format!("`{}` does not say why nothing is to enforce it", union.name.text),
        "without a reason",
    )
    .note("what an untyped relation points at can be deleted, or may never have been there")
    .help(
        "say why that is right here: `as untyped because \"…\"`; or store the union in another way",
    )
}

/// E0804: `on delete` of a relation to an untyped union.
pub(crate) fn untyped_rule(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0804,
        span,
        "nothing happens here when the target of an untyped relation is deleted",
        "can't be kept",
    )
    .note("the database does not know what the relation points at")
    .help("take it away")
    .fix("take it away", span, "")
}

/// E0804: an accessor on whatever an untyped union points at.
pub(crate) fn untyped_inverse(inverse: &Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0804,
        inverse.span,
        format!("the targets of an untyped relation can't have `{}`", inverse.text),
        "an accessor",
    )
    .help("write `_`: there is none")
    .fix("write `_`", inverse.span, "_")
}

/// E0804: a bound on the targets of an untyped union.
pub(crate) fn untyped_bound(relation: &Relation) -> Diagnostic {
    Diagnostic::new(
        Code::E0804,
        relation.there.span,
        "nothing can count what refers to the targets of an untyped relation",
        "a bound",
    )
    .help("write `*`, or `0..1` for at most one")
    .fix("write `*`", relation.there.span, "*")
}

/// E0804: many-to-many with an untyped union.
pub(crate) fn untyped_many(relation: &Relation) -> Diagnostic {
    Diagnostic::new(
        Code::E0804,
        relation.here.span,
        format!("`{}` would point at many targets that nothing knows", relation.name.text),
        "many",
    )
    .help(format!(
        "declare an entity for them, with a relation to this one and `{} 1 {} <-> * _`",
        relation.name.text, relation.target.name.text
    ))
}

/// E0805: no project has chosen.
pub(crate) fn empty_slot(module: &str, union: &Union) -> Diagnostic {
    let all: Vec<&str> = union.alternatives.iter().map(|path| path.name.text.as_str()).collect();
    let first = all.first().copied().unwrap_or("…");
    Diagnostic::new(
        Code::E0805,
        union.name.span,
        format!("nothing fills the slot `{}`", union.name.text),
        "which alternative is it in this project?",
    )
    .help(format!(
        "choose {} in `trine.toml`:\n[slots]\n{module}.{} = \"{first}\"",
        one_of(&all),
        union.name.text
    ))
}

/// E0805: what the project has chosen is no alternative.
pub(crate) fn misfilled_slot(module: &str, union: &Union, chosen: &str) -> Diagnostic {
    let all: Vec<&str> = union.alternatives.iter().map(|path| path.name.text.as_str()).collect();
    Diagnostic::new(
        Code::E0805,
        union.name.span,
        format!(
            "`{chosen}`, which `trine.toml` chooses, is no alternative of `{}`",
            union.name.text
        ),
        "the slot",
    )
    .help(format!("let `{module}.{}` in `[slots]` be {}", union.name.text, one_of(&all)))
}

/// E0805: a choice for something that is no slot.
pub(crate) fn unknown_slot(slot: &Slot, module: Span) -> Diagnostic {
    let Slot { module: of, union, alternative } = slot;
    Diagnostic::new(
        Code::E0805,
        module,
        format!("`trine.toml` chooses `{alternative}` for `{of}.{union}`, which is no slot"),
        "no union of that name is stored `as slot`",
    )
    .help("take the line out of `[slots]`, or store that union `as slot`")
}

/// E0806: something that refers to an entity which is several tables.
pub(crate) fn refers_to_split(path: &Path, declared: &Name) -> Diagnostic {
    Diagnostic::new(
        Code::E0806,
        path.span(),
        format!("`{}` is split into several tables, so nothing can refer to it", declared.text),
        "which of them?",
    )
    .also(declared.span, "split by a relation of its own")
    .note("a foreign key refers to one table, and the ids of several are not unique across them")
    .help("store the union that splits it in another way: `as arc`")
}

/// E0806: a second relation that splits.
pub(crate) fn split_twice(relation: &Relation, first: &Relation) -> Diagnostic {
    Diagnostic::new(
        Code::E0806,
        relation.target.span(),
        format!("`{}` would split what is split already", relation.name.text),
        "splits too",
    )
    .also(first.target.span(), "the first")
    .help("store one of the two unions in another way: `as arc`")
}

/// E0806: a mixin whose relation would split every entity that uses it.
pub(crate) fn split_in_mixin(relation: &Relation) -> Diagnostic {
    Diagnostic::new(
        Code::E0806,
        relation.target.span(),
        "a mixin can't split the entities that use it",
        "a union that is stored as `split`",
    )
    .help("state the relation on the entity, or store the union in another way: `as arc`")
}

/// E0806: alternatives whose keys are of different types.
pub(crate) fn split_keys(split: &Split, first: &Alternative, other: &Alternative) -> Diagnostic {
    Diagnostic::new(
        Code::E0806,
        split.span,
        format!("`{}` has no one column for what its rows refer to", split.name),
        "split by alternatives whose keys are of different types",
    )
    .also(first.span, "a key of one type")
    .also(other.span, "a key of another")
    .note("a query across the tables reads the key of either from one column")
    .help("give the alternatives keys of one type, or store the union in another way: `as arc`")
}

/// E0806: many-to-many.
pub(crate) fn split_many(relation: &Relation) -> Diagnostic {
    Diagnostic::new(
        Code::E0806,
        relation.here.span,
        format!("`{}` would be in several tables at once", relation.name.text),
        "more than one",
    )
    .help("under `split` each row has one; store the union in another way: `as arc`")
}
