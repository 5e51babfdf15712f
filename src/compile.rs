//! The whole pipeline: sources in, files and diagnostics out.

use crate::diagnostics::{self, Diagnostic};
use crate::relational::lower;
use crate::schema::resolve;
use crate::source::Sources;
use crate::syntax;
use crate::target::{Options, Target};
use crate::targets::{self, OutputFile, Program};

/// What a compilation gives.
#[derive(Debug, Clone, Default)]
pub struct Compilation {
    /// The files of each target; empty when there is an error.
    pub files: Vec<(Target, OutputFile)>,
    /// Errors and warnings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Compiles a program. Pure: nothing is read and nothing is written.
pub fn compile(sources: &Sources, options: &Options) -> Compilation {
    let mut diagnostics = Vec::new();
    let mut trees = Vec::new();
    for (file, _) in sources.iter() {
        let (tree, found) = syntax::parse(sources, file);
        trees.push(tree);
        diagnostics.extend(found);
    }
    let (schema, found) = resolve(sources, &trees, &options.targets);
    diagnostics.extend(found);
    let mut files = Vec::new();
    if !diagnostics::has_errors(&diagnostics) {
        let lowered = lower(&schema);
        diagnostics.extend(lowered.diagnostics.iter().cloned());
        if !diagnostics::has_errors(&diagnostics) {
            let program =
                Program { schema: &schema, database: &lowered.database, layout: &lowered.layout };
            for &target in &options.targets {
                files.extend(
                    targets::emit(target, program, options).into_iter().map(|file| (target, file)),
                );
            }
        }
    }
    diagnostics::sort(&mut diagnostics);
    Compilation { files, diagnostics }
}
