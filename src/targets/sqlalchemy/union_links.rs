//! Many-to-many relations to unions: both ends reach through the links, whose own relation to the union is to
//! one.

use std::collections::BTreeSet;

use crate::schema::{EntityId, UnionId, UnionLink};
use crate::targets::python::{Code, assignment, attribute, statement, string};

use super::plan::Plan;
use super::scope::Scope;

/// What an entity sees of others through links: `owners: Linked[Owner] = Linked("owners_links", "owner", …)`.
pub(super) fn proxies(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let mut out = String::new();
    for end in plan.union_ends(entity) {
        let Some(name) = &end.name else { continue };
        let item = match end.side {
            Side::Source => {
                let union = plan.schema().union_relations[end.link.union_end].union;
                plan.union_alias(union, scope)
            }
            Side::Alternative => plan.annotation(end.link.source, scope),
        };
        let linked = scope.name(&plan.base_module(), "Linked");
        let link = plan.late_link(end.link.link, entity, scope);
        let far = end.far;
        let make = Code::Lambda(far.clone(), Box::new(link.keyword(&far, far.clone())));
        let call = Code::call(linked.clone())
            .with(string(&end.links))
            .with(string(&far))
            .keyword("creator", make);
        out.push_str(&assignment(4, name, &Code::subscript(linked, item), &call));
    }
    out
}

/// The names that [`proxies`] gives.
pub(super) fn proxy_names(plan: &Plan<'_>, entity: EntityId) -> Vec<String> {
    plan.union_ends(entity).into_iter().filter_map(|end| end.name).collect()
}

/// Links that an alternative gives up are deleted: to none of the others is it handed.
pub(super) fn giving_up(plan: &Plan<'_>, entity: EntityId, scope: &mut Scope) -> String {
    let mut out = String::new();
    for end in plan.union_ends(entity).into_iter().filter(|end| end.side == Side::Alternative) {
        let call = Code::call(scope.name(&plan.base_module(), "delete_unlinked")).with(format!(
            "{}.{}",
            plan.class(entity),
            end.links
        ));
        out.push_str(&statement(0, "", &call, ""));
    }
    out
}

/// Which end of a link an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Source,
    Alternative,
}

/// An end of a link to a union.
struct UnionEnd<'a> {
    link: &'a UnionLink,
    side: Side,
    /// What leads to the other end; `None` where it has no accessor.
    name: Option<String>,
    /// The collection of the links.
    links: String,
    /// The link's attribute that leads to the other end.
    far: String,
}

/// What an entity leads to many of.
pub(super) struct LinkedView {
    /// The attribute.
    pub name: String,
    /// The union.
    pub union: UnionId,
    /// The collection of the links.
    pub links: String,
    /// The link's attribute that leads to one of the union.
    pub far: String,
}

impl<'a> Plan<'a> {
    /// The relations of an entity to many of a union.
    pub fn linked(&self, entity: EntityId) -> Vec<LinkedView> {
        let ends = self.union_ends(entity).into_iter();
        let ends = ends.filter(|end| end.side == Side::Source);
        let view = |end: UnionEnd<'a>| {
            let union = self.schema().union_relations[end.link.union_end].union;
            Some(LinkedView { name: end.name?, union, links: end.links, far: end.far })
        };
        ends.filter_map(view).collect()
    }

    /// The ends of links to unions that an entity is.
    fn union_ends(&self, entity: EntityId) -> Vec<UnionEnd<'a>> {
        let schema = self.schema();
        let own = &schema.entities[entity];
        let led_to = own.alternative_of.iter().flat_map(|&union| &schema.unions[union].links);
        // A link whose alternative is its source has both ends here.
        let links: BTreeSet<_> = own.union_links.iter().chain(led_to).copied().collect();
        let mut ends = Vec::new();
        for link in links {
            let link = &schema.union_links[link];
            let to_union = &schema.union_relations[link.union_end];
            if link.source == entity
                && let Some(links) = self.inverse_attribute(link.source_end)
            {
                ends.push(UnionEnd {
                    link,
                    side: Side::Source,
                    name: Some(attribute(&link.name)),
                    links,
                    far: attribute(&to_union.name),
                });
            }
            let alternatives = &schema.unions[to_union.union].alternatives;
            if alternatives.iter().any(|alternative| alternative.entity == entity)
                && let Some(links) = &to_union.inverse
            {
                ends.push(UnionEnd {
                    link,
                    side: Side::Alternative,
                    name: link.inverse.as_deref().map(attribute),
                    links: attribute(links),
                    far: self.relation_attribute(link.source_end),
                });
            }
        }
        ends
    }

    /// Whether a link to a union is made by a module that it needs in order to load.
    pub fn has_late_union_links(&self) -> bool {
        let schema = self.schema();
        schema.union_links.values().iter().any(|link| {
            let home = schema.entities[link.link].module;
            let union = schema.union_relations[link.union_end].union;
            let alternatives = schema.unions[union].alternatives.iter();
            let mut ends = alternatives.map(|alternative| alternative.entity).chain([link.source]);
            ends.any(|end| self.is_tangled(home, schema.entities[end].module))
        })
    }
}
