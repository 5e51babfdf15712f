//! W0301: an untyped union refers to rows that nothing keeps.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{Schema, Strategy};

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for union in schema.unions.values() {
        if union.strategy != Strategy::Untyped {
            continue;
        }
        let because = union.because.as_deref().unwrap_or_default();
        found.push(
            Diagnostic::new(
                Code::W0301,
                union.span,
                format!("nothing keeps what a relation to `{}` points at", union.name),
                "no foreign key stands behind it",
            )
            .note(format!("The reason given: {because}"))
            .help("where the targets can be listed, store the union `as arc`, `link`, `supertype` or `inheritance`"),
        );
    }
}
