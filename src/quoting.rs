//! How PostgreSQL writes names and strings. Every room that prints SQL quotes here and nowhere else.

/// A name as SQL writes it: as it is where PostgreSQL reads it back unchanged, quoted otherwise. Names
/// that hold something unprintable are written as `U&"…"`.
///
/// ```
/// use trine::quoting::quote_identifier;
/// assert_eq!(quote_identifier("store_id"), "store_id");
/// assert_eq!(quote_identifier("order"), "\"order\"");
/// assert_eq!(quote_identifier("Store"), "\"Store\"");
/// assert_eq!(quote_identifier("a\"b"), "\"a\"\"b\"");
/// assert_eq!(quote_identifier("a\u{202e}b"), "U&\"a\\202Eb\"");
/// ```
pub fn quote_identifier(name: &str) -> String {
    if is_plain_identifier(name) {
        return name.to_owned();
    }
    let mut quoted = String::with_capacity(name.len() + 2);
    if name.chars().all(is_printable) {
        quoted.push('"');
        quoted.push_str(&name.replace('"', "\"\""));
    } else {
        quoted.push_str("U&\"");
        for character in name.chars() {
            match character {
                '"' => quoted.push_str("\"\""),
                '\\' => quoted.push_str("\\\\"),
                _ if is_printable(character) => quoted.push(character),
                _ if (character as u32) <= 0xFFFF => {
                    quoted.push_str(&format!("\\{:04X}", character as u32));
                }
                _ => quoted.push_str(&format!("\\+{:06X}", character as u32)),
            }
        }
    }
    quoted.push('"');
    quoted
}

/// A string literal on one line: `'…'`, or `E'…'` where something in it can't be seen or would break
/// the line. Backslashes are ordinary in `'…'` (`standard_conforming_strings`, on by default since 9.1).
/// A NUL can't be written; nothing that resolves has one.
///
/// ```
/// use trine::quoting::quote_literal;
/// assert_eq!(quote_literal("it's"), "'it''s'");
/// assert_eq!(quote_literal("^\\d+$"), "'^\\d+$'");
/// assert_eq!(quote_literal("two\nlines"), "E'two\\nlines'");
/// ```
pub fn quote_literal(text: &str) -> String {
    if text.chars().all(is_printable) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut quoted = String::with_capacity(text.len() + 8);
    quoted.push_str("E'");
    for character in text.chars() {
        match character {
            '\'' => quoted.push_str("''"),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ if is_printable(character) => quoted.push(character),
            _ if (character as u32) <= 0xFFFF => {
                quoted.push_str(&format!("\\u{:04x}", character as u32));
            }
            _ => quoted.push_str(&format!("\\U{:08x}", character as u32)),
        }
    }
    quoted.push('\'');
    quoted
}

/// Whether a reader can see the character for what it is: no control, no bidirectional override, no
/// exotic space, nothing unassigned. Generated text escapes the others.
pub fn is_printable(character: char) -> bool {
    match character {
        ' '..='~' => true,
        '\0'..='\u{9f}' => false,
        // The standard library knows what is printable, but says so only by escaping; behind another
        // character it leaves combining marks alone, as it should.
        _ => {
            let mut buffer = [b'a', 0, 0, 0, 0];
            let length = character.encode_utf8(&mut buffer[1..]).len();
            std::str::from_utf8(&buffer[..=length])
                .is_ok_and(|pair| pair.escape_debug().nth(1) == Some(character))
        }
    }
}

fn is_plain_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes.next().is_some_and(|first| matches!(first, b'a'..=b'z' | b'_'))
        && bytes.all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
        && KEYWORDS.binary_search(&name).is_err()
}

/// The words of PostgreSQL 15 to 18 that `quote_ident` quotes in one version or another: every keyword
/// but the unreserved ones, from `pg_get_keywords()`; sorted.
#[rustfmt::skip]
const KEYWORDS: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
    "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character",
    "check", "coalesce", "collate", "collation", "column", "concurrently", "constraint", "create",
    "cross", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
    "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc",
    "distinct", "do", "else", "end", "except", "exists", "extract", "false", "fetch", "float",
    "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping", "having",
    "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into",
    "is", "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object",
    "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table", "json_value",
    "lateral", "leading", "least", "left", "like", "limit", "localtime", "localtimestamp",
    "merge_action", "national", "natural", "nchar", "none", "normalize", "not", "notnull", "null",
    "nullif", "numeric", "offset", "on", "only", "or", "order", "out", "outer", "overlaps",
    "overlay", "placing", "position", "precision", "primary", "real", "references", "returning",
    "right", "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring",
    "symmetric", "system_user", "table", "tablesample", "then", "time", "timestamp", "to",
    "trailing", "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar",
    "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat",
    "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn what_can_not_be_seen_is_escaped() {
        let cases = [
            ("스토어", "'스토어'"),
            ("a\u{202e}b", "E'a\\u202eb'"),
            ("a\u{a0}b", "E'a\\u00a0b'"),
            ("\u{e0001}", "E'\\U000e0001'"),
            ("\u{7}\\'", "E'\\u0007\\\\'''"),
            ("e\u{301}", "'e\u{301}'"),
            ("🙂", "'🙂'"),
        ];
        for (text, literal) in cases {
            assert_eq!(quote_literal(text), literal);
        }
    }
}
