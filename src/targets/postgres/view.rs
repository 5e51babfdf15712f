//! What the template of `schema.sql` prints: sections of finished statements.

use serde::Serialize;

use crate::ddl::{self, Statement, Subject};
use crate::quoting::{is_printable, quote_identifier};
use crate::relational::{ForeignKeyRef, TableId, stages};
use crate::schema::ModuleId;
use crate::targets::{HEADER, Program};

/// The file.
#[derive(Serialize)]
pub(super) struct SchemaView {
    header: &'static str,
    prerequisites: Vec<String>,
    sections: Vec<SectionView>,
}

/// Statements under a title.
#[derive(Serialize)]
struct SectionView {
    title: String,
    statements: Vec<StatementView>,
}

#[derive(Serialize)]
struct StatementView {
    sql: String,
    /// Whether a blank line follows.
    gap: bool,
}

/// Extensions and schemas, then each module, then the foreign keys that close circles between modules.
pub(super) fn schema(program: Program<'_>) -> SchemaView {
    let Program { schema, database, layout } = program;
    let mut sections = vec![section("", preparation(program))];
    let tables_of = |module: ModuleId| -> Vec<TableId> {
        schema.modules[module].entities.iter().map(|&entity| layout.table(entity)).collect()
    };
    let modules: Vec<ModuleId> = schema.modules.ids().collect();
    let groups: Vec<Vec<TableId>> = modules.iter().map(|&module| tables_of(module)).collect();
    let enum_types = enum_types(program, &modules);
    sections.push(section("", enum_types));
    let mut postponed: Vec<ForeignKeyRef> = Vec::new();
    for stage in stages(database, &groups, &[]) {
        let module = &schema.modules[modules[stage.group]];
        sections.push(section(
            &title(&module.name, module.docs.as_deref()),
            ddl::create(database, &stage),
        ));
        postponed.extend(&stage.postponed);
    }
    let circles = ddl::add_foreign_keys(database, &postponed);
    sections.push(section("-- Foreign keys that close circles between modules", circles));
    sections.retain(|section| !section.statements.is_empty());
    SchemaView { header: HEADER, prerequisites: prerequisites(program), sections }
}

fn preparation(program: Program<'_>) -> Vec<Statement> {
    let database = program.database;
    let extensions = database
        .extensions
        .iter()
        .map(|name| Statement { subject: Subject::Extension, sql: ddl::create_extension(name) });
    let schemas = database
        .schemas
        .iter()
        .map(|name| Statement { subject: Subject::Schema, sql: ddl::create_schema(name) });
    extensions.chain(schemas).collect()
}

/// All enum types, since a module may use those of any other.
fn enum_types(program: Program<'_>, modules: &[ModuleId]) -> Vec<Statement> {
    modules
        .iter()
        .flat_map(|&module| &program.schema.modules[module].enums)
        .filter_map(|id| program.layout.enum_types[id.index()])
        .flat_map(|place| ddl::create_enum_type(&program.database.enum_types[place]))
        .collect()
}

/// What must be there before: the tables of others.
fn prerequisites(program: Program<'_>) -> Vec<String> {
    let external = program.database.tables.iter().filter(|(_, table)| table.external);
    let lines: Vec<String> = external
        .map(|(_, table)| {
            let columns: Vec<_> = table
                .columns
                .iter()
                .map(|column| format!("{} {}", quote_identifier(&column.name), column.ty.0))
                .collect();
            format!("--   {} ({})", table.name.quoted(), columns.join(", "))
        })
        .map(|line| line.replace(['\n', '\r'], " "))
        .collect();
    if lines.is_empty() {
        return lines;
    }
    let first = ["--", "-- Something else owns these tables; they must be there before:"];
    first.into_iter().map(str::to_owned).chain(lines).collect()
}

/// A module's name and documentation as a comment.
fn title(name: &str, docs: Option<&str>) -> String {
    let mut lines = vec![format!("-- {name}")];
    lines.extend(docs.unwrap_or_default().lines().map(|line| format!("-- {line}")));
    let printable = |line: String| -> String {
        line.chars().filter(|&character| is_printable(character)).collect()
    };
    lines
        .into_iter()
        .map(|line| printable(line).trim_end().to_owned())
        .collect::<Vec<_>>()
        .join("\n")
}

fn section(title: &str, statements: Vec<Statement>) -> SectionView {
    let gaps: Vec<bool> = statements
        .iter()
        .zip(statements.iter().skip(1))
        .map(|(statement, next)| is_apart(statement.subject, next.subject))
        .chain(std::iter::once(false))
        .collect();
    let statements = statements
        .into_iter()
        .zip(gaps)
        .map(|(statement, gap)| StatementView { sql: statement.sql, gap })
        .collect();
    SectionView { title: title.to_owned(), statements }
}

/// Whether a blank line stands between two statements: not between one-liners of the same table.
fn is_apart(statement: Subject, next: Subject) -> bool {
    match next {
        Subject::Table(_) | Subject::Function(_) | Subject::Trigger(_) | Subject::ForeignKey(_) => {
            true
        }
        Subject::Index(_) | Subject::Comment => matches!(statement, Subject::Table(_)),
        Subject::Schema | Subject::Extension | Subject::EnumType => false,
    }
}
