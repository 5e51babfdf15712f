//! What is proven: a program, and the files that a compiler makes of it for each side.

use std::fs;
use std::io;
use std::path::Path;

use crate::compile::{Compilation, Model, model};
use crate::diagnostics::{Diagnostic, has_errors};
use crate::source::Sources;
use crate::target::{Options, Target};
use crate::targets::{OutputFile, Program};

use super::side::Side;

/// What makes the files that are proven: [`crate::compile`], unless another is on trial.
pub type Compiler<'a> = dyn Fn(&Sources, &Options) -> Compilation + Sync + 'a;

/// A program on trial: what it means, and what each side's code is.
pub(super) struct Trial {
    model: Model,
    sides: Vec<(Side, Vec<OutputFile>)>,
}

impl Trial {
    /// Compiles a program for SQL and for every other side.
    ///
    /// # Errors
    /// Its diagnostics, when there is an error among them.
    pub(super) fn new(
        sources: &Sources,
        options: &Options,
        sides: &[Side],
        compiler: &Compiler<'_>,
    ) -> Result<Trial, Vec<Diagnostic>> {
        // The DDL is what the others are compared with, whether or not the project keeps it.
        let mut options = options.clone();
        if !options.targets.contains(&Target::Postgres) {
            options.targets.insert(0, Target::Postgres);
        }
        let mut compiled: Vec<(Options, Compilation)> = Vec::new();
        let mut found = Vec::new();
        for side in [Side::Sql].iter().chain(sides) {
            let mut wanted = options.clone();
            if let Side::Django(django) = *side {
                wanted.django = django;
            }
            let same = |(made, _): &&(Options, Compilation)| match side {
                Side::Django(django) => made.django == *django,
                Side::Sql | Side::Sqlalchemy => true,
            };
            let compilation = match compiled.iter().find(same) {
                Some((_, compilation)) => compilation,
                None => {
                    let compilation = compiler(sources, &wanted);
                    if has_errors(&compilation.diagnostics) {
                        return Err(compilation.diagnostics);
                    }
                    compiled.push((wanted, compilation));
                    &compiled[compiled.len() - 1].1
                }
            };
            let files = compilation.files.iter();
            let own = files.filter(|(target, _)| *target == side.target());
            found.push((*side, own.map(|(_, file)| file.clone()).collect()));
        }
        let (model, diagnostics) = model(sources, &options);
        let model = model.ok_or(diagnostics)?;
        Ok(Trial { model, sides: found })
    }

    /// What the files mean, and where it lies in the database.
    pub(super) fn program(&self) -> Program<'_> {
        self.model.program()
    }

    /// A side's files.
    pub(super) fn files(&self, side: Side) -> &[OutputFile] {
        let found = self.sides.iter().find(|(of, _)| *of == side);
        found.map(|(_, files)| files.as_slice()).unwrap_or_default()
    }

    /// The DDL.
    pub(super) fn ddl(&self) -> String {
        self.files(Side::Sql).iter().map(|file| file.contents.as_str()).collect()
    }
}

/// Writes a side's files below a directory.
///
/// # Errors
/// The operating system's.
pub(super) fn write(files: &[OutputFile], directory: &Path) -> io::Result<()> {
    for file in files {
        let path = directory.join(&file.path);
        fs::create_dir_all(path.parent().unwrap_or(directory))?;
        fs::write(path, &file.contents)?;
    }
    Ok(())
}
