//! W0205: `money` reads and prints by the locale of the session.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Scalar, Schema};

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for field in super::own_fields_of(schema, Scalar::Money) {
        found.push(
            Diagnostic::new(
                Code::W0205,
                field.type_span,
                format!("`{}` is `money`, whose digits depend on the locale", field.name),
                "reads and prints by `lc_monetary`",
            )
            .note("A dump that is read under another locale has other amounts, and no currency is kept.")
            .help("use `numeric(12, 2)`, and a field for the currency if there is more than one"),
        );
    }
}
