//! The names that one Python file uses: what it imports, and under which name, so that no class and no
//! attribute of the schema hides an import.

use std::collections::{HashMap, HashSet};

use crate::targets::python::{Imports, class};

/// The imports of a file while it is written.
#[derive(Debug, Default)]
pub(super) struct Scope {
    /// The file's own module.
    own: String,
    /// Every class, attribute and table of the file.
    taken: HashSet<String>,
    /// For each name that is imported, the module that it comes from.
    origins: HashMap<String, String>,
    /// What the file imports.
    imports: Imports,
    /// What it imports for type checkers alone.
    typing: Imports,
}

impl Scope {
    /// The file of a module, which defines these names.
    pub fn new(own: &str, taken: HashSet<String>) -> Scope {
        Scope { own: own.to_owned(), taken, ..Scope::default() }
    }

    /// Whether a module is this file's own.
    pub fn is_own(&self, module: &str) -> bool {
        self.own == module
    }

    /// A name that a module of the package defines, imported unless this file does.
    pub fn defined(&mut self, module: &str, name: &str) -> String {
        if self.is_own(module) { name.to_owned() } else { self.name(&format!(".{module}"), name) }
    }

    /// A class for an annotation. One whose name stands in several modules gets its module's name in
    /// front when it comes from another file.
    pub fn annotated(&mut self, module: &str, class_name: &str, ambiguous: bool) -> String {
        if self.is_own(module) {
            return class_name.to_owned();
        }
        let from = format!(".{module}");
        if ambiguous {
            let local = format!("{}{class_name}", class(module));
            self.typing.name(&from, &format!("{class_name} as {local}"));
            local
        } else {
            let (spelled, local) = self.local(&from, class_name);
            self.typing.name(&from, &spelled);
            local
        }
    }

    /// Imports a name, and says what it is called in this file.
    pub fn name(&mut self, module: &str, name: &str) -> String {
        let (spelled, local) = self.local(module, name);
        self.imports.name(module, &spelled);
        local
    }

    /// Whether the file imports a name.
    pub fn imports(&self, module: &str, name: &str) -> bool {
        self.imports.contains(module, name)
    }

    /// Imports a name only to pass it on.
    pub fn reexport(&mut self, module: &str, name: &str) {
        self.imports.name(module, name);
    }

    /// The imports as lines: those of the file, and those for type checkers. What the file imports
    /// anyway is not imported twice.
    pub fn render(mut self) -> (String, String) {
        self.typing.retain(|module, name| !self.imports.contains(module, name));
        if !self.typing.is_empty() {
            self.imports.name("typing", "TYPE_CHECKING");
        }
        (self.imports.render(0), self.typing.render(4))
    }

    /// From `sqlalchemy`.
    pub fn sa(&mut self, name: &str) -> String {
        self.name("sqlalchemy", name)
    }

    /// From `sqlalchemy.orm`.
    pub fn orm(&mut self, name: &str) -> String {
        self.name("sqlalchemy.orm", name)
    }

    /// From `sqlalchemy.dialects.postgresql`.
    pub fn pg(&mut self, name: &str) -> String {
        self.name("sqlalchemy.dialects.postgresql", name)
    }

    /// `NAME` or `NAME as OTHER`, and what is written behind it. No class, no attribute and no name of
    /// another module is hidden.
    fn local(&mut self, module: &str, name: &str) -> (String, String) {
        let prefix = if name.starts_with(char::is_uppercase) { "Sql" } else { "sql_" };
        let mut local = name.to_owned();
        while self.taken.contains(&local)
            || self.origins.get(&local).is_some_and(|origin| origin != module)
        {
            local = if local == name { format!("{prefix}{name}") } else { format!("{local}_") };
        }
        self.origins.insert(local.clone(), module.to_owned());
        let spelled = if local == name { local.clone() } else { format!("{name} as {local}") };
        (spelled, local)
    }
}
