//! Patterns for what does not count: objects of others, and codes that nobody minds.

use wildmatch::WildMatch;

use crate::diff::Difference;

/// Patterns, each with `*` for any text and `?` for any character.
///
/// A pattern is compared with a difference's code, and with the names of the object and of its table: with
/// and without the schema. What matches a table's name matches all that is in it.
#[derive(Debug, Clone, Default)]
pub struct Ignore {
    patterns: Vec<WildMatch>,
}

impl Ignore {
    /// Reads patterns: `D0105`, `legacy_*`, `shop.banner`, `banner.ix_*`, `reports.*`.
    pub fn new<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Ignore {
        Ignore { patterns: patterns.into_iter().map(WildMatch::new).collect() }
    }

    /// Whether a difference is left out. `home` is the schema of what says none.
    pub fn matches(&self, difference: &Difference, home: &str) -> bool {
        if self.patterns.is_empty() {
            return false;
        }
        let schema = difference.schema.as_deref().unwrap_or(home);
        let mut names = vec![difference.code.name().to_owned()];
        let table = difference.table.as_deref();
        names.extend(table.map(str::to_owned));
        names.extend(table.map(|table| format!("{schema}.{table}")));
        match (table, difference.object.as_deref()) {
            (Some(table), Some(object)) => {
                names.push(format!("{table}.{object}"));
                names.push(format!("{schema}.{table}.{object}"));
            }
            (None, Some(object)) => {
                names.push(object.to_owned());
                names.push(format!("{schema}.{object}"));
            }
            (_, None) => {}
        }
        self.patterns.iter().any(|pattern| names.iter().any(|name| pattern.matches(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::Ignore;
    use crate::diff::{Change, Code, Difference, Kind};

    fn matches(pattern: &str, schema: Option<&str>) -> bool {
        let difference = Difference {
            code: Code::D0402,
            kind: Kind::Index,
            schema: schema.map(Into::into),
            table: Some("banner".into()),
            object: Some("ix_tmp".into()),
            change: Change::Besides,
            property: None,
            before: None,
            after: None,
        };
        Ignore::new([pattern]).matches(&difference, "public")
    }

    #[test]
    fn a_pattern_is_a_code_or_a_name_with_or_without_what_it_lies_in() {
        for pattern in
            ["D0402", "D04*", "banner", "ban*", "banner.ix_*", "public.banner", "p*.ix_tmp"]
        {
            assert!(matches(pattern, None), "{pattern}");
        }
        for pattern in ["shop.banner", "shop.*", "shop.banner.ix_???"] {
            assert!(matches(pattern, Some("shop")), "{pattern}");
        }
        for pattern in ["D0401", "ix_tmp", "anner", "shop.banner", "banner.ix_"] {
            assert!(!matches(pattern, None), "{pattern}");
        }
        assert!(!matches("public.banner", Some("shop")));
    }
}
