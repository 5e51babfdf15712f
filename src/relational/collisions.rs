//! E0601: names that collide in the database, by PostgreSQL's own name spaces.
//!
//! In one schema, tables, indexes (those of keys, UNIQUEs and EXCLUDEs too) and sequences share a space
//! (`pg_class`), and tables and enum types another (`pg_type`); an array type `_name` makes way for whoever
//! wants its name. Functions have a space of their own, and so has each table for its columns, its
//! constraints (a constraint trigger is one) and its triggers.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{EntityId, EntityKind, MemberId, Schema};
use crate::source::Span;

use super::{
    CheckOrigin, ColumnOrigin, Database, IndexOrigin, Layout, TableId, TriggerOrigin,
    TriggerTiming, UniqueOrigin, names,
};

/// PostgreSQL's own columns; no table can have another one of these names.
const SYSTEM_COLUMNS: [&str; 6] = ["cmax", "cmin", "ctid", "tableoid", "xmax", "xmin"];

/// Finds every collision; the second of two is the one that is reported.
pub(super) fn find(schema: &Schema, database: &Database, layout: &Layout) -> Vec<Diagnostic> {
    let mut found =
        Collisions { schema, database, layout, spaces: HashMap::new(), diagnostics: Vec::new() };
    found.enum_types();
    for table in database.tables.ids() {
        found.table(table);
    }
    found.diagnostics
}

/// A name space.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Space {
    /// Tables, indexes and sequences of a schema.
    Relations(SmolStr),
    /// Types of a schema.
    Types(SmolStr),
    /// Functions of a schema.
    Functions(SmolStr),
    /// Columns of a table.
    Columns(TableId),
    /// Constraints of a table.
    Constraints(TableId),
    /// Triggers of a table.
    Triggers(TableId),
}

impl Space {
    fn place(&self) -> &'static str {
        match self {
            Space::Relations(_) => {
                "PostgreSQL keeps tables, indexes and sequences of a schema in one name space; a key, a UNIQUE and an EXCLUDE each make an index"
            }
            Space::Types(_) => {
                "PostgreSQL makes a type for every table, in the name space of the enum types"
            }
            Space::Functions(_) => {
                "each trigger has a function of its name, and a schema has one name space for functions"
            }
            Space::Columns(_) => "a table has one name space for its columns",
            Space::Constraints(_) => "a table has one name space for its constraints",
            Space::Triggers(_) => "a table has one name space for its triggers",
        }
    }
}

/// Something that has a name.
#[derive(Debug, Clone)]
struct Named {
    /// What it is, for people: "the table of `Banner`".
    what: String,
    span: Span,
    /// How the file can give it another name, if it can.
    rename: Option<&'static str>,
}

struct Collisions<'a> {
    schema: &'a Schema,
    database: &'a Database,
    layout: &'a Layout,
    spaces: HashMap<(Space, SmolStr), Named>,
    diagnostics: Vec<Diagnostic>,
}

impl Collisions<'_> {
    /// Takes a name; false when something else has it.
    fn claim(&mut self, space: Space, name: &SmolStr, named: &Named) -> bool {
        let note = space.place();
        let Some(other) = self.spaces.get(&(space.clone(), name.clone())) else {
            self.spaces.insert((space, name.clone()), named.clone());
            return true;
        };
        let mut diagnostic = Diagnostic::new(
            Code::E0601,
            named.span,
            format!(
                "{} and {} would both be called `{name}` in the database",
                other.what, named.what
            ),
            format!("{}: `{name}`", named.what),
        )
        .also(other.span, format!("{}: `{name}`", other.what))
        .note(note);
        diagnostic.help = match (named.rename, other.rename) {
            (Some(rename), _) => Some(format!("give {} another name with {rename}", named.what)),
            (None, Some(rename)) => Some(format!("give {} another name with {rename}", other.what)),
            (None, None) => None,
        };
        self.diagnostics.push(diagnostic);
        false
    }

    fn enum_types(&mut self) {
        for (id, place) in self.schema.enums.ids().zip(&self.layout.enum_types) {
            let Some(place) = place else { continue };
            let stated = &self.schema.enums[id];
            let ty = &self.database.enum_types[*place].name;
            let named = Named {
                what: format!("the type of enum `{}`", stated.name),
                span: stated.span,
                rename: None,
            };
            self.claim(Space::Types(schema_of(&ty.schema)), &ty.name, &named);
        }
    }

    fn table(&mut self, id: TableId) {
        let table = &self.database.tables[id];
        let entity = self.layout.origins(id).entity;
        let schema = schema_of(&table.name.schema);
        let named = self.named_table(entity);
        // What lies in a table whose name is taken collides with it; once is enough.
        if !self.claim(Space::Relations(schema.clone()), &table.name.name, &named)
            || !self.claim(Space::Types(schema.clone()), &table.name.name, &named)
        {
            return;
        }
        self.columns(id, entity);
        if table.external {
            return;
        }
        self.indexes(id, entity, &schema);
        self.checks_and_references(id, entity);
        self.triggers(id, entity, &schema);
    }

    fn named_table(&self, entity: EntityId) -> Named {
        let stated = &self.schema.entities[entity];
        let (what, rename) = match stated.kind {
            EntityKind::Declared | EntityKind::External => {
                (format!("the table of `{}`", stated.name), "`table \"…\"`")
            }
            EntityKind::Link { relation, .. } => {
                let relation = &self.schema.relations[relation].name;
                (format!("the link table of `{relation}`"), "`through NAME`")
            }
        };
        Named { what, span: stated.span, rename: Some(rename) }
    }

    fn columns(&mut self, id: TableId, entity: EntityId) {
        let table = &self.database.tables[id];
        for (column, origin) in table.columns.iter().zip(&self.layout.origins(id).columns) {
            let (member, rename) = match *origin {
                ColumnOrigin::Field(field) => (MemberId::Field(field), Some("`column \"…\"`")),
                ColumnOrigin::Relation(relation) => {
                    (MemberId::Relation(relation), Some("`column \"…\"`"))
                }
                ColumnOrigin::SharedParent(relation) => (MemberId::Relation(relation), None),
            };
            let stated = &self.schema.entities[entity].name;
            let name = self.schema.member_name(member);
            let named = Named {
                what: format!("the column of `{stated}.{name}`"),
                span: self.member_span(member),
                rename,
            };
            if SYSTEM_COLUMNS.contains(&column.name.as_str()) {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::E0601,
                        named.span,
                        format!("`{}` is a column that PostgreSQL gives every table", column.name),
                        format!("{}: `{}`", named.what, column.name),
                    )
                    .help("give the column another name with `column \"…\"`"),
                );
            }
            self.claim(Space::Columns(id), &column.name, &named);
        }
    }

    /// Everything that makes an index or a sequence.
    fn indexes(&mut self, id: TableId, entity: EntityId, schema: &SmolStr) {
        let table = &self.database.tables[id];
        let stated = &self.schema.entities[entity];
        let origins = self.layout.origins(id);
        let relations = Space::Relations(schema.clone());
        let constraints = Space::Constraints(id);
        if let Some(key) = &table.primary_key {
            let named = Named {
                what: format!("the primary key of `{}`", stated.name),
                ..self.named_table(entity)
            };
            let _ = self.claim(relations.clone(), &key.name, &named)
                && self.claim(constraints.clone(), &key.name, &named);
        }
        for (unique, origin) in table.uniques.iter().zip(&origins.uniques) {
            let named = self.named_unique(entity, *origin);
            let _ = self.claim(relations.clone(), &unique.name, &named)
                && self.claim(constraints.clone(), &unique.name, &named);
        }
        for (exclude, origin) in table.excludes.iter().zip(&stated.excludes) {
            let named = Named {
                what: format!("an EXCLUDE of `{}`", stated.name),
                span: origin.span,
                rename: Some("`as NAME`"),
            };
            let _ = self.claim(relations.clone(), &exclude.name, &named)
                && self.claim(constraints.clone(), &exclude.name, &named);
        }
        for (index, origin) in table.indexes.iter().zip(&origins.indexes) {
            let named = match *origin {
                IndexOrigin::Declared(nth) => Named {
                    what: format!("an index of `{}`", stated.name),
                    span: stated.indexes[nth].span,
                    rename: Some("`as NAME`"),
                },
                IndexOrigin::Unique(nth) => self.named_unique(entity, UniqueOrigin::Declared(nth)),
                IndexOrigin::ForeignKey(relation) => {
                    self.named_member(entity, MemberId::Relation(relation), "the index of")
                }
            };
            self.claim(relations.clone(), &index.name, &named);
        }
        for (column, origin) in table.columns.iter().zip(&origins.columns) {
            if let (true, ColumnOrigin::Field(field)) = (column.identity, origin) {
                let name = names::identity_sequence(&table.name.name, &column.name);
                let named = self.named_member(entity, MemberId::Field(*field), "the sequence of");
                let named = Named { rename: Some("`table \"…\"`"), ..named };
                self.claim(relations.clone(), &name, &named);
            }
        }
    }

    fn checks_and_references(&mut self, id: TableId, entity: EntityId) {
        let table = &self.database.tables[id];
        let stated = &self.schema.entities[entity];
        let origins = self.layout.origins(id);
        for (check, origin) in table.checks.iter().zip(&origins.checks) {
            let named = match *origin {
                CheckOrigin::Declared(nth) => Named {
                    what: format!("a CHECK of `{}`", stated.name),
                    span: stated.checks[nth].span,
                    rename: Some("`as NAME`"),
                },
                CheckOrigin::EnumValues(field) => {
                    self.named_member(entity, MemberId::Field(field), "the CHECK of")
                }
                CheckOrigin::HalfNull(relation) => {
                    self.named_member(entity, MemberId::Relation(relation), "the CHECK of")
                }
            };
            self.claim(Space::Constraints(id), &check.name, &named);
        }
        for (key, &relation) in table.foreign_keys.iter().zip(&origins.foreign_keys) {
            let named =
                self.named_member(entity, MemberId::Relation(relation), "the foreign key of");
            self.claim(Space::Constraints(id), &key.name, &named);
        }
    }

    fn triggers(&mut self, id: TableId, entity: EntityId, schema: &SmolStr) {
        let table = &self.database.tables[id];
        for (trigger, origin) in table.triggers.iter().zip(&self.layout.origins(id).triggers) {
            let named = match *origin {
                TriggerOrigin::Touch => Named {
                    what: format!(
                        "the trigger of `on update now()` in `{}`",
                        self.schema.entities[entity].name
                    ),
                    ..self.named_table(entity)
                },
                TriggerOrigin::SharedParent => Named {
                    what: "the trigger of a link's shared parent".to_owned(),
                    ..self.named_table(entity)
                },
                TriggerOrigin::Bound(relation) => {
                    let source = self.schema.relations[relation].source;
                    self.named_member(source, MemberId::Relation(relation), "the bound of")
                }
            };
            let claimed = self.claim(Space::Triggers(id), &trigger.name, &named)
                && self.claim(Space::Functions(schema.clone()), &trigger.function.name, &named);
            if claimed && trigger.timing == TriggerTiming::DeferredConstraint {
                self.claim(Space::Constraints(id), &trigger.name, &named);
            }
        }
    }

    fn named_unique(&self, entity: EntityId, origin: UniqueOrigin) -> Named {
        let stated = &self.schema.entities[entity];
        match origin {
            UniqueOrigin::Declared(nth) => Named {
                what: format!("a UNIQUE of `{}`", stated.name),
                span: stated.uniques[nth].span,
                rename: Some("`as NAME`"),
            },
            UniqueOrigin::OneToOne(relation) => {
                self.named_member(entity, MemberId::Relation(relation), "the UNIQUE of")
            }
            UniqueOrigin::WithinTarget(relation) => {
                let source = self.schema.relations[relation].source;
                self.named_member(source, MemberId::Relation(relation), "the UNIQUE for")
            }
            UniqueOrigin::LinkEnds | UniqueOrigin::LinkPosition => Named {
                what: format!("a UNIQUE of the link `{}`", stated.name),
                ..self.named_table(entity)
            },
        }
    }

    fn named_member(&self, entity: EntityId, member: MemberId, of: &str) -> Named {
        let (stated, name) = (&self.schema.entities[entity].name, self.schema.member_name(member));
        Named {
            what: format!("{of} `{stated}.{name}`"),
            span: self.member_span(member),
            rename: None,
        }
    }

    fn member_span(&self, member: MemberId) -> Span {
        match member {
            MemberId::Field(field) => self.schema.fields[field].span,
            MemberId::Relation(relation) => self.schema.relations[relation].span,
        }
    }
}

fn schema_of(schema: &Option<SmolStr>) -> SmolStr {
    schema.clone().unwrap_or_else(|| SmolStr::new_static("public"))
}
