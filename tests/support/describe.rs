//! A schema as JSON for the Python side (`python/trine_proof/model.py`): its tables, its relations,
//! and what the file says that a delete does.

use serde_json::{Value, json};
use trine::naming;
use trine::relational::QualifiedName;
use trine::schema::{
    BaseType, DeleteRule, EntityKind, EnumStorage, Multiplicity, RelationKind, Schema, ToOne,
};
use trine::targets::Program;

/// Describes a program.
pub fn describe(program: Program<'_>) -> Value {
    let schema = program.schema;
    // The number of a relation in `relations`, by its id: many-to-many relations have none.
    let mut numbers = vec![usize::MAX; schema.relations.len()];
    let mut relations = Vec::new();
    for (id, relation) in schema.relations.iter() {
        if let RelationKind::ToOne(to_one) = &relation.kind {
            numbers[id.index()] = relations.len();
            relations.push(describe_relation(program, id, to_one));
        }
    }
    let links: Vec<Value> = schema
        .relations
        .values()
        .iter()
        .filter_map(|relation| match &relation.kind {
            RelationKind::ManyToMany(link) => Some(json!({
                "table": qualified(program, link.link),
                "source_end": numbers[link.source_end.index()],
                "target_end": numbers[link.target_end.index()],
                "here": bounds(relation.here),
                "there": bounds(relation.there),
            })),
            RelationKind::ToOne(_) => None,
        })
        .collect();
    json!({
        "apps": apps(schema),
        "extensions": schema.extensions.iter().map(|e| e.name.as_str()).collect::<Vec<_>>(),
        "tables": schema.entities.ids().map(|id| describe_table(program, id)).collect::<Vec<_>>(),
        "relations": relations,
        "links": links,
    })
}

/// The Django apps: modules that have tables of their own.
fn apps(schema: &Schema) -> Vec<String> {
    schema.modules.values().iter().map(|module| naming::snake(&module.name)).collect()
}

fn describe_table(program: Program<'_>, id: trine::schema::EntityId) -> Value {
    let entity = &program.schema.entities[id];
    let table = &program.database.tables[program.layout.table(id)];
    let mut enums = serde_json::Map::new();
    let mut touched = Vec::new();
    for (field_id, field) in program.schema.fields.iter().filter(|(_, field)| field.entity == id) {
        let column = &table.columns[program.layout.column(field_id)].name;
        if let BaseType::Enum(of) = field.ty.base {
            let values = &program.schema.enums[of];
            let stored: Vec<&str> = match values.storage {
                EnumStorage::Checked(_) | EnumStorage::NativeType => {
                    values.values.iter().map(|value| value.stored.as_str()).collect()
                }
            };
            enums.insert(column.to_string(), json!(stored));
        }
        if field.touched {
            touched.push(column.to_string());
        }
    }
    json!({
        "schema": table.name.schema.as_deref(),
        "name": table.name.name.as_str(),
        "external": entity.kind == EntityKind::External,
        "enums": enums,
        "touched": touched,
    })
}

fn describe_relation(program: Program<'_>, id: trine::schema::RelationId, to_one: &ToOne) -> Value {
    let relation = &program.schema.relations[id];
    let place = program.layout.relation(id).expect("a to-one relation has a foreign key");
    let source = &program.database.tables[program.layout.table(relation.source)];
    let target = &program.database.tables[program.layout.table(relation.target)];
    let key = &source.foreign_keys[place.foreign_key];
    let names = |table: &trine::relational::Table, columns: &[usize]| -> Vec<String> {
        columns.iter().map(|&column| table.columns[column].name.to_string()).collect()
    };
    let default = place.columns.first().and_then(|&column| source.columns[column].default.as_ref());
    json!({
        "name": relation.name.as_str(),
        "source": qualified(program, relation.source),
        "target": qualified(program, relation.target),
        "columns": names(source, &key.columns),
        "target_columns": names(target, &key.target_columns),
        "own": names(source, &place.columns),
        "rule": match to_one.delete {
            DeleteRule::Cascade => "cascade",
            DeleteRule::SetNull => "set null",
            DeleteRule::SetDefault => "set default",
            DeleteRule::Restrict => "restrict",
            DeleteRule::Protect => "protect",
        },
        "optional": to_one.optional,
        "there": bounds(relation.there),
        "deferrable": to_one.deferrable || to_one.checked_late || !to_one.within.is_empty(),
        "default": default.map(|sql| sql.0.as_str()),
    })
}

fn bounds(multiplicity: Multiplicity) -> Value {
    json!([multiplicity.min, multiplicity.max])
}

/// The table's name as `model.py` keys it; not quoted.
fn qualified(program: Program<'_>, entity: trine::schema::EntityId) -> String {
    let QualifiedName { schema, name } =
        &program.database.tables[program.layout.table(entity)].name;
    schema.as_ref().map_or_else(|| name.to_string(), |schema| format!("{schema}.{name}"))
}
