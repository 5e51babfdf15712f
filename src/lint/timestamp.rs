//! W0203: a `timestamp` says what a clock showed, and not where.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Scalar, Schema};
use crate::source::Span;

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for field in super::own_fields_of(schema, Scalar::Timestamp) {
        let start = field.type_span.start;
        let word = Span { end: start + "timestamp".len() as u32, ..field.type_span };
        found.push(
            Diagnostic::new(
                Code::W0203,
                field.type_span,
                format!("`{}` has no time zone", field.name),
                "what a clock showed, without its zone",
            )
            .note("Two sessions in different zones read it as two different moments.")
            .help("`timestamptz` is one moment for everybody")
            .fix("write `timestamptz`", word, "timestamptz"),
        );
    }
}
