//! A program with its tables in a database.

use std::collections::HashSet;

use postgres::Client;
use trine::ddl;
use trine::naming;
use trine::source::Sources;
use trine::target::{Options, Target};
use trine::targets::{Program, emit};

use super::examples::short;

/// A program that compiles.
pub struct Compiled {
    model: trine::Model,
}

impl Compiled {
    /// Compiles.
    ///
    /// # Errors
    /// The errors of the program, one a line.
    pub fn new(sources: &Sources) -> Result<Compiled, String> {
        Compiled::with(sources, &Options::default())
    }

    /// Compiles as a project says.
    ///
    /// # Errors
    /// The errors of the program, one a line.
    pub fn with(sources: &Sources, options: &Options) -> Result<Compiled, String> {
        let (model, found) = trine::model(sources, options);
        model.map(|model| Compiled { model }).ok_or_else(|| short(sources, &found))
    }

    /// As the library takes it.
    pub fn program(&self) -> Program<'_> {
        self.model.program()
    }

    /// Its Django apps.
    pub fn apps(&self) -> Vec<String> {
        let modules = self.model.schema.modules.values();
        modules.iter().map(|module| naming::snake(&module.name)).collect()
    }

    /// Whether it refers to tables that something else owns.
    pub fn has_externals(&self) -> bool {
        self.model.database.tables.values().iter().any(|table| table.external)
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
