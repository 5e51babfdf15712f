//! Who carries out a delete, and which deletes the database may refuse.

use crate::naming;
use crate::relational::{Deferrability, QualifiedName};
use crate::schema::{DeleteRule, Entity, EntityId, EntityKind, RelationId, Schema};
use crate::target::{DjangoOptions, DjangoVersion, OnDelete};
use crate::targets::Program;
use crate::targets::python::{Along, depends, watched};

/// What the database may refuse, or would refuse if Django had its way.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    /// For each entity: whether a delete of its rows may be refused, or takes away what refuses another.
    watched: Vec<bool>,
    /// For each entity: whether it is another app's, or a cascade leads to it from one that is.
    below_external: Vec<bool>,
    /// For each entity: the constraints, quoted, that are checked late when its rows are deleted.
    late: Vec<Vec<String>>,
    /// For each relation: whether the order in which rows are deleted and written can decide whether the
    /// database refuses that it is cleared, or set to its default.
    checked: Vec<bool>,
    /// For each entity: whether a delete of its rows may come to such a relation, or to one of their own that
    /// refuses, before they are gone.
    top_down: Vec<bool>,
    /// For each relation that protects: whether a delete of its own rows may lead to its target.
    leads_to_target: Vec<bool>,
}

impl Refusals {
    /// Follows every `restrict` and `protect` up the cascades that may run into it, and those that take
    /// away the row that a `restrict` stands on.
    pub(super) fn find(program: Program<'_>) -> Refusals {
        let schema = program.schema;
        let count = schema.entities.len();
        let mut found = Refusals {
            watched: vec![false; count],
            below_external: vec![false; count],
            late: vec![Vec::new(); count],
            checked: vec![false; schema.relations.len()],
            top_down: vec![false; count],
            leads_to_target: Vec::new(),
        };
        found.find_checked(program);
        found.find_own(program.schema);
        let (above, below) = cascades(schema);
        for (id, relation) in schema.relations.iter() {
            let protects = schema.to_one(id).is_some_and(|it| it.may(DeleteRule::Protect));
            let to_target = || closure(&above, vec![relation.target]);
            found.leads_to_target.push(protects && to_target().contains(&relation.source));
        }
        for (id, relation) in schema.relations.iter() {
            let Some(to_one) = schema.to_one(id) else { continue };
            if !to_one.may(DeleteRule::Restrict) && !to_one.may(DeleteRule::Protect) {
                continue;
            }
            let late = late_constraint(program, id);
            for entity in closure(&above, vec![relation.target]) {
                found.watched[entity.index()] = true;
                found.late[entity.index()].extend(late.clone());
            }
            if to_one.may(DeleteRule::Restrict) {
                for entity in closure(&above, vec![relation.source]) {
                    found.watched[entity.index()] = true;
                }
            }
        }
        let external =
            |(id, entity): (EntityId, &Entity)| (entity.kind == EntityKind::External).then_some(id);
        for entity in closure(&below, schema.entities.iter().filter_map(external).collect()) {
            found.below_external[entity.index()] = true;
        }
        found
    }

    fn find_checked(&mut self, program: Program<'_>) {
        let watched = watched(program);
        if watched.is_empty() {
            return;
        }
        let along = Along::of(program.schema);
        for entity in program.schema.entities.ids() {
            let reached = along.reached(entity);
            for written in &watched {
                if depends(program.schema, written, entity, &reached) {
                    self.checked[written.relation.index()] = true;
                    self.top_down[entity.index()] = true;
                }
            }
        }
    }

    /// Finds the entities whose rows must be gone before the database takes away, along with an alternative
    /// below them, what they refer to. A relation that waits needs nothing: it is asked when all is done.
    fn find_own(&mut self, schema: &Schema) {
        let along = Along::of(schema);
        for (id, relation) in schema.relations.iter() {
            let refuses = schema.to_one(id).is_some_and(|to_one| {
                let refuses = to_one.may(DeleteRule::Restrict) || to_one.may(DeleteRule::Protect);
                refuses && !to_one.checked_late
            });
            if refuses && along.taken_from_below(relation.source).contains(&relation.target) {
                self.top_down[relation.source.index()] = true;
            }
        }
    }

    /// Whether the database may refuse to delete rows of this entity, or whether what it takes along with
    /// them decides if another delete is refused.
    pub(super) fn watched(&self, entity: EntityId) -> bool {
        self.watched.get(entity.index()).copied().unwrap_or(false)
    }

    /// Whether a delete that another app begins may reach rows of this entity.
    fn below_external(&self, entity: EntityId) -> bool {
        self.below_external.get(entity.index()).copied().unwrap_or(false)
    }

    /// Whether the relation has to be written by the database, in its own order. Django's collector writes
    /// before it deletes, and deletes what goes along before what was to be deleted.
    fn checked(&self, relation: RelationId) -> bool {
        self.checked.get(relation.index()).copied().unwrap_or(false)
    }

    /// Whether a delete of the entity's rows has to begin with these.
    fn top_down(&self, entity: EntityId) -> bool {
        self.top_down.get(entity.index()).copied().unwrap_or(false)
    }

    /// Whether a delete of the relation's rows may come to what they refer to: to themselves, or by cascades.
    fn leads_to_target(&self, relation: RelationId) -> bool {
        self.leads_to_target.get(relation.index()).copied().unwrap_or(false)
    }

    /// The constraints, quoted, that only the end of the transaction would check.
    pub(super) fn late(&self, entity: EntityId) -> &[String] {
        self.late.get(entity.index()).map(Vec::as_slice).unwrap_or_default()
    }
}

/// For each entity: those whose delete takes its rows away, and those whose rows its own delete takes.
fn cascades(schema: &Schema) -> (Vec<Vec<EntityId>>, Vec<Vec<EntityId>>) {
    let mut above = vec![Vec::new(); schema.entities.len()];
    let mut below = above.clone();
    for (id, relation) in schema.relations.iter() {
        if schema.to_one(id).is_some_and(|to_one| to_one.may(DeleteRule::Cascade)) {
            above[relation.source.index()].push(relation.target);
            below[relation.target.index()].push(relation.source);
        }
        if schema.to_one(id).is_some_and(|to_one| to_one.takes_target) {
            above[relation.target.index()].push(relation.source);
            below[relation.source.index()].push(relation.target);
        }
    }
    (above, below)
}

/// The entities that edges lead to from some, and these, each once.
fn closure(edges: &[Vec<EntityId>], from: Vec<EntityId>) -> Vec<EntityId> {
    let mut reached = vec![false; edges.len()];
    for entity in &from {
        reached[entity.index()] = true;
    }
    let mut found = from;
    let mut next = 0;
    while let Some(&entity) = found.get(next) {
        next += 1;
        for &other in &edges[entity.index()] {
            if !reached[other.index()] {
                reached[other.index()] = true;
                found.push(other);
            }
        }
    }
    found
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// `models.CASCADE`: Django carries it out.
    Django(Rule),
    /// `InDatabase(models.CASCADE)`: the database carries it out, and Django knows of it.
    InDatabase(Rule),
    /// `models.DO_NOTHING`: the database carries it out, and never refuses.
    Silent,
}

/// What an `on_delete` is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Rule {
    /// One of Django's.
    Models(&'static str),
    /// CASCADE, but from the row that is to be deleted downwards.
    CascadeTopDown,
    /// PROTECT, but for rows that go as well.
    ProtectFromOthers,
    /// One for each alternative of the union whose row is deleted, by the alternative's name.
    ByAlternative(Vec<(String, Said)>),
}

/// The `on_delete` of a to-one relation.
pub(super) fn on_delete(
    schema: &Schema,
    options: &DjangoOptions,
    refusals: &Refusals,
    id: RelationId,
) -> Said {
    let Some(to_one) = schema.to_one(id) else { return Said::Silent };
    let asked = Asked { schema, options, refusals, relation: id };
    if to_one.by_alternative.is_empty() {
        return asked.said(to_one.delete);
    }
    let said = by_alternative(schema, options, refusals, id);
    if options.on_delete == OnDelete::Python {
        return Said::Django(Rule::ByAlternative(said));
    }
    if !said.iter().any(|(_, said)| matches!(said, Said::InDatabase(_))) {
        return Said::Silent;
    }
    let rules = schema.rules_by_alternative(id);
    let python = |rule| Said::Django(asked.python(rule));
    let rules = rules.map(|(of, rule)| (naming::snake(&of.name), python(rule))).collect();
    Said::InDatabase(Rule::ByAlternative(rules))
}

/// What the `on_delete` of a relation whose rules differ is for each alternative, by the alternative's name.
pub(super) fn by_alternative(
    schema: &Schema,
    options: &DjangoOptions,
    refusals: &Refusals,
    id: RelationId,
) -> Vec<(String, Said)> {
    let asked = Asked { schema, options, refusals, relation: id };
    let rules = schema.rules_by_alternative(id);
    rules.map(|(of, rule)| (naming::snake(&of.name), asked.said(rule))).collect()
}

/// A relation whose rule is to be said.
struct Asked<'a> {
    schema: &'a Schema,
    options: &'a DjangoOptions,
    refusals: &'a Refusals,
    relation: RelationId,
}

impl Asked<'_> {
    /// How a rule of the relation is said.
    fn said(&self, rule: DeleteRule) -> Said {
        let Asked { schema, options, refusals, relation: id } = *self;
        let relation = &schema.relations[id];
        let python = self.python(rule);
        let writes = match rule {
            DeleteRule::SetNull | DeleteRule::SetDefault => true,
            DeleteRule::Cascade | DeleteRule::Restrict | DeleteRule::Protect => false,
        };
        if options.on_delete == OnDelete::Python {
            return match writes && refusals.checked(id) {
                true => Said::InDatabase(python),
                false => Said::Django(python),
            };
        }
        let native = options.version == Some(DjangoVersion::V6_1);
        let external = refusals.below_external(relation.target);
        match rule {
            DeleteRule::Restrict | DeleteRule::Protect => Said::InDatabase(python),
            // Whoever deletes a row of another's table does not ask Trine's models: Django does it all.
            DeleteRule::Cascade if refusals.watched(relation.source) && (external || !native) => {
                Said::InDatabase(python)
            }
            DeleteRule::Cascade if native => Said::Django(Rule::Models("DB_CASCADE")),
            DeleteRule::SetNull if native => Said::Django(Rule::Models("DB_SET_NULL")),
            DeleteRule::SetDefault if native => Said::Django(Rule::Models("DB_SET_DEFAULT")),
            DeleteRule::Cascade | DeleteRule::SetNull | DeleteRule::SetDefault => Said::Silent,
        }
    }

    /// A rule of the relation, carried out by Django.
    fn python(&self, rule: DeleteRule) -> Rule {
        let target = self.schema.relations[self.relation].target;
        match rule {
            // Below, the database begins with the row that is to be deleted without being told.
            DeleteRule::Cascade
                if self.options.on_delete == OnDelete::Python && self.refusals.top_down(target) =>
            {
                Rule::CascadeTopDown
            }
            DeleteRule::Cascade => Rule::Models("CASCADE"),
            DeleteRule::SetNull => Rule::Models("SET_NULL"),
            DeleteRule::SetDefault => Rule::Models("SET_DEFAULT"),
            DeleteRule::Restrict => Rule::Models("RESTRICT"),
            // What is deleted stands in nobody's way in the database; Django's own rule would protect from it.
            DeleteRule::Protect if self.refusals.leads_to_target(self.relation) => {
                Rule::ProtectFromOthers
            }
            DeleteRule::Protect => Rule::Models("PROTECT"),
        }
    }
}
