//! Unions: spelt out in the syntax tree before anything is resolved, and read together again in the schema.
//!
//! [`spell`] writes for every relation to a union the relations that store it, as a user without unions would
//! have written them. Whatever holds of relations then holds of these. [`resolve_unions`] finds, once members
//! have their ids, which of them belong to one union.

mod across;
mod counted;
mod declare;
mod gather;
mod heirs;
mod many;
mod names;
mod row;
mod schema;
mod spell;
mod split;
mod untyped;

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::schema::{DeleteRule, Strategy};
use crate::source::Span;
use crate::syntax::{SyntaxTree, tree};

pub(crate) use across::check_across;
pub(crate) use counted::add_checks;
pub(crate) use heirs::check_heirs;
pub(crate) use names::Meant;
pub(crate) use schema::{name_unions, resolve_unions};
pub(crate) use spell::spell;

/// The trees without relations to unions, and what was spelt out in them.
#[derive(Debug, Default)]
pub(crate) struct Spelt {
    /// The trees; none when there is no union.
    pub trees: Vec<SyntaxTree>,
    /// What is known of each union, by where its name stands.
    pub unions: HashMap<Span, SpeltUnion>,
    /// Every relation to a union, by where it stands.
    pub relations: HashMap<Span, SpeltRelation>,
    /// Every many-to-many relation to a union.
    pub links: Vec<SpeltLink>,
    /// Every entity that was split.
    pub splits: Vec<SpeltSplit>,
}

/// An entity that was split.
#[derive(Debug)]
pub(crate) struct SpeltSplit {
    /// Its module.
    pub module: SmolStr,
    /// Its name as written.
    pub entity: tree::Name,
    /// The relation that splits it.
    pub relation: SmolStr,
    /// Where the name of that relation's union stands in its declaration.
    pub union: Span,
    /// The names of what it was split into, by the union's alternatives.
    pub parts: Vec<SmolStr>,
}

/// A many-to-many relation to a union, and its link.
#[derive(Debug)]
pub(crate) struct SpeltLink {
    /// The module of both.
    pub module: SmolStr,
    /// The entity that states the relation.
    pub source: SmolStr,
    /// The entity of the link.
    pub link: SmolStr,
    /// The link's relation to the source.
    pub source_end: SmolStr,
    /// The link's relation to the union.
    pub union_end: SmolStr,
    /// The relation.
    pub written: tree::Relation,
}

/// A union that can be stored.
#[derive(Debug)]
pub(crate) struct SpeltUnion {
    /// How.
    pub strategy: Strategy,
    /// Its alternatives that are entities, in the order written, each once.
    pub alternatives: Vec<SpeltAlternative>,
}

/// An alternative, and what it is called in names: its entity in snake case, with its module where another
/// has the same.
#[derive(Debug, Clone)]
pub(crate) struct SpeltAlternative {
    /// As the union says it.
    pub path: tree::Path,
    /// `person`
    pub name: SmolStr,
    /// What it calls the union's row of its own: `owner_ref`.
    pub row: SmolStr,
}

/// A relation to a union, as it was written.
#[derive(Debug)]
pub(crate) struct SpeltRelation {
    /// Where the union's name stands in its declaration.
    pub union: Span,
    /// The relation.
    pub written: tree::Relation,
    /// The delete rules by the names of the alternatives, where they differ and one foreign key is for all.
    pub rules: Vec<(SmolStr, DeleteRule)>,
}
