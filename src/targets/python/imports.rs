//! Imports in the order and the layout that ruff's isort rules ask for.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::layout::{WIDTH, width};
use super::literal::push_spaces;

/// What a Python file imports. Nothing is printed twice, and the order of adding doesn't matter.
///
/// ```
/// use trine::targets::python::Imports;
/// let mut imports = Imports::default();
/// imports.name("sqlalchemy", "text");
/// imports.name("sqlalchemy", "DDL");
/// imports.module("datetime");
/// assert_eq!(imports.render(0), "import datetime\n\nfrom sqlalchemy import DDL, text\n");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Imports {
    modules: BTreeSet<String>,
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Imports {
    /// `import MODULE`, or `import MODULE as NAME`.
    pub fn module(&mut self, module: &str) {
        if !self.modules.contains(module) {
            self.modules.insert(module.to_owned());
        }
    }

    /// `from MODULE import NAME`, where NAME may be `NAME as OTHER`; a relative module begins with its
    /// dots.
    pub fn name(&mut self, module: &str, name: &str) {
        match self.names.get_mut(module) {
            Some(names) if names.contains(name) => {}
            Some(names) => {
                names.insert(name.to_owned());
            }
            None => {
                self.names.insert(module.to_owned(), BTreeSet::from([name.to_owned()]));
            }
        }
    }

    /// Whether a name is imported from a module.
    pub fn contains(&self, module: &str, name: &str) -> bool {
        self.names.get(module).is_some_and(|names| names.contains(name))
    }

    /// Every `from` import, as module and name.
    pub fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().flat_map(|(module, names)| {
            names.iter().map(move |name| (module.as_str(), name.as_str()))
        })
    }

    /// Keeps those of the `from` imports, given as module and name, for which `keep` holds.
    pub fn retain(&mut self, keep: impl Fn(&str, &str) -> bool) {
        for (module, names) in &mut self.names {
            names.retain(|name| keep(module, name));
        }
        self.names.retain(|_, names| !names.is_empty());
    }

    /// Whether there is nothing to import.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty() && self.names.is_empty()
    }

    /// The lines, indented by `indent` spaces, each ended by a line feed.
    pub fn render(&self, indent: usize) -> String {
        let mut sections: BTreeMap<Section, (Vec<&str>, Vec<From<'_>>)> = BTreeMap::new();
        for module in &self.modules {
            sections.entry(Section::of(module)).or_default().0.push(module);
        }
        for (module, names) in &self.names {
            let froms = &mut sections.entry(Section::of(module)).or_default().1;
            let (renamed, mut plain): (Vec<&str>, Vec<&str>) =
                names.iter().map(String::as_str).partition(|name| name.contains(" as "));
            froms.extend(renamed.into_iter().map(|name| From { module, names: vec![name] }));
            if !plain.is_empty() {
                plain.sort_by(|a, b| member_order(a, b));
                froms.push(From { module, names: plain });
            }
        }
        let mut out = String::new();
        for (mut modules, mut froms) in sections.into_values() {
            if !out.is_empty() {
                out.push('\n');
            }
            modules.sort_by(|a, b| module_order(a, b));
            froms.sort_by(|a, b| {
                module_order(a.module, b.module).then_with(|| member_order(a.names[0], b.names[0]))
            });
            for module in modules {
                push_spaces(&mut out, indent);
                out.push_str("import ");
                out.push_str(module);
                out.push('\n');
            }
            for from in froms {
                from.push(&mut out, indent);
            }
        }
        out
    }
}

/// One `from MODULE import …`: a name that is renamed has a line of its own.
struct From<'a> {
    module: &'a str,
    names: Vec<&'a str>,
}

impl From<'_> {
    fn push(&self, out: &mut String, indent: usize) {
        let start = out.len();
        push_spaces(out, indent);
        out.push_str("from ");
        out.push_str(self.module);
        out.push_str(" import ");
        let opened = out.len();
        out.push_str(&self.names.join(", "));
        if width(&out[start..]) > WIDTH {
            out.truncate(opened);
            out.push_str("(\n");
            for name in &self.names {
                push_spaces(out, indent + 4);
                out.push_str(name);
                out.push_str(",\n");
            }
            push_spaces(out, indent);
            out.push(')');
        }
        out.push('\n');
    }
}

/// Where a module comes from; sections are printed in this order, with a blank line between.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Future,
    Standard,
    ThirdParty,
    Local,
}

impl Section {
    fn of(module: &str) -> Section {
        if module.starts_with('.') {
            return Section::Local;
        }
        match module.split(['.', ' ']).next().unwrap_or_default() {
            "__future__" => Section::Future,
            root if STANDARD.contains(&root) => Section::Standard,
            _ => Section::ThirdParty,
        }
    }
}

/// The modules of Python's standard library that generated code uses.
const STANDARD: &[&str] = &[
    "collections",
    "contextlib",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "importlib",
    "inspect",
    "ipaddress",
    "operator",
    "types",
    "typing",
    "uuid",
    "zoneinfo",
];

/// Relative imports with more dots first, then by name.
fn module_order(a: &str, b: &str) -> Ordering {
    let dots = |module: &str| module.len() - module.trim_start_matches('.').len();
    dots(b).cmp(&dots(a)).then_with(|| natural_order(&a.to_lowercase(), &b.to_lowercase()))
}

/// The order of `__all__`: constants, classes, everything else; within each by name, numbers by their
/// value.
pub fn export_order(a: &str, b: &str) -> Ordering {
    kind(a).cmp(&kind(b)).then_with(|| natural_order(a, b))
}

/// The order of the names of one import: as [`export_order`], but without case.
fn member_order(a: &str, b: &str) -> Ordering {
    kind(a)
        .cmp(&kind(b))
        .then_with(|| natural_order(&a.to_lowercase(), &b.to_lowercase()))
        .then_with(|| natural_order(a, b))
}

fn kind(name: &str) -> u8 {
    let name = name.split(' ').next().unwrap_or_default();
    let constant = name.chars().count() > 1
        && name.chars().any(char::is_uppercase)
        && !name.chars().any(char::is_lowercase);
    match name.chars().next() {
        _ if constant => 0,
        Some(first) if first.is_uppercase() => 1,
        _ => 2,
    }
}

/// Character by character, but a run of digits as the number that it is.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    loop {
        let (left, right) = (leading_number(a), leading_number(b));
        if let (Some((left, rest_a)), Some((right, rest_b))) = (left, right) {
            let order = left.len().cmp(&right.len()).then_with(|| left.cmp(right));
            if order != Ordering::Equal {
                return order;
            }
            (a, b) = (rest_a, rest_b);
            continue;
        }
        let (mut next_a, mut next_b) = (a.chars(), b.chars());
        match (next_a.next(), next_b.next()) {
            (None, None) => return Ordering::Equal,
            (left, right) if left == right => (a, b) = (next_a.as_str(), next_b.as_str()),
            (left, right) => return left.cmp(&right),
        }
    }
}

/// The digits that a text begins with, zeros in front left out, and what follows them.
fn leading_number(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].trim_start_matches('0'), &text[end..]))
}
