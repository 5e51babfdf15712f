//! Who carries out a delete, and which deletes the database may refuse.

use crate::relational::{Deferrability, QualifiedName};
use crate::schema::{DeleteRule, EntityId, EntityKind, RelationId, Schema};
use crate::target::{DjangoOptions, DjangoVersion, OnDelete};
use crate::targets::Program;

/// What the database may refuse, entity by entity; empty where Django's collector decides.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// For each entity: whether a delete of its rows may be refused.
    refusable: Vec<bool>,
    /// For each entity: the constraints, quoted, that are checked late when its rows are deleted.
    late: Vec<Vec<String>>,
}

impl Refusals {
    /// Follows every `restrict` and `protect` up the cascades that may run into it.
    pub(super) fn find(program: Program<'_>) -> Refusals {
        let schema = program.schema;
        let count = schema.entities.len();
        let mut found = Refusals { refusable: vec![false; count], late: vec![Vec::new(); count] };
        let above = cascades_above(schema);
        for (id, relation) in schema.relations.iter() {
            let Some(to_one) = schema.to_one(id) else { continue };
            if !matches!(to_one.delete, DeleteRule::Restrict | DeleteRule::Protect) {
                continue;
            }
            let late = late_constraint(program, id);
            let mut seen = vec![relation.target];
            let mut next = 0;
            while let Some(&entity) = seen.get(next) {
                next += 1;
                found.refusable[entity.index()] = true;
                found.late[entity.index()].extend(late.clone());
                for &parent in &above[entity.index()] {
                    if !seen.contains(&parent) {
                        seen.push(parent);
                    }
                }
            }
        }
        found
    }

    /// Whether the database may refuse to delete rows of this entity.
    pub(super) fn refusable(&self, entity: EntityId) -> bool {
        self.refusable.get(entity.index()).copied().unwrap_or(false)
    }

    /// The constraints, quoted, that only the end of the transaction would check.
    pub(super) fn late(&self, entity: EntityId) -> &[String] {
        self.late.get(entity.index()).map(Vec::as_slice).unwrap_or_default()
    }
}

/// For each entity: those whose delete cascades to it.
fn cascades_above(schema: &Schema) -> Vec<Vec<EntityId>> {
    let mut above = vec![Vec::new(); schema.entities.len()];
    for (id, relation) in schema.relations.iter() {
        if schema.to_one(id).is_some_and(|to_one| to_one.delete == DeleteRule::Cascade) {
            above[relation.source.index()].push(relation.target);
        }
    }
    above
}

fn late_constraint(program: Program<'_>, relation: RelationId) -> Option<String> {
    let place = program.layout.relation(relation)?;
    let source = program.schema.relations[relation].source;
    let table = &program.database.tables[program.layout.table(source)];
    let key = &table.foreign_keys[place.foreign_key];
    (key.deferrability == Deferrability::InitiallyDeferred).then(|| {
        let schema = table.name.schema.clone();
        QualifiedName { schema, name: key.name.clone() }.quoted()
    })
}

/// How a relation's `on_delete` is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// `models.CASCADE`: Django carries it out.
    Django(&'static str),
    /// `InDatabase(models.CASCADE)`: the database carries it out, and may refuse.
    Watched(&'static str),
    /// `models.DO_NOTHING`: the database carries it out, and never refuses.
    Silent,
}

/// The `on_delete` of a to-one relation.
pub(super) fn on_delete(
    schema: &Schema,
    options: &DjangoOptions,
    refusals: &Refusals,
    relation: RelationId,
) -> Said {
    let Some(to_one) = schema.to_one(relation) else { return Said::Silent };
    let python = match to_one.delete {
        DeleteRule::Cascade => "CASCADE",
        DeleteRule::SetNull => "SET_NULL",
        DeleteRule::SetDefault => "SET_DEFAULT",
        DeleteRule::Restrict => "RESTRICT",
        DeleteRule::Protect => "PROTECT",
    };
    if options.on_delete == OnDelete::Python {
        return Said::Django(python);
    }
    let relation = &schema.relations[relation];
    let native = options.version == Some(DjangoVersion::V6_1);
    let external = schema.entities[relation.target].kind == EntityKind::External;
    match to_one.delete {
        DeleteRule::Restrict | DeleteRule::Protect => Said::Watched(python),
        // Whoever deletes a row of another's table does not ask Trine's models: look first.
        DeleteRule::Cascade if refusals.refusable(relation.source) && (external || !native) => {
            Said::Watched(python)
        }
        DeleteRule::Cascade if native => Said::Django("DB_CASCADE"),
        DeleteRule::SetNull if native => Said::Django("DB_SET_NULL"),
        DeleteRule::SetDefault if native => Said::Django("DB_SET_DEFAULT"),
        DeleteRule::Cascade | DeleteRule::SetNull | DeleteRule::SetDefault => Said::Silent,
    }
}
