//! What PostgreSQL's access methods can do: which of them have several columns, an order, `include`,
//! and an `exclude`. A method that an extension brings is taken at its word.

use crate::diagnostics::Diagnostic;
use crate::syntax::tree;

use super::errors;

/// An access method of PostgreSQL itself.
struct Method {
    name: &'static str,
    /// More than one column.
    columns: bool,
    /// `include (…)`
    include: bool,
    /// `asc`, `desc`, `nulls first`, `nulls last`
    ordered: bool,
    /// Can keep an `exclude`; with which operators, if not with all that its operator classes have.
    exclude: Option<&'static [&'static str]>,
}

/// PostgreSQL 15 to 18, `pg_indexam_has_property`.
const METHODS: &[Method] = &[
    Method { name: "btree", columns: true, include: true, ordered: true, exclude: Some(&["="]) },
    Method { name: "hash", columns: false, include: false, ordered: false, exclude: Some(&["="]) },
    Method { name: "gist", columns: true, include: true, ordered: false, exclude: Some(&[]) },
    Method { name: "spgist", columns: false, include: true, ordered: false, exclude: Some(&[]) },
    Method { name: "gin", columns: true, include: false, ordered: false, exclude: None },
    Method { name: "brin", columns: true, include: false, ordered: false, exclude: None },
];

/// The names of all methods.
pub(crate) fn method_names() -> Vec<&'static str> {
    METHODS.iter().map(|method| method.name).collect()
}

/// Reports what an index asks of its method in vain.
pub(crate) fn check_index(index: &tree::Index, found: &mut Vec<Diagnostic>) {
    let Some(method) = named(index.using.as_ref(), "btree") else { return };
    if let (Some(first), false) = (index.include.first(), method.include) {
        let last = index.include.last().unwrap_or(first);
        let span = first.span.to(last.span);
        found.push(errors::method_lacks(method.name, span, "keep other columns beside its own"));
    }
    check_elements(method, index.elements.iter(), found);
}

/// Reports what an `exclude` asks of its method in vain.
pub(crate) fn check_exclude(exclude: &tree::Exclude, found: &mut Vec<Diagnostic>) {
    let Some(method) = named(exclude.using.as_ref(), "gist") else { return };
    match (method.exclude, &exclude.using) {
        (None, Some(using)) => {
            found.push(errors::method_excludes_nothing(using));
            return;
        }
        (None, None) | (Some([]), _) => {}
        (Some(operators), _) => {
            for (_, operator) in &exclude.elements {
                if !operators.contains(&operator.value.as_str()) {
                    found.push(errors::method_operator(method.name, operator, operators));
                }
            }
        }
    }
    check_elements(method, exclude.elements.iter().map(|(element, _)| element), found);
}

fn check_elements<'a>(
    method: &Method,
    mut elements: impl Iterator<Item = &'a tree::IndexElement> + Clone,
    found: &mut Vec<Diagnostic>,
) {
    if let (Some(second), false) = (elements.clone().nth(1), method.columns) {
        found.push(errors::method_lacks(method.name, second.span, "have more than one column"));
    }
    let sorted = elements.find(|one| one.direction.is_some() || one.nulls_first.is_some());
    if let (Some(sorted), false) = (sorted, method.ordered) {
        found.push(errors::method_lacks(method.name, sorted.span, "keep an order"));
    }
}

fn named(using: Option<&tree::Name>, otherwise: &str) -> Option<&'static Method> {
    let name = using.map_or(otherwise, |using| using.text.as_str());
    METHODS.iter().find(|method| method.name == name)
}
