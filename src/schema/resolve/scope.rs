//! What the names in an entity's expressions and lists of columns mean.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::schema::{EntityId, EnumId, MemberId, ModuleId, Schema};
use crate::source::Span;
use crate::syntax::tree;

use super::names::{Meaning, Names};

/// The members of one entity by name: its own, and those of its mixins.
#[derive(Debug, Default)]
pub(crate) struct Members {
    /// What each name means, and where it stands. `None` is a member that could not be understood.
    pub by_name: HashMap<SmolStr, (Option<MemberId>, Span)>,
    /// Each relation that is spelt out as several, by its name.
    pub arcs: HashMap<SmolStr, Arc>,
}

/// A relation to a union that has a column for each alternative.
#[derive(Debug)]
pub(crate) struct Arc {
    /// What it is spelt out as.
    pub members: Vec<MemberId>,
    /// Whether none may be set.
    pub optional: bool,
}

impl Members {
    /// What a name means.
    pub fn meaning(&self, name: &str) -> Meaning<MemberId> {
        match self.by_name.get(name) {
            Some((Some(member), _)) => Meaning::Is(*member),
            Some((None, _)) => Meaning::Broken,
            None => Meaning::Unknown,
        }
    }
}

/// The place that an expression or a list of columns is read from.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    /// The schema so far: all enums, and every field and relation with its type, are there.
    pub schema: &'a Schema,
    /// The program's names.
    pub names: &'a Names,
    /// The module that names of enums are looked up in (a mixin's own, for what stands in a mixin).
    pub module: ModuleId,
    /// The entity whose rows it speaks of.
    pub entity: EntityId,
    /// The entity's members.
    pub members: &'a Members,
}

impl<'a> Scope<'a> {
    /// The member of that name.
    pub fn member(&self, name: &str) -> Meaning<MemberId> {
        self.members.meaning(name)
    }

    /// The relation of that name that is spelt out as several.
    pub fn arc(&self, name: &str) -> Option<&'a Arc> {
        self.members.arcs.get(name)
    }

    /// The names of all members, in the order of the columns: what "did you mean" chooses from.
    pub fn member_names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        let schema = self.schema;
        schema.entities[self.entity].members.iter().map(|&id| schema.member_name(id).as_str())
    }

    /// The enum that a path means.
    pub fn enumeration(&self, path: &tree::Path) -> Meaning<EnumId> {
        self.names.enumeration(self.module, path)
    }
}
