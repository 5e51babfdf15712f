//! Differences as a machine reads them: the same fields for each, `null` where there is nothing.

use serde::Serialize;

use crate::diff::Difference;

/// A difference with what is known of it beside: the code's title, and the path as one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry<'a> {
    /// What differs, in a few words.
    pub title: &'static str,
    /// `schema.table.object`
    pub path: String,
    /// The difference.
    #[serde(flatten)]
    pub difference: &'a Difference,
}

/// Each difference as an entry of a JSON document.
///
/// ```
/// use trine::diff::{diff, entries};
/// use trine::relational::Database;
///
/// let before = Database { extensions: vec!["citext".into()], ..Database::default() };
/// let found = diff(&before, &Database::default());
/// let json = serde_json::to_value(entries(&found)).expect("strings and nulls");
/// assert_eq!(json[0]["code"], "D0901");
/// assert_eq!(json[0]["path"], "citext");
/// ```
pub fn entries(differences: &[Difference]) -> Vec<Entry<'_>> {
    differences
        .iter()
        .map(|difference| Entry {
            title: difference.code.title(),
            path: difference.path(),
            difference,
        })
        .collect()
}
