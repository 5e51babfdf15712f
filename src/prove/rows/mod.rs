//! Rows for a program: enough of them that every relation has something to do, and no more.
//!
//! A stage is a database full of rows and what is done to them, one thing at a time. There is one around each
//! relation, with what its rows can't be without, and one with everything. The rows satisfy every constraint,
//! CHECKs included; what can't be satisfied is said, and everything else is made all the same.

mod actions;
mod build;
mod candidates;
mod checks;
mod dump;
mod edges;
mod fill;
mod part;
mod regex;
mod shape;
mod undone;
mod unions;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use postgres::{Client, GenericClient};

use crate::impact::{Action, Rows};
use crate::live::Problem;
use crate::relational::TableId;
use crate::schema::{DeleteRule, EntityId, RelationId, RelationKind, UnionRelationId};
use crate::targets::Program;

use super::action::{entity_name, relation_path, union_path};
use build::{Care, Ground, Made, build};
use checks::Checks;
use edges::Edges;
use part::Part;
use undone::undone;

pub use actions::action_sql;
pub use dump::{dump_sql, empty_sql, parse_dump};

/// A database full of rows, and what is done to them.
#[derive(Debug, Clone)]
pub struct Stage {
    /// What it is about, for people: `Banner.store`, `everything`.
    pub what: String,
    /// The same as data.
    pub about: About,
    /// The statement that removes all rows.
    pub empty: String,
    /// The statements that make the rows, for one transaction.
    pub fill: Vec<String>,
    /// The rows that are there then.
    pub rows: Rows,
    /// What is done, each time to these same rows.
    pub actions: Vec<Action>,
}

/// What a stage is around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// A relation.
    Relation(RelationId),
    /// A relation to a union, as one.
    Union(UnionRelationId),
    /// Every table.
    Everything,
}

/// What no rows could be made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uncovered {
    /// What it is, for people: `Banner.store`, `Banner`.
    pub what: String,
    /// The relation, when it is one, or an entity of everything.
    pub about: About,
    /// The entity whose rows can't be made, or that states the relation.
    pub entity: EntityId,
    /// Why, in one line.
    pub why: String,
}

/// The stages of a program.
#[derive(Debug, Clone, Default)]
pub struct Stages {
    /// One around each relation, and one with everything.
    pub stages: Vec<Stage>,
    /// What stands in none of them.
    pub uncovered: Vec<Uncovered>,
}

/// Makes the stages of a program, whose tables are there and empty in the database that `client` is
/// connected to, and are left so.
///
/// # Errors
/// When the database can't be asked. What no rows can be made for is no error.
pub fn stages(program: Program<'_>, client: &mut Client) -> Result<Stages, Problem> {
    let mut transaction = client.transaction()?;
    let shapes = shape::shapes(program, &mut transaction)?;
    let edges = Edges::of(program, &shapes);
    let defaults = defaults(program, &mut transaction)?;
    let ground = Ground { shapes: &shapes, edges: &edges, defaults: &defaults };
    let mut work = Work {
        program,
        ground,
        checks: Checks::default(),
        found: Stages::default(),
        banned: BTreeSet::new(),
        reasons: BTreeMap::new(),
    };
    for (relation, stated) in program.schema.relations.iter() {
        let name = relation_path(program, relation);
        let about = match &stated.kind {
            RelationKind::ToOne(_) => {
                edges.edges.iter().position(|it| it.relation == relation).into_iter().collect()
            }
            RelationKind::ManyToMany(_) => edges
                .links
                .iter()
                .filter(|link| link.relation == relation)
                .flat_map(|link| [link.source_end, link.target_end])
                .collect::<Vec<usize>>(),
        };
        let part = Part::around(&edges, &about);
        let actions = |rows: &Rows| actions::actions_of(program, rows, relation);
        work.around(
            &mut transaction,
            &part,
            About::Relation(relation),
            stated.source,
            &name,
            actions,
        )?;
    }
    for (relation, stated) in program.schema.union_relations.iter() {
        let name = union_path(program, relation);
        let spelt = |nth: &usize| stated.spelt().contains(&edges.edges[*nth].relation);
        let about: Vec<usize> = (0..edges.edges.len()).filter(spelt).collect();
        if about.is_empty() {
            // An untyped one refers to nothing that could be deleted, moved or cleared.
            continue;
        }
        let part = Part::around(&edges, &about);
        let actions = |rows: &Rows| unions::actions_of(program, rows, relation);
        work.around(
            &mut transaction,
            &part,
            About::Union(relation),
            stated.source,
            &name,
            actions,
        )?;
    }
    work.everything(&mut transaction)?;
    transaction.rollback()?;
    Ok(work.found)
}

struct Work<'a> {
    program: Program<'a>,
    ground: Ground<'a>,
    checks: Checks,
    found: Stages,
    /// Tables that no row could be put into.
    banned: BTreeSet<TableId>,
    /// Why tables have no rows.
    reasons: BTreeMap<TableId, String>,
}

/// The statements of a stage with their rows, or why there is none.
type Outcome = Result<(Vec<String>, Rows), String>;

impl Work<'_> {
    /// Makes the stage around something.
    fn around(
        &mut self,
        client: &mut impl GenericClient,
        part: &Part,
        about: About,
        entity: EntityId,
        name: &str,
        actions: impl Fn(&Rows) -> Vec<Action>,
    ) -> Result<(), Problem> {
        match self.stage(client, part, about)? {
            Ok((fill, rows)) => match actions(&rows) {
                none if none.is_empty() => {
                    let why = "no row refers to another by it".to_owned();
                    self.uncover(about, entity, name, why);
                }
                actions => self.keep(name.to_owned(), about, fill, rows, actions),
            },
            Err(why) => self.uncover(about, entity, name, why),
        }
        Ok(())
    }

    fn keep(
        &mut self,
        what: String,
        about: About,
        fill: Vec<String>,
        rows: Rows,
        actions: Vec<Action>,
    ) {
        let empty = empty_sql(self.program);
        self.found.stages.push(Stage { what, about, empty, fill, rows, actions });
    }

    fn uncover(&mut self, about: About, entity: EntityId, what: &str, why: String) {
        self.found.uncovered.push(Uncovered { what: what.to_owned(), about, entity, why });
    }

    /// Everything that rows can be made for.
    fn everything(&mut self, client: &mut impl GenericClient) -> Result<(), Problem> {
        let tables = || self.program.database.tables.ids();
        let mut banned = self.banned.clone();
        loop {
            let part = Part::whole(&self.ground.edges.clone(), tables(), &banned);
            match self.stage(client, &part, About::Everything)? {
                Ok((fill, rows)) => {
                    let actions = actions::deletes(self.program, &rows);
                    let empty: Vec<TableId> =
                        tables().filter(|table| rows.tables[table.index()].is_empty()).collect();
                    for table in empty {
                        let entity = self.program.layout.origins(table).entity;
                        let name = entity_name(self.program, entity);
                        let known =
                            |it: &Uncovered| it.entity == entity && it.about == About::Everything;
                        if !self.found.uncovered.iter().any(known) {
                            let why = self.why_empty(table);
                            self.uncover(About::Everything, entity, &name, why);
                        }
                    }
                    if !actions.is_empty() {
                        self.keep("everything".to_owned(), About::Everything, fill, rows, actions);
                    }
                    return Ok(());
                }
                Err(why) => {
                    // Without the table that refused, as long as one can be named.
                    let more: Vec<TableId> = self.banned.difference(&banned).copied().collect();
                    if more.is_empty() {
                        let entity = self.program.schema.entities.ids().next();
                        if let Some(entity) = entity {
                            self.uncover(About::Everything, entity, "everything", why);
                        }
                        return Ok(());
                    }
                    banned.extend(more);
                }
            }
        }
    }

    /// Why a table has no rows: its own reason, or that of what its rows can't be without.
    fn why_empty(&self, table: TableId) -> String {
        if let Some(why) = self.reasons.get(&table) {
            return why.clone();
        }
        let told =
            self.found.uncovered.iter().find(|it| self.program.layout.table(it.entity) == table);
        told.map_or_else(|| "its rows can't be without others".to_owned(), |told| told.why.clone())
    }

    /// Makes the rows of a part, with more care each time that PostgreSQL refuses them.
    fn stage(
        &mut self,
        client: &mut impl GenericClient,
        part: &Part,
        about: About,
    ) -> Result<Outcome, Problem> {
        let wider = part.wider(self.ground.edges, self.ground.shapes);
        let attempts = [
            (part, Care::default()),
            (&wider, Care::default()),
            (part, Care { partial_uniques: true, few: false }),
            (part, Care { partial_uniques: true, few: true }),
        ];
        let mut why = String::new();
        for (part, care) in attempts {
            let made = build(self.ground, part, care, &mut self.checks, client)?;
            if let Some(lacking) = self.lacking(part, &made) {
                why = lacking;
                continue;
            }
            let fill = fill::fill(self.ground, &made);
            match self.filled(client, &fill, &made)? {
                Ok(rows) => return Ok(Ok((fill, rows))),
                Err(refused) => {
                    if care.few
                        && about == About::Everything
                        && let Some(table) = refused.table
                    {
                        self.banned.insert(table);
                    }
                    why = refused.message;
                }
            }
        }
        Ok(Err(why))
    }

    /// Why the part has not what it is about.
    fn lacking(&mut self, part: &Part, made: &Made) -> Option<String> {
        let missing = |table: &TableId| made.rows.get(table).is_none_or(Vec::is_empty);
        for (table, why) in made.lacking.iter().filter(|(table, _)| missing(table)) {
            self.reasons.entry(*table).or_insert_with(|| why.clone());
        }
        let about: BTreeSet<TableId> =
            part.about.iter().map(|&nth| self.ground.edges.edges[nth].source).collect();
        if part.about.is_empty() {
            let without: Vec<TableId> = part
                .tables
                .iter()
                .copied()
                .filter(|table| missing(table) && !self.banned.contains(table))
                .collect();
            let first =
                without.iter().find(|table| made.lacking.contains_key(table)).or(without.first())?;
            self.banned.insert(*first);
            return Some(
                made.lacking.get(first).cloned().unwrap_or_else(|| "no row can be made".to_owned()),
            );
        }
        if !about.iter().any(missing) {
            return None;
        }
        // The root of it: a table without rows whose own rows lack something.
        let root = made.lacking.iter().find(|(table, _)| missing(table));
        let told =
            root.map(|(table, why)| format!("{}: {why}", self.ground.shapes[table.index()].name));
        Some(told.unwrap_or_else(|| "no rows can be made for it".to_owned()))
    }

    /// The rows after filling, all constraints checked; everything is undone.
    fn filled(
        &self,
        client: &mut impl GenericClient,
        fill: &[String],
        made: &Made,
    ) -> Result<Result<Rows, Refused>, Problem> {
        let mut script = fill.to_vec();
        script.push("SET CONSTRAINTS ALL IMMEDIATE".to_owned());
        let script = script.join(";\n");
        let dump = dump::dump_of(self.program, |table| made.rows.contains_key(&table));
        let filled = undone(client, |client| {
            client.batch_execute(&script)?;
            client.query_one(&dump, &[])?.try_get::<_, String>(0)
        })?;
        match filled {
            Ok(text) => Ok(Ok(parse_dump(self.program, &text)?)),
            Err(error) => Ok(Err(self.refused(&error))),
        }
    }

    fn refused(&self, error: &postgres::Error) -> Refused {
        let Some(told) = error.as_db_error() else {
            return Refused { message: error.to_string(), table: None };
        };
        let table = told.table().and_then(|name| {
            let named = |id: &TableId| {
                let own = &self.program.database.tables[*id].name;
                own.name == name
                    && own
                        .schema
                        .as_ref()
                        .is_none_or(|schema| Some(schema.as_str()) == told.schema())
            };
            self.program.database.tables.ids().find(named)
        });
        Refused { message: format!("PostgreSQL refuses the rows: {}", told.message()), table }
    }
}

/// Why PostgreSQL does not take the rows.
struct Refused {
    message: String,
    table: Option<TableId>,
}

/// The default of each relation with `set default`, as text.
fn defaults(
    program: Program<'_>,
    client: &mut impl GenericClient,
) -> Result<BTreeMap<RelationId, String>, Problem> {
    let mut found = BTreeMap::new();
    for (id, relation) in program.schema.relations.iter() {
        let RelationKind::ToOne(to_one) = &relation.kind else { continue };
        if to_one.delete != DeleteRule::SetDefault {
            continue;
        }
        let table = &program.database.tables[program.layout.table(relation.source)];
        let column = program.layout.relation(id).and_then(|place| place.columns.last());
        let Some(column) = column.map(|&column| &table.columns[column]) else { continue };
        if let Some(default) = &column.default {
            let sql = format!("SELECT (({})::{})::text", default.0, column.ty.0);
            if let Some(text) = client.query_one(&sql, &[])?.get::<_, Option<String>>(0) {
                found.insert(id, text);
            }
        }
    }
    Ok(found)
}
