//! From the [`Schema`] to the [`Database`].

use crate::diagnostics::Diagnostic;
use crate::schema::Schema;

use super::{Database, Layout};

/// A schema's database, and the correspondence between the two.
#[derive(Debug, Clone, Default)]
pub struct Lowered {
    /// The database.
    pub database: Database,
    /// Which part comes from which.
    pub layout: Layout,
    /// Names that collide in the database.
    pub diagnostics: Vec<Diagnostic>,
}

/// Decides tables, columns, constraints, indexes, triggers and their names. The schema has no errors.
pub fn lower(_schema: &Schema) -> Lowered {
    Lowered::default()
}
