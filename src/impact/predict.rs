//! What an action leaves, computed from what the file says; no SQL is asked.
//!
//! Rows are values, and the rules are applied to them as the language words them: what is deleted, with
//! everything that goes with it, first; what is cleared; and then whether what is left may be left. So three
//! targets that agree on the wrong thing are noticed.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};

use serde_json::Value;
use smol_str::SmolStr;

use crate::relational::{ColumnIx, ColumnOrigin, ForeignKey, ReferentialAction, Table, TableId};
use crate::schema::{DeleteRule, RelationId, RelationKind, ToOne};
use crate::targets::Program;

use super::hand_over::handed_over;
use super::judge;
use super::rows::{Action, Prediction, Row, RowRef, Rows};

/// What stands in a column with `on update now()` of a row that was written.
pub const TOUCHED: &str = "now()";

/// What an action comes to.
///
/// # Panics
/// When the action is about rows that are not among `rows`.
pub fn predict(program: Program<'_>, rows: &Rows, action: &Action) -> Prediction {
    let mut state = State::new(program, rows);
    match *action {
        Action::Delete(row) | Action::Orphan { row, .. } => state.delete(vec![row]),
        Action::Clear { relation, row } => {
            let cleared =
                state.own_columns(relation).into_iter().map(|column| (column, Value::Null));
            let cleared = cleared.collect();
            state.update(row, cleared);
        }
        Action::Move { relation, row, to } => {
            let moved = state.moved(relation, row, to);
            state.update(row, moved);
        }
        Action::HandOver { relation, row, to } => {
            let written = handed_over(program, rows, relation, to);
            state.update(row, written.unwrap_or_default());
        }
        Action::Unlink { relation, source, target } => {
            let links = linking(program, rows, relation, source, target);
            state.delete(links);
        }
    }
    judge::judge(state)
}

/// The rows of a many-to-many relation's link that hold these two together.
pub fn linking(
    program: Program<'_>,
    rows: &Rows,
    relation: RelationId,
    source: RowRef,
    target: RowRef,
) -> Vec<RowRef> {
    let Some(many) = program.schema.many_to_many(relation) else { return Vec::new() };
    let table = program.layout.table(many.link);
    let ends = [(many.source_end, source), (many.target_end, target)]
        .map(|(end, row)| (Reference::of(program, end), &rows.tables[row.table.index()][row.row]));
    let holds = |row: &Row| ends.iter().all(|(end, target)| end.refers(row, target));
    (0..rows.tables[table.index()].len())
        .filter(|&row| holds(&rows.tables[table.index()][row]))
        .map(|row| RowRef { table, row })
        .collect()
}

/// A foreign key by the names of its columns.
#[derive(Debug, Clone)]
pub(super) struct Reference<'a> {
    pub relation: RelationId,
    pub rule: &'a ToOne,
    pub key: &'a ForeignKey,
    pub source: TableId,
    pub target: TableId,
    pub columns: Vec<&'a SmolStr>,
    pub target_columns: Vec<&'a SmolStr>,
    /// What the relation adds to its table: what its delete rule clears.
    pub own: Vec<ColumnIx>,
}

impl<'a> Reference<'a> {
    /// The foreign key of a to-one relation.
    pub fn of(program: Program<'a>, relation: RelationId) -> Reference<'a> {
        let stated = &program.schema.relations[relation];
        let RelationKind::ToOne(rule) = &stated.kind else {
            panic!("a relation to many has no foreign key")
        };
        let source = program.layout.table(stated.source);
        let target = program.layout.table(stated.target);
        let place = program.layout.relation(relation).expect("a to-one relation has a place");
        let key = &program.database.tables[source].foreign_keys[place.foreign_key];
        let names = |table: TableId, columns: &[ColumnIx]| {
            columns.iter().map(|&nth| &program.database.tables[table].columns[nth].name).collect()
        };
        Reference {
            relation,
            rule,
            key,
            source,
            target,
            columns: names(source, &key.columns),
            target_columns: names(target, &key.target_columns),
            own: place.columns.clone(),
        }
    }

    /// Whether a row points at the target; NULL points at nothing.
    pub fn refers(&self, row: &Row, target: &Row) -> bool {
        self.columns.iter().zip(&self.target_columns).all(|(&column, &referred)| {
            matches!((row.get(column), target.get(referred)), (Some(value), Some(other))
                if !value.is_null() && value == other)
        })
    }

    /// What a row points at; `None` where a column is NULL.
    pub fn value(&self, row: &Row) -> Option<Vec<Value>> {
        values(row, &self.columns)
    }

    /// Whether it carries columns that other relations share.
    pub fn is_within(&self) -> bool {
        self.key.columns.len() > self.own.len()
    }
}

/// The values of columns; `None` where one is NULL.
pub(super) fn values(row: &Row, columns: &[&SmolStr]) -> Option<Vec<Value>> {
    let found = columns.iter().map(|&column| row.get(column).filter(|value| !value.is_null()));
    found.map(|value| value.cloned()).collect()
}

/// A row that was written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    pub row: RowRef,
    /// The relation whose delete rule wrote it; `None` when the action did.
    pub by: Option<RelationId>,
    /// The round of it.
    pub round: u32,
}

/// The rows while something is done to them.
pub(super) struct State<'a> {
    pub program: Program<'a>,
    pub before: &'a Rows,
    /// By table and place: the row as it is now; `None` when it is gone.
    pub now: Vec<Vec<Option<Row>>>,
    /// Every to-one relation.
    pub references: Vec<Reference<'a>>,
    /// Rows that are gone, each with the round in which PostgreSQL deletes it: 0 is the action itself, and
    /// what refers to a row is deleted, cleared or set in the round behind the row's own.
    pub gone: BTreeMap<RowRef, u32>,
    /// Rows that were written, in order.
    pub written: Vec<Written>,
}

impl<'a> State<'a> {
    fn new(program: Program<'a>, before: &'a Rows) -> State<'a> {
        let references = program
            .schema
            .relations
            .iter()
            .filter(|(_, relation)| matches!(relation.kind, RelationKind::ToOne(_)))
            .map(|(id, _)| Reference::of(program, id))
            .collect();
        State {
            program,
            before,
            now: before
                .tables
                .iter()
                .map(|rows| rows.iter().cloned().map(Some).collect())
                .collect(),
            references,
            gone: BTreeMap::new(),
            written: Vec::new(),
        }
    }

    pub fn table(&self, table: TableId) -> &'a Table {
        &self.program.database.tables[table]
    }

    fn own_columns(&self, relation: RelationId) -> Vec<ColumnIx> {
        self.program
            .layout
            .relation(relation)
            .map(|place| place.columns.clone())
            .unwrap_or_default()
    }

    /// What the row's columns become when its relation is pointed at another target: the relation's own
    /// columns, and for a link the parent that it carries along from its source.
    fn moved(&self, relation: RelationId, row: RowRef, to: RowRef) -> Vec<(ColumnIx, Value)> {
        let target = &self.before.tables[to.table.index()][to.row];
        let reference = Reference::of(self.program, relation);
        let named = |nth: ColumnIx| {
            let column = &self.table(to.table).columns[nth].name;
            target.get(column).cloned().unwrap_or(Value::Null)
        };
        let origins = &self.program.layout.origins(row.table).columns;
        reference
            .key
            .columns
            .iter()
            .zip(&reference.key.target_columns)
            .filter(|(column, _)| {
                reference.own.contains(column)
                    || (matches!(origins[**column], ColumnOrigin::SharedParent(_))
                        && self.is_source_end(relation))
            })
            .map(|(&column, &referred)| (column, named(referred)))
            .collect()
    }

    /// Whether the relation is the first end of a link that Trine makes, whose trigger carries the shared
    /// parent along.
    fn is_source_end(&self, relation: RelationId) -> bool {
        self.program.schema.relations.values().iter().any(
            |stated| matches!(&stated.kind, RelationKind::ManyToMany(many) if many.source_end == relation),
        )
    }

    /// Deletes rows with everything that goes with them, and clears what is to be cleared.
    fn delete(&mut self, rows: Vec<RowRef>) {
        for &row in &rows {
            self.now[row.table.index()][row.row] = None;
            self.gone.insert(row, 0);
        }
        let mut queue = VecDeque::from(rows);
        let mut referrers = Referrers::default();
        while let Some(row) = queue.pop_front() {
            let round = self.gone[&row] + 1;
            for target in self.taken(row) {
                if let Entry::Vacant(vacant) = self.gone.entry(target) {
                    vacant.insert(round);
                    self.now[target.table.index()][target.row] = None;
                    queue.push_back(target);
                }
            }
            for nth in 0..self.references.len() {
                let reference = &self.references[nth];
                if reference.target != row.table {
                    continue;
                }
                let old = &self.before.tables[row.table.index()][row.row];
                let (rule, relation, source) =
                    (self.rule(reference, old), reference.relation, reference.source);
                let own = reference.own.clone();
                let sources = referrers.of(self.before, nth, reference, row);
                for place in sources {
                    let source = RowRef { table: source, row: place };
                    match rule {
                        DeleteRule::Cascade => {
                            if let Entry::Vacant(vacant) = self.gone.entry(source) {
                                vacant.insert(round);
                                self.now[source.table.index()][source.row] = None;
                                queue.push_back(source);
                            }
                        }
                        DeleteRule::SetNull => {
                            let cleared = own.iter().map(|&column| (column, Value::Null)).collect();
                            self.written.push(Written { row: source, by: Some(relation), round });
                            self.write(source, cleared);
                        }
                        DeleteRule::SetDefault => {
                            let default = self.before.defaults.get(&relation);
                            let default = default.cloned().unwrap_or(Value::Null);
                            let set = own.iter().map(|&column| (column, default.clone())).collect();
                            self.written.push(Written { row: source, by: Some(relation), round });
                            self.write(source, set);
                        }
                        // What is left decides, when all is done: `judge`.
                        DeleteRule::Protect | DeleteRule::Restrict => {}
                    }
                }
            }
        }
    }

    /// The delete rule that holds for a row that is referred to: of a union's row, its alternative's.
    pub fn rule(&self, reference: &Reference<'_>, target: &Row) -> DeleteRule {
        let Program { schema, layout, .. } = self.program;
        let row = schema.relations[reference.relation].target;
        if reference.rule.by_alternative.is_empty() {
            return reference.rule.delete;
        }
        let value = |column: ColumnIx| {
            let name = &self.table(reference.target).columns[column].name;
            target.get(name).filter(|value| !value.is_null())
        };
        let nth = match schema.kinds_of_row(row) {
            Some((field, kinds)) => {
                let kind = value(layout.column(field)).and_then(Value::as_str);
                let mut values = schema.enums[kinds].values.iter();
                values.position(|it| kind == Some(it.stored.as_str()))
            }
            None => schema.union_of_row(row).and_then(|union| {
                schema.unions[union].alternatives.iter().position(|alternative| {
                    let place = alternative.relation.and_then(|tie| layout.relation(tie));
                    place.is_some_and(|place| {
                        place.columns.iter().all(|&column| value(column).is_some())
                    })
                })
            }),
        };
        reference.rule.rule_of(nth)
    }

    /// The rows of unions that go with a row, since it is their alternative.
    fn taken(&self, row: RowRef) -> Vec<RowRef> {
        let old = &self.before.tables[row.table.index()][row.row];
        let takes = |reference: &&Reference<'_>| {
            reference.source == row.table && reference.rule.takes_target
        };
        let targets = self.references.iter().filter(takes).flat_map(|reference| {
            let rows = self.before.tables[reference.target.index()].iter().enumerate();
            rows.filter(|(_, target)| reference.refers(old, target))
                .map(|(place, _)| RowRef { table: reference.target, row: place })
        });
        targets.collect()
    }

    fn update(&mut self, row: RowRef, changes: Vec<(ColumnIx, Value)>) {
        self.written.push(Written { row, by: None, round: 0 });
        self.write(row, changes);
    }

    /// Writes a row, marks it as touched, and lets references that follow an update follow it.
    fn write(&mut self, row: RowRef, changes: Vec<(ColumnIx, Value)>) {
        let table = self.table(row.table);
        let Some(mut new) = self.now[row.table.index()][row.row].clone() else { return };
        let old = new.clone();
        for (column, value) in changes {
            new.insert(table.columns[column].name.clone(), value);
        }
        if new == old {
            return;
        }
        for column in touched(self.program, row.table) {
            new.insert(column.clone(), Value::from(TOUCHED));
        }
        self.now[row.table.index()][row.row] = Some(new.clone());
        let following: Vec<(RowRef, Vec<(ColumnIx, Value)>)> = self
            .references
            .iter()
            .filter(|reference| {
                reference.target == row.table
                    && reference.key.on_update == ReferentialAction::Cascade
                    && reference
                        .target_columns
                        .iter()
                        .any(|&column| old.get(column) != new.get(column))
            })
            .flat_map(|reference| {
                let follow: Vec<(ColumnIx, Value)> = reference
                    .key
                    .columns
                    .iter()
                    .zip(&reference.target_columns)
                    .map(|(&column, &referred)| {
                        (column, new.get(referred).cloned().unwrap_or(Value::Null))
                    })
                    .collect();
                self.now[reference.source.index()]
                    .iter()
                    .enumerate()
                    .filter(|(_, source)| {
                        source.as_ref().is_some_and(|it| reference.refers(it, &old))
                    })
                    .map(|(place, _)| {
                        (RowRef { table: reference.source, row: place }, follow.clone())
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
        for (source, changes) in following {
            self.update(source, changes);
        }
    }
}

/// By reference: where the rows are that refer to something. Made when it is first asked for.
#[derive(Default)]
struct Referrers {
    known: HashMap<usize, HashMap<Vec<Value>, Vec<usize>>>,
}

impl Referrers {
    fn of(
        &mut self,
        rows: &Rows,
        nth: usize,
        reference: &Reference<'_>,
        target: RowRef,
    ) -> Vec<usize> {
        let places = self.known.entry(nth).or_insert_with(|| {
            let mut places: HashMap<Vec<Value>, Vec<usize>> = HashMap::new();
            for (place, row) in rows.tables[reference.source.index()].iter().enumerate() {
                if let Some(value) = reference.value(row) {
                    places.entry(value).or_default().push(place);
                }
            }
            places
        });
        let target = &rows.tables[target.table.index()][target.row];
        let value = values(target, &reference.target_columns);
        value.and_then(|value| places.get(&value).cloned()).unwrap_or_default()
    }
}

/// The columns of a table with `on update now()`.
pub(super) fn touched<'a>(
    program: Program<'a>,
    table: TableId,
) -> impl Iterator<Item = &'a SmolStr> {
    let origins = &program.layout.origins(table).columns;
    program.database.tables[table].columns.iter().zip(origins).filter_map(
        move |(column, origin)| match origin {
            ColumnOrigin::Field(field) if program.schema.fields[*field].touched => {
                Some(&column.name)
            }
            ColumnOrigin::Field(_) | ColumnOrigin::Relation(_) | ColumnOrigin::SharedParent(_) => {
                None
            }
        },
    )
}
