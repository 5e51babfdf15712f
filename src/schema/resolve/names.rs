//! Which item a name means, from where it is said: the modules of a program and what each declares.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::schema::{EntityId, EnumId, ModuleId};
use crate::source::Span;
use crate::syntax::tree;

/// What a name means. What is broken has its diagnostic already, and must not have another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning<T> {
    /// This.
    Is(T),
    /// Something that is there, and could not be understood.
    Broken,
    /// Nothing.
    Unknown,
}

/// What a module declares under a name. Entities, enums, mixins and unions share one name space, since
/// all become classes of one Python module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Declared {
    /// An entity.
    Entity(EntityId),
    /// An enum.
    Enum(EnumId),
    /// A mixin, by its place in the list of all mixins.
    Mixin(usize),
    /// A union.
    Union,
    /// An item that could not be read.
    Broken,
}

/// The names of one module.
#[derive(Debug, Default)]
pub(crate) struct ModuleNames {
    /// The module's name.
    pub name: SmolStr,
    /// What each name declares, and where.
    pub items: HashMap<SmolStr, (Declared, Span)>,
    /// The names in the order written.
    pub order: Vec<SmolStr>,
}

/// The names of the whole program.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By module id.
    pub modules: Vec<ModuleNames>,
    /// Modules by name.
    pub by_name: HashMap<SmolStr, ModuleId>,
}

impl Names {
    /// The module that a path looks into, said in `from`; `None` when its first part names no module.
    pub fn module_of(&self, from: ModuleId, path: &tree::Path) -> Option<ModuleId> {
        match &path.module {
            None => Some(from),
            Some(module) => self.by_name.get(&module.text).copied(),
        }
    }

    /// What a path means, said in the module `from`.
    pub fn lookup(&self, from: ModuleId, path: &tree::Path) -> Option<Declared> {
        let module = self.module_of(from, path)?;
        self.modules[module.index()].items.get(&path.name.text).map(|&(declared, _)| declared)
    }

    /// The enum that a path means, said in the module `from`. Another kind of item is unknown.
    pub fn enumeration(&self, from: ModuleId, path: &tree::Path) -> Meaning<EnumId> {
        match self.lookup(from, path) {
            Some(Declared::Enum(id)) => Meaning::Is(id),
            Some(Declared::Broken) => Meaning::Broken,
            _ => Meaning::Unknown,
        }
    }

    /// The names of a module's enums, in the order written.
    pub fn enum_names(&self, module: ModuleId) -> impl Iterator<Item = &str> {
        let names = &self.modules[module.index()];
        names.order.iter().filter_map(|name| {
            matches!(names.items.get(name), Some((Declared::Enum(_), _))).then_some(name.as_str())
        })
    }
}
