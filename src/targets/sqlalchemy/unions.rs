//! Unions: the attribute that a relation to one is read, assigned and compared by, and what keeps it true.

use serde::Serialize;

use crate::schema::{
    EntityId, EntityKind, ModuleId, RelationId, Split, Stored, Strategy, Union, UnionId,
    UnionRelation,
};
use crate::targets::HEADER;
use crate::targets::python::{
    Code, Imports, WIDTH, assignment, attribute, statement, string, width,
};

use super::asked;
use super::columns::computes;
use super::plan::Plan;
use super::relationships::{conjunction, lazily, link_join, mapped, ordered_by, relationship};
use super::scope::Scope;

/// The field of a union's row that says which alternative it is of.
const KIND: &str = "kind";

/// What the template of the unions' file prints.
#[derive(Debug, Serialize)]
pub(super) struct UnionsView {
    header: &'static str,
    imports: String,
    /// Whether a union is stored as an arc.
    arcs: bool,
    /// Whether a union has rows that are no alternative themselves.
    rows: bool,
    /// Whether those rows refer to their alternatives.
    links: bool,
    /// Whether alternatives refer to their rows.
    supertypes: bool,
    /// Whether alternatives inherit from their rows.
    heirs: bool,
    /// Whether an entity leads to many of a union, by links.
    many: bool,
}

/// The class methods of a relation to a union: what stands in front of each body.
#[derive(Debug, Serialize)]
pub(super) struct ChoiceView {
    attribute: String,
    by: String,
    /// The same, as type checkers know it.
    overloads: Vec<String>,
    /// Of a relation to one.
    value: Option<String>,
    with: String,
    /// What the bodies return.
    asked: String,
    loaded: String,
}

/// The file that all unions share, where there are any.
pub(super) fn unions_view(plan: &Plan<'_>) -> Option<UnionsView> {
    let unions = plan.schema().unions.values();
    let is_chosen = |union: &Union| match union.strategy {
        Strategy::Arc | Strategy::Link | Strategy::Supertype | Strategy::Inheritance => true,
        Strategy::Split | Strategy::Slot | Strategy::Untyped => false,
    };
    if !unions.iter().any(is_chosen) {
        return None;
    }
    let has = |strategy: Strategy| unions.iter().any(|union| union.strategy == strategy);
    let mut view = UnionsView {
        header: HEADER,
        imports: String::new(),
        arcs: has(Strategy::Arc),
        rows: has(Strategy::Link) || has(Strategy::Supertype),
        links: has(Strategy::Link),
        supertypes: has(Strategy::Supertype),
        heirs: has(Strategy::Inheritance),
        many: !plan.schema().union_links.is_empty(),
    };
    view.imports = imports(&view).render(0);
    Some(view)
}

fn imports(view: &UnionsView) -> Imports {
    let mut imports = Imports::default();
    let mut from = |module: &str, names: &[&str]| {
        for name in names {
            imports.name(module, name);
        }
    };
    from("collections.abc", &["Iterable", "Mapping", "Sequence"]);
    from("dataclasses", &["dataclass"]);
    from("typing", &["Any", "Generic", "TypeAlias", "TypeVar", "overload"]);
    from("sqlalchemy", &["ColumnElement", "Select", "and_", "case", "false", "func", "inspect"]);
    from("sqlalchemy", &["not_", "or_", "select", "true", "tuple_", "union_all"]);
    from("sqlalchemy.exc", &["InvalidRequestError"]);
    from("sqlalchemy.orm", &["Mapper", "RelationshipProperty"]);
    from("sqlalchemy.orm", &["aliased", "joinedload"]);
    from("sqlalchemy.orm.strategy_options", &["_AbstractLoad"]);
    from("sqlalchemy", &["Result", "event"]);
    from("sqlalchemy.orm", &["ORMExecuteState", "Session"]);
    from("sqlalchemy.orm.attributes", &["instance_dict"]);
    if view.arcs || view.rows || view.many {
        from("sqlalchemy.orm", &["InstrumentedAttribute"]);
    }
    if view.rows {
        from("sqlalchemy.orm", &["RelationshipDirection"]);
        from("sqlalchemy.orm.attributes", &["init_collection", "instance_state"]);
        from("sqlalchemy.orm.attributes", &["set_committed_value"]);
        from("sqlalchemy.orm.collections", &["collection_adapter"]);
        from("inspect", &["getattr_static"]);
        from("sqlalchemy.orm", &["object_session"]);
    }
    if view.many {
        from("sqlalchemy.orm", &["subqueryload"]);
    }
    if view.links {
        from("sqlalchemy.dialects.postgresql", &["insert"]);
    }
    if view.supertypes {
        from("sqlalchemy.orm", &["make_transient_to_detached"]);
    }
    imports
}

/// The attribute of each relation to a union: `owner: OneOf[Owner] = OneOf("owner_person", "owner_group")`.
pub(super) fn choices(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let mut out = String::new();
    for (name, relation) in plan.choices(entity) {
        let alias = plan.union_alias(relation.union, scope);
        let item = if relation.optional() { format!("{alias} | None") } else { alias };
        let one_of = scope.name(&plan.unions_module(), "OneOf");
        let mut call = Code::call(one_of.clone());
        for name in plan.leading(relation) {
            call = call.with(string(&name));
        }
        if let Stored::Row(row) = relation.stored {
            call = call.keyword("through", string(&plan.relation_attribute(row)));
            let union = &plan.schema().unions[relation.union];
            if union.strategy == Strategy::Supertype {
                call = call.keyword("kind", string(KIND));
            }
            if let Some(inverse) = relation.inverse.as_deref().filter(|_| is_viewed(union)) {
                call = call.keyword("inverse", string(&attribute(inverse)));
            }
        }
        out.push_str(&assignment(4, &name, &Code::subscript(one_of, item), &call));
    }
    out
}

/// The class methods of each relation to a union.
pub(super) fn choice_views(
    plan: &Plan<'_>,
    entity: EntityId,
    scope: &mut Scope,
) -> Vec<ChoiceView> {
    let unions = plan.unions_module();
    let one = plan.choices(entity).into_iter().map(|(name, relation)| (name, relation.union, None));
    let many = plan.linked(entity).into_iter();
    let many = many.map(|linked| (linked.name, linked.union, Some((linked.links, linked.far))));
    let mut views = Vec::new();
    for (name, union, links) in one.chain(many) {
        scope.name("typing", "overload");
        let element = scope.sa("ColumnElement");
        let any = scope.name("typing", "Any");
        let method = |name: String, parameters: Vec<Code>, gives: String| {
            let head = parameters.into_iter().fold(Code::call(name).with("cls"), Code::with);
            statement(4, "def ", &head, &format!(" -> {gives}")).trim().to_owned()
        };
        let by = [format!("*what: {any}"), format!("**fields: {any}")].map(Code::text).to_vec();
        let ways = asked::ways(plan, union, scope).into_iter();
        let overloads = ways
            .map(|way| method(format!("by_{name}"), way, format!("{element}[bool]: ...")))
            .collect();
        let with = method(format!("with_{name}"), Vec::new(), scope.name(&unions, "Loading") + ":");
        let by = method(format!("by_{name}"), by, format!("{element}[bool]:"));
        let returns = |code: Code| statement(8, "return ", &code, "").trim().to_owned();
        views.push(match links {
            None => ChoiceView {
                asked: format!("return cls.{name}.by(*what, **fields)"),
                loaded: format!("return cls.{name}.loading()"),
                value: Some(method(
                    format!("{name}_value"),
                    vec![shared_name(plan, union, scope)],
                    format!("{element}[{any}]:"),
                )),
                attribute: name,
                by,
                overloads,
                with,
            },
            Some((links, far)) => {
                let mut call = |function: &str| {
                    let function = scope.name(&unions, function);
                    Code::call(function).with(format!("cls.{links}")).with(string(&far))
                };
                ChoiceView {
                    asked: returns(call("by_linked").with("*what").with("**fields")),
                    loaded: returns(call("loading_linked")),
                    value: None,
                    attribute: name,
                    by,
                    overloads,
                    with,
                }
            }
        });
    }
    views
}

/// The parameter that names a field which all alternatives share.
fn shared_name(plan: &Plan<'_>, union: UnionId, scope: &mut Scope) -> Code {
    match plan.schema().shared_fields(union).split_first() {
        // Only a key, or what they inherit.
        None => Code::text("name: str"),
        Some((first, others)) => others.iter().fold(
            Code::subscript(
                format!("name: {}", scope.name("typing", "Literal")),
                string(&attribute(first)),
            ),
            |names, name| names.with(string(&attribute(name))),
        ),
    }
}

/// Every name that relations to unions give to a class, and to those that they lead to.
pub(super) fn choice_names(plan: &Plan<'_>, entity: EntityId) -> Vec<String> {
    let mut names = Vec::new();
    for (name, _) in plan.choices(entity) {
        names.extend([format!("by_{name}"), format!("{name}_value"), format!("with_{name}")]);
        names.push(name);
    }
    for linked in plan.linked(entity) {
        names.extend([format!("by_{}", linked.name), format!("with_{}", linked.name)]);
    }
    names.extend(plan.viewed(entity).into_iter().map(|viewed| viewed.name));
    names
}

/// What leads back from an alternative, where a row of the union's own stands between: read from the
/// database, and written through the relation itself.
pub(super) fn inverses(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let mut out = String::new();
    for viewed in plan.viewed(entity) {
        let source = viewed.relation.source;
        let class = plan.annotation(source, scope);
        let several = viewed.relation.there.max != Some(1);
        let annotation = if several { format!("list[{class}]") } else { format!("{class} | None") };
        let row = plan.schema().relations[viewed.reference].target;
        let mut call = relationship(plan, source, scope);
        call = match viewed.strategy {
            Strategy::Link => {
                let path = plan.registry_path(row);
                let to_row = conjunction(
                    plan.target_attributes(viewed.reference)
                        .into_iter()
                        .zip(plan.own_attributes(viewed.reference))
                        .map(|(there, here)| {
                            format!("{path}.{there} == {}.{here}", plan.registry_path(source))
                        }),
                );
                call.keyword("secondary", plan.looked_up_table(row, entity, scope))
                    .keyword("primaryjoin", string(&link_join(plan, viewed.tie, entity, &path)))
                    .keyword("secondaryjoin", string(&to_row))
            }
            Strategy::Supertype
            | Strategy::Arc
            | Strategy::Inheritance
            | Strategy::Split
            | Strategy::Slot
            | Strategy::Untyped => {
                let join = conjunction(
                    plan.own_attributes(viewed.tie)
                        .into_iter()
                        .zip(plan.own_attributes(viewed.reference))
                        .map(|(there, here)| {
                            let (entity, source) =
                                (plan.registry_path(entity), plan.registry_path(source));
                            format!("{entity}.{there} == foreign({source}.{here})")
                        }),
                );
                call.keyword("primaryjoin", string(&join))
            }
        };
        call = call.keyword("viewonly", "True");
        if several {
            call = ordered_by(plan, source, call);
        } else {
            call = call.keyword("uselist", "False");
        }
        call = lazily(plan, viewed.reference, call);
        out.push_str(&mapped(&viewed.name, annotation, &call, scope));
    }
    out
}

/// What an entity inherits, or others from it, behind its columns: `__inheritance__ = {…}`.
pub(super) fn inheritance(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let mut items: Vec<(String, Code)> = Vec::new();
    if plan.is_row_of_heirs(entity) {
        items.push((string("polymorphic_on"), string(KIND).into()));
        // A delete takes the row, and the database what hangs from it.
        items.push((string("passive_deletes"), "True".into()));
        let union = plan.schema().union_of_row(entity).map(|union| &plan.schema().unions[union]);
        let mut heirs = union.iter().flat_map(|union| &union.alternatives);
        if heirs.any(|heir| computes(plan, heir.entity)) {
            items.push(eagerly());
        }
    } else if plan.inherited(entity).is_some() {
        items.push((string("polymorphic_identity"), plan.kind(entity, scope).into()));
        items.push((string("polymorphic_load"), string("inline").into()));
        if let Some(join) = plan.inherited_by(entity) {
            items.push((string("inherit_condition"), join.into()));
        }
    } else if plan.split_of(entity).is_some() {
        let part = attribute(&plan.schema().entities[entity].name);
        items.push((string("polymorphic_identity"), string(&part).into()));
        items.push((string("concrete"), "True".into()));
    } else {
        return String::new();
    }
    inherits(items, scope)
}

/// The same of the class over the parts of an entity.
pub(super) fn inheritance_of_parts(plan: &Plan<'_>, split: &Split, scope: &mut Scope) -> String {
    if split.parts.iter().any(|&part| computes(plan, part)) {
        inherits(vec![eagerly()], scope)
    } else {
        String::new()
    }
}

/// For SQLAlchemy, the class that others inherit from says it of them all.
fn eagerly() -> (String, Code) {
    (string("eager_defaults"), "True".into())
}

fn inherits(items: Vec<(String, Code)>, scope: &mut Scope) -> String {
    let dict = format!("dict[str, {}]", scope.name("typing", "Any"));
    let annotation = Code::subscript(scope.name("typing", "ClassVar"), dict);
    format!("\n{}", assignment(4, "__inheritance__", &annotation, &Code::dict(items).spread()))
}

/// What keeps relations to unions true, and the rows of unions single, as statements behind the classes.
pub(super) fn upkeep(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let class = plan.class(entity);
    let module = plan.unions_module();
    let mut out = String::new();
    for (_, relation) in plan.choices(entity) {
        if let Stored::Arc(relations) = &relation.stored
            && relations.len() > 1
        {
            let call = relations.iter().fold(
                Code::call(scope.name(&module, "exclude_each_other")),
                |call, &relation| {
                    call.with(format!("{class}.{}", plan.relation_attribute(relation)))
                },
            );
            out.push_str(&statement(0, "", &call, ""));
        }
    }
    if let EntityKind::Union(union) = plan.schema().entities[entity].kind
        && is_viewed(&plan.schema().unions[union])
    {
        let call = Code::call(scope.name(&module, "keep_single")).with(class);
        let call = plan.steps(union).iter().fold(call, |call, step| call.with(string(step)));
        out.push_str(&statement(0, "", &call, ""));
    }
    for viewed in plan.viewed(entity) {
        let call = Code::call(scope.name(&module, "keep_in_step"))
            .with(format!("{class}.{}", viewed.name))
            .with(string(&attribute(&viewed.relation.name)));
        out.push_str(&statement(0, "", &call, ""));
    }
    out
}

/// `Owner = Person | Group`, for each union of a module.
pub(super) fn aliases(plan: &Plan<'_>, module: ModuleId, scope: &mut Scope) -> String {
    let schema = plan.schema();
    let mut out = String::new();
    for (id, alias) in plan.module_aliases(module) {
        let alternatives = &schema.unions[id].alternatives;
        let here = |entity: EntityId| schema.entities[entity].module == module;
        let is_here = alternatives.iter().all(|alternative| here(alternative.entity));
        let mut names: Vec<String> = alternatives
            .iter()
            .map(|alternative| plan.annotation(alternative.entity, scope))
            .collect();
        if names.is_empty() {
            // What may point at anything.
            names.push(scope.name(&plan.base_module(), "Base"));
        }
        let joined = names.join(" | ");
        if !is_here {
            // Another module may not be loaded yet.
            let target = format!("{alias}: {} = ", scope.name("typing", "TypeAlias"));
            out.push_str(&statement(0, &target, &Code::text(string(&joined)), ""));
        } else if width(alias) + " = ".len() + width(&joined) <= WIDTH {
            out.push_str(&format!("{alias} = {joined}\n"));
        } else {
            out.push_str(&format!("{alias} = (\n    {}\n)\n", names.join("\n    | ")));
        }
    }
    out
}

/// An accessor on an alternative that is read over the union's own row.
struct Viewed<'a> {
    /// Its attribute.
    name: String,
    relation: &'a UnionRelation,
    /// The relation of the source to the row.
    reference: RelationId,
    /// What ties the alternative to the row.
    tie: RelationId,
    strategy: Strategy,
}

/// Whether alternatives are reached over a row that is another class.
fn is_viewed(union: &Union) -> bool {
    match union.strategy {
        Strategy::Link | Strategy::Supertype => true,
        Strategy::Arc
        | Strategy::Inheritance
        | Strategy::Split
        | Strategy::Slot
        | Strategy::Untyped => false,
    }
}

impl<'a> Plan<'a> {
    /// The relative module of what all unions share.
    pub fn unions_module(&self) -> String {
        format!(".{}", self.unions)
    }

    /// The aliases that a module defines.
    pub fn module_aliases(&self, module: ModuleId) -> impl Iterator<Item = (UnionId, &str)> {
        let unions = self.schema().unions.iter();
        unions
            .filter(move |(_, union)| union.module == module)
            .map(|(id, _)| (id, self.aliases[id.index()].as_str()))
    }

    /// An entity's relations to unions that lead to rows, each with its attribute. An untyped one is two texts.
    fn choices(&self, entity: EntityId) -> Vec<(String, &'a UnionRelation)> {
        let schema = self.schema();
        let relations = &schema.entities[entity].union_relations;
        relations
            .iter()
            .map(|&id| &schema.union_relations[id])
            .filter(|relation| !matches!(relation.stored, Stored::Untyped { .. }))
            .map(|relation| (attribute(&relation.name), relation))
            .collect()
    }

    /// The relationships that lead to the alternatives, from the source or from the union's row.
    fn leading(&self, relation: &UnionRelation) -> Vec<String> {
        match &relation.stored {
            Stored::Arc(relations) => {
                relations.iter().map(|&relation| self.relation_attribute(relation)).collect()
            }
            Stored::Row(_) => self.steps(relation.union),
            Stored::Untyped { .. } => Vec::new(),
        }
    }

    /// The relationships of a union's row that lead to its alternatives; none where they are the row.
    fn steps(&self, union: UnionId) -> Vec<String> {
        let union = &self.schema().unions[union];
        let ties = union.alternatives.iter().filter_map(|alternative| alternative.relation);
        match union.strategy {
            Strategy::Link => ties.map(|tie| self.relation_attribute(tie)).collect(),
            Strategy::Supertype => ties.filter_map(|tie| self.inverse_attribute(tie)).collect(),
            Strategy::Arc
            | Strategy::Inheritance
            | Strategy::Split
            | Strategy::Slot
            | Strategy::Untyped => Vec::new(),
        }
    }

    /// The accessors on an alternative that are read over the rows of its unions.
    fn viewed(&self, entity: EntityId) -> Vec<Viewed<'a>> {
        let schema = self.schema();
        let mut found = Vec::new();
        let unions =
            schema.entities[entity].alternative_of.iter().map(|&id| (id, &schema.unions[id]));
        for (id, union) in unions.filter(|(_, union)| is_viewed(union)) {
            let Some(&tie) = self.ties.get(&(id, entity)) else { continue };
            for &id in &union.relations {
                let relation = &schema.union_relations[id];
                if let (Some(inverse), Stored::Row(reference)) =
                    (relation.inverse.as_deref(), &relation.stored)
                {
                    found.push(Viewed {
                        name: attribute(inverse),
                        relation,
                        reference: *reference,
                        tie,
                        strategy: union.strategy,
                    });
                }
            }
        }
        found
    }

    /// Whether a relation is an alternative's to a row that a trigger makes where there is none.
    pub fn has_its_row_made(&self, relation: RelationId) -> bool {
        let schema = self.schema();
        schema
            .tie(relation)
            .is_some_and(|union| schema.unions[union].strategy == Strategy::Supertype)
    }

    /// Which of the union's kinds an heir is: `OwnerKind.PERSON`.
    fn kind(&self, heir: EntityId, scope: &mut Scope) -> String {
        let (kinds, member) =
            self.kinds.get(&heir).expect("an heir is one of the kinds of its union's row");
        format!("{}.{member}", self.enum_class(*kinds, scope))
    }

    /// The join of an heir with the row that it inherits from, where it refers to such rows otherwise too.
    fn inherited_by(&self, heir: EntityId) -> Option<String> {
        let relation = self.heir_by(heir)?;
        let row = self.schema().relations[relation].target;
        let row_table = self.program.layout.table(row);
        let others = self.table(heir).foreign_keys.iter().filter(|key| key.target == row_table);
        if others.count() < 2 {
            return None;
        }
        let pairs = self.own_attributes(relation).into_iter().zip(self.target_attributes(relation));
        Some(conjunction(pairs.map(|(own, there)| format!("{own} == {}.{there}", self.class(row)))))
    }

    /// Whether others inherit from an entity.
    pub fn is_row_of_heirs(&self, entity: EntityId) -> bool {
        let schema = self.schema();
        schema
            .union_of_row(entity)
            .is_some_and(|union| schema.unions[union].strategy == Strategy::Inheritance)
    }
}
