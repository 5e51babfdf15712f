//! What stands in the way of a conversion, and a way out of each.

use crate::diagnostics::count;

use super::findings::{Audit, Finding, Kind};
use super::words::Words;
use super::{Dangling, Request};

/// Each a sentence without a full stop.
pub(super) fn obstacles(
    words: &Words<'_>,
    request: &Request,
    audit: &Audit,
    applied: bool,
) -> Vec<String> {
    let wanted = &words.wanted;
    let mut found = Vec::new();
    if applied && !request.drop_old {
        found.push(format!(
            "{} is converted already: --drop-old drops {}, when no program writes them any more",
            audit.relation,
            audit.columns.join(" and ")
        ));
        return found;
    }
    if let Some(odd) = &words.generic.odd {
        found.push(format!(
            "{} is {odd}, over which no index can be made while others write, and no foreign key be validated \
             later: convert it by hand, or copy its rows to a table of one piece first",
            words.generic.table
        ));
    }
    if wanted.splits() {
        found.extend(split(words, request, applied));
    }
    let (number, some) = &words.shared_keys;
    if *number > 0 {
        let names: Vec<&str> = wanted.choices.iter().map(|choice| choice.name.as_str()).collect();
        found.push(format!(
            "under `inheritance`, {} take their keys from {}, and {} of two of them ({}{}): such keys would \
             have to change, and all that refers to them, inside and outside of the database; convert to \
             `supertype`, which leaves the keys as they are",
            names.join(" and "),
            wanted.target,
            if *number == 1 { "1 is".to_owned() } else { format!("{number} are") },
            some.join(", "),
            if usize::try_from(*number).is_ok_and(|number| number > some.len()) { ", …" } else { "" },
        ));
    }
    if wanted.inherits() {
        for (choice, key) in wanted.choices.iter().zip(&words.keys) {
            if !matches!(key.ty.as_str(), "smallint" | "integer" | "bigint") {
                found.push(format!(
                    "under `inheritance`, {} takes its key from {}, which is a number, and it is {}",
                    choice.name, wanted.target, key.ty
                ));
            }
        }
    }
    let schema = wanted.program.schema;
    let spelt = wanted.spelt.iter();
    if spelt.filter_map(|&relation| schema.to_one(relation)).any(|to_one| !to_one.within.is_empty())
    {
        found.push(format!(
            "{} lies within a parent, which a generic relation knows nothing of: convert it without `within`, \
             mend the rows whose target has another parent, and add it then",
            audit.relation
        ));
    }
    if request.dangling == Dangling::Null && !wanted.optional {
        found.push(format!(
            "--dangling null: {} is exactly one, so that no row can do without; write `0..1` in the schema, \
             or set the rows aside with --dangling quarantine",
            audit.relation
        ));
    }
    let of = |test: &dyn Fn(&Finding) -> bool| -> u64 {
        audit.findings.iter().filter(|finding| test(finding)).map(|finding| finding.rows).sum()
    };
    let shared = of(&|finding| finding.kind == Kind::Shared);
    if shared > 0 {
        found.push(format!(
            "{} share a target that may have one at most: mend them, or write `*` for it in the schema",
            rows(shared)
        ));
    }
    let outside: Vec<&Finding> = audit
        .findings
        .iter()
        .filter(|finding| finding.kind == Kind::Outside && !finding.left_out)
        .collect();
    for finding in &outside {
        let Some(ty) = &finding.content_type else { continue };
        found.push(format!(
            "{} of {ty}, which {} has not: add its entity to the union, say with --type {ty}=Entity which \
             alternative it is, or treat such rows as if they pointed at nothing with --leave-out {ty}",
            are(finding.rows),
            wanted.target
        ));
    }
    let dangling = of(&|finding| {
        finding.kind != Kind::Shared && (finding.kind != Kind::Outside || finding.left_out)
    });
    if request.dangling == Dangling::Fail && dangling > 0 {
        let null =
            if wanted.optional { "--dangling null lets them refer to nothing, " } else { "" };
        found.push(format!(
            "{} can't be converted: mend them; or {null}--dangling quarantine moves them to a table of \
             their own",
            rows(dangling)
        ));
    }
    if request.drop_old && !wanted.splits() {
        let declared: Vec<&str> = wanted
            .source()
            .columns
            .iter()
            .map(|column| column.name.as_str())
            .filter(|name| audit.columns.iter().any(|old| old == name))
            .collect();
        if !declared.is_empty() {
            found.push(format!(
                "--drop-old: the schema declares {}; take it out of the entity first",
                declared.join(" and ")
            ));
        }
        if !words.generic.dependents.is_empty() {
            found.push(format!(
                "--drop-old: {} {} on {}; drop or alter it first",
                words.generic.dependents.join(", "),
                if words.generic.dependents.len() == 1 { "depends" } else { "depend" },
                audit.columns.join(" and ")
            ));
        }
    }
    found
}

/// What keeps a table from being split.
fn split(words: &Words<'_>, request: &Request, applied: bool) -> Vec<String> {
    let wanted = &words.wanted;
    let table = &words.generic.table;
    let mut found = Vec::new();
    if request.drop_old && !applied {
        found.push(format!(
            "--drop-old: {table} is put aside when its parts are filled: convert without it first, and run it then"
        ));
    }
    for referring in &words.generic.referring {
        found.push(format!(
            "{} refers to {table} ({}), and a key names a row of one part only: take the reference out, or store {} \
             in another way, such as `as arc`",
            referring.table, referring.name, wanted.target
        ));
    }
    let parts = &wanted.source().columns;
    let kept = parts.iter().filter(|column| {
        column.generated.is_none() && !wanted.column_names().contains(&column.name.as_str())
    });
    let kept: Vec<&str> = kept.map(|column| column.name.as_str()).collect();
    let there = &words.generic.columns;
    let missing = kept.iter().filter(|name| there.iter().all(|column| column.name != **name));
    let missing: Vec<&str> = missing.copied().collect();
    if !missing.is_empty() {
        found.push(format!(
            "{table} has no {}, which the schema says: add it first",
            missing.join(", ")
        ));
    }
    let pair = words.generic.pair();
    let lost = there.iter().filter(|column| !column.generated && !pair.contains(column));
    let lost: Vec<&str> =
        lost.map(|column| column.name.as_str()).filter(|name| !kept.contains(name)).collect();
    if !lost.is_empty() {
        found.push(format!(
            "{table} has {}, which no part would have: say it in the schema, or drop it first",
            lost.join(", ")
        ));
    }
    found
}

fn rows(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "row")
}

fn are(number: u64) -> String {
    format!("{} {}", rows(number), if number == 1 { "is" } else { "are" })
}
