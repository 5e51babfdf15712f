//! The two ends of each relation, and what a delete does at each of them.

use crate::schema::{
    DeleteRule, Direction, EntityId, EntityKind, FieldId, ManyToMany, MemberId, Reference,
    RelationId, RelationKind, ToOne,
};
use crate::targets::python::{Code, assignment, attribute, string};

use super::circles::is_seen;
use super::plan::Plan;
use super::scope::Scope;
use super::union_links::proxies;
use super::unions::{choices, inverses};

/// Every accessor of an entity as statements: its own relations first, then those that point at it.
pub(super) fn accessors(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let schema = plan.schema();
    let found = &schema.entities[entity];
    let mut out = String::new();
    for member in &found.members {
        let MemberId::Relation(relation) = *member else { continue };
        if plan.is_inheritance(relation) {
            continue;
        }
        match &schema.relations[relation].kind {
            RelationKind::ToOne(to_one) => out.push_str(&to_one_end(plan, relation, to_one, scope)),
            RelationKind::ManyToMany(many) => {
                let end = ManyEnd { many, near: many.source_end, far: many.target_end };
                let name = plan.relation_attribute(relation);
                out.push_str(&many_end(plan, relation, &name, &end, scope));
            }
        }
    }
    for &relation in &found.incoming {
        if plan.is_secondary(schema.relations[relation].source) || plan.is_inheritance(relation) {
            continue;
        }
        let Some(name) = plan.inverse_attribute(relation) else { continue };
        match &schema.relations[relation].kind {
            RelationKind::ToOne(to_one) => {
                out.push_str(&inverse_end(plan, relation, &name, to_one, scope));
            }
            RelationKind::ManyToMany(many) => {
                let end = ManyEnd { many, near: many.target_end, far: many.source_end };
                out.push_str(&many_end(plan, relation, &name, &end, scope));
            }
        }
    }
    out.push_str(&inverses(plan, entity, scope));
    out.push_str(&choices(plan, entity, scope));
    out.push_str(&proxies(plan, entity, scope));
    out
}

/// `store: Mapped[Store] = relationship(…)`
fn to_one_end(plan: &Plan<'_>, relation: RelationId, to_one: &ToOne, scope: &mut Scope) -> String {
    let found = &plan.schema().relations[relation];
    let target = plan.annotation(found.target, scope);
    let annotation = if to_one.optional { format!("{target} | None") } else { target };
    let mut call = relationship(plan, found.target, scope);
    if let Some(inverse) = plan.inverse_attribute(relation) {
        call = call.keyword("back_populates", string(&inverse));
    }
    call = joined(plan, relation, End::Source, call);
    if found.source == found.target && plan.join_of(relation).is_none() {
        let keys = plan.target_attributes(relation).into_iter().map(Code::text).collect();
        call = call.keyword("remote_side", Code::list(keys));
    }
    let late = plan.is_written_late(relation);
    if late {
        call = call.keyword("post_update", "True");
    }
    // To sort the deletes of single rows, the flush would load what they refer to, and may not; and any target
    // that is not referred to by its key, which costs a SELECT.
    let is_sorted_by_load =
        plan.is_sorted_one_by_one(found.source) && laziness(plan, relation).starts_with("raise");
    if late {
        // Or else it would be cleared before its row is deleted, and a CHECK might see that.
        call = call.keyword("passive_deletes", string("all"));
    } else if is_sorted_by_load || to_one.references != Reference::Key {
        call = call.keyword("passive_deletes", "True");
    }
    call = marked(plan, relation, call);
    call = lazily(plan, relation, call);
    mapped(&plan.relation_attribute(relation), annotation, &call, scope)
}

/// `products: Mapped[list[Product]] = relationship(…)`
fn inverse_end(
    plan: &Plan<'_>,
    relation: RelationId,
    name: &str,
    to_one: &ToOne,
    scope: &mut Scope,
) -> String {
    let found = &plan.schema().relations[relation];
    let source = plan.annotation(found.source, scope);
    let annotation = match (to_one.one_to_one, found.there.min) {
        (false, _) => format!("list[{source}]"),
        (true, 0) => format!("{source} | None"),
        (true, _) => source,
    };
    let mut call = relationship(plan, found.source, scope)
        .keyword("back_populates", string(&plan.relation_attribute(relation)));
    call = joined(plan, relation, End::Target, call);
    // A post-update would set what refers here to NULL, whatever `passive_deletes` says of it.
    let late = plan.is_written_late(relation);
    let read = late && !plan.may_be_cleared(relation, to_one);
    call = if read {
        call.keyword("viewonly", "True")
    } else {
        deleting(plan, relation, to_one, call)
    };
    if !to_one.one_to_one {
        call = sorted(plan, relation, call, scope);
    }
    if late && !read {
        call = call.keyword("post_update", "True");
    }
    call = marked(plan, relation, call);
    call = lazily(plan, relation, call);
    mapped(name, annotation, &call, scope)
}

/// The side of a many-to-many relation that an accessor stands on.
struct ManyEnd<'a> {
    many: &'a ManyToMany,
    /// The link's relation to the entity that has the accessor.
    near: RelationId,
    /// The link's relation to the other one.
    far: RelationId,
}

/// `posts`: a proxy over the links, or a plain collection where the link is a bare table.
fn many_end(
    plan: &Plan<'_>,
    relation: RelationId,
    name: &str,
    end: &ManyEnd<'_>,
    scope: &mut Scope,
) -> String {
    let schema = plan.schema();
    let other = schema.relations[end.far].target;
    let class = plan.annotation(other, scope);
    let annotation = format!("list[{class}]");
    if plan.is_secondary(end.many.link) {
        return secondary_end(plan, relation, name, end, annotation, scope);
    }
    let Some(links) = plan.inverse_attribute(end.near) else {
        return viewed_end(plan, relation, name, end, annotation, scope);
    };
    let far = plan.relation_attribute(end.far);
    let near = schema.relations[end.near].target;
    let link = plan.late_link(end.many.link, near, scope);
    let linked = scope.name(&plan.base_module(), "Linked");
    let call = Code::call(linked.clone())
        .with(string(&links))
        .with(string(&far))
        .keyword("creator", Code::Lambda(far.clone(), Box::new(link.keyword(&far, far.clone()))));
    assignment(4, name, &Code::subscript(linked, class), &call)
}

fn secondary_end(
    plan: &Plan<'_>,
    relation: RelationId,
    name: &str,
    end: &ManyEnd<'_>,
    annotation: String,
    scope: &mut Scope,
) -> String {
    let schema = plan.schema();
    let found = &schema.relations[relation];
    let near = schema.relations[end.near].target;
    let variable = plan.late_table(end.many.link, near, scope);
    let own = variable == plan.secondary(end.many.link);
    // What something else owns stands before the tables that refer to it.
    let wait = !own || schema.entities[near].kind == EntityKind::External;
    let secondary = Code::text(format!("{}{variable}", if wait { "lambda: " } else { "" }));
    let other = schema.relations[end.far].target;
    let mut call = relationship(plan, other, scope).keyword("secondary", secondary);
    let back = if end.near == end.many.source_end {
        plan.inverse_attribute(relation)
    } else {
        Some(plan.relation_attribute(relation))
    };
    if let Some(back) = back {
        call = call.keyword("back_populates", string(&back));
    }
    if found.source == found.target {
        call = self_joins(plan, end, call, scope);
    }
    call = call.keyword("passive_deletes", "True");
    call = ordered_by(plan, other, call);
    call = lazily(plan, relation, call);
    mapped(name, annotation, &call, scope)
}

/// A view over links that have no accessor on this side to add them by.
fn viewed_end(
    plan: &Plan<'_>,
    relation: RelationId,
    name: &str,
    end: &ManyEnd<'_>,
    annotation: String,
    scope: &mut Scope,
) -> String {
    let schema = plan.schema();
    let other = schema.relations[end.far].target;
    let link = plan.registry_path(end.many.link);
    let near = plan.schema().relations[end.near].target;
    let table = plan.looked_up_table(end.many.link, near, scope);
    let mut call = relationship(plan, other, scope)
        .keyword("secondary", table)
        .keyword("primaryjoin", string(&link_join(plan, end.near, near, &link)))
        .keyword("secondaryjoin", string(&link_join(plan, end.far, other, &link)))
        .keyword("viewonly", "True");
    call = ordered_by(plan, other, call);
    call = lazily(plan, relation, call);
    mapped(name, annotation, &call, scope)
}

/// `Person.id == Friendship.person_id`
pub(super) fn link_join(plan: &Plan<'_>, end: RelationId, entity: EntityId, link: &str) -> String {
    let path = plan.registry_path(entity);
    conjunction(
        plan.target_attributes(end)
            .into_iter()
            .zip(plan.own_attributes(end))
            .map(|(there, here)| format!("{path}.{there} == {link}.{here}")),
    )
}

/// Which column of a bare link is which end, where both are the same entity.
fn self_joins(plan: &Plan<'_>, end: &ManyEnd<'_>, call: Code, scope: &mut Scope) -> Code {
    let variable = plan.secondary(end.many.link);
    let table = plan.table(end.many.link);
    let mut join = |relation: RelationId| {
        let class = plan.class(plan.schema().relations[relation].target);
        let place = plan.program.layout.relation(relation);
        let columns = place.map(|place| place.columns.as_slice()).unwrap_or_default();
        let pairs = columns.iter().zip(plan.target_attributes(relation)).map(|(&own, there)| {
            format!("{class}.{there} == {variable}.c[{}]", string(&table.columns[own].name))
        });
        if columns.len() > 1 {
            scope.sa("and_");
        }
        Code::text(format!("lambda: {}", conjunction(pairs)))
    };
    let (near, far) = (join(end.near), join(end.far));
    call.keyword("primaryjoin", near).keyword("secondaryjoin", far)
}

/// `relationship(`, with its target where the annotation alone would be ambiguous, or has another name
/// for it than the registry.
pub(super) fn relationship(plan: &Plan<'_>, target: EntityId, scope: &mut Scope) -> Code {
    let call = Code::call(scope.orm("relationship"));
    let renamed = plan.annotation(target, scope) != plan.class(target);
    if renamed || plan.is_ambiguous(target) {
        call.with(string(&plan.registry_path(target)))
    } else {
        call
    }
}

/// The two ends of a foreign key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Source,
    Target,
}

/// Which columns a relation runs over, where SQLAlchemy can't tell, or would write too many.
fn joined(plan: &Plan<'_>, relation: RelationId, end: End, call: Code) -> Code {
    let found = &plan.schema().relations[relation];
    let join = plan.join_of(relation);
    if join.is_none() && !plan.has_rival(relation) {
        return call;
    }
    let own = plan.own_attributes(relation);
    let keys = match end {
        End::Source => Code::list(own.into_iter().map(Code::text).collect()),
        End::Target => {
            let path = plan.registry_path(found.source);
            let keys: Vec<String> = own.iter().map(|own| format!("{path}.{own}")).collect();
            Code::text(string(&match keys.as_slice() {
                [key] => key.clone(),
                several => format!("[{}]", several.join(", ")),
            }))
        }
    };
    let call = call.keyword("foreign_keys", keys);
    let call = match join {
        Some(join) => call.keyword("primaryjoin", string(&join)),
        None => call,
    };
    if join_is_own(plan, relation) && end == End::Source {
        let keys = plan.target_attributes(relation).into_iter().map(Code::text).collect();
        return call.keyword("remote_side", Code::list(keys));
    }
    call
}

/// Whether a relation from an entity to itself states its own join.
fn join_is_own(plan: &Plan<'_>, relation: RelationId) -> bool {
    let found = &plan.schema().relations[relation];
    found.source == found.target && plan.join_of(relation).is_some()
}

/// What the session does with the rows that refer here, when the row that they refer to is deleted or
/// they are taken out of its collection. The database carries out the rule; SQLAlchemy must neither
/// load anything for it nor do anything else with rows that happen to be loaded.
fn deleting(plan: &Plan<'_>, relation: RelationId, to_one: &ToOne, call: Code) -> Code {
    let whole = plan.is_deleted_whole(relation);
    match to_one.delete {
        DeleteRule::Cascade if !whole => {
            let orphans = to_one.orphan_delete || plan.is_link_end(relation);
            call.keyword("cascade", string(if orphans { "all, delete-orphan" } else { "all" }))
                .keyword("passive_deletes", "True")
        }
        DeleteRule::SetNull if !whole && !plan.unseen.contains(&relation) => {
            call.keyword("passive_deletes", "True")
        }
        DeleteRule::Cascade
        | DeleteRule::SetNull
        | DeleteRule::SetDefault
        | DeleteRule::Restrict
        | DeleteRule::Protect => call.keyword("passive_deletes", string("all")),
    }
}

/// What `put_aside` knows a relation by whose rows may refer to each other in a circle.
fn marked(plan: &Plan<'_>, relation: RelationId, call: Code) -> Code {
    if !plan.order.left.contains_key(&relation) {
        return call;
    }
    call.keyword("info", Code::dict(vec![(string("circular"), "True".into())]))
}

/// The order of a collection: the position of an ordered link, else the order of its entity.
fn sorted(plan: &Plan<'_>, relation: RelationId, call: Code, scope: &mut Scope) -> Code {
    let schema = plan.schema();
    let source = schema.relations[relation].source;
    let Some(position) = plan.position_of(relation) else {
        return ordered_by(plan, source, call);
    };
    let position = attribute(&schema.fields[position].name);
    let path = format!("{}.{position}", plan.registry_path(source));
    let list = Code::call(scope.name("sqlalchemy.ext.orderinglist", "ordering_list"))
        .with(string(&position))
        .keyword("ordering_func", scope.name(&plan.base_module(), "next_position"));
    call.keyword("order_by", string(&path)).keyword("collection_class", list)
}

pub(super) fn ordered_by(plan: &Plan<'_>, entity: EntityId, call: Code) -> Code {
    let found = &plan.schema().entities[entity];
    let path = plan.registry_path(entity);
    let column = |member: MemberId, suffix: &str| {
        plan.member_attributes(entity, member)
            .into_iter()
            .map(|name| format!("{path}.{name}{suffix}"))
            .collect::<Vec<_>>()
    };
    let columns: Vec<String> = if found.order_by.is_empty() {
        found.key.iter().flat_map(|&member| column(member, "")).collect()
    } else {
        found
            .order_by
            .iter()
            .flat_map(|&(member, direction)| match direction {
                Direction::Ascending => column(member, ""),
                Direction::Descending => column(member, ".desc()"),
            })
            .collect()
    };
    call.keyword(
        "order_by",
        string(&match columns.as_slice() {
            [column] => column.clone(),
            several => format!("[{}]", several.join(", ")),
        }),
    )
}

pub(super) fn lazily(plan: &Plan<'_>, relation: RelationId, call: Code) -> Code {
    match laziness(plan, relation) {
        "select" => call,
        lazy => call.keyword("lazy", string(lazy)),
    }
}

/// `lazy=` of a relation's two ends.
fn laziness<'a>(plan: &'a Plan<'_>, relation: RelationId) -> &'a str {
    plan.schema().relations[relation].sqlalchemy_lazy.as_deref().unwrap_or(plan.lazy)
}

/// `name: Mapped[annotation] = value`
pub(super) fn mapped(name: &str, annotation: String, value: &Code, scope: &mut Scope) -> String {
    assignment(4, name, &Code::subscript(scope.orm("Mapped"), annotation), value)
}

/// `a`, or `and_(a, b)`.
pub(super) fn conjunction(parts: impl Iterator<Item = String>) -> String {
    let parts: Vec<String> = parts.collect();
    match parts.as_slice() {
        [part] => part.clone(),
        several => format!("and_({})", several.join(", ")),
    }
}

impl Plan<'_> {
    /// The attributes of a relation's own columns.
    pub fn own_attributes(&self, relation: RelationId) -> Vec<&str> {
        let table = self.program.layout.table(self.schema().relations[relation].source);
        let place = self.program.layout.relation(relation);
        let columns = place.map(|place| place.columns.as_slice()).unwrap_or_default();
        columns.iter().map(|&column| self.attribute(table, column)).collect()
    }

    /// The attributes of the columns that a relation's own refer to.
    pub(super) fn target_attributes(&self, relation: RelationId) -> Vec<&str> {
        let table = self.program.layout.table(self.schema().relations[relation].target);
        let place = self.program.layout.relation(relation);
        let columns = place.map(|place| place.target_columns.as_slice()).unwrap_or_default();
        columns.iter().map(|&column| self.attribute(table, column)).collect()
    }

    /// The join of a relation whose foreign key has shared columns too. They are no part of the join,
    /// so that clearing or setting the relation never writes them.
    fn join_of(&self, relation: RelationId) -> Option<String> {
        let place = self.program.layout.relation(relation)?;
        let key = self.foreign_key(relation)?;
        if key.columns.len() == place.columns.len() {
            return None;
        }
        let found = &self.schema().relations[relation];
        let (source, target) = (self.registry_path(found.source), self.registry_path(found.target));
        let pairs = self.own_attributes(relation).into_iter().zip(self.target_attributes(relation));
        Some(conjunction(pairs.map(|(own, there)| format!("{source}.{own} == {target}.{there}"))))
    }

    /// The position of the links that a relation is the near end of.
    pub fn position_of(&self, relation: RelationId) -> Option<FieldId> {
        *self.link_ends.get(&relation)?
    }

    /// Whether what is taken out of a relation's collection is deleted, and not what is in it with its owner:
    /// SQLAlchemy has no cascade for the one without the other.
    pub fn outlives(&self, relation: RelationId) -> bool {
        let schema = self.schema();
        !self.is_secondary(schema.relations[relation].source)
            && schema.to_one(relation).is_some_and(|to_one| {
                (self.is_link_end(relation) || to_one.orphan_delete)
                    && (to_one.delete != DeleteRule::Cascade || self.is_deleted_whole(relation))
            })
    }

    /// Whether only the database deletes rows of a relation's target.
    fn is_deleted_whole(&self, relation: RelationId) -> bool {
        self.whole.contains(&self.schema().relations[relation].target)
    }

    /// Whether a relation may be cleared before the row that it refers to is deleted.
    fn may_be_cleared(&self, relation: RelationId, to_one: &ToOne) -> bool {
        match to_one.delete {
            DeleteRule::Cascade | DeleteRule::SetNull => {
                !self.is_deleted_whole(relation)
                    && !self.unseen.contains(&relation)
                    && !is_seen(self.program, relation)
            }
            DeleteRule::SetDefault | DeleteRule::Restrict | DeleteRule::Protect => false,
        }
    }

    /// Whether a relation is an end of a link.
    fn is_link_end(&self, relation: RelationId) -> bool {
        self.link_ends.contains_key(&relation)
    }
}
