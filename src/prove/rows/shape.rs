//! The tables of a program as the catalog of a live database has them: an external table may have more than
//! the program says, and PostgreSQL knows which columns a CHECK reads.

use postgres::GenericClient;
use smol_str::SmolStr;

use crate::live::Problem;
use crate::schema::{BaseType, EnumStorage};
use crate::targets::Program;

/// A table.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// Its name as SQL writes it.
    pub name: String,
    /// Its columns in order; dropped ones are not among them.
    pub columns: Vec<Column>,
    /// The columns of its primary key.
    pub key: Vec<usize>,
    /// What is unique in it.
    pub uniques: Vec<Unique>,
    /// Its CHECKs.
    pub checks: Vec<Check>,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    pub name: SmolStr,
    /// Its number in the table.
    pub place: usize,
    /// Its type, as SQL writes it.
    pub ty: String,
    /// The same, an array with as many `[]` as it has dimensions; a domain's is the type that it is made of.
    pub plain: String,
    pub not_null: bool,
    pub identity: bool,
    /// `GENERATED ALWAYS AS IDENTITY`.
    pub always: bool,
    pub has_default: bool,
    pub generated: bool,
    /// What a generated column is computed as, in PostgreSQL's words.
    pub expression: Option<String>,
    /// What may stand in it, when it is an enum's; of an array, in its elements.
    pub labels: Vec<String>,
}

/// What is unique.
#[derive(Debug, Clone)]
pub(super) struct Unique {
    /// Columns; an expression is none of them.
    pub columns: Vec<usize>,
    pub nulls_distinct: bool,
    /// Whether a condition or an expression says that fewer rows, or other values, are compared.
    pub partial: bool,
}

/// A CHECK.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub name: String,
    /// The columns that it reads.
    pub columns: Vec<usize>,
    /// The condition in PostgreSQL's words.
    pub condition: String,
}

/// The shape of each table, by the table's index.
pub(super) fn shapes(
    program: Program<'_>,
    client: &mut impl GenericClient,
) -> Result<Vec<Shape>, Problem> {
    let names: Vec<String> =
        program.database.tables.values().iter().map(|table| table.name.quoted()).collect();
    let mut shapes: Vec<Shape> = names
        .iter()
        .map(|name| Shape {
            name: name.clone(),
            columns: Vec::new(),
            key: Vec::new(),
            uniques: Vec::new(),
            checks: Vec::new(),
        })
        .collect();
    for row in client.query(COLUMNS, &[&names])? {
        let table: i32 = row.get(0);
        let place: i32 = row.get(2);
        let identity: String = row.get(6);
        shapes[table as usize - 1].columns.push(Column {
            name: row.get::<_, String>(1).into(),
            place: place as usize,
            ty: row.get(3),
            plain: row.get(4),
            not_null: row.get(5),
            identity: !identity.is_empty(),
            always: identity == "a",
            has_default: row.get(7),
            generated: row.get(8),
            expression: row.get(9),
            labels: row.get(10),
        });
    }
    for row in client.query(UNIQUES, &[&names])? {
        let shape = &mut shapes[row.get::<_, i32>(0) as usize - 1];
        let numbers: Vec<i32> = row.get(1);
        let columns = shape.places(&numbers);
        if row.get(2) {
            shape.key.clone_from(&columns);
        }
        shape.uniques.push(Unique { columns, nulls_distinct: row.get(3), partial: row.get(4) });
    }
    for row in client.query(CHECKS, &[&names])? {
        let shape = &mut shapes[row.get::<_, i32>(0) as usize - 1];
        let numbers: Vec<i32> = row.get(2);
        let columns = shape.places(&numbers);
        shape.checks.push(Check { name: row.get(1), columns, condition: row.get(3) });
    }
    enum_values(program, &mut shapes);
    Ok(shapes)
}

impl Shape {
    fn places(&self, numbers: &[i32]) -> Vec<usize> {
        let place =
            |number: &i32| self.columns.iter().position(|column| column.place == *number as usize);
        numbers.iter().filter_map(place).collect()
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// An enum that is stored as text has its values in the program.
fn enum_values(program: Program<'_>, shapes: &mut [Shape]) {
    for (id, field) in program.schema.fields.iter() {
        let BaseType::Enum(of) = field.ty.base else { continue };
        let table = program.layout.table(field.entity);
        let name = &program.database.tables[table].columns[program.layout.column(id)].name;
        let shape = &mut shapes[table.index()];
        let Some(column) = shape.column(name) else { continue };
        let of = &program.schema.enums[of];
        match of.storage {
            EnumStorage::Checked(_) | EnumStorage::NativeType => {
                shape.columns[column].labels =
                    of.values.iter().map(|value| value.stored.clone()).collect();
            }
        }
    }
}

const COLUMNS: &str = "
SELECT t.nr::int, a.attname::text, a.attnum::int, format_type(a.atttypid, a.atttypmod),
  CASE WHEN y.typtype = 'd' THEN format_type(y.typbasetype, y.typtypmod)
    ELSE format_type(a.atttypid, a.atttypmod) || repeat('[]', a.attndims - 1) END,
  a.attnotnull, a.attidentity::text, a.atthasdef, a.attgenerated <> '',
  CASE WHEN a.attgenerated <> '' THEN (
    SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
    WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum
  ) END,
  ARRAY(
    SELECT e.enumlabel::text FROM pg_catalog.pg_enum e
    WHERE e.enumtypid IN (a.atttypid, y.typelem) ORDER BY e.enumsortorder
  )
FROM unnest($1::text[]) WITH ORDINALITY t (name, nr)
JOIN pg_catalog.pg_attribute a ON a.attrelid = to_regclass(t.name)
JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped
ORDER BY t.nr, a.attnum";

const UNIQUES: &str = "
SELECT t.nr::int,
  ARRAY(
    SELECT k.num::int FROM unnest(i.indkey::smallint[]) WITH ORDINALITY k (num, place)
    WHERE k.place <= i.indnkeyatts AND k.num > 0 ORDER BY k.place
  ),
  i.indisprimary, NOT i.indnullsnotdistinct, i.indpred IS NOT NULL OR i.indexprs IS NOT NULL
FROM unnest($1::text[]) WITH ORDINALITY t (name, nr)
JOIN pg_catalog.pg_index i ON i.indrelid = to_regclass(t.name)
WHERE i.indisunique
ORDER BY t.nr, i.indexrelid";

const CHECKS: &str = "
SELECT t.nr::int, c.conname::text, c.conkey::int[], pg_get_expr(c.conbin, c.conrelid)
FROM unnest($1::text[]) WITH ORDINALITY t (name, nr)
JOIN pg_catalog.pg_constraint c ON c.conrelid = to_regclass(t.name)
WHERE c.contype = 'c' AND c.conkey IS NOT NULL
ORDER BY t.nr, c.conname";
