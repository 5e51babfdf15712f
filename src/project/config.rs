//! `trine.toml`: what a project says about its sources and its targets.

use std::ops::Range;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Problem;
use crate::diagnostics::nearest;
use crate::naming::PYTHON_KEYWORDS;
use crate::target::{DjangoVersion, OnDelete, Options, Slot, Target};

/// The file's name.
pub(super) const FILE_NAME: &str = "trine.toml";

/// What a `trine.toml` says, with the defaults for what it leaves out.
#[derive(Debug, Clone)]
pub(super) struct Config {
    /// Directories and files, relative to the configuration's own.
    pub sources: Vec<PathBuf>,
    /// What to generate, and how.
    pub options: Options,
    /// Patterns of what drift leaves out.
    pub ignored: Vec<String>,
    /// `out` of the targets that say it.
    pub outs: Vec<(Target, PathBuf)>,
}

/// Reads the text of a configuration; `path` is what its problems name.
pub(super) fn parse(path: &Path, text: &str) -> Result<Config, Vec<Problem>> {
    let document = DeTable::parse(text).map_err(|error| {
        let message = error.message().lines().collect::<Vec<_>>().join(", ");
        let start = error.span().map_or(0, |span| span.start);
        vec![Problem::new(path, message).at(text.as_bytes(), start)]
    })?;
    let mut reader = Reader { path, text, problems: Vec::new() };
    let config = reader.config(document.get_ref());
    if reader.problems.is_empty() { Ok(config) } else { Err(reader.problems) }
}

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn config(&mut self, document: &DeTable<'_>) -> Config {
        let mut config = Config {
            sources: vec![PathBuf::from(".")],
            options: Options::default(),
            ignored: Vec::new(),
            outs: Vec::new(),
        };
        let mut targets = Vec::new();
        let sections: Vec<&str> = ["project", "drift", "slots"]
            .into_iter()
            .chain(Target::ALL.iter().map(|t| t.name()))
            .collect();
        for (name, section) in document {
            let DeValue::Table(table) = section.get_ref() else {
                self.unknown("section", name, &sections);
                continue;
            };
            if name.get_ref() == "project" {
                self.project(table, &mut config);
                continue;
            }
            if name.get_ref() == "drift" {
                self.drift(table, &mut config);
                continue;
            }
            if name.get_ref() == "slots" {
                self.slots(table, &mut config);
                continue;
            }
            match Target::ALL.iter().copied().find(|target| name.get_ref() == target.name()) {
                Some(target) => {
                    targets.push(target);
                    self.target(target, table, &mut config);
                }
                None => self.unknown("section", name, &sections),
            }
        }
        if !targets.is_empty() {
            targets.sort();
            config.options.targets = targets;
        }
        config
    }

    fn project(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "sources" => config.sources = self.sources(value),
                _ => self.unknown("key of [project]", key, &["sources"]),
            }
        }
    }

    fn drift(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "ignore" => match value.get_ref() {
                    DeValue::Array(items) => {
                        let patterns = items.iter().filter_map(|item| self.string("ignore", item));
                        config.ignored = patterns.collect();
                    }
                    _ => self.wrong(value.span(), "`ignore` is a list: `ignore = [\"legacy_*\"]`"),
                },
                _ => self.unknown("key of [drift]", key, &["ignore"]),
            }
        }
    }

    /// `tracker.Owner = "Person"`, which TOML reads as a table in a table.
    fn slots(&mut self, table: &DeTable<'_>, config: &mut Config) {
        for (module, unions) in table {
            let DeValue::Table(unions) = unions.get_ref() else {
                let example = format!("{}.Owner = \"Person\"", module.get_ref());
                self.wrong(unions.span(), format!("a slot is of a module: `{example}`"));
                continue;
            };
            for (union, value) in unions {
                if let Some(alternative) = self.string(union.get_ref(), value) {
                    config.options.slots.push(Slot {
                        module: module.get_ref().to_string(),
                        union: union.get_ref().to_string(),
                        alternative,
                    });
                }
            }
        }
    }

    fn target(&mut self, target: Target, table: &DeTable<'_>, config: &mut Config) {
        let keys: &[&str] = match target {
            Target::Postgres => &["out"],
            Target::Sqlalchemy => &["out", "package", "lazy"],
            Target::Django => &["out", "version", "on_delete"],
        };
        for (key, value) in table {
            if !keys.contains(&key.get_ref().as_ref()) {
                self.unknown(&format!("key of [{}]", target.name()), key, keys);
                continue;
            }
            let Some(text) = self.string(key.get_ref(), value) else { continue };
            match key.get_ref().as_ref() {
                "package" => match package(&text) {
                    Ok(()) => config.options.sqlalchemy.package = text,
                    Err(message) => self.wrong(value.span(), message),
                },
                "lazy" => {
                    let strategies = crate::target::SqlalchemyOptions::LAZY;
                    if self.one_of(value, &text, strategies).is_some() {
                        config.options.sqlalchemy.lazy = text;
                    }
                }
                "version" => {
                    let names: Vec<_> = DjangoVersion::ALL.iter().map(|v| v.name()).collect();
                    if let Some(index) = self.one_of(value, &text, &names) {
                        config.options.django.version = Some(DjangoVersion::ALL[index]);
                    }
                }
                "on_delete" => {
                    let names: Vec<_> = OnDelete::ALL.iter().map(|who| who.name()).collect();
                    if let Some(index) = self.one_of(value, &text, &names) {
                        config.options.django.on_delete = OnDelete::ALL[index];
                    }
                }
                _ => config.outs.push((target, PathBuf::from(text))),
            }
        }
    }

    fn sources(&mut self, value: &Value<'_>) -> Vec<PathBuf> {
        let DeValue::Array(items) = value.get_ref() else {
            self.wrong(value.span(), "`sources` is a list: `sources = [\"schema\"]`");
            return Vec::new();
        };
        if items.is_empty() {
            self.wrong(value.span(), "`sources` names at least one directory or file");
        }
        items.iter().filter_map(|item| self.string("sources", item)).map(PathBuf::from).collect()
    }

    fn string(&mut self, key: &str, value: &Value<'_>) -> Option<String> {
        match value.get_ref() {
            DeValue::String(text) if text.is_empty() => {
                self.wrong(value.span(), format!("`{key}` is empty"));
                None
            }
            DeValue::String(text) => Some(text.clone().into_owned()),
            _ => {
                self.wrong(value.span(), format!("`{key}` takes a string, in quotes"));
                None
            }
        }
    }

    /// The text's place in a list of words.
    fn one_of(&mut self, value: &Value<'_>, text: &str, words: &[&str]) -> Option<usize> {
        let found = words.iter().position(|word| *word == text);
        if found.is_none() {
            let offer = offer(text, words);
            self.wrong(value.span(), format!("`{text}` can't stand here{offer}"));
        }
        found
    }

    fn unknown(&mut self, what: &str, key: &Spanned<std::borrow::Cow<'_, str>>, known: &[&str]) {
        let name = key.get_ref();
        let offer = offer(name, known);
        self.wrong(key.span(), format!("`{name}` is no {what}{offer}"));
    }

    fn wrong(&mut self, span: Range<usize>, message: impl Into<String>) {
        self.problems.push(Problem::new(self.path, message).at(self.text.as_bytes(), span.start));
    }
}

/// What to say behind a word that isn't known: the nearest, or all.
fn offer(word: &str, known: &[&str]) -> String {
    if let Some(near) = nearest(word, known.iter().copied()) {
        return format!("; did you mean `{near}`?");
    }
    let quoted: Vec<String> = known.iter().map(|word| format!("`{word}`")).collect();
    match quoted.as_slice() {
        [one] => format!("; only {one} is"),
        [rest @ .., last] => format!("; there are {} and {last}", rest.join(", ")),
        [] => String::new(),
    }
}

/// Whether Python can import a package of that name.
fn package(name: &str) -> Result<(), String> {
    if let Some((around, name)) = name.rsplit_once('.') {
        return Err(format!(
            "`package` is one name, such as `{name}`; let `out` end in `{}` for the rest",
            around.replace('.', "/")
        ));
    }
    let mut chars = name.chars();
    let identifier = chars.next().is_some_and(|first| first.is_alphabetic() || first == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_');
    if !identifier || PYTHON_KEYWORDS.contains(&name) {
        return Err(format!("Python can't import a package named `{name}`"));
    }
    Ok(())
}
