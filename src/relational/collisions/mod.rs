//! E0601: names that collide in the database, by PostgreSQL's own name spaces.
//!
//! In one schema, tables, indexes (those of keys, UNIQUEs and EXCLUDEs too) and sequences share a space
//! (`pg_class`), and tables and enum types another (`pg_type`); an array type `_name` makes way for whoever
//! wants its name. Functions have a space of their own, and so has each table for its columns, its
//! constraints (a constraint trigger is one) and its triggers.

mod words;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{EntityId, Schema};

use self::words::Thing;
use super::{CheckOrigin, ColumnOrigin, Database, Layout, TableId, TriggerTiming, names};

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
    fn reason(&self) -> &'static str {
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

struct Collisions<'a> {
    schema: &'a Schema,
    database: &'a Database,
    layout: &'a Layout,
    spaces: HashMap<(Space, SmolStr), Thing>,
    diagnostics: Vec<Diagnostic>,
}

impl Collisions<'_> {
    /// Takes a name; false when something else has it.
    fn claim(&mut self, space: Space, name: &SmolStr, thing: Thing) -> bool {
        let reason = space.reason();
        let other = match self.spaces.entry((space, name.clone())) {
            Entry::Vacant(free) => {
                free.insert(thing);
                return true;
            }
            Entry::Occupied(taken) => *taken.get(),
        };
        let (this, other) = (self.words(thing), self.words(other));
        let message = format!(
            "{} and {} would both be called `{name}` in the database",
            other.what, this.what
        );
        let mut diagnostic =
            Diagnostic::new(Code::E0601, this.span, message, format!("{}: `{name}`", this.what))
                .also(other.span, format!("{}: `{name}`", other.what))
                .note(reason);
        let way_out = match (this.rename, other.rename) {
            (Some(rename), _) => Some((this.what, rename)),
            (None, Some(rename)) => Some((other.what, rename)),
            (None, None) => None,
        };
        diagnostic.help =
            way_out.map(|(what, rename)| format!("give {what} another name with {rename}"));
        if let Thing::Check(entity, CheckOrigin::Declared(nth)) = thing {
            let check = &self.schema.entities[entity].checks[nth];
            if check.name.is_none() {
                let title = format!("call it `{name}_2`");
                diagnostic = diagnostic.fix(title, check.span.at_end(), format!(" as {name}_2"));
            }
        }
        self.diagnostics.push(diagnostic);
        false
    }

    /// Takes the name of a constraint that has an index.
    fn claim_with_index(&mut self, id: TableId, schema: &SmolStr, name: &SmolStr, thing: Thing) {
        if self.claim(Space::Relations(schema.clone()), name, thing) {
            self.claim(Space::Constraints(id), name, thing);
        }
    }

    fn enum_types(&mut self) {
        for (id, place) in self.schema.enums.ids().zip(&self.layout.enum_types) {
            let Some(place) = place else { continue };
            let ty = &self.database.enum_types[*place].name;
            self.claim(Space::Types(schema_of(&ty.schema)), &ty.name, Thing::EnumType(id));
        }
    }

    fn table(&mut self, id: TableId) {
        let table = &self.database.tables[id];
        let entity = self.layout.origins(id).entity;
        let schema = schema_of(&table.name.schema);
        let thing = Thing::Table(entity);
        // What lies in a table whose name is taken collides with it; once is enough.
        if !self.claim(Space::Relations(schema.clone()), &table.name.name, thing)
            || !self.claim(Space::Types(schema.clone()), &table.name.name, thing)
        {
            return;
        }
        self.columns(id, entity);
        if !table.external {
            self.indexes(id, entity, &schema);
            self.checks_and_references(id, entity);
            self.triggers(id, entity, &schema);
        }
    }

    fn columns(&mut self, id: TableId, entity: EntityId) {
        let table = &self.database.tables[id];
        for (column, &origin) in table.columns.iter().zip(&self.layout.origins(id).columns) {
            let thing = Thing::Column(entity, origin);
            if SYSTEM_COLUMNS.contains(&column.name.as_str()) {
                let words = self.words(thing);
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::E0601,
                        words.span,
                        format!("`{}` is a column that PostgreSQL gives every table", column.name),
                        format!("{}: `{}`", words.what, column.name),
                    )
                    .help("give the column another name with `column \"…\"`"),
                );
            }
            self.claim(Space::Columns(id), &column.name, thing);
        }
    }

    /// Everything that makes an index or a sequence.
    fn indexes(&mut self, id: TableId, entity: EntityId, schema: &SmolStr) {
        let table = &self.database.tables[id];
        let origins = self.layout.origins(id);
        if let Some(key) = &table.primary_key {
            self.claim_with_index(id, schema, &key.name, Thing::Key(entity));
        }
        for (unique, &origin) in table.uniques.iter().zip(&origins.uniques) {
            self.claim_with_index(id, schema, &unique.name, Thing::Unique(entity, origin));
        }
        for (nth, exclude) in table.excludes.iter().enumerate() {
            self.claim_with_index(id, schema, &exclude.name, Thing::Exclude(entity, nth));
        }
        for (index, &origin) in table.indexes.iter().zip(&origins.indexes) {
            let thing = Thing::Index(entity, origin);
            self.claim(Space::Relations(schema.clone()), &index.name, thing);
        }
        for (column, &origin) in table.columns.iter().zip(&origins.columns) {
            if let (Some(_), ColumnOrigin::Field(field)) = (column.identity, origin) {
                let name = names::identity_sequence(&table.name.name, &column.name);
                let thing = Thing::Sequence(entity, field);
                self.claim(Space::Relations(schema.clone()), &name, thing);
            }
        }
    }

    fn checks_and_references(&mut self, id: TableId, entity: EntityId) {
        let table = &self.database.tables[id];
        let origins = self.layout.origins(id);
        for (check, &origin) in table.checks.iter().zip(&origins.checks) {
            self.claim(Space::Constraints(id), &check.name, Thing::Check(entity, origin));
        }
        for (key, &relation) in table.foreign_keys.iter().zip(&origins.foreign_keys) {
            self.claim(Space::Constraints(id), &key.name, Thing::ForeignKey(entity, relation));
        }
    }

    fn triggers(&mut self, id: TableId, entity: EntityId, schema: &SmolStr) {
        let table = &self.database.tables[id];
        for (trigger, &origin) in table.triggers.iter().zip(&self.layout.origins(id).triggers) {
            let thing = Thing::Trigger(entity, origin);
            let function = &trigger.function.name;
            let free = self.claim(Space::Triggers(id), &trigger.name, thing)
                && self.claim(Space::Functions(schema.clone()), function, thing);
            if free && matches!(trigger.timing, TriggerTiming::Constraint(_)) {
                self.claim(Space::Constraints(id), &trigger.name, thing);
            }
        }
    }
}

fn schema_of(schema: &Option<SmolStr>) -> SmolStr {
    schema.clone().unwrap_or_else(|| SmolStr::new_static("public"))
}
