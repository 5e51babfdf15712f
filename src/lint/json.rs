//! W0204: `json` keeps the text, spaces included; `jsonb` can be compared and indexed.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Scalar, Schema};
use crate::source::Span;

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for field in super::own_fields_of(schema, Scalar::Json) {
        let start = field.type_span.start;
        let word = Span { end: start + "json".len() as u32, ..field.type_span };
        found.push(
            Diagnostic::new(
                Code::W0204,
                field.type_span,
                format!("`{}` is `json`, which can't be compared or indexed", field.name),
                "keeps the text as it came",
            )
            .note("PostgreSQL has no `=` for `json`: DISTINCT, GROUP BY and UNIQUE fail on it.")
            .help("use `jsonb`, unless the spaces and the order of keys matter")
            .fix("write `jsonb`", word, "jsonb"),
        );
    }
}
