//! A program with its tables in a database.

use std::collections::HashSet;

use postgres::Client;
use trine::ddl;
use trine::diagnostics::has_errors;
use trine::relational::{Lowered, lower};
use trine::schema::{Schema, resolve};
use trine::source::Sources;
use trine::target::{Options, Target};
use trine::targets::{Program, emit};

use super::examples::short;

/// A program that compiles.
pub struct Compiled {
    schema: Schema,
    lowered: Lowered,
}

impl Compiled {
    /// Compiles.
    ///
    /// # Errors
    /// The errors of the program, one a line.
    pub fn new(sources: &Sources) -> Result<Compiled, String> {
        let options = Options::default();
        let trees: Vec<_> =
            sources.iter().map(|(file, _)| trine::syntax::parse(sources, file).0).collect();
        let (schema, _) = resolve(sources, &trees, &options.targets);
        let found = trine::check(sources, &options);
        if has_errors(&found) {
            return Err(short(sources, &found));
        }
        let lowered = lower(&schema);
        Ok(Compiled { schema, lowered })
    }

    /// As the library takes it.
    pub fn program(&self) -> Program<'_> {
        Program {
            schema: &self.schema,
            database: &self.lowered.database,
            layout: &self.lowered.layout,
        }
    }

    /// Makes its tables, those that something else owns first.
    pub fn create(&self, client: &mut Client) {
        let program = self.program();
        for (id, table) in program.database.tables.iter().filter(|(_, table)| table.external) {
            if let Some(schema) = &table.name.schema {
                client.batch_execute(&ddl::create_schema(schema)).unwrap();
            }
            let sql = ddl::create_table(program.database, id, &HashSet::new());
            client.batch_execute(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
        }
        self.create_own(client);
    }

    /// Makes its own tables; those that something else owns are there.
    pub fn create_own(&self, client: &mut Client) {
        let program = self.program();
        for file in emit(Target::Postgres, program, &Options::default()) {
            client
                .batch_execute(&file.contents)
                .unwrap_or_else(|error| panic!("{error:?}: {}", file.contents));
        }
    }
}
