//! The elements of indexes, UNIQUEs and orders: columns, expressions, and what is said of them.

use smol_str::SmolStr;

use crate::diagnostics::{self, Diagnostic};
use crate::schema::{Direction, IndexElement, IndexKey, MemberId};
use crate::syntax::tree::{self, ExprKind, LiteralKind};

use super::expressions::{Expected, resolve_expr};
use super::names::Meaning;
use super::scope::Scope;
use super::{arcs, attributes, errors, keys, methods};

/// `as NAME`
pub(crate) fn name(name: &Option<tree::Name>, found: &mut Vec<Diagnostic>) -> Option<String> {
    let name = name.as_ref()?;
    attributes::check_name(&name.text, name.span, found);
    Some(name.text.to_string())
}

/// An optional condition; `None` when it is there and has a diagnostic.
#[expect(clippy::option_option, reason = "not there and not understood are two things")]
pub(crate) fn condition(
    scope: Scope<'_>,
    condition: &Option<tree::Expr>,
    found: &mut Vec<Diagnostic>,
) -> Option<Option<crate::schema::Expr>> {
    match condition {
        None => Some(None),
        Some(expr) => resolve_expr(scope, expr, Expected::IndexCondition, found).map(Some),
    }
}

/// All elements, or none when one has a diagnostic.
pub(crate) fn elements(
    scope: Scope<'_>,
    written: &[tree::IndexElement],
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<IndexElement>> {
    let mut all: Vec<IndexElement> = Vec::with_capacity(written.len());
    let mut names: Vec<&tree::Name> = Vec::with_capacity(written.len());
    let mut whole = true;
    for one in written {
        if let ExprKind::Path(path) = &one.expr.kind
            && let [name] = path.as_slice()
        {
            match names.iter().find(|first| first.text == name.text) {
                Some(first) => found.push(errors::listed_twice("column", name, first.span)),
                None => names.push(name),
            }
        }
        match arcs::arc_of(scope, &one.expr) {
            Some(arc) => {
                all.extend(arc.members.iter().map(|&member| plain(IndexKey::Member(member))));
            }
            None => match element(scope, one, found) {
                Some(element) => all.push(element),
                None => whole = false,
            },
        }
    }
    whole.then_some(all)
}

pub(crate) fn element(
    scope: Scope<'_>,
    written: &tree::IndexElement,
    found: &mut Vec<Diagnostic>,
) -> Option<IndexElement> {
    let key = match &written.expr.kind {
        ExprKind::Path(path) if path.len() == 1 => {
            IndexKey::Member(column(scope, &path[0], found)?)
        }
        _ => IndexKey::Expr(resolve_expr(scope, &written.expr, Expected::IndexKey, found)?),
    };
    if let Some(opclass) = &written.opclass
        && !opclass.text.ends_with("_ops")
    {
        found.push(errors::unknown_opclass(opclass));
    }
    Some(IndexElement {
        opclass: written.opclass.as_ref().map(|name| name.text.clone()),
        direction: written.direction.unwrap_or(Direction::Ascending),
        nulls_first: written.nulls_first,
        ..plain(key)
    })
}

/// Whether a constraint can say this element; everything else is for an index.
pub(crate) fn is_plain(element: &IndexElement) -> bool {
    matches!(element.key, IndexKey::Member(_))
        && element.opclass.is_none()
        && element.direction == Direction::Ascending
        && element.nulls_first.is_none()
}

pub(crate) fn plain(key: IndexKey) -> IndexElement {
    IndexElement { key, opclass: None, direction: Direction::Ascending, nulls_first: None }
}

/// The member that a name in a list of columns means: one that has columns.
pub(crate) fn column(
    scope: Scope<'_>,
    name: &tree::Name,
    found: &mut Vec<Diagnostic>,
) -> Option<MemberId> {
    match scope.member(&name.text) {
        Meaning::Is(member) if keys::has_columns(scope.schema, member) => return Some(member),
        Meaning::Is(_) => found.push(errors::many_in_list(name)),
        Meaning::Broken => {}
        Meaning::Unknown if scope.arc(&name.text).is_some() => {
            found.push(errors::arc_here(scope, name));
        }
        Meaning::Unknown => {
            let near = diagnostics::nearest(&name.text, scope.member_names());
            let owner: &SmolStr = &scope.schema.entities[scope.entity].name;
            found.push(errors::unknown_member(name, owner, near));
        }
    }
    None
}

/// The value of a storage parameter as PostgreSQL writes it.
pub(crate) fn parameter(literal: &tree::Literal) -> String {
    match &literal.kind {
        LiteralKind::Number(number) => number.to_string(),
        LiteralKind::String(text) => text.clone(),
        LiteralKind::Boolean(value) => value.to_string(),
        LiteralKind::Null => "null".to_owned(),
        LiteralKind::Word(word) => word.to_string(),
    }
}

/// The operators that an EXCLUDE can use: true for a pair in either order, and in an operator class of
/// PostgreSQL's own or of `btree_gist`.
const EXCLUDING: &[&str] = &["=", "<>", "!=", "&&", "-|-", "~="];

/// Reports the operator of an EXCLUDE that can't be one. An extension may bring others.
pub(crate) fn check_operator(scope: Scope<'_>, operator: &tree::Text, found: &mut Vec<Diagnostic>) {
    let extended = scope.schema.extensions.iter().any(|extension| extension.name != "btree_gist");
    if !EXCLUDING.contains(&operator.value.as_str()) && !extended {
        found.push(errors::unknown_exclusion(operator, EXCLUDING));
    }
}

/// `using METHOD`. An extension may bring others.
pub(crate) fn method(
    scope: Scope<'_>,
    using: &Option<tree::Name>,
    otherwise: &'static str,
    found: &mut Vec<Diagnostic>,
) -> SmolStr {
    let Some(using) = using else { return otherwise.into() };
    let known = methods::method_names();
    if !known.contains(&using.text.as_str()) && scope.schema.extensions.is_empty() {
        let near = diagnostics::nearest(&using.text, known.iter().copied());
        found.push(errors::unknown_method(using, &known, near));
    }
    using.text.clone()
}
