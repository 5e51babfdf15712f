//! Which relation is meant: one to a union, however that is stored, or a plain one.

use crate::diagnostics::nearest;
use crate::live::Problem;
use crate::relational::{ColumnIx, names};
use crate::schema::{EntityId, RelationId, Schema, Split, Stored, Strategy, UnionRelation};
use crate::targets::Program;

use super::wanted::{Choice, Leads, Part, Wanted};

/// What a name may mean.
#[derive(Clone, Copy)]
enum Meant<'a> {
    Union(&'a UnionRelation),
    Split(&'a Split),
    Plain(RelationId),
}

/// The relation of a name: `Task.owner`, or `tracker.Task.owner`. Without a name, the only one to a union.
pub(super) fn find<'a>(program: Program<'a>, name: Option<&str>) -> Result<Wanted<'a>, Problem> {
    let schema = program.schema;
    let to_unions = to_unions(schema);
    let plain = plain(program);
    let all = || to_unions.iter().map(|(full, _)| short(full)).collect::<Vec<_>>().join(", ");
    let fits =
        |full: &str| name.is_none_or(|name| full == name || full.ends_with(&format!(".{name}")));
    let named = to_unions.iter().chain(plain.iter().filter(|_| name.is_some()));
    let found: Vec<&(String, Meant<'_>)> = named.filter(|(full, _)| fits(full)).collect();
    match (found.as_slice(), name) {
        ([(_, meant)], _) => wanted(program, *meant),
        ([], Some(name)) => {
            let known = to_unions.iter().chain(&plain).map(|(full, _)| short(full));
            Err(Problem::new(match nearest(name, known) {
                Some(near) => format!("no relation is called `{name}`; did you mean `{near}`?"),
                None if to_unions.is_empty() => format!("no relation is called `{name}`"),
                None => {
                    format!("no relation is called `{name}`; to unions there are {}", all())
                }
            }))
        }
        (_, None) if to_unions.is_empty() => Err(Problem::new(
            "no relation of this schema is to a union: declare `union Owner = Person | Group as \
             arc`, and `owner 1 Owner <-> * tasks on delete cascade` where the generic relation is; a \
             relation that is to one entity, by itself or by a slot, is converted when it is named",
        )),
        (_, None) => {
            Err(Problem::new(format!("which relation? this schema has {} to unions", all())))
        }
        (several, Some(name)) => {
            let full: Vec<&str> = several.iter().map(|(full, _)| full.as_str()).collect();
            let full = full.join(" or ");
            Err(Problem::new(format!("several modules have a `{name}`: write {full}")))
        }
    }
}

/// The relations to unions, by their whole names: `tracker.Task.owner`.
fn to_unions(schema: &Schema) -> Vec<(String, Meant<'_>)> {
    let relations = schema.union_relations.iter().map(|(_, relation)| {
        let full = full_name(schema, relation.source, &relation.name);
        (full, Meant::Union(relation))
    });
    let splits = schema.splits.iter().map(|split| {
        let module = &schema.modules[split.module].name;
        (format!("{module}.{}.{}", split.name, split.relation), Meant::Split(split))
    });
    relations.chain(splits).collect()
}

/// The relations to one entity that somebody wrote so, or whose slot is filled.
fn plain(program: Program<'_>) -> Vec<(String, Meant<'_>)> {
    let schema = program.schema;
    let spelt: Vec<RelationId> = schema
        .union_relations
        .iter()
        .flat_map(|(_, relation)| relation.spelt().iter().copied())
        .collect();
    let written = schema.relations.iter().filter(|(id, _)| {
        schema.to_one(*id).is_some() && schema.tie(*id).is_none() && !spelt.contains(id)
    });
    written
        .map(|(id, relation)| {
            (full_name(schema, relation.source, &relation.name), Meant::Plain(id))
        })
        .collect()
}

fn wanted<'a>(program: Program<'a>, meant: Meant<'a>) -> Result<Wanted<'a>, Problem> {
    match meant {
        Meant::Union(relation) => to_union(program, relation),
        Meant::Split(split) => to_parts(program, split),
        Meant::Plain(relation) => to_one(program, relation),
    }
}

fn to_union<'a>(program: Program<'a>, relation: &'a UnionRelation) -> Result<Wanted<'a>, Problem> {
    let Program { schema, layout, database } = program;
    let union = &schema.unions[relation.union];
    let leads = match (&relation.stored, union.strategy) {
        (Stored::Untyped { .. }, _) => {
            return Err(Problem::new(format!(
                "{} is untyped, as the generic relation is: there is nothing to convert to",
                union.name
            )));
        }
        (Stored::Arc(_), _) => Leads::Straight,
        (Stored::Row(_), Strategy::Link) => Leads::ToLink,
        (Stored::Row(_), _) => Leads::ToBase,
    };
    let choices = union.alternatives.iter().enumerate().map(|(nth, alternative)| {
        let key = only_key(program, alternative.entity)?;
        let tie = alternative.relation.and_then(|tie| layout.relation(tie));
        let own = tie.and_then(|tie| tie.columns.first().copied());
        let referred = match leads {
            Leads::Straight => relation.spelt().get(nth).and_then(|&arm| target(program, arm)),
            Leads::ToLink => tie.and_then(|tie| tie.target_columns.first().copied()),
            Leads::ToBase => own,
        };
        Ok(Choice {
            entity: alternative.entity,
            name: schema.entities[alternative.entity].name.to_string(),
            table: layout.table(alternative.entity),
            key,
            referred: referred.unwrap_or(key),
            from_row: own.filter(|_| leads == Leads::ToLink),
            tie: alternative.relation,
            part: None,
        })
    });
    let table = layout.table(relation.source);
    Ok(Wanted {
        program,
        entity: schema.entities[relation.source].name.to_string(),
        source: relation.source,
        relation: relation.name.clone(),
        optional: relation.optional(),
        there: relation.there,
        spelt: relation.spelt().to_vec(),
        leads,
        target: union.name.to_string(),
        strategy: Some(union.strategy),
        union: Some(relation.union),
        old: database.tables[table].name.clone(),
        table,
        key: key_columns(program, relation.source),
        columns: relation.spelt().iter().flat_map(|&spelt| own_columns(program, spelt)).collect(),
        choices: choices.collect::<Result<_, Problem>>()?,
    })
}

/// A relation to one entity is to a union of one alternative.
fn to_one(program: Program<'_>, id: RelationId) -> Result<Wanted<'_>, Problem> {
    let Program { schema, layout, database } = program;
    let relation = &schema.relations[id];
    let table = layout.table(relation.source);
    let slot = schema.unions.iter().find(|(_, union)| {
        union.strategy == Strategy::Slot
            && union.alternatives.iter().any(|chosen| chosen.entity == relation.target)
    });
    Ok(Wanted {
        program,
        entity: schema.entities[relation.source].name.to_string(),
        source: relation.source,
        relation: relation.name.clone(),
        optional: relation.here.min == 0,
        there: relation.there,
        spelt: vec![id],
        leads: Leads::Straight,
        target: match slot {
            Some((_, union)) => union.name.to_string(),
            None => schema.entities[relation.target].name.to_string(),
        },
        strategy: slot.map(|(_, union)| union.strategy),
        union: None,
        old: database.tables[table].name.clone(),
        table,
        key: key_columns(program, relation.source),
        columns: own_columns(program, id),
        choices: vec![choice(program, id, None)?],
    })
}

/// A relation that splits its entity is one to each alternative, of another table each.
fn to_parts<'a>(program: Program<'a>, split: &'a Split) -> Result<Wanted<'a>, Problem> {
    let Program { schema, layout, .. } = program;
    let relations: Vec<RelationId> = split
        .parts
        .iter()
        .filter_map(|&part| {
            let mut all = schema.relations.iter();
            let own = all
                .find(|(_, relation)| relation.source == part && relation.name == split.relation);
            own.map(|(id, _)| id)
        })
        .collect();
    let parts = relations.iter().map(|&id| choice(program, id, part(program, id)));
    let choices: Vec<Choice> = parts.collect::<Result<_, Problem>>()?;
    let Some((&first, relation)) = relations.first().map(|id| (id, &schema.relations[*id])) else {
        return Err(Problem::new(format!("{} has no parts", split.name)));
    };
    let union = &schema.unions[split.union];
    Ok(Wanted {
        program,
        entity: split.name.to_string(),
        source: relation.source,
        relation: split.relation.clone(),
        optional: relation.here.min == 0,
        there: relation.there,
        spelt: relations.clone(),
        leads: Leads::Straight,
        target: union.name.to_string(),
        strategy: Some(union.strategy),
        union: None,
        old: names::whole(schema, split),
        table: layout.table(relation.source),
        key: key_columns(program, relation.source),
        columns: own_columns(program, first),
        choices,
    })
}

/// What a relation to one entity chooses.
fn choice(program: Program<'_>, id: RelationId, part: Option<Part>) -> Result<Choice, Problem> {
    let relation = &program.schema.relations[id];
    let key = only_key(program, relation.target)?;
    Ok(Choice {
        entity: relation.target,
        name: program.schema.entities[relation.target].name.to_string(),
        table: program.layout.table(relation.target),
        key,
        referred: target(program, id).unwrap_or(key),
        from_row: None,
        tie: None,
        part,
    })
}

/// The part that a relation is of.
fn part(program: Program<'_>, id: RelationId) -> Option<Part> {
    let entity = program.schema.relations[id].source;
    let column = own_columns(program, id).first().copied()?;
    Some(Part { entity, table: program.layout.table(entity), column })
}

/// The column that a relation's first column refers to.
fn target(program: Program<'_>, relation: RelationId) -> Option<ColumnIx> {
    program.layout.relation(relation)?.target_columns.first().copied()
}

/// The key of an entity, which an object id must be.
fn only_key(program: Program<'_>, entity: EntityId) -> Result<ColumnIx, Problem> {
    match key_columns(program, entity).as_slice() {
        &[key] => Ok(key),
        several => Err(Problem::new(format!(
            "{} has a key of {} columns, which no generic relation can refer to: an object id is one value",
            program.schema.entities[entity].name,
            several.len(),
        ))),
    }
}

/// `tracker.Task.owner`
fn full_name(schema: &Schema, source: EntityId, relation: &str) -> String {
    let source = &schema.entities[source];
    format!("{}.{}.{relation}", schema.modules[source.module].name, source.name)
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
