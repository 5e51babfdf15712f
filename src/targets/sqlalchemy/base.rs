//! The file that holds what all modules share. It has only what this program needs.

use std::collections::HashSet;

use serde::Serialize;

use crate::ddl;
use crate::quoting::quote_literal;
use crate::relational::{Deferrability, QualifiedName, Sql};
use crate::schema::{EntityKind, RelationId};
use crate::targets::HEADER;
use crate::targets::python::{Code, Imports, statement, string};

use super::plan::Plan;
use super::scope::Scope;
use super::table_args::sql_text;
use super::types::type_code;

/// What the base's template prints.
#[derive(Debug, Serialize)]
pub(super) struct BaseView {
    header: &'static str,
    imports: String,
    /// Whether classes inherit from the row of a union, or from a class over the parts of an entity.
    heirs: bool,
    external: bool,
    enums: bool,
    native_enums: bool,
    raw_types: bool,
    attachments: bool,
    /// Whether a collection leads through the class of its links.
    links: bool,
    /// Whether one leads there from a module that the links' own module needs in order to load.
    late_links: bool,
    ordered: bool,
    /// Whether what is taken out of a collection is deleted, and not what is in it with its owner.
    unlinked: bool,
    /// Whether the same is true of a row that is the only one.
    replaced: bool,
    /// Whether rows may refer to each other in a circle of which a flush can leave nothing for later.
    circles: bool,
    /// The constant that lists the constraints which the `within` helpers defer.
    within: Option<String>,
    /// A tuple of the statements that go before every table.
    preparations: Option<String>,
    /// A tuple of the comments on enum types.
    type_comments: Option<String>,
}

impl BaseView {
    /// The names of the base that a user needs, in no particular order.
    pub fn exports(&self) -> Vec<&'static str> {
        let mut names = vec!["Base", "metadata"];
        if self.within.is_some() {
            names.extend(["async_reparenting", "reparenting"]);
        }
        names
    }
}

pub(super) fn base_view(plan: &Plan<'_>) -> BaseView {
    let schema = plan.schema();
    let database = plan.program.database;
    let types = scope_of_types(plan);
    let brings = |class: &str| types.imports(&plan.base_module(), class);
    let outlives = |one: bool| {
        schema.relations.ids().any(|relation| {
            let is_one = schema.to_one(relation).is_some_and(|to_one| to_one.one_to_one);
            is_one == one && plan.outlives(relation) && plan.inverse_attribute(relation).is_some()
        })
    };
    let mut view = BaseView {
        header: HEADER,
        imports: String::new(),
        heirs: !schema.splits.is_empty()
            || schema.entities.ids().any(|entity| plan.inherited(entity).is_some()),
        external: schema.entities.values().iter().any(|found| found.kind == EntityKind::External),
        enums: brings("EnumValue"),
        native_enums: !database.enum_types.is_empty(),
        raw_types: brings("RawType"),
        attachments: database.tables.values().iter().any(|table| !table.triggers.is_empty()),
        links: schema.relations.ids().any(|relation| leads_through_links(plan, relation))
            || !schema.union_links.is_empty(),
        late_links: schema.relations.ids().any(|relation| is_linked_late(plan, relation))
            || plan.has_late_union_links(),
        ordered: plan.link_ends.values().any(Option::is_some),
        unlinked: outlives(false) || !schema.union_links.is_empty(),
        replaced: outlives(true),
        circles: !plan.order.left.is_empty(),
        within: within(plan),
        preparations: preparations(plan),
        type_comments: type_comments(plan),
    };
    view.imports = imports(&view).render(0);
    view
}

/// Whether an end of a many-to-many relation sees the class of its links, and reaches through them.
fn leads_through_links(plan: &Plan<'_>, relation: RelationId) -> bool {
    plan.schema().many_to_many(relation).is_some_and(|many| {
        let seen = |end| plan.inverse_attribute(end).is_some();
        let both_ways = seen(many.target_end) && plan.inverse_attribute(relation).is_some();
        !plan.is_secondary(many.link) && (seen(many.source_end) || both_ways)
    })
}

fn is_linked_late(plan: &Plan<'_>, relation: RelationId) -> bool {
    let schema = plan.schema();
    let found = &schema.relations[relation];
    leads_through_links(plan, relation)
        && schema.many_to_many(relation).is_some_and(|many| {
            let link = schema.entities[many.link].module;
            let ends = [found.source, found.target].map(|end| schema.entities[end].module);
            ends.into_iter().any(|end| plan.is_tangled(link, end))
        })
}

/// What the types of all columns import: which of the base's own types they need.
fn scope_of_types(plan: &Plan<'_>) -> Scope {
    let types: HashSet<_> = plan.schema().fields.values().iter().map(|field| &field.ty).collect();
    let mut scope = Scope::default();
    for ty in types {
        type_code(ty, false, plan, &mut scope);
    }
    scope
}

/// `SHARED_PARENTS = ("a", "b")`
fn within(plan: &Plan<'_>) -> Option<String> {
    let tables = plan.program.database.tables.values();
    let names: Vec<String> = tables
        .iter()
        .flat_map(|table| {
            table
                .foreign_keys
                .iter()
                .filter(|key| key.deferrability == Deferrability::InitiallyImmediate)
                .map(|key| {
                    let schema = table.name.schema.clone();
                    QualifiedName { schema, name: key.name.clone() }.quoted()
                })
        })
        .map(|name| sql_text(&Sql(name)))
        .collect();
    if names.is_empty() {
        return None;
    }
    let value = Code::tuple(names.into_iter().map(Code::text).collect());
    Some(statement(0, "SHARED_PARENTS = ", &value, ""))
}

fn preparations(plan: &Plan<'_>) -> Option<String> {
    let database = plan.program.database;
    let schemas = database.schemas.iter().map(|name| ddl::create_schema(name));
    let extensions = database.extensions.iter().map(|name| ddl::create_extension(name));
    statements(extensions.chain(schemas))
}

fn type_comments(plan: &Plan<'_>) -> Option<String> {
    statements(plan.program.database.enum_types.iter().filter_map(|ty| {
        let comment = ty.comment.as_ref()?;
        Some(format!("COMMENT ON TYPE {} IS {}", ty.name.quoted(), quote_literal(comment)))
    }))
}

/// The tuple of a `for` loop. A statement of `DDL` reads `%` as a placeholder, unless it is doubled.
fn statements(statements: impl Iterator<Item = String>) -> Option<String> {
    let items: Vec<Code> =
        statements.map(|sql| Code::text(string(&sql.replace('%', "%%")))).collect();
    if items.is_empty() {
        return None;
    }
    let mut out = String::new();
    Code::tuple(items).write(&mut out, 0, "for statement in ".len(), 1);
    Some(out)
}

fn imports(view: &BaseView) -> Imports {
    let mut imports = Imports::default();
    let mut from = |module: &str, names: &[&str]| {
        for name in names {
            imports.name(module, name);
        }
    };
    from("collections.abc", &["Iterable"]);
    from("typing", &["Any"]);
    from("sqlalchemy.orm", &["DeclarativeBase", "declared_attr"]);
    if view.heirs {
        from("typing", &["ClassVar"]);
    }
    if view.external {
        from("sqlalchemy", &["MetaData"]);
    }
    if view.enums {
        from("typing", &["TypeVar"]);
        from("operator", &["attrgetter"]);
        from("enum", &["Enum"]);
        from("sqlalchemy", &["Dialect", "Text"]);
        from("sqlalchemy.types", &["TypeDecorator", "TypeEngine"]);
    }
    if view.native_enums {
        from("enum", &["Enum"]);
    }
    if view.raw_types {
        from("sqlalchemy", &["BindParameter", "ColumnElement", "Text", "cast", "type_coerce"]);
        from("sqlalchemy.types", &["UserDefinedType"]);
    }
    if view.attachments {
        from("collections.abc", &["Sequence"]);
        from("sqlalchemy", &["DDL", "FromClause", "event"]);
    }
    if view.links {
        from("sqlalchemy.ext.associationproxy", &["AssociationProxy"]);
        from("typing", &["TypeVar"]);
    }
    if view.late_links {
        from("importlib", &["import_module"]);
    }
    if view.ordered {
        from("collections.abc", &["Sequence"]);
        from("sqlalchemy.ext.orderinglist", &["OrderingList"]);
        from("sqlalchemy", &["Connection", "event", "func", "select"]);
        from("sqlalchemy.orm", &["Mapper"]);
    }
    if view.unlinked || view.replaced {
        from("sqlalchemy", &["event", "inspect"]);
        from("sqlalchemy.orm", &["InstrumentedAttribute", "object_session"]);
    }
    if view.circles {
        from("sqlalchemy", &["event", "inspect"]);
        from("sqlalchemy.orm", &["InstanceState", "Session", "UOWTransaction"]);
    }
    if view.within.is_some() {
        from("collections.abc", &["AsyncIterator", "Iterator"]);
        from("contextlib", &["asynccontextmanager", "contextmanager"]);
        from("sqlalchemy", &["text"]);
        from("sqlalchemy.ext.asyncio", &["AsyncSession"]);
        from("sqlalchemy.orm", &["Session"]);
    }
    if view.preparations.is_some() || view.type_comments.is_some() {
        from("sqlalchemy", &["DDL", "event"]);
    }
    imports
}
