//! What the columns of a row's CHECKs can be, and the rows that come of it.

use super::{Combination, MOST_KEPT};

/// What the columns of a row's CHECKs can be.
#[derive(Debug)]
pub(in crate::prove::rows) struct Choices {
    pub(super) groups: Vec<(Vec<usize>, Vec<Combination>, String)>,
}

impl Choices {
    /// Rows that satisfy every CHECK, each with other values.
    pub fn rows<'a>(
        &'a self,
        values: &'a [Option<String>],
        n: usize,
    ) -> impl Iterator<Item = Vec<Option<String>>> + 'a {
        let all: usize = self
            .groups
            .iter()
            .try_fold(1_usize, |all, (_, found, _)| all.checked_mul(found.len()))
            .unwrap_or(usize::MAX);
        (0..all.min(2 * MOST_KEPT)).map(move |place| {
            let mut row = values.to_vec();
            let mut rest = place;
            for (columns, found, _) in &self.groups {
                // The first is the row's own; the others begin elsewhere for each row.
                let at = rest % found.len();
                let at = if at == 0 { 0 } else { 1 + (at - 1 + n) % (found.len() - 1) };
                rest /= found.len();
                for (&column, value) in columns.iter().zip(&found[at]) {
                    row[column].clone_from(value);
                }
            }
            row
        })
    }

    /// A CHECK that nothing was found for.
    pub fn unsatisfied(&self) -> Option<&str> {
        let (_, _, name) = self.groups.iter().find(|(_, found, _)| found.is_empty())?;
        Some(name)
    }
}
