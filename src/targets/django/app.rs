//! One module as a Django app, and what its parts are called.

use std::collections::{HashMap, HashSet};

use serde::Serialize;

use crate::naming;
use crate::relational::{Column, ColumnIx, ColumnOrigin, SqlNames, Table, type_sql};
use crate::schema::{
    EntityId, EntityKind, EnumId, FieldId, FieldType, ManyToMany, MemberId, ModuleId, RelationId,
    RelationKind, Schema, Stored, Strategy, UnionRelationId,
};
use crate::target::{DjangoOptions, OnDelete};
use crate::targets::python::{self, docstring, string};
use crate::targets::{HEADER, Program};

use super::rules::Refusals;
use super::unions;

/// A module, with all that its files are made from.
#[derive(Clone, Copy)]
pub(super) struct App<'a> {
    /// The program.
    pub(super) program: Program<'a>,
    /// What the project asks of Django.
    pub(super) options: &'a DjangoOptions,
    /// Which deletes the database may refuse.
    pub(super) refusals: &'a Refusals,
    /// What entities are called.
    pub(super) names: &'a Names,
    /// The module.
    pub(super) module: ModuleId,
    /// The names of all fields of its models.
    pub(super) fields: &'a HashSet<String>,
}

/// What is asked often, found once.
pub(super) struct Names {
    classes: Vec<String>,
    places: Vec<usize>,
    links: HashMap<EntityId, RelationId>,
    /// For each relation that a relation to a union is spelt out as: that relation.
    spelt: HashMap<RelationId, UnionRelationId>,
    /// For each relation that ties an alternative and its union's row: the union's strategy.
    ties: HashMap<RelationId, Strategy>,
    /// What the row that a model inherits from calls it, where its own name is taken.
    heirs: HashMap<RelationId, String>,
    /// For each entity that is a part of another, which split made it.
    pub(super) parts: HashMap<EntityId, usize>,
    /// The classes that stand in more than one app.
    pub(super) ambiguous: HashSet<String>,
}

impl Names {
    /// The names of a program's entities.
    pub(super) fn of(schema: &Schema) -> Names {
        let classes = schema.entities.iter().map(|(_, entity)| python::class(&entity.name));
        let mut places = vec![0; schema.entities.len()];
        for module in schema.modules.ids() {
            for (place, entity) in in_order(schema, module).enumerate() {
                places[entity.index()] = place;
            }
        }
        let mut spelt = HashMap::new();
        for (id, relation) in schema.union_relations.iter() {
            spelt.extend(relation.spelt().iter().map(|&part| (part, id)));
        }
        let mut ties = HashMap::new();
        for (_, union) in schema.unions.iter() {
            let tied = union.alternatives.iter().filter_map(|alternative| alternative.relation);
            ties.extend(tied.map(|relation| (relation, union.strategy)));
        }
        let links = schema.relations.iter().filter_map(|(id, relation)| match &relation.kind {
            RelationKind::ManyToMany(many) => Some((many.link, id)),
            RelationKind::ToOne(_) => None,
        });
        let classes: Vec<String> = classes.collect();
        let mut seen = HashSet::new();
        let ambiguous = classes.iter().filter(|class| !seen.insert(class.as_str())).cloned();
        Names {
            ambiguous: ambiguous.collect(),
            classes,
            places,
            links: links.collect(),
            spelt,
            ties,
            heirs: unions::heirs(schema),
            parts: schema.parts(),
        }
    }
}

impl<'a> App<'a> {
    /// The program's meaning.
    pub(super) fn schema(&self) -> &'a Schema {
        self.program.schema
    }

    /// The name of a module's app.
    pub(super) fn module_name(&self, module: ModuleId) -> String {
        python::attribute(&self.schema().modules[module].name)
    }

    /// An entity's class.
    pub(super) fn class(&self, entity: EntityId) -> String {
        self.names.classes[entity.index()].clone()
    }

    /// Django's lower-case name of a model.
    pub(super) fn model_name(&self, entity: EntityId) -> String {
        self.names.classes[entity.index()].to_lowercase()
    }

    /// `storefront.BannerPost`
    pub(super) fn dotted(&self, entity: EntityId) -> String {
        let module = self.module_name(self.schema().entities[entity].module);
        format!("{module}.{}", self.names.classes[entity.index()])
    }

    /// `storefront.bannerpost`, as migrations name it.
    pub(super) fn label(&self, entity: EntityId) -> String {
        let module = self.module_name(self.schema().entities[entity].module);
        format!("{module}.{}", self.model_name(entity))
    }

    /// Whether one class of the module stands before another.
    pub(super) fn stands_before(&self, first: EntityId, second: EntityId) -> bool {
        self.names.places[first.index()] < self.names.places[second.index()]
    }

    /// An entity's table.
    pub(super) fn table(&self, entity: EntityId) -> &'a Table {
        &self.program.database.tables[self.program.layout.table(entity)]
    }

    /// What `db_table` says. Django quotes no name that is quoted already, which is how a schema gets in.
    pub(super) fn db_table(&self, table: &Table) -> String {
        match &table.name.schema {
            Some(schema) => {
                let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
                format!("{}.{}", quoted(schema), quoted(&table.name.name))
            }
            None => table.name.name.to_string(),
        }
    }

    /// A column of an entity's table.
    pub(super) fn column(&self, entity: EntityId, column: ColumnIx) -> &'a Column {
        &self.table(entity).columns[column]
    }

    /// The names of the members whose columns these are; `None` where a column is no member's.
    pub(super) fn columns(&self, entity: EntityId, columns: &[ColumnIx]) -> Option<Vec<String>> {
        let origins = self.program.layout.origins(self.program.layout.table(entity));
        columns
            .iter()
            .map(|&column| match origins.columns[column] {
                ColumnOrigin::Field(field) => Some(self.field_name(field)),
                ColumnOrigin::Relation(relation) => Some(self.relation_name(relation)),
                ColumnOrigin::SharedParent(_) => None,
            })
            .collect()
    }

    /// A field's attribute.
    pub(super) fn field_name(&self, field: FieldId) -> String {
        naming::snake(&self.schema().fields[field].name)
    }

    /// A relation's attribute.
    pub(super) fn relation_name(&self, relation: RelationId) -> String {
        naming::snake(&self.schema().relations[relation].name)
    }

    /// A member's attribute.
    pub(super) fn member_name(&self, member: MemberId) -> String {
        naming::snake(self.schema().member_name(member))
    }

    /// A relation's accessor on its target; `+` where it has none.
    pub(super) fn accessor(&self, relation: RelationId) -> String {
        accessor(self.schema(), relation)
    }

    /// What the row that a model inherits from calls it, where its own name is taken, by what ties the two.
    pub(super) fn heir(&self, tie: RelationId) -> Option<&'a str> {
        self.names.heirs.get(&tie).map(String::as_str)
    }

    /// The many-to-many relation that an entity is the link of.
    pub(super) fn link_of(&self, entity: EntityId) -> Option<&'a ManyToMany> {
        let relation = self.names.links.get(&entity)?;
        self.schema().many_to_many(*relation)
    }

    /// The same, where it is ordered.
    pub(super) fn ordered_link(&self, entity: EntityId) -> Option<&'a ManyToMany> {
        self.link_of(entity).filter(|many| many.position.is_some())
    }

    /// Whether the relation is the end of an ordered link that the order is read through.
    pub(super) fn ordered_end(&self, relation: RelationId) -> bool {
        self.ordered_link(self.schema().relations[relation].source)
            .is_some_and(|many| many.target_end == relation)
    }

    /// Whether Django makes the link's model itself. It names its columns after the models, deletes
    /// links in Python, and knows no other rule; any other link has a class.
    pub(super) fn hides_link(&self, link: EntityId) -> bool {
        let schema = self.schema();
        let EntityKind::Link { hidden: true, .. } = schema.entities[link].kind else {
            return false;
        };
        let Some(many) = self.link_of(link) else { return false };
        let ends = [many.source_end, many.target_end];
        let target = |end: RelationId| schema.relations[end].target;
        let own = target(ends[0]) == target(ends[1]);
        self.options.on_delete == OnDelete::Python
            && ends.iter().all(|&end| {
                let external = schema.entities[target(end)].kind == EntityKind::External;
                let cascades = schema
                    .to_one(end)
                    .is_some_and(|to_one| to_one.delete == crate::schema::DeleteRule::Cascade);
                let model = self.model_name(target(end));
                let named = match (own, end == ends[0]) {
                    (false, _) => model,
                    (true, true) => format!("from_{model}"),
                    (true, false) => format!("to_{model}"),
                };
                let column = self
                    .program
                    .layout
                    .relation(end)
                    .map(|place| self.column(link, place.columns[0]).name.as_str());
                !external && cascades && column == Some(&format!("{named}_id"))
            })
    }

    /// Whether a link has more relations to one of its ends than that end.
    pub(super) fn link_is_ambiguous(&self, link: EntityId) -> bool {
        let schema = self.schema();
        let Some(many) = self.link_of(link) else { return false };
        let ends = [many.source_end, many.target_end].map(|end| schema.relations[end].target);
        let toward = schema.entities[link].members.iter().filter(|member| match member {
            MemberId::Relation(relation) => {
                schema.to_one(*relation).is_some()
                    && ends.contains(&schema.relations[*relation].target)
            }
            MemberId::Field(_) => false,
        });
        // The ways by a union's own row are relations to its alternatives, in Django's eyes.
        let by_row = schema.entities[link].union_relations.iter().filter(|&&id| {
            let relation = &schema.union_relations[id];
            let mut alternatives = schema.unions[relation.union].alternatives.iter();
            matches!(relation.stored, Stored::Row(_))
                && alternatives.any(|alternative| ends.contains(&alternative.entity))
        });
        toward.count() + by_row.count() > 2
    }

    /// Whether the model asks the database, and says in Django's words what it refuses.
    pub(super) fn watches(&self, entity: EntityId) -> bool {
        self.options.on_delete == OnDelete::Database && self.refusals.watched(entity)
    }

    /// The constraints, quoted, that are checked late when rows of a watching model are deleted.
    pub(super) fn late(&self, entity: EntityId) -> &'a [String] {
        if self.watches(entity) { self.refusals.late(entity) } else { &[] }
    }

    /// Whether a relation to a union is spelt out as this one, among others.
    pub(super) fn is_spelt(&self, relation: RelationId) -> bool {
        self.names.spelt.contains_key(&relation)
    }

    /// The relation to a union that is spelt out in relations of which this is the last.
    pub(super) fn spelt_until(&self, relation: RelationId) -> Option<UnionRelationId> {
        let id = *self.names.spelt.get(&relation)?;
        let last = self.schema().union_relations[id].spelt().last() == Some(&relation);
        last.then_some(id)
    }

    /// Whether the relation leads to a union's own row, which nobody but the union reads back.
    pub(super) fn leads_to_row(&self, relation: RelationId) -> bool {
        self.names
            .spelt
            .get(&relation)
            .is_some_and(|&id| matches!(self.schema().union_relations[id].stored, Stored::Row(_)))
    }

    /// The strategy of the union whose row this relation ties to an alternative.
    pub(super) fn tied(&self, relation: RelationId) -> Option<Strategy> {
        self.names.ties.get(&relation).copied()
    }

    /// The model of whose rows the entity's are a part, by multi-table inheritance.
    pub(super) fn parent(&self, entity: EntityId) -> Option<EntityId> {
        parent(self.schema(), entity)
    }

    /// Whether the entity is the row of a union whose alternatives inherit from it.
    pub(super) fn is_parent(&self, entity: EntityId) -> bool {
        is_parent(self.schema(), entity)
    }

    /// The entities that have a class, in order.
    pub(super) fn models(&self) -> impl Iterator<Item = EntityId> {
        let app = *self;
        in_order(self.schema(), self.module).filter(move |&entity| {
            app.schema().entities[entity].kind != EntityKind::External && !app.hides_link(entity)
        })
    }

    /// A member's column as SQL writes it.
    pub(super) fn quoted_column(&self, entity: EntityId, member: MemberId) -> String {
        let columns = self.program.layout.member_columns(member);
        let column = columns.first().map(|&column| &self.column(entity, column).name);
        column.map_or_else(String::new, |name| crate::quoting::quote_identifier(name))
    }

    /// An enum's type as SQL writes it.
    pub(super) fn enum_type(&self, id: EnumId) -> String {
        let place = self.program.layout.enum_types[id.index()];
        place
            .map_or_else(String::new, |place| self.program.database.enum_types[place].name.quoted())
    }

    /// A type as SQL writes it.
    pub(super) fn sql_type(&self, ty: &FieldType) -> String {
        let names = SqlNames {
            schema: self.schema(),
            column: &|_| String::new(),
            enum_type: &|id| self.enum_type(id),
        };
        let element = FieldType { base: ty.base.clone(), dimensions: 0 };
        type_sql(&element, names).0.to_string()
    }
}

/// A module's entities in the order of their classes. The rows that alternatives refer to stand first: a class
/// inherits only from what is defined, and a fixture is loaded in this order.
fn in_order(schema: &Schema, module: ModuleId) -> impl Iterator<Item = EntityId> {
    let first = |entity: EntityId| match schema.entities[entity].kind {
        EntityKind::Union(union) => match schema.unions[union].strategy {
            Strategy::Supertype | Strategy::Inheritance => true,
            Strategy::Arc
            | Strategy::Link
            | Strategy::Split
            | Strategy::Slot
            | Strategy::Untyped => false,
        },
        EntityKind::Declared | EntityKind::External | EntityKind::Link { .. } => false,
    };
    let entities = &schema.modules[module].entities;
    let rows = entities.iter().copied().filter(move |&entity| first(entity));
    rows.chain(entities.iter().copied().filter(move |&entity| !first(entity)))
}

/// The entity of whose rows another's are a part, by multi-table inheritance.
pub(super) fn parent(schema: &Schema, entity: EntityId) -> Option<EntityId> {
    let [MemberId::Relation(key)] = schema.entities[entity].key[..] else { return None };
    let union = schema.tie(key)?;
    (schema.unions[union].strategy == Strategy::Inheritance).then(|| schema.relations[key].target)
}

fn is_parent(schema: &Schema, entity: EntityId) -> bool {
    matches!(schema.entities[entity].kind, EntityKind::Union(union)
        if schema.unions[union].strategy == Strategy::Inheritance)
}

/// A relation's accessor on its target; `+` where it has none.
pub(super) fn accessor(schema: &Schema, relation: RelationId) -> String {
    let inverse = &schema.relations[relation].inverse;
    inverse.as_ref().map_or_else(|| "+".to_owned(), |inverse| naming::snake(inverse))
}

/// The names of all fields and relations of a module's models.
pub(super) fn field_names(schema: &Schema, module: ModuleId) -> HashSet<String> {
    let entities =
        || schema.modules[module].entities.iter().map(|&entity| &schema.entities[entity]);
    let members = entities()
        .flat_map(|entity| &entity.members)
        .map(|&member| naming::snake(schema.member_name(member)));
    let unions = entities()
        .flat_map(|entity| &entity.union_relations)
        .map(|&relation| naming::snake(&schema.union_relations[relation].name));
    members.chain(unions).collect()
}

/// What the template of `apps.py` prints.
#[derive(Serialize)]
pub(super) struct AppView {
    header: &'static str,
    docs: Option<String>,
    class: String,
    name: String,
    label: Option<String>,
}

/// The app's configuration.
pub(super) fn view(app: &App<'_>) -> AppView {
    let module = &app.schema().modules[app.module];
    AppView {
        header: HEADER,
        docs: module.docs.as_ref().map(|docs| docstring(docs, 0)),
        class: format!("{}Config", python::class(&module.name)),
        name: string(&app.module_name(app.module)),
        label: module.label.as_ref().map(|label| string(label)),
    }
}
