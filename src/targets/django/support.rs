//! `database.py`: what the models of an app need and Django has not.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::schema::MemberId;
use crate::target::{DjangoVersion, OnDelete};
use crate::targets::HEADER;
use crate::targets::python::{Code, Imports, statement, string};

use super::app::App;
use super::file::Support;
use super::within;

/// What the template prints: the names of the parts, and what varies within them.
#[derive(Serialize)]
pub(super) struct SupportView {
    header: &'static str,
    imports: String,
    parts: BTreeSet<&'static str>,
    /// Type variables.
    generics: Vec<&'static str>,
    /// Django's classes that take type arguments only while types are checked.
    stubs: Vec<Stub>,
    indexes: Vec<IndexView>,
    /// Whether there is a field that says its column's type.
    columns: bool,
    column_fields: Vec<ColumnView>,
    touched: bool,
    /// Whether a save has returned what the trigger set, as a Python expression.
    returns: &'static str,
    /// `WITHIN = (…)`
    within: String,
    /// Whether only Django 6.1 has to be served.
    native: bool,
    /// Whether Django looks what a delete comes to only when it is asked, and the database deletes.
    looks: bool,
}

/// A class under two names: generic while types are checked, plain at run time.
#[derive(Serialize)]
struct Stub {
    name: String,
    typed: String,
    plain: String,
}

#[derive(Serialize)]
struct IndexView {
    name: &'static str,
    base: String,
    docs: &'static str,
}

#[derive(Serialize)]
struct ColumnView {
    name: &'static str,
    bases: String,
    docs: &'static str,
}

/// What no model names, and the app's users do.
pub(super) fn of_relations(app: &App<'_>) -> Vec<Support> {
    let mut needs = Vec::new();
    if !within::constraints(app).is_empty() {
        needs.push(Support::DeferredWithin);
    }
    let schema = app.schema();
    let orphans =
        app.models().flat_map(|entity| &schema.entities[entity].members).any(
            |member| match member {
                MemberId::Relation(id) => schema.to_one(*id).is_some_and(|one| one.orphan_delete),
                MemberId::Field(_) => false,
            },
        );
    if orphans {
        needs.push(Support::TakeOut);
    }
    needs
}

/// The parts that an app needs.
pub(super) fn view(app: &App<'_>, needs: &BTreeSet<Support>) -> SupportView {
    let mut needs = needs.clone();
    if needs.contains(&Support::RefusableModel) {
        needs.insert(Support::Refusable);
    }
    let has = |support: Support| needs.contains(&support);
    let native = app.options.version == Some(DjangoVersion::V6_1);
    let looks = app.options.on_delete == OnDelete::Database;
    let touched = has(Support::Touched) || has(Support::TouchedNaive);
    let naive = has(Support::NaiveDateTimeField) || has(Support::TouchedNaive);
    let mut parts: BTreeSet<&'static str> = needs.iter().map(|need| need.name()).collect();
    if naive {
        parts.insert(Support::NaiveDateTimeField.name());
    }
    let columns = naive || needs.iter().any(|need| column_base(*need).is_some());

    let mut bases = BTreeSet::new();
    bases.extend(columns.then_some("Field"));
    bases.extend(needs.iter().filter_map(|need| column_base(*need)));
    bases.extend((touched || naive).then_some("DateTimeField"));
    let mut stubs: Vec<Stub> =
        bases.into_iter().map(|base| stub(base, "models", "[Any, Any]")).collect();
    if has(Support::EnumArrayField) {
        stubs.push(stub("ArrayField", "fields", "[Any, Any]"));
    }
    if has(Support::OrderedManyToManyField) {
        stubs.push(Stub {
            name: "_ManyToManyDescriptor".to_owned(),
            typed: "ManyToManyDescriptor[Any]".to_owned(),
            plain: "ManyToManyDescriptor".to_owned(),
        });
    }
    let rows = [Support::Refusable, Support::OrderedLink, Support::TakeOut];
    let mut generics = Vec::new();
    generics.extend(rows.into_iter().any(has).then_some("Row"));
    if has(Support::OrderedManyToManyField) {
        generics.extend(["To", "Through"]);
    }

    let mut imports = Imports::default();
    for &(module, name) in needs.iter().flat_map(|need| imported(*need, native, looks)) {
        import(&mut imports, module, name);
    }
    if naive {
        imports.name("django.utils", "timezone");
        imports.name("zoneinfo", "ZoneInfo");
    }
    if columns {
        imports.name("collections.abc", "Sequence");
    }
    if !stubs.is_empty() {
        imports.name("typing", "TYPE_CHECKING");
        imports.name("typing", "Any");
        imports.name("django.db", "models");
    }
    if has(Support::DecimalColumn) {
        imports.name("django.core.checks", "CheckMessage");
    }
    if touched && app.options.version.is_none() {
        imports.module("django");
    }
    let names = within::constraints(app).iter().map(|name| Code::text(string(name))).collect();
    let within = statement(0, "WITHIN = ", &Code::tuple(names), "");
    let within = within.trim_end().to_owned();
    SupportView {
        header: HEADER,
        imports: imports.render(0).trim_end().to_owned(),
        parts,
        generics,
        stubs,
        indexes: needs.iter().filter_map(|need| index(*need)).collect(),
        columns,
        column_fields: needs.iter().filter_map(|need| column(*need)).collect(),
        touched,
        returns: match app.options.version {
            Some(DjangoVersion::V6_1) => "update_fields is None",
            Some(DjangoVersion::V5_2) => "False",
            None => "django.VERSION >= (6, 0) and update_fields is None",
        },
        within,
        native,
        looks,
    }
}

fn import(imports: &mut Imports, module: &str, name: &str) {
    match name {
        "" => imports.module(module),
        name => imports.name(module, name),
    }
}

fn stub(base: &str, module: &str, arguments: &str) -> Stub {
    let plain = format!("{module}.{base}");
    Stub { name: format!("_{base}"), typed: format!("{plain}{arguments}"), plain }
}

fn index(support: Support) -> Option<IndexView> {
    let (module, docs) = match support {
        Support::Index => ("models", "An index"),
        Support::GinIndex => ("indexes", "A GIN index"),
        Support::GistIndex => ("indexes", "A GiST index"),
        Support::BrinIndex => ("indexes", "A BRIN index"),
        Support::HashIndex => ("indexes", "A hash index"),
        Support::SpGistIndex => ("indexes", "An SP-GiST index"),
        _ => return None,
    };
    let base = format!("{module}.{}", support.name());
    Some(IndexView { name: support.name(), base, docs })
}

/// The field of Django's that a field with a `column_type` is like.
fn column_base(support: Support) -> Option<&'static str> {
    Some(match support {
        Support::Column | Support::NaiveRangeColumn => "Field",
        Support::CharColumn => "CharField",
        Support::DateTimeColumn => "DateTimeField",
        Support::DecimalColumn => "DecimalField",
        Support::DurationColumn => "DurationField",
        Support::EnumColumn | Support::TextColumn => "TextField",
        Support::FloatColumn => "FloatField",
        Support::TimeColumn => "TimeField",
        _ => return None,
    })
}

fn column(support: Support) -> Option<ColumnView> {
    let docs = match support {
        Support::Column => "A column of a type that Django has no field for.",
        Support::CharColumn => "Text of a fixed length.",
        Support::DateTimeColumn => "A time with a zone, to a fraction of a second.",
        Support::DurationColumn => "A span of time, to a fraction of a second.",
        Support::FloatColumn => "A number of four bytes.",
        Support::TextColumn => "Text with rules of its own for what is equal.",
        Support::TimeColumn => "A time of day, with a zone or to a fraction of a second.",
        _ => return None,
    };
    let bases = match column_base(support)? {
        "Field" => "ColumnType".to_owned(),
        base => format!("ColumnType, _{base}"),
    };
    Some(ColumnView { name: support.name(), bases, docs })
}

/// What a part imports.
fn imported(
    support: Support,
    native: bool,
    looks: bool,
) -> &'static [(&'static str, &'static str)] {
    match support {
        Support::Index | Support::Now | Support::GenRandomUuid => &[("django.db", "models")],
        Support::GinIndex
        | Support::GistIndex
        | Support::BrinIndex
        | Support::HashIndex
        | Support::SpGistIndex => &[("django.contrib.postgres", "indexes")],
        Support::Column
        | Support::CharColumn
        | Support::DateTimeColumn
        | Support::DecimalColumn
        | Support::DurationColumn
        | Support::EnumColumn
        | Support::FloatColumn
        | Support::TextColumn
        | Support::NaiveDateTimeField
        | Support::NaiveRangeColumn
        | Support::TimeColumn => &[],
        Support::EnumArrayField => &[("django.contrib.postgres", "fields")],
        Support::JsonColumn => &[("django.db", "models"), ("typing", "Any")],
        Support::Touched | Support::TouchedNaive => &[("django.db.models", "signals")],
        Support::OrderedManyToManyField => &[
            ("collections.abc", "Iterable"),
            ("collections.abc", "Sequence"),
            ("functools", "cached_property"),
            ("typing", "TYPE_CHECKING"),
            ("typing", "Any"),
            ("typing", "TypeVar"),
            ("django.db", "models"),
            ("django.db", "router"),
            ("django.db", "transaction"),
            ("django.db.models.fields.related_descriptors", "ManyToManyDescriptor"),
        ],
        Support::OrderedLink => &[
            ("collections.abc", "Iterable"),
            ("collections.abc", "Sequence"),
            ("typing", "Any"),
            ("typing", "ClassVar"),
            ("typing", "TypeVar"),
            ("django.db", "models"),
            ("django.db", "router"),
            ("django.db", "transaction"),
        ],
        Support::SameParent => &[
            ("collections.abc", "Iterable"),
            ("typing", "Any"),
            ("django.core.exceptions", "NON_FIELD_ERRORS"),
            ("django.core.exceptions", "ValidationError"),
            ("django.db", "models"),
        ],
        Support::ByAlternative => &[
            ("collections.abc", "Mapping"),
            ("typing", "Any"),
            ("django.db.models.deletion", "Collector"),
            ("django.utils.deconstruct", "deconstructible"),
        ],
        Support::CascadeTopDown | Support::ProtectFromOthers => &[
            ("typing", "Any"),
            ("django.db", "models"),
            ("django.db.models.deletion", "Collector"),
        ],
        Support::InDatabase if native && looks => &[
            ("typing", "Any"),
            ("django.db", "models"),
            ("django.db.models.deletion", "Collector"),
            ("django.db.models.deletion", "DatabaseOnDelete"),
            ("django.utils.deconstruct", "deconstructible"),
        ],
        Support::InDatabase if looks => &[
            ("typing", "Any"),
            ("django.db", "models"),
            ("django.db.models.deletion", "Collector"),
            ("django.utils.deconstruct", "deconstructible"),
        ],
        Support::InDatabase => &[
            ("typing", "Any"),
            ("django.db.models.deletion", "Collector"),
            ("django.utils.deconstruct", "deconstructible"),
        ],
        Support::RefusableModel => &[],
        Support::Refusable => &[
            ("collections.abc", "Iterator"),
            ("contextlib", "contextmanager"),
            ("typing", "Any"),
            ("typing", "ClassVar"),
            ("typing", "TypeVar"),
            ("django.db", "IntegrityError"),
            ("django.db", "connections"),
            ("django.db", "models"),
            ("django.db", "router"),
            ("django.db", "transaction"),
            ("django.db.models.deletion", "Collector"),
        ],
        Support::DeferredWithin => &[
            ("collections.abc", "Iterator"),
            ("contextlib", "contextmanager"),
            ("django.db", "DEFAULT_DB_ALIAS"),
            ("django.db", "connections"),
            ("django.db", "transaction"),
        ],
        Support::ArcField
        | Support::LinkField
        | Support::SupertypeField
        | Support::ManyField
        | Support::Split
        | Support::UnionModel
        | Support::UnionQuerySet
        | Support::RefusableUnionQuerySet
        | Support::RowKey
        | Support::KindField => &[],
        Support::TakeOut => {
            &[("collections.abc", "Iterable"), ("typing", "TypeVar"), ("django.db", "models")]
        }
    }
}
