//! What the schema says of the relation that is converted: its alternatives, and where it is stored.

use smol_str::SmolStr;

use crate::naming;
use crate::relational::{ColumnIx, QualifiedName, Table, TableId};
use crate::schema::{EntityId, EntityKind, Multiplicity, RelationId, Strategy, UnionId};
use crate::targets::Program;
use crate::targets::python;

/// A relation, and what it is spelt out as in the database.
#[derive(Debug, Clone)]
pub(super) struct Wanted<'a> {
    pub program: Program<'a>,
    /// The entity that states it, as written.
    pub entity: String,
    /// Its id; where the relation splits it, that of the first part.
    pub source: EntityId,
    /// The relation's name, as written.
    pub relation: SmolStr,
    /// Whether a row may have no target.
    pub optional: bool,
    /// How many rows a target has.
    pub there: Multiplicity,
    /// What the relation is spelt out as: a relation to each alternative, or one to the union's own row.
    pub spelt: Vec<RelationId>,
    pub leads: Leads,
    /// The union, or the only target.
    pub target: String,
    /// `None` where the relation is to no union.
    pub strategy: Option<Strategy>,
    /// The union, where there is one that has rows of its own.
    pub union: Option<UnionId>,
    /// The table with the generic columns.
    pub old: QualifiedName,
    /// The source's table.
    pub table: TableId,
    /// The source's key.
    pub key: Vec<ColumnIx>,
    /// The columns of the source's table that say which target it is: one for each alternative, one to the
    /// union's own row, or the part's only one.
    pub columns: Vec<ColumnIx>,
    /// In the order of the union.
    pub choices: Vec<Choice>,
}

/// How the new columns lead to a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leads {
    /// They refer to it.
    Straight,
    /// They refer to the union's own row, which refers to it.
    ToLink,
    /// They refer to the union's own row, to which it refers.
    ToBase,
}

/// An alternative, as rows refer to it.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    pub entity: EntityId,
    /// The entity's name.
    pub name: String,
    pub table: TableId,
    /// Its key, which object ids are.
    pub key: ColumnIx,
    /// The column of its table that the new columns refer to: its key, unless the relation says `by`. Under
    /// `supertype` and `inheritance` its reference to the union's own row.
    pub referred: ColumnIx,
    /// Under `link`, the column of the union's own row that refers to it.
    pub from_row: Option<ColumnIx>,
    /// What ties it to the union's own row.
    pub tie: Option<RelationId>,
    /// Where the relation splits its entity, the part of those rows that refer to this alternative.
    pub part: Option<Part>,
}

/// A part of what is split.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub entity: EntityId,
    pub table: TableId,
    /// Its column that refers to the alternative.
    pub column: ColumnIx,
}

impl<'a> Wanted<'a> {
    /// The source's table.
    pub(super) fn source(&self) -> &'a Table {
        &self.program.database.tables[self.table]
    }

    /// The table of the union's own rows.
    pub(super) fn row(&self) -> Option<TableId> {
        let row = self.union.and_then(|union| self.program.schema.unions[union].row);
        row.map(|row| self.program.layout.table(row))
    }

    /// Whether the rows go to tables of their own.
    pub(super) fn splits(&self) -> bool {
        self.choices.iter().any(|choice| choice.part.is_some())
    }

    /// Whether alternatives take their keys from the union.
    pub(super) fn inherits(&self) -> bool {
        self.strategy == Some(Strategy::Inheritance)
    }

    /// The relations by which alternatives refer to the union's own row: under `supertype` and `inheritance`.
    pub(super) fn ties(&self) -> Vec<RelationId> {
        match self.leads {
            Leads::Straight | Leads::ToLink => Vec::new(),
            Leads::ToBase => self.choices.iter().filter_map(|choice| choice.tie).collect(),
        }
    }

    /// The names of the foreign keys to the union's own row: the relation's own, and those of the ties.
    pub(super) fn references_to_row(&self) -> Vec<&'a str> {
        let Program { schema, database, layout } = self.program;
        let all = self.spelt.iter().copied().chain(self.ties());
        let names = all.filter_map(|relation| {
            let table = layout.table(schema.relations[relation].source);
            let place = layout.relation(relation)?;
            Some(database.tables[table].foreign_keys.get(place.foreign_key)?.name.as_str())
        });
        names.collect()
    }

    /// `Task.owner`
    pub(super) fn name(&self) -> String {
        format!("{}.{}", self.entity, self.relation)
    }

    /// `Person | Group as arc`; of a relation that is to no union, `Person`.
    pub(super) fn spelt_out(&self) -> String {
        let names: Vec<&str> = self.choices.iter().map(|choice| choice.name.as_str()).collect();
        let names = names.join(" | ");
        self.strategy.map_or(names.clone(), |strategy| format!("{names} as {}", strategy.name()))
    }

    /// The name of a column of a table.
    pub(super) fn column(&self, table: TableId, column: ColumnIx) -> &'a str {
        &self.program.database.tables[table].columns[column].name
    }

    /// The names of the new columns of the source's table.
    pub(super) fn column_names(&self) -> Vec<&'a str> {
        self.columns.iter().map(|&column| self.column(self.table, column)).collect()
    }

    /// The app and the model that Django calls an entity by, lower case, in the order in which to look for
    /// them: what the file says, the module and the entity, and the two that make its table's name.
    pub(super) fn models(&self, entity: EntityId) -> Vec<(String, String)> {
        let Program { schema, database, layout } = self.program;
        let definition = &schema.entities[entity];
        let mut models = Vec::new();
        let said = definition.django_model.as_deref().and_then(|model| model.split_once('.'));
        if let Some((app, model)) = said.filter(|(app, _)| *app != "settings") {
            models.push((app.to_owned(), model.to_lowercase()));
        }
        if definition.kind != EntityKind::External {
            let app = python::attribute(&schema.modules[definition.module].name);
            models.push((app, python::class(&definition.name).to_lowercase()));
        }
        let table = &database.tables[layout.table(entity)].name.name;
        let parts = table.match_indices('_').map(|(at, _)| (&table[..at], &table[at + 1..]));
        models.extend(parts.map(|(app, model)| (app.to_owned(), model.to_owned())));
        models
    }
}

/// A relation's name in the names of what is made for it.
pub(super) fn snake(wanted: &Wanted<'_>) -> String {
    naming::snake(&wanted.relation)
}
