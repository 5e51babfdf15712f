//! The wording of what is wrong with relations: multiplicities, delete rules and clauses.

use crate::diagnostics::{Code, Diagnostic, Edit, indefinite};
use crate::source::Span;
use crate::syntax::tree::{DeleteRule, Inverse, Multiplicity, Path, Relation};

use super::super::clauses::OnDelete;
use super::one_of;

/// A delete rule as it is written.
fn written(rule: DeleteRule) -> &'static str {
    match rule {
        DeleteRule::Cascade => "cascade",
        DeleteRule::SetNull => "set null",
        DeleteRule::SetDefault => "set default",
        DeleteRule::Restrict => "restrict",
        DeleteRule::Protect => "protect",
        DeleteRule::Unlink => "unlink",
    }
}

/// What a rule does, for someone who has to choose one.
fn explained(rule: DeleteRule, relation: &Relation) -> String {
    let name = &relation.name.text;
    let target = &relation.target.name.text;
    match rule {
        DeleteRule::Cascade => format!("`cascade`: it is deleted with its `{name}`"),
        DeleteRule::SetNull => format!("`set null`: it stays, without {}", indefinite(name)),
        DeleteRule::SetDefault => format!("`set default`: it stays, with the default `{name}`"),
        DeleteRule::Restrict => {
            format!("`restrict`: no `{target}` goes while anything still refers to it at the end")
        }
        DeleteRule::Protect => {
            format!("`protect`: no `{target}` goes as long as anything refers to it")
        }
        DeleteRule::Unlink => "`unlink`: the link goes, both ends stay".to_owned(),
    }
}

/// Where the two ends of a relation end, and its clauses begin.
fn after_ends(relation: &Relation) -> Span {
    match &relation.inverse {
        Inverse::None(span) => span.at_end(),
        Inverse::Name(name) => name.span.at_end(),
    }
}

fn offer(
    found: Diagnostic,
    valid: &[DeleteRule],
    span: Span,
    edit: impl Fn(&str) -> String,
) -> Diagnostic {
    valid.iter().fold(found, |found, &rule| {
        let rule = written(rule);
        found.fix(format!("write `on delete {rule}`"), span, edit(rule))
    })
}

/// E0401: no `on delete`.
pub(crate) fn missing_delete_rule(relation: &Relation, valid: &[DeleteRule]) -> Diagnostic {
    let choices: Vec<String> = valid.iter().map(|&rule| explained(rule, relation)).collect();
    let found = Diagnostic::new(
        Code::E0401,
        relation.name.span.to(after_ends(relation)),
        format!("relation `{}` does not say what a delete does", relation.name.text),
        format!("when the `{}` is deleted, then what?", relation.target.name.text),
    )
    .note("nothing about a delete is guessed: it is the one thing that can't be undone")
    .help(format!("add `on delete` and one of these\n{}", choices.join("\n")));
    offer(found, valid, after_ends(relation), |rule| format!(" on delete {rule}"))
}

/// E0402: `3..2`, `0..0`.
pub(crate) fn impossible_multiplicity(multiplicity: Multiplicity, what: &str) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0402,
        multiplicity.span,
        format!("this multiplicity asks for {what}"),
        "no row could satisfy it",
    )
    .help("write the fewest first and the most behind: `1`, `0..1`, `*`, `1..*`, `2..5`");
    match multiplicity.max {
        Some(max) if max > 0 => found.fix(
            format!("write `{max}..{}`", multiplicity.min),
            multiplicity.span,
            format!("{max}..{}", multiplicity.min),
        ),
        _ => found,
    }
}

/// E0403: `set null` and `1` here.
pub(crate) fn set_null_on_mandatory(
    relation: &Relation,
    rule: OnDelete,
    valid: &[DeleteRule],
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0403,
        rule.rule_span,
        format!("`{}` must have a value, and `set null` would take it away", relation.name.text),
        "clears the reference",
    )
    .also(relation.here.span, "says that there is always exactly one")
    .help("let it be without one (`0..1`), or choose another rule")
    .fix("write `0..1`", relation.here.span, "0..1");
    offer(found, valid, rule.rule_span, str::to_owned)
}

/// E0404: `set default` and no default.
pub(crate) fn set_default_without_default(
    relation: &Relation,
    rule: OnDelete,
    valid: &[DeleteRule],
) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0404,
        rule.rule_span,
        format!("`{}` has no default that `set default` could set", relation.name.text),
        "needs a default",
    )
    .help("give the relation a default, the key of a row that is always there: `= 1`");
    offer(found, valid, rule.rule_span, str::to_owned)
}

/// E0405: `on orphan delete` where there can be no orphan.
pub(crate) fn orphan_delete(relation: &Relation, span: Span, rule: Option<OnDelete>) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0405,
        span,
        "`on orphan delete` needs exactly one owner and `on delete cascade`",
        "nothing becomes an orphan here",
    )
    .also(relation.here.span, "how many owners there are")
    .note("it deletes a row that is taken out of its owner's collection, because the row can't be alone")
    .help("take it away, or let the row belong to exactly one owner that it dies with");
    let found = match rule {
        Some(rule) => found.also(rule.span, "what happens when the owner is deleted"),
        None => found,
    };
    found.fix("take it away", span, "")
}

/// E0405: `on orphan delete` where the owner has no collection to take a row out of.
pub(crate) fn orphan_of_no_collection(span: Span, inverse: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0405,
        span,
        "`on orphan delete` needs a collection that a row can be taken out of",
        "nothing becomes an orphan here",
    )
    .also(inverse, "the owner has no accessor")
    .help("name the way back instead of `_`, or take the clause away")
    .fix("take it away", span, "")
}

/// E0406: a rule that is not for these multiplicities.
pub(crate) fn rule_does_not_fit(
    relation: &Relation,
    rule: OnDelete,
    valid: &[DeleteRule],
) -> Diagnostic {
    let name = written(rule.rule);
    let why = match rule.rule {
        DeleteRule::Unlink => {
            "`unlink` takes away the link between many and many; here there is no link, but a reference"
        }
        _ => {
            "between many and many, a delete only ever touches the link: `unlink` takes it away, and \
             `restrict` and `protect` refuse"
        }
    };
    let names: Vec<&str> = valid.iter().map(|&rule| written(rule)).collect();
    let found = Diagnostic::new(
        Code::E0406,
        rule.rule_span,
        format!("`{name}` is no delete rule for `{}`", relation.name.text),
        "does not fit the multiplicities",
    )
    .also(relation.here.span.to(relation.there.span), "the two ends")
    .note(why)
    .help(format!("choose {}", one_of(&names)));
    offer(found, valid, rule.rule_span, str::to_owned)
}

/// E0408: many here, one there.
pub(crate) fn many_to_one(
    relation: &Relation,
    source: &str,
    statement: Option<&str>,
    edits: Option<Vec<Edit>>,
) -> Diagnostic {
    let target = &relation.target.name.text;
    let found = Diagnostic::new(
        Code::E0408,
        relation.here.span,
        format!("many `{target}` for one `{source}` is stated on `{target}`"),
        "many here",
    )
    .also(relation.there.span, "one there")
    .note(format!(
        "the reference is a column of `{target}`, and each relation stands with its column"
    ));
    let found = match statement {
        Some(statement) => found.help(format!("write in `{target}`: `{statement}`")),
        None => found.help(format!("move it to `{target}`, with the two ends exchanged")),
    };
    match edits {
        Some(edits) => found.fix_all(format!("move it to `{target}`"), edits),
        None => found,
    }
}

/// E0409: a link where there is none.
pub(crate) fn through_to_one(relation: &Relation, span: Span, clause: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0409,
        span,
        format!("`{clause}` speaks of a link, and `{}` has none", relation.name.text),
        "only between many and many",
    )
    .also(relation.here.span, "at most one, so that it is a column")
    .help("take it away, or write `*` for this end")
    .fix("take it away", span, "")
}

/// E0411: a bound on what something else owns.
pub(crate) fn bound_on_external(relation: &Relation, entity: Span) -> Diagnostic {
    let target = &relation.target.name.text;
    let looser = if relation.there.max == Some(1) { "0..1" } else { "*" };
    Diagnostic::new(
        Code::E0411,
        relation.there.span,
        format!("how many refer to each `{target}` can't be enforced: its table is not Trine's"),
        "a bound",
    )
    .also(entity, "an external entity")
    .note("the bound is a trigger on the target's table, which something else creates and changes")
    .help(format!("write `{looser}`"))
    .fix(format!("write `{looser}`"), relation.there.span, looser)
}

/// E0412: a clause twice.
pub(crate) fn clause_twice(span: Span, first: Span) -> Diagnostic {
    Diagnostic::new(Code::E0412, span, "a clause stands here twice", "again here")
        .also(first, "first here")
        .help("take one of them away")
        .fix("take the second away", span, "")
}

/// E0412: rules by alternative without a union.
pub(crate) fn alternatives_without_union(path: &Path) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        path.span(),
        "a rule for one alternative needs a relation to a union",
        "an alternative",
    )
    .help("leave only the first rule")
}

/// E0412: `unique` on a relation.
pub(crate) fn unique_relation(relation: &Relation, span: Span) -> Diagnostic {
    let found = Diagnostic::new(
        Code::E0412,
        span,
        "a relation is not called `unique`: its second multiplicity says it",
        "does not belong here",
    )
    .also(relation.there.span, "how many refer to one target");
    if relation.here.max == Some(1) && relation.there.max != Some(1) {
        let edits = vec![
            Edit { span: relation.there.span, replacement: "0..1".to_owned() },
            Edit { span, replacement: String::new() },
        ];
        found
            .help("write `0..1` there instead: at most one refers to each target")
            .fix_all("write `0..1` there", edits)
    } else {
        found.help("take it away").fix("take it away", span, "")
    }
}

/// E0412: a clause for a column, on a relation that has none.
pub(crate) fn clause_on_many(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        span,
        format!("`{what}` is for a relation with a column of its own"),
        "does not belong to many-to-many",
    )
    .note("between many and many, the columns are those of the link")
    .help("take it away, or declare the link: `through LINK(a, b)`, and say it on the link's relations")
    .fix("take it away", span, "")
}

/// E0412: `on delete` over a declared link.
pub(crate) fn rule_over_declared_link(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        span,
        "a declared link states the delete rules itself",
        "said on the link's own relations",
    )
    .help("take it away here")
    .fix("take it away", span, "")
}

/// E0412: `within` over a declared link.
pub(crate) fn within_over_declared_link(span: Span, link: &Path) -> Diagnostic {
    Diagnostic::new(
        Code::E0412,
        span,
        "over a declared link, the link's own relations say `within`",
        "does not belong here",
    )
    .help(format!(
        "give `{}` the shared parent as a relation of its own, and write `within` on its two ends",
        link.name.text
    ))
    .fix("take it away", span, "")
}
