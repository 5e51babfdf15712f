//! What is decided once for the whole package: the names of modules, classes and attributes, and where
//! foreign keys run in circles.

use std::collections::{HashMap, HashSet};

use crate::relational::{ColumnIx, ColumnOrigin, ForeignKey, Table, TableId};
use crate::schema::{
    BaseType, DeleteRule, EntityId, EntityKind, EnumId, EnumStorage, FieldId, FieldType, MemberId,
    ModuleId, RelationId, RelationKind, Schema, Strategy, UnionId,
};
use crate::target::SqlalchemyOptions;
use crate::targets::Program;
use crate::targets::python::{Code, attribute, class, string};

use super::circles::{Circles, circles};
use super::cycles::components;
use super::enums::member_names;
use super::scope::Scope;
use super::unseen::gone_unseen;
use super::whole::deleted_whole;

/// The decisions that every file of the package shares.
pub(super) struct Plan<'a> {
    pub program: Program<'a>,
    /// The last name of the package.
    pub package: &'a str,
    /// The `lazy=` of every relationship that does not say its own.
    pub lazy: &'a str,
    /// For each module, its Python module.
    pub modules: Vec<String>,
    /// The file that holds what all modules share.
    pub base: &'static str,
    /// The file that holds what all unions share.
    pub unions: &'static str,
    /// For each module, the file that holds what others need in order to load (its enums, its external
    /// entities, and the rows that alternatives of a union inherit from): its own, unless modules need each
    /// other's, which no order of imports could give.
    pub foundations: Vec<String>,
    /// For each entity, its class.
    pub classes: Vec<String>,
    /// For each enum, its class.
    pub enums: Vec<String>,
    /// For each union, the alias of its alternatives.
    pub aliases: Vec<String>,
    /// For each entity that a union splits, the class over its parts.
    pub splits: Vec<String>,
    /// For each alternative under `inheritance`, its relation to the row that it inherits from.
    heirs: HashMap<EntityId, RelationId>,
    /// Of which kind each of them is: the enum, and its member's name.
    pub kinds: HashMap<EntityId, (EnumId, String)>,
    /// For each entity that is a part of another, which split made it.
    pub parts: HashMap<EntityId, usize>,
    /// What ties each alternative of each union to its row.
    pub ties: HashMap<(UnionId, EntityId), RelationId>,
    /// Class names that stand in more than one module.
    ambiguous: HashSet<String>,
    /// For each table, the attribute of each column.
    attributes: Vec<Vec<String>>,
    /// For each relation that is an end of a link: the position of the links, when it is the end whose
    /// collection is ordered.
    pub link_ends: HashMap<RelationId, Option<FieldId>>,
    /// How many foreign keys run between two tables, in either direction.
    pairs: HashMap<(TableId, TableId), usize>,
    /// For each table, the circle of foreign keys that it lies on; its own number when on none.
    circles: Vec<usize>,
    /// How a flush finds an order for rows that refer to each other in a circle.
    pub order: Circles,
    /// The entities of which the database alone deletes rows, with all that follows from it.
    pub whole: HashSet<EntityId>,
    /// The relations that only the database clears.
    pub unseen: HashSet<RelationId>,
    /// For each module, the circle of imports that it lies on; its own number when on none.
    loading: Vec<usize>,
    /// Of those circles, the ones in which a module needs names of another to define its classes.
    tangled: HashSet<usize>,
}

impl<'a> Plan<'a> {
    pub fn new(program: Program<'a>, options: &'a SqlalchemyOptions) -> Plan<'a> {
        let schema = program.schema;
        let modules: Vec<String> =
            schema.modules.values().iter().map(|module| attribute(&module.name)).collect();
        let base = if modules.iter().any(|module| module == "base") { "_base" } else { "base" };
        let unions =
            if modules.iter().any(|module| module == "unions") { "_unions" } else { "unions" };
        let classes: Vec<String> =
            schema.entities.values().iter().map(|entity| class(&entity.name)).collect();
        let enums: Vec<String> =
            schema.enums.values().iter().map(|found| class(&found.name)).collect();
        let aliases: Vec<String> =
            schema.unions.values().iter().map(|found| class(&found.name)).collect();
        let splits: Vec<String> = schema.splits.iter().map(|split| class(&split.name)).collect();
        let mut seen = HashSet::new();
        let ambiguous = classes
            .iter()
            .chain(&enums)
            .chain(&aliases)
            .chain(&splits)
            .filter(|name| !seen.insert(name.as_str()))
            .cloned()
            .collect();
        let mut link_ends = HashMap::new();
        for relation in schema.relations.ids() {
            if let Some(many) = schema.many_to_many(relation) {
                link_ends.insert(many.source_end, many.position);
                link_ends.insert(many.target_end, None);
            }
        }
        link_ends.extend(schema.union_links.values().iter().map(|link| (link.source_end, None)));
        let mut pairs = HashMap::new();
        let mut edges = vec![Vec::new(); program.database.tables.len()];
        for (id, table) in program.database.tables.iter() {
            for key in &table.foreign_keys {
                *pairs.entry(pair(id, key.target)).or_insert(0) += 1;
                edges[id.index()].push(key.target.index());
            }
        }
        let found = components(&edges);
        let heirs = heirs(schema);
        let order = circles(program, &heirs);
        let whole = deleted_whole(program, &order);
        let mut plan = Plan {
            program,
            package: options.package.rsplit('.').next().unwrap_or_default(),
            lazy: &options.lazy,
            foundations: modules.clone(),
            modules,
            base,
            unions,
            classes,
            enums,
            aliases,
            splits,
            ambiguous,
            attributes: Vec::new(),
            link_ends,
            pairs,
            unseen: gone_unseen(program, &heirs, &order, &whole),
            heirs,
            kinds: kinds(schema),
            parts: schema.parts(),
            ties: ties(schema),
            whole,
            order,
            circles: found,
            loading: Vec::new(),
            tangled: HashSet::new(),
        };
        plan.attributes =
            program.database.tables.ids().map(|table| plan.name_columns(table)).collect();
        plan.split_foundations();
        plan
    }

    pub fn schema(&self) -> &'a Schema {
        self.program.schema
    }

    pub fn table(&self, entity: EntityId) -> &'a Table {
        &self.program.database.tables[self.program.layout.table(entity)]
    }

    /// The relative module of the base.
    pub fn base_module(&self) -> String {
        format!(".{}", self.base)
    }

    /// An entity's class.
    pub fn class(&self, entity: EntityId) -> &str {
        &self.classes[entity.index()]
    }

    /// An entity as SQLAlchemy's registry finds it from a string.
    pub fn registry_path(&self, entity: EntityId) -> String {
        let class = self.class(entity);
        if self.is_ambiguous(entity) {
            let module = self.schema().entities[entity].module;
            format!("{}.{}.{class}", self.package, self.home(entity, module))
        } else {
            class.to_owned()
        }
    }

    /// Whether another module has a class of the same name.
    pub fn is_ambiguous(&self, entity: EntityId) -> bool {
        self.ambiguous.contains(self.class(entity))
    }

    /// The Python module that defines an entity's class.
    fn home(&self, entity: EntityId, module: ModuleId) -> &str {
        let files = if self.is_foundation(entity) { &self.foundations } else { &self.modules };
        &files[module.index()]
    }

    /// Whether other classes need an entity's class in order to load.
    pub fn is_foundation(&self, entity: EntityId) -> bool {
        match self.schema().entities[entity].kind {
            EntityKind::External => true,
            EntityKind::Union(union) => {
                self.schema().unions[union].strategy == Strategy::Inheritance
            }
            EntityKind::Declared | EntityKind::Link { .. } => false,
        }
    }

    /// The row of a union that an entity inherits from.
    pub fn inherited(&self, entity: EntityId) -> Option<EntityId> {
        let relation = self.heirs.get(&entity)?;
        Some(self.schema().relations[*relation].target)
    }

    /// The entity with whose rows a flush writes those of this one: what it inherits from, or itself.
    pub fn written_as(&self, entity: EntityId) -> EntityId {
        self.inherited(entity).unwrap_or(entity)
    }

    /// Whether a flush sorts the rows of an entity one by one.
    pub fn is_sorted_one_by_one(&self, entity: EntityId) -> bool {
        self.order.one_by_one.contains(&self.written_as(entity).index())
    }

    /// The relation that an entity inherits by.
    pub fn heir_by(&self, entity: EntityId) -> Option<RelationId> {
        self.heirs.get(&entity).copied()
    }

    /// Whether a relation is what an entity inherits by.
    pub fn is_inheritance(&self, relation: RelationId) -> bool {
        self.heirs.get(&self.schema().relations[relation].source) == Some(&relation)
    }

    /// The alias of a union as an annotation names it, imported for type checkers where another file
    /// defines it.
    pub fn union_alias(&self, union: UnionId, scope: &mut Scope) -> String {
        let home = &self.modules[self.schema().unions[union].module.index()];
        let alias = &self.aliases[union.index()];
        scope.annotated(home, alias, self.ambiguous.contains(alias))
    }

    /// The class of an enum, imported where another file defines it.
    pub fn enum_class(&self, id: EnumId, scope: &mut Scope) -> String {
        let module = self.schema().enums[id].module;
        scope.defined(&self.foundations[module.index()], &self.enums[id.index()])
    }

    /// The class of an enum as an annotation names it, imported for type checkers where another file defines it.
    pub fn enum_annotation(&self, id: EnumId, scope: &mut Scope) -> String {
        let module = self.schema().enums[id].module;
        scope.annotated(&self.foundations[module.index()], &self.enums[id.index()], false)
    }

    /// The variable that holds the type of a native enum, imported where another file defines it.
    pub fn enum_type(&self, id: EnumId, scope: &mut Scope) -> String {
        let module = self.schema().enums[id].module;
        scope.defined(&self.foundations[module.index()], &self.enum_variable(id))
    }

    /// The variable that holds the type of a native enum.
    pub fn enum_variable(&self, id: EnumId) -> String {
        format!("{}_type", attribute(&self.schema().enums[id].name))
    }

    /// The class of an entity that others need in order to load, imported where another file defines it.
    pub fn foundation_class(&self, entity: EntityId, scope: &mut Scope) -> String {
        let module = self.schema().entities[entity].module;
        scope.defined(&self.foundations[module.index()], self.class(entity))
    }

    /// A class as an annotation names it, imported for type checkers where another file defines it.
    pub fn annotation(&self, entity: EntityId, scope: &mut Scope) -> String {
        let module = self.schema().entities[entity].module;
        let home = self.home(entity, module).to_owned();
        scope.annotated(&home, self.class(entity), self.is_ambiguous(entity))
    }

    /// The call that makes a link, in the file of `near`; it runs after all modules are loaded.
    pub fn late_link(&self, link: EntityId, near: EntityId, scope: &mut Scope) -> Code {
        let module = self.schema().entities[link].module;
        let home = self.home(link, module).to_owned();
        let class = self.class(link);
        if scope.is_own(&home) {
            Code::call(class)
        } else if self.is_tangled(module, self.schema().entities[near].module) {
            let make = scope.name(&self.base_module(), "link_of");
            Code::call(make).with(string(&home)).with(string(class))
        } else {
            Code::call(format!("{}.{class}", scope.name(".", &home)))
        }
    }

    /// The `Table` of a bare link as code in the file of `near` names it, which runs after all modules
    /// are loaded.
    pub fn late_table(&self, link: EntityId, near: EntityId, scope: &mut Scope) -> String {
        let module = self.schema().entities[link].module;
        let home = &self.modules[module.index()];
        if scope.is_own(home) {
            self.secondary(link)
        } else if self.is_tangled(module, self.schema().entities[near].module) {
            self.registered_table(link, scope)
        } else {
            format!("{}.{}", scope.name(".", home), self.secondary(link))
        }
    }

    /// A link's table as a `secondary` that is looked up when all modules are loaded. What something else
    /// owns has a metadata of its own, and does not find it by its name.
    pub fn looked_up_table(&self, link: EntityId, near: EntityId, scope: &mut Scope) -> Code {
        match self.schema().entities[near].kind {
            EntityKind::External => {
                Code::text(format!("lambda: {}", self.registered_table(link, scope)))
            }
            EntityKind::Declared | EntityKind::Link { .. } | EntityKind::Union(_) => {
                Code::text(string(&self.table_key(link)))
            }
        }
    }

    /// `Base.metadata.tables["storefront_banner_post"]`
    fn registered_table(&self, link: EntityId, scope: &mut Scope) -> String {
        let base = scope.name(&self.base_module(), "Base");
        format!("{base}.metadata.tables[{}]", string(&self.table_key(link)))
    }

    /// An entity's table as the metadata finds it from a string.
    fn table_key(&self, entity: EntityId) -> String {
        let name = &self.table(entity).name;
        let schema = name.schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
        format!("{schema}{}", name.name)
    }

    /// The variable of a link's `Table`.
    pub fn secondary(&self, link: EntityId) -> String {
        format!("{}_table", attribute(&self.schema().entities[link].name))
    }

    /// Whether a link is a bare `Table`: nothing but links, which go with either end.
    pub fn is_secondary(&self, entity: EntityId) -> bool {
        let EntityKind::Link { relation, hidden: true } = self.schema().entities[entity].kind
        else {
            return false;
        };
        self.schema().many_to_many(relation).is_some_and(|many| {
            [many.source_end, many.target_end].iter().all(|&end| {
                self.schema().to_one(end).is_some_and(|to_one| to_one.delete == DeleteRule::Cascade)
            })
        })
    }

    /// The attribute of a column.
    pub fn attribute(&self, table: TableId, column: ColumnIx) -> &str {
        &self.attributes[table.index()][column]
    }

    /// The attributes of the columns that a member stands for.
    pub fn member_attributes(&self, entity: EntityId, member: MemberId) -> Vec<&str> {
        let table = self.program.layout.table(entity);
        self.program
            .layout
            .member_columns(member)
            .into_iter()
            .map(|column| self.attribute(table, column))
            .collect()
    }

    /// The attribute of a relation.
    pub fn relation_attribute(&self, relation: RelationId) -> String {
        attribute(&self.schema().relations[relation].name)
    }

    /// The accessor on a relation's target.
    pub fn inverse_attribute(&self, relation: RelationId) -> Option<String> {
        self.schema().relations[relation].inverse.as_deref().map(attribute)
    }

    /// The foreign key of a to-one relation, on its source's table.
    pub fn foreign_key(&self, relation: RelationId) -> Option<&'a ForeignKey> {
        let place = self.program.layout.relation(relation)?;
        let source = self.schema().relations[relation].source;
        self.table(source).foreign_keys.get(place.foreign_key)
    }

    /// Whether SQLAlchemy could not tell by itself which foreign key a relation uses.
    pub fn has_rival(&self, relation: RelationId) -> bool {
        let relation = &self.schema().relations[relation];
        // An heir's class is mapped to two tables.
        if [relation.source, relation.target].iter().any(|end| self.heirs.contains_key(end)) {
            return true;
        }
        let layout = self.program.layout;
        let pair = pair(layout.table(relation.source), layout.table(relation.target));
        self.pairs.get(&pair).is_some_and(|&count| count > 1)
    }

    /// Whether rows of a relation's two ends can refer to each other in a circle over several tables, and
    /// this is the relation that is written behind all others.
    pub fn is_written_late(&self, relation: RelationId) -> bool {
        self.order.breaks.contains(&relation)
    }

    /// Whether a foreign key is added after both tables, since it closes a circle.
    pub fn closes_circle(&self, table: TableId, key: &ForeignKey) -> bool {
        table < key.target && self.on_one_circle(table, key.target)
    }

    fn on_one_circle(&self, a: TableId, b: TableId) -> bool {
        a != b && self.circles[a.index()] == self.circles[b.index()]
    }

    /// The field type of a column, which a relation takes from the column that it refers to.
    pub fn column_type(&self, table: TableId, column: ColumnIx) -> Option<&'a FieldType> {
        let layout = self.program.layout;
        let origins = layout.origins(table);
        let (relation, at) = match origins.columns[column] {
            ColumnOrigin::Field(field) => return Some(&self.schema().fields[field].ty),
            ColumnOrigin::Relation(relation) => {
                let place = layout.relation(relation)?;
                (relation, place.columns.iter().position(|&own| own == column)?)
            }
            ColumnOrigin::SharedParent(relation) => {
                let shared = ColumnOrigin::SharedParent(relation);
                let at = origins.columns[..column].iter().filter(|&&of| of == shared).count();
                (relation, at)
            }
        };
        let target = layout.table(self.schema().relations[relation].target);
        self.column_type(target, *layout.relation(relation)?.target_columns.get(at)?)
    }

    fn name_columns(&self, id: TableId) -> Vec<String> {
        let layout = self.program.layout;
        let table = &self.program.database.tables[id];
        let origins = layout.origins(id);
        let mut taken: HashSet<String> = HashSet::new();
        for member in &self.schema().entities[origins.entity].members {
            taken.insert(attribute(self.schema().member_name(*member)));
        }
        let mut names = Vec::with_capacity(table.columns.len());
        for (ix, column) in table.columns.iter().enumerate() {
            let name = match origins.columns[ix] {
                ColumnOrigin::Field(field) => {
                    names.push(attribute(&self.schema().fields[field].name));
                    continue;
                }
                ColumnOrigin::Relation(relation) => {
                    let found = &self.schema().relations[relation];
                    let stem = attribute(&found.name);
                    let to_row =
                        matches!(self.schema().entities[found.target].kind, EntityKind::Union(_));
                    let stem = match stem.strip_suffix("_ref") {
                        Some(stem) if to_row => stem.to_owned(),
                        Some(_) | None => stem,
                    };
                    match layout.relation(relation) {
                        Some(_) if self.is_inheritance(relation) => attribute(&column.name),
                        Some(place) if place.columns.len() > 1 => attribute(&column.name),
                        Some(_) | None => format!("{stem}_id"),
                    }
                }
                ColumnOrigin::SharedParent(_) => attribute(&column.name),
            };
            let mut free = name;
            while !taken.insert(free.clone()) {
                free.push('_');
            }
            names.push(free);
        }
        names
    }

    /// Where modules need each other's enums, external entities or rows of unions to define their own
    /// classes, those move to files of their own.
    fn split_foundations(&mut self) {
        let schema = self.program.schema;
        let mut edges = vec![Vec::new(); self.modules.len()];
        for field in schema.fields.values() {
            if let BaseType::Enum(id) = &field.ty.base {
                let from = schema.entities[field.entity].module.index();
                edges[from].push(schema.enums[*id].module.index());
            }
        }
        for relation in schema.relations.values() {
            let target = &schema.entities[relation.target];
            let id = relation.target;
            let inherits = self.inherited(relation.source) == Some(id);
            if target.kind == EntityKind::External || inherits {
                let from = schema.entities[relation.source].module.index();
                edges[from].push(target.module.index());
            }
        }
        let circles = components(&edges);
        let mut sizes = vec![0; circles.len()];
        circles.iter().for_each(|&circle| sizes[circle] += 1);
        for module in 0..self.modules.len() {
            if sizes[circles[module]] > 1 {
                let mut name = format!("{}_types", self.modules[module]);
                while self.modules.contains(&name) {
                    name.push('_');
                }
                self.foundations[module] = name;
            }
        }
        // Both ends of a link that is a class, or a bare table, name it when everything is loaded.
        let mut all = edges.clone();
        for relation in schema.relations.values() {
            if let RelationKind::ManyToMany(many) = &relation.kind {
                let link = schema.entities[many.link].module.index();
                all[schema.entities[relation.source].module.index()].push(link);
                all[schema.entities[relation.target].module.index()].push(link);
            }
        }
        for link in schema.union_links.values() {
            let union = schema.union_relations[link.union_end].union;
            for alternative in &schema.unions[union].alternatives {
                let from = schema.entities[alternative.entity].module.index();
                all[from].push(schema.entities[link.link].module.index());
            }
        }
        self.loading = components(&all);
        for (from, targets) in edges.iter().enumerate() {
            for &to in targets.iter().filter(|&&to| to != from) {
                if self.loading[from] == self.loading[to] {
                    self.tangled.insert(self.loading[from]);
                }
            }
        }
    }

    /// Whether two modules load each other while one of them needs names of the other, so that neither
    /// may import the other at its top for what only runs later.
    pub fn is_tangled(&self, a: ModuleId, b: ModuleId) -> bool {
        let circle = self.loading[a.index()];
        circle == self.loading[b.index()] && self.tangled.contains(&circle)
    }

    /// Whether an enum is a type of PostgreSQL's.
    pub fn is_native(&self, id: EnumId) -> bool {
        matches!(self.schema().enums[id].storage, EnumStorage::NativeType)
    }
}

/// The relation of each alternative that inherits from its union's row.
fn heirs(schema: &Schema) -> HashMap<EntityId, RelationId> {
    schema
        .unions
        .values()
        .iter()
        .filter(|union| union.strategy == Strategy::Inheritance)
        .flat_map(|union| &union.alternatives)
        .filter_map(|alternative| Some((alternative.entity, alternative.relation?)))
        .collect()
}

/// Of which kind of its union's row each alternative is that inherits from it.
fn kinds(schema: &Schema) -> HashMap<EntityId, (EnumId, String)> {
    let inherited = schema
        .unions
        .values()
        .iter()
        .filter(|union| union.strategy == Strategy::Inheritance)
        .filter_map(|union| Some((union, schema.kinds_of_row(union.row?)?.1)));
    inherited
        .flat_map(|(union, kinds)| {
            let names = member_names(&schema.enums[kinds]);
            let heirs = union.alternatives.iter().map(|alternative| alternative.entity);
            heirs.zip(names).map(move |(heir, name)| (heir, (kinds, name)))
        })
        .collect()
}

/// What ties each alternative of each union to its row.
fn ties(schema: &Schema) -> HashMap<(UnionId, EntityId), RelationId> {
    let alternatives = schema
        .unions
        .iter()
        .flat_map(|(id, union)| union.alternatives.iter().map(move |it| (id, it)));
    alternatives.filter_map(|(id, it)| Some(((id, it.entity), it.relation?))).collect()
}

/// Two tables, whichever is named first.
fn pair(a: TableId, b: TableId) -> (TableId, TableId) {
    if a <= b { (a, b) } else { (b, a) }
}
