//! The package's `__init__.py`: one import for everything.

use std::collections::HashMap;

use serde::Serialize;

use crate::schema::ModuleId;
use crate::targets::HEADER;
use crate::targets::python::{Code, Imports, export_order, statement, string};

use super::base::BaseView;
use super::plan::Plan;

/// What the package's template prints.
#[derive(Debug, Serialize)]
pub(super) struct PackageView {
    header: &'static str,
    imports: String,
    exports: String,
    /// Whether classes are mapped only when all others are.
    configures: bool,
}

/// Every class whose name stands in one module only; those of equal names are reached through their
/// modules.
pub(super) fn package_view(plan: &Plan<'_>, base: &BaseView) -> PackageView {
    let mut imports = Imports::default();
    let mut names: Vec<&str> = base.exports();
    let mut count: HashMap<&str, usize> = names.iter().map(|&name| (name, 1)).collect();
    for &name in &names {
        imports.name(&plan.base_module(), name);
    }
    let defined: Vec<(ModuleId, &str)> = plan
        .schema()
        .modules
        .iter()
        .flat_map(|(id, _)| plan.module_classes(id).into_iter().map(move |name| (id, name)))
        .collect();
    for (_, name) in &defined {
        *count.entry(name).or_insert(0) += 1;
    }
    let mut exported = vec![false; plan.modules.len()];
    for (module, name) in defined {
        if count[name] == 1 {
            exported[module.index()] = true;
            imports.name(&format!(".{}", plan.modules[module.index()]), name);
            names.push(name);
        }
    }
    for (module, exported) in exported.into_iter().enumerate() {
        if !exported {
            imports.name(".", &plan.modules[module]);
            names.push(&plan.modules[module]);
        }
    }
    let configures = !plan.splits.is_empty();
    if configures {
        imports.name("sqlalchemy.orm", "configure_mappers");
    }
    names.sort_by(|a, b| export_order(a, b));
    let names = names.into_iter().map(|name| Code::text(string(name))).collect();
    let mut exports = statement(0, "__all__ = ", &Code::list(names).spread(), "");
    exports.truncate(exports.trim_end().len());
    PackageView { header: HEADER, imports: imports.render(0), exports, configures }
}

impl Plan<'_> {
    /// Every class that a module defines or passes on.
    pub fn module_classes(&self, module: ModuleId) -> Vec<&str> {
        let found = &self.schema().modules[module];
        let enums = found.enums.iter().map(|&id| self.enums[id.index()].as_str());
        let entities = found
            .entities
            .iter()
            .filter(|&&entity| !self.is_secondary(entity))
            .map(|&entity| self.class(entity));
        let unions = self.module_aliases(module).map(|(_, alias)| alias);
        enums.chain(entities).chain(unions).chain(self.module_splits(module)).collect()
    }

    /// Whether a module has anything that others need in order to load.
    pub fn has_foundation(&self, module: ModuleId) -> bool {
        let found = &self.schema().modules[module];
        !found.enums.is_empty() || found.entities.iter().any(|&entity| self.is_foundation(entity))
    }
}
