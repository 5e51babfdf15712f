//! W0206: `char(n)` fills up with spaces.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Scalar, Schema};
use crate::source::Span;

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for field in super::own_fields_of(schema, Scalar::Char) {
        let span = field.type_span;
        let diagnostic = Diagnostic::new(
            Code::W0206,
            span,
            format!("`{}` is filled up with spaces", field.name),
            "always as long as it says",
        )
        .note(
            "PostgreSQL stores the spaces, and forgets them in some comparisons and not in others.",
        )
        .help("use `varchar(n)`, or `text` with a CHECK");
        // The name is `char` or one of its longer names; the length begins at the parenthesis.
        let name_length = match field.ty.base {
            crate::schema::BaseType::Scalar(_, crate::schema::TypeArguments::Length(length)) => {
                let arguments = format!("({length})").len() as u32;
                let brackets = 2 * u32::from(field.ty.dimensions);
                (span.end - span.start).checked_sub(arguments + brackets)
            }
            _ => None,
        };
        found.push(match name_length {
            Some(length @ (4 | 6)) => diagnostic.fix(
                "write `varchar`",
                Span { end: span.start + length, ..span },
                "varchar",
            ),
            _ => diagnostic,
        });
    }
}
