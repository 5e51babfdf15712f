//! What the schema says of the relation that is converted: its alternatives, and where it is stored.

use crate::diagnostics::nearest;
use crate::live::Problem;
use crate::naming;
use crate::relational::{ColumnIx, Table, TableId};
use crate::schema::{
    EntityId, EntityKind, RelationId, Schema, Stored, Strategy, Union, UnionRelation,
    UnionRelationId,
};
use crate::targets::Program;
use crate::targets::python;

/// A relation to a union, and what it is spelt out as in the database.
#[derive(Debug, Clone)]
pub(super) struct Wanted<'a> {
    pub program: Program<'a>,
    pub relation: &'a UnionRelation,
    pub union: &'a Union,
    /// The source's table.
    pub table: TableId,
    /// The source's key.
    pub key: Vec<ColumnIx>,
    /// The columns of the source's table that say which target it is: one for each alternative, or one to
    /// the union's own row.
    pub columns: Vec<ColumnIx>,
    /// In the order of the union.
    pub choices: Vec<Choice>,
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
}

impl<'a> Wanted<'a> {
    /// The relation of a name: `Task.owner`, or `tracker.Task.owner`. Without a name, the only one there is.
    pub(super) fn find(program: Program<'a>, name: Option<&str>) -> Result<Wanted<'a>, Problem> {
        let schema = program.schema;
        let named: Vec<(UnionRelationId, String)> = schema
            .union_relations
            .iter()
            .map(|(id, relation)| (id, full_name(schema, relation)))
            .collect();
        let all = || named.iter().map(|(_, full)| short(full)).collect::<Vec<_>>().join(", ");
        let fits = |full: &str| {
            name.is_none_or(|name| full == name || full.ends_with(&format!(".{name}")))
        };
        let found: Vec<&(UnionRelationId, String)> =
            named.iter().filter(|(_, full)| fits(full)).collect();
        match (found.as_slice(), name) {
            ([(id, _)], _) => Wanted::of(program, *id),
            ([], _) if named.is_empty() => Err(Problem::new(
                "no relation of this schema is to a union: declare `union Owner = Person | Group as \
                 arc`, and `owner 1 Owner <-> * tasks on delete cascade` where the generic relation is",
            )),
            ([], Some(name)) => {
                Err(Problem::new(match nearest(name, named.iter().map(|(_, full)| short(full))) {
                    Some(near) => {
                        format!("no relation `{name}` is to a union; did you mean `{near}`?")
                    }
                    None => format!("no relation `{name}` is to a union; there are {}", all()),
                }))
            }
            (_, None) => {
                Err(Problem::new(format!("which relation? this schema has {} to unions", all())))
            }
            (several, Some(name)) => {
                let full: Vec<&str> = several.iter().map(|(_, full)| full.as_str()).collect();
                Err(Problem::new(format!(
                    "several modules have a `{name}`: write {}",
                    full.join(" or ")
                )))
            }
        }
    }

    fn of(program: Program<'a>, id: UnionRelationId) -> Result<Wanted<'a>, Problem> {
        let Program { schema, layout, .. } = program;
        let relation = &schema.union_relations[id];
        let union = &schema.unions[relation.union];
        if union.strategy == Strategy::Untyped {
            return Err(Problem::new(format!(
                "{} is untyped, as the generic relation is: there is nothing to convert to",
                union.name
            )));
        }
        let columns = relation.spelt().iter().flat_map(|&spelt| own_columns(program, spelt));
        let columns: Vec<ColumnIx> = columns.collect();
        let choices = union.alternatives.iter().enumerate().map(|(nth, alternative)| {
            let entity = &schema.entities[alternative.entity];
            let key = key_columns(program, alternative.entity);
            let &[key] = key.as_slice() else {
                return Err(Problem::new(format!(
                    "{} has a key of {} columns, which no generic relation can refer to: an object id is \
                     one value",
                    entity.name,
                    key.len(),
                )));
            };
            let tie = alternative.relation.and_then(|tie| layout.relation(tie));
            let own = tie.and_then(|tie| tie.columns.first().copied());
            let (referred, from_row) = match (&relation.stored, union.strategy) {
                (Stored::Arc(relations), _) => {
                    let place = relations.get(nth).and_then(|&arm| layout.relation(arm));
                    let referred = place.and_then(|place| place.target_columns.first().copied());
                    (referred.unwrap_or(key), None)
                }
                (Stored::Row(_), Strategy::Link) => {
                    let referred = tie.and_then(|tie| tie.target_columns.first().copied());
                    (referred.unwrap_or(key), own)
                }
                (Stored::Row(_) | Stored::Untyped { .. }, _) => (own.unwrap_or(key), None),
            };
            Ok(Choice {
                entity: alternative.entity,
                name: entity.name.to_string(),
                table: layout.table(alternative.entity),
                key,
                referred,
                from_row,
            })
        });
        Ok(Wanted {
            program,
            relation,
            union,
            table: layout.table(relation.source),
            key: key_columns(program, relation.source),
            columns,
            choices: choices.collect::<Result<_, Problem>>()?,
        })
    }

    /// The source's table.
    pub(super) fn source(&self) -> &'a Table {
        &self.program.database.tables[self.table]
    }

    /// The table of the union's own rows.
    pub(super) fn row(&self) -> Option<TableId> {
        self.union.row.map(|row| self.program.layout.table(row))
    }

    /// The relations by which alternatives refer to the union's own row: under `supertype` and `inheritance`.
    pub(super) fn ties(&self) -> Vec<RelationId> {
        match self.union.strategy {
            Strategy::Arc
            | Strategy::Link
            | Strategy::Split
            | Strategy::Slot
            | Strategy::Untyped => Vec::new(),
            Strategy::Supertype | Strategy::Inheritance => {
                let alternatives = self.union.alternatives.iter();
                alternatives.filter_map(|alternative| alternative.relation).collect()
            }
        }
    }

    /// The names of the foreign keys to the union's own row: the relation's own, and those of the ties.
    pub(super) fn references_to_row(&self) -> Vec<&'a str> {
        let Program { schema, database, layout } = self.program;
        let all = self.relation.spelt().iter().copied().chain(self.ties());
        let names = all.filter_map(|relation| {
            let table = layout.table(schema.relations[relation].source);
            let place = layout.relation(relation)?;
            Some(database.tables[table].foreign_keys.get(place.foreign_key)?.name.as_str())
        });
        names.collect()
    }

    /// `Task.owner`
    pub(super) fn name(&self) -> String {
        let source = &self.program.schema.entities[self.relation.source];
        format!("{}.{}", source.name, self.relation.name)
    }

    /// `Person | Group as arc`
    pub(super) fn spelt(&self) -> String {
        let names: Vec<&str> = self.choices.iter().map(|choice| choice.name.as_str()).collect();
        format!("{} as {}", names.join(" | "), self.union.strategy.name())
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

/// `tracker.Task.owner`
fn full_name(schema: &Schema, relation: &UnionRelation) -> String {
    let source = &schema.entities[relation.source];
    format!("{}.{}.{}", schema.modules[source.module].name, source.name, relation.name)
}

/// `Task.owner`
fn short(full: &str) -> &str {
    full.split_once('.').map_or(full, |(_, short)| short)
}

fn own_columns(program: Program<'_>, relation: RelationId) -> Vec<ColumnIx> {
    program.layout.relation(relation).map(|place| place.columns.clone()).unwrap_or_default()
}

fn key_columns(program: Program<'_>, entity: EntityId) -> Vec<ColumnIx> {
    let key = &program.schema.entities[entity].key;
    key.iter().flat_map(|&member| program.layout.member_columns(member)).collect()
}

/// A relation's name in the names of what is made for it.
pub(super) fn snake(wanted: &Wanted<'_>) -> String {
    naming::snake(&wanted.relation.name)
}
