//! Whether rows that were written are like others to a UNIQUE.

use crate::quoting::quote_identifier;
use crate::relational::{ColumnIx, Index, IndexKey, Sql, Table, TableId};

use super::judge::{Findings, column_names, could_change, differs, same};
use super::predict::State;
use super::rows::Refusal;

/// The UNIQUEs of a table whose rows were written: constraints over columns, and indexes over expressions,
/// which only PostgreSQL can compute.
pub(super) fn uniques(state: &State<'_>, id: TableId, rows: &[usize], findings: &mut Findings) {
    let table = state.table(id);
    let key = table.primary_key.iter().map(|key| (key.columns.as_slice(), true));
    let uniques = table.uniques.iter().map(|unique| (&unique.columns[..], unique.nulls_distinct));
    let plain = table.indexes.iter().filter(|index| index.unique);
    let plain: Vec<(Vec<ColumnIx>, bool)> = plain
        .filter_map(|index| Some((over_columns(table, index)?, index.nulls_distinct)))
        .collect();
    let plain = plain.iter().map(|(columns, distinct)| (&columns[..], *distinct));
    for (columns, nulls_distinct) in key.chain(uniques).chain(plain) {
        let names = column_names(table, columns);
        let is_new = |&&place: &&usize| {
            let new = state.now[id.index()][place].as_ref();
            new.is_some_and(|new| differs(new, &state.before.tables[id.index()][place], &names))
        };
        let collides = rows.iter().filter(is_new).any(|&place| {
            let Some(new) = &state.now[id.index()][place] else { return false };
            state.now[id.index()].iter().enumerate().any(|(other, row)| {
                other != place
                    && row.as_ref().is_some_and(|row| same(row, new, &names, nulls_distinct))
            })
        });
        if collides {
            findings.refusals.insert(Refusal::Unique(id));
        }
    }
    for index in table.indexes.iter().filter(|index| index.unique) {
        if over_columns(table, index).is_none()
            && (0..table.columns.len()).any(|column| {
                could_change(state, id, rows, column) && index_mentions(state, id, index, column)
            })
        {
            findings.undecided = Some(format!(
                "whether the unique index {} holds is for PostgreSQL to say",
                index.name
            ));
        }
    }
}

/// The columns of a unique index that is like a constraint over them: it has no condition, or only that one of
/// them is not NULL, where a row with a NULL is like no other anyhow.
fn over_columns(table: &Table, index: &Index) -> Option<Vec<ColumnIx>> {
    let columns: Vec<ColumnIx> = (index.elements.iter())
        .map(|element| match &element.key {
            IndexKey::Column(column) => Some(*column),
            IndexKey::Expression(_) => None,
        })
        .collect::<Option<_>>()?;
    let says_nothing = |condition: &Sql| {
        let is_there = |&column: &ColumnIx| {
            let name = quote_identifier(&table.columns[column].name);
            condition.0 == format!("{name} IS NOT NULL")
        };
        index.nulls_distinct && columns.iter().any(is_there)
    };
    index.condition.as_ref().is_none_or(says_nothing).then_some(columns)
}

fn index_mentions(state: &State<'_>, id: TableId, index: &Index, column: ColumnIx) -> bool {
    let name = quote_identifier(&state.table(id).columns[column].name);
    let condition = index.condition.iter().any(|sql| sql.0.contains(&name));
    condition
        || index.elements.iter().any(|element| match &element.key {
            IndexKey::Column(own) => *own == column,
            IndexKey::Expression(sql) => sql.0.contains(&name),
        })
}
