//! The lines of a CREATE TABLE that define columns.

use crate::quoting::quote_identifier;
use crate::relational::{Column, Sql, Table};

/// One line a column; names and types stand below each other, unless one is very long.
pub(super) fn definitions(table: &Table) -> Vec<String> {
    let names: Vec<String> =
        table.columns.iter().map(|column| quote_identifier(&column.name)).collect();
    let name_width = width(names.iter().map(String::as_str), 32);
    let type_width = width(table.columns.iter().map(|column| column.ty.0.as_str()), 24);
    names
        .iter()
        .zip(&table.columns)
        .map(|(name, column)| {
            let ty = &column.ty.0;
            let line = format!("{name:name_width$} {ty:type_width$} {}", clauses(column));
            line.trim_end().to_owned()
        })
        .collect()
}

fn clauses(column: &Column) -> String {
    if let Some(identity) = column.identity {
        return identity.sql().to_owned();
    }
    let mut clauses = Vec::new();
    if let Some(default) = &column.default {
        clauses.push(format!("DEFAULT {}", default_value(default)));
    }
    if let Some(generated) = &column.generated {
        clauses.push(format!("GENERATED ALWAYS AS ({}) STORED", generated.0));
    }
    if !column.nullable {
        clauses.push("NOT NULL".to_owned());
    }
    clauses.join(" ")
}

/// A default that is more than one word or call stands in parentheses: PostgreSQL's grammar allows no `AND`
/// or `IN` there without them.
fn default_value(default: &Sql) -> String {
    let (mut depth, mut quoted, mut several) = (0_usize, None, false);
    for character in default.0.chars() {
        match (quoted, character) {
            (Some(quote), _) if quote == character => quoted = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quoted = Some(character),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, _) => several |= depth == 0 && character.is_whitespace(),
        }
    }
    if several { format!("({})", default.0) } else { default.0.clone() }
}

/// The widest of `texts` in characters, those over `most` left out.
fn width<'a>(texts: impl Iterator<Item = &'a str>, most: usize) -> usize {
    texts.map(|text| text.chars().count()).filter(|&width| width <= most).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_default_of_several_words_stands_in_parentheses() {
        let value = |default: &str| default_value(&Sql(default.to_owned()));
        for plain in ["now()", "'two words'", "'{}'::jsonb", "coalesce(1, 2)", "ARRAY['a b', 'c']"]
        {
            assert_eq!(value(plain), plain);
        }
        assert_eq!(value("now() + '1 day'::interval"), "(now() + '1 day'::interval)");
        assert_eq!(value("true AND false"), "(true AND false)");
    }
}
