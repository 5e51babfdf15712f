//! The whole pipeline: sources in, files and diagnostics out.

use crate::diagnostics::{self, Diagnostic};
use crate::lint::lint;
use crate::relational::{Database, Layout, lower};
use crate::schema::{Schema, resolve_for};
use crate::source::{FileId, Sources};
use crate::syntax::{self, SyntaxTree};
use crate::target::{Options, Target};
use crate::targets::{self, OutputFile, Program};

#[cfg(feature = "parallel")]
use rayon::prelude::*;

/// What a compilation gives.
#[derive(Debug, Clone, Default)]
pub struct Compilation {
    /// The files of each target; empty when there is an error.
    pub files: Vec<(Target, OutputFile)>,
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles a program. Pure: nothing is read and nothing is written.
///
/// ```
/// use trine::source::Sources;
/// use trine::target::{Options, Target};
///
/// let mut sources = Sources::new();
/// sources.add("shop.trine", "module shop\n\nentity Product {\n  name  varchar(80)\n}\n");
/// let compilation = trine::compile(&sources, &Options::default());
/// assert!(compilation.diagnostics.is_empty());
/// for (target, file) in &compilation.files {
///     println!("{}: {}, {} bytes", target.name(), file.path, file.contents.len());
/// }
/// ```
pub fn compile(sources: &Sources, options: &Options) -> Compilation {
    compile_for(sources, options, &options.targets)
}

/// Finds every error and warning, and generates nothing.
///
/// ```
/// use trine::source::Sources;
/// use trine::target::Options;
///
/// let mut sources = Sources::new();
/// sources.add("shop.trine", "module shop\n\nentity Product {\n  name  varchar(80)\n}\n");
/// assert!(trine::check(&sources, &Options::default()).is_empty());
/// ```
pub fn check(sources: &Sources, options: &Options) -> Vec<Diagnostic> {
    compile_for(sources, options, &[]).diagnostics
}

/// A program without errors, as those who don't want files of it read it: impact, drift and proof.
#[derive(Debug, Clone)]
pub struct Model {
    /// What the files mean.
    pub schema: Schema,
    /// What the database is.
    pub database: Database,
    /// Which part of the one is which part of the other.
    pub layout: Layout,
}

impl Model {
    /// What the targets read.
    pub fn program(&self) -> Program<'_> {
        Program { schema: &self.schema, database: &self.database, layout: &self.layout }
    }
}

/// What a program means, and what its database is; `None` when there is an error. The diagnostics are
/// those of [`check`].
///
/// ```
/// use trine::source::Sources;
/// use trine::target::Options;
///
/// let mut sources = Sources::new();
/// sources.add("shop.trine", "module shop\n\nentity Product {\n  name  varchar(80)\n}\n");
/// let (model, diagnostics) = trine::model(&sources, &Options::default());
/// assert!(diagnostics.is_empty());
/// let model = model.expect("there is no error");
/// assert_eq!(model.program().database.tables.len(), 1);
/// ```
pub fn model(sources: &Sources, options: &Options) -> (Option<Model>, Vec<Diagnostic>) {
    let mut trees = Vec::with_capacity(sources.iter().len());
    let mut diagnostics = Vec::new();
    for (tree, found) in parse_all(sources) {
        trees.push(tree);
        diagnostics.extend(found);
    }
    let (schema, found) = resolve_for(sources, &trees, options);
    diagnostics.extend(found);
    let mut model = None;
    if !diagnostics::has_errors(&diagnostics) {
        diagnostics.append(&mut lint(&schema));
        let mut lowered = lower(&schema);
        diagnostics.append(&mut lowered.diagnostics);
        if !diagnostics::has_errors(&diagnostics) {
            model = Some(Model { schema, database: lowered.database, layout: lowered.layout });
        }
    }
    diagnostics::sort(&mut diagnostics);
    (model, diagnostics)
}

/// Rules hold for all targets that are on; files come out only for those of `emitted`.
fn compile_for(sources: &Sources, options: &Options, emitted: &[Target]) -> Compilation {
    let (model, diagnostics) = model(sources, options);
    let files = model.map(|model| emit_all(emitted, model.program(), options));
    Compilation { files: files.unwrap_or_default(), diagnostics }
}

#[cfg(feature = "parallel")]
fn parse_all(sources: &Sources) -> Vec<(SyntaxTree, Vec<Diagnostic>)> {
    let files: Vec<FileId> = sources.iter().map(|(file, _)| file).collect();
    files.into_par_iter().map(|file| syntax::parse(sources, file)).collect()
}

#[cfg(not(feature = "parallel"))]
fn parse_all(sources: &Sources) -> Vec<(SyntaxTree, Vec<Diagnostic>)> {
    let files: Vec<FileId> = sources.iter().map(|(file, _)| file).collect();
    files.into_iter().map(|file| syntax::parse(sources, file)).collect()
}

#[cfg(feature = "parallel")]
fn emit_all(
    emitted: &[Target],
    program: Program<'_>,
    options: &Options,
) -> Vec<(Target, OutputFile)> {
    emitted.par_iter().flat_map_iter(|&target| emit_one(target, program, options)).collect()
}

#[cfg(not(feature = "parallel"))]
fn emit_all(
    emitted: &[Target],
    program: Program<'_>,
    options: &Options,
) -> Vec<(Target, OutputFile)> {
    emitted.iter().flat_map(|&target| emit_one(target, program, options)).collect()
}

fn emit_one(
    target: Target,
    program: Program<'_>,
    options: &Options,
) -> impl Iterator<Item = (Target, OutputFile)> {
    targets::emit(target, program, options).into_iter().map(move |file| (target, file))
}
