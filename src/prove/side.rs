//! Who makes a database and deletes in it, and in which ways.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::target::{DjangoOptions, OnDelete, Options, Target};

/// Who makes a database, and carries out what is done to its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The DDL, and statements in SQL: what the others are compared with.
    Sql,
    /// The SQLAlchemy models.
    Sqlalchemy,
    /// The Django apps, made with these options.
    Django(DjangoOptions),
}

impl Side {
    /// The sides of a project beside SQL: SQLAlchemy, and Django under each of its delete options.
    pub fn of(options: &Options) -> Vec<Side> {
        let mut sides = Vec::new();
        for target in &options.targets {
            match target {
                Target::Postgres => {}
                Target::Sqlalchemy => sides.push(Side::Sqlalchemy),
                Target::Django => {
                    sides.extend(OnDelete::ALL.iter().map(|&on_delete| {
                        Side::Django(DjangoOptions { on_delete, ..options.django })
                    }))
                }
            }
        }
        sides
    }

    /// The target whose files it runs.
    pub fn target(self) -> Target {
        match self {
            Side::Sql => Target::Postgres,
            Side::Sqlalchemy => Target::Sqlalchemy,
            Side::Django(_) => Target::Django,
        }
    }

    /// Its name in JSON, in paths and in the names of databases: `sql`, `sqlalchemy`, `django_python`,
    /// `django_database`, and with the only version that the code is for, `django_database_6_1`.
    pub fn name(self) -> String {
        match self {
            Side::Sql => "sql".to_owned(),
            Side::Sqlalchemy => "sqlalchemy".to_owned(),
            Side::Django(DjangoOptions { version, on_delete }) => {
                let version = version.map(|v| format!("_{}", v.name().replace('.', "_")));
                format!("django_{}{}", on_delete.name(), version.unwrap_or_default())
            }
        }
    }
}

/// What people read: `Django (database)`.
impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Side::Sql => f.write_str("SQL"),
            Side::Sqlalchemy => f.write_str("SQLAlchemy"),
            Side::Django(DjangoOptions { version: None, on_delete }) => {
                write!(f, "Django ({})", on_delete.name())
            }
            Side::Django(DjangoOptions { version: Some(version), on_delete }) => {
                write!(f, "Django ({}, {})", on_delete.name(), version.name())
            }
        }
    }
}

impl Serialize for Side {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.name())
    }
}

/// How a side does something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// A statement in SQL.
    Statement,
    /// SQLAlchemy, with nothing but the row in the session.
    Unloaded,
    /// SQLAlchemy, with the collections loaded.
    Loaded,
    /// Django, an instance.
    Instance,
    /// Django, a queryset.
    Queryset,
}

impl Way {
    /// The ways of a side.
    pub fn of(side: Side) -> &'static [Way] {
        match side {
            Side::Sql => &[Way::Statement],
            Side::Sqlalchemy => &[Way::Unloaded, Way::Loaded],
            Side::Django(_) => &[Way::Instance, Way::Queryset],
        }
    }

    /// Its name in the protocol and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Way::Statement => "statement",
            Way::Unloaded => "unloaded",
            Way::Loaded => "loaded",
            Way::Instance => "instance",
            Way::Queryset => "queryset",
        }
    }

    /// How a sentence goes on: "deleting Store 41 through SQLAlchemy with the collections loaded …".
    pub(super) fn words(self) -> &'static str {
        match self {
            Way::Statement => "",
            Way::Unloaded => " with nothing loaded",
            Way::Loaded => " with the collections loaded",
            Way::Instance => " by an instance",
            Way::Queryset => " by a queryset",
        }
    }
}
