//! The programs under `examples/`, and what the compiler makes of them.

use std::fs;
use std::path::{Path, PathBuf};

use trine::diagnostics::{Diagnostic, Format, render};
use trine::source::Sources;
use trine::target::{DjangoOptions, DjangoVersion, OnDelete, Options};

/// The root of the repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An example: a file, or a directory with a project.
#[derive(Debug, Clone)]
pub struct Example {
    /// The file's stem, or the directory's name.
    pub name: String,
    /// Its files: the path that diagnostics show, and the text.
    pub files: Vec<(String, String)>,
}

/// Every example, by name.
pub fn all() -> Vec<Example> {
    below("examples")
}

/// Programs that nobody would copy: valid, and put together from what rarely stands together.
pub fn unusual() -> Vec<Example> {
    below("tests/data/unusual")
}

/// The programs of a directory, each a file or a directory of files.
fn below(directory: &str) -> Vec<Example> {
    let mut found: Vec<Example> = entries(&root().join(directory))
        .into_iter()
        .filter_map(|path| {
            let name = path.file_stem()?.to_str()?.to_owned();
            let files = schema_files(&path);
            (!files.is_empty()).then_some(Example { name, files })
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

/// One example, which must be there.
pub fn named(name: &str) -> Example {
    all().into_iter().find(|example| example.name == name).expect("the example exists")
}

/// The file, or the files of the directory.
fn schema_files(path: &Path) -> Vec<(String, String)> {
    if path.is_dir() {
        return entries(path).iter().flat_map(|path| schema_files(path)).collect();
    }
    if path.extension().is_none_or(|extension| extension != "trine") {
        return Vec::new();
    }
    let shown = path.strip_prefix(root()).unwrap_or(path).display().to_string();
    vec![(shown, fs::read_to_string(path).unwrap())]
}

fn entries(directory: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()))
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

/// Who carries out delete rules under Django, and for which versions the code is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// `on_delete = "python"`, for every Django.
    Python,
    /// `on_delete = "database"`, for every Django.
    Database,
    /// `on_delete = "database"` and `version = "6.1"`.
    Database61,
}

impl Variant {
    /// Every variant that a Django version runs.
    pub fn all(django: &str) -> &'static [Variant] {
        match django {
            "6.1" => &[Variant::Python, Variant::Database, Variant::Database61],
            _ => &[Variant::Python, Variant::Database],
        }
    }

    /// Its name in tests and paths.
    pub fn name(self) -> &'static str {
        match self {
            Variant::Python => "python",
            Variant::Database => "database",
            Variant::Database61 => "database61",
        }
    }

    /// The compiler's options for it.
    pub fn options(self) -> Options {
        let django = match self {
            Variant::Python => DjangoOptions { version: None, on_delete: OnDelete::Python },
            Variant::Database => DjangoOptions { version: None, on_delete: OnDelete::Database },
            Variant::Database61 => {
                DjangoOptions { version: Some(DjangoVersion::V6_1), on_delete: OnDelete::Database }
            }
        };
        Options { django, ..Options::default() }
    }
}

impl Example {
    /// Its files as the compiler takes them.
    pub fn sources(&self) -> Sources {
        let mut sources = Sources::new();
        for (path, text) in &self.files {
            sources.add(path.as_str(), text.as_str());
        }
        sources
    }

    /// Compiles it, and adds its files below `directory`.
    ///
    /// # Errors
    /// The errors of the program, one a line.
    pub fn build(&self, options: &Options, directory: &Path) -> Result<(), String> {
        let sources = self.sources();
        let compilation = trine::compile(&sources, options);
        if trine::diagnostics::has_errors(&compilation.diagnostics) {
            return Err(short(&sources, &compilation.diagnostics));
        }
        write(&compilation, directory);
        Ok(())
    }
}

/// Writes what a compilation gives as the command line does: one directory for each target.
fn write(compilation: &trine::Compilation, directory: &Path) {
    for (target, file) in &compilation.files {
        let path = directory.join(target.name()).join(&file.path);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).unwrap();
        fs::write(path, &file.contents).unwrap();
    }
}

/// Diagnostics, one a line.
pub fn short(sources: &Sources, diagnostics: &[Diagnostic]) -> String {
    render(Format::Short, sources, diagnostics)
}
