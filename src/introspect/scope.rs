//! What of a database counts.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use crate::relational::QualifiedName;

/// What of a database counts: everything but PostgreSQL's own schemas, unless narrowed. What an extension
/// owns never counts.
///
/// ```
/// use trine::introspect::Scope;
/// use trine::relational::QualifiedName;
///
/// let migrations = QualifiedName { schema: None, name: "django_migrations".into() };
/// let scope = Scope::default().schemas(["public", "shop"]).without([migrations]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    pub(super) home: SmolStr,
    pub(super) schemas: Option<BTreeSet<SmolStr>>,
    pub(super) relations: Relations,
}

/// Which tables, views and sequences count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Relations {
    All,
    Only(BTreeSet<QualifiedName>),
    Without(BTreeSet<QualifiedName>),
}

impl Default for Scope {
    fn default() -> Self {
        Scope { home: SmolStr::new_static("public"), schemas: None, relations: Relations::All }
    }
}

impl Scope {
    /// The schema that plays the part of `public`: its tables have no schema in their names, and it is not
    /// among [`Database::schemas`](crate::relational::Database::schemas).
    #[must_use]
    pub fn home(self, schema: impl Into<SmolStr>) -> Scope {
        Scope { home: schema.into(), ..self }
    }

    /// Only these schemas count.
    #[must_use]
    pub fn schemas<S: Into<SmolStr>>(self, schemas: impl IntoIterator<Item = S>) -> Scope {
        Scope { schemas: Some(schemas.into_iter().map(Into::into).collect()), ..self }
    }

    /// Of tables, views and sequences only these count, with all that belongs to them. A table that one of
    /// them refers to is there as an external one.
    #[must_use]
    pub fn only(self, relations: impl IntoIterator<Item = QualifiedName>) -> Scope {
        Scope { relations: Relations::Only(relations.into_iter().collect()), ..self }
    }

    /// Tables, views and sequences of these names don't count, nor what belongs to them. One that is
    /// referred to is there as an external table.
    #[must_use]
    pub fn without(self, relations: impl IntoIterator<Item = QualifiedName>) -> Scope {
        Scope { relations: Relations::Without(relations.into_iter().collect()), ..self }
    }

    pub(super) fn has_schema(&self, schema: &str) -> bool {
        self.schemas.as_ref().is_none_or(|schemas| schemas.contains(schema))
    }

    pub(super) fn has_relation(&self, name: &QualifiedName) -> bool {
        match &self.relations {
            Relations::All => true,
            Relations::Only(names) => names.contains(name),
            Relations::Without(names) => !names.contains(name),
        }
    }
}
