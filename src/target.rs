//! The targets, and what a project may say about each.

/// Something that Trine generates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// PostgreSQL DDL.
    Postgres,
    /// A package of SQLAlchemy models.
    Sqlalchemy,
    /// Django apps.
    Django,
}

impl Target {
    /// Every target.
    pub const ALL: &'static [Target] = &[Target::Postgres, Target::Sqlalchemy, Target::Django];

    /// Its name, as in `@django(…)`, `--target django` and `[django]`.
    pub fn name(self) -> &'static str {
        match self {
            Target::Postgres => "postgres",
            Target::Sqlalchemy => "sqlalchemy",
            Target::Django => "django",
        }
    }
}

/// What to generate, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// The targets that are on.
    pub targets: Vec<Target>,
    /// For SQLAlchemy.
    pub sqlalchemy: SqlalchemyOptions,
    /// For Django.
    pub django: DjangoOptions,
    /// `[slots]`: the alternative of each union that is stored as a slot.
    pub slots: Vec<Slot>,
}

/// `tracker.Owner = "Person"`, in `[slots]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The union's module.
    pub module: String,
    /// The union.
    pub union: String,
    /// The alternative, as the union names it.
    pub alternative: String,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            targets: Target::ALL.to_vec(),
            sqlalchemy: SqlalchemyOptions::default(),
            django: DjangoOptions::default(),
            slots: Vec::new(),
        }
    }
}

/// `[sqlalchemy]`
#[derive(Debug, Clone)]
pub struct SqlalchemyOptions {
    /// The Python package; `models` by default.
    pub package: String,
    /// `lazy=` of every relationship; `raise` by default, which serves sync and async alike.
    pub lazy: String,
}

impl SqlalchemyOptions {
    /// What `lazy` may say: every way to load that serves both single relations and collections.
    pub const LAZY: &'static [&'static str] =
        &["raise", "raise_on_sql", "select", "selectin", "joined", "subquery", "immediate"];
}

impl Default for SqlalchemyOptions {
    fn default() -> Self {
        SqlalchemyOptions { package: "models".to_owned(), lazy: "raise".to_owned() }
    }
}

/// `[django]`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DjangoOptions {
    /// The only version to run on; without it, the code runs on 5.2 and 6.1 alike.
    pub version: Option<DjangoVersion>,
    /// Who carries out a delete rule.
    pub on_delete: OnDelete,
}

/// A Django version that Trine knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DjangoVersion {
    /// 5.2 LTS
    V5_2,
    /// 6.1
    V6_1,
}

impl DjangoVersion {
    /// Every version.
    pub const ALL: &'static [DjangoVersion] = &[DjangoVersion::V5_2, DjangoVersion::V6_1];

    /// Its name, as in `version = "6.1"`.
    pub fn name(self) -> &'static str {
        match self {
            DjangoVersion::V5_2 => "5.2",
            DjangoVersion::V6_1 => "6.1",
        }
    }
}

/// Who carries out a delete rule under Django.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum OnDelete {
    /// Django's collector: signals, and the admin's list of what goes with it.
    #[default]
    Python,
    /// The database: one statement.
    Database,
}

impl OnDelete {
    /// Both.
    pub const ALL: &'static [OnDelete] = &[OnDelete::Python, OnDelete::Database];

    /// Its name, as in `on_delete = "database"`.
    pub fn name(self) -> &'static str {
        match self {
            OnDelete::Python => "python",
            OnDelete::Database => "database",
        }
    }
}
