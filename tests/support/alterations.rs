//! Ways to change any database, one thing at a time: whoever compares databases must see each of them.

use postgres::Client;

/// What is done to a database.
#[derive(Debug, Clone)]
pub struct Alteration {
    /// Of which kind it is.
    pub kind: &'static str,
    /// The statement.
    pub sql: String,
}

/// The kinds of alterations.
pub fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(kind, _)| *kind)
}

/// The alterations that a database has something for, at most `most` of each kind.
pub fn alterations(client: &mut Client, most: usize) -> Vec<Alteration> {
    let mut found = Vec::new();
    for (kind, query) in KINDS {
        let query = query.replace("{tables}", TABLES);
        let mut statements: Vec<String> =
            client.query(&query, &[]).unwrap().iter().map(|row| row.get(0)).collect();
        statements.sort();
        statements.truncate(most);
        found.extend(statements.into_iter().map(|sql| Alteration { kind, sql }));
    }
    found
}

/// The tables that count.
const TABLES: &str = "SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace IN (
    SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema$')";

/// Each query gives one statement for each thing of its kind that can be changed, whatever the database.
/// `{tables}` stands for the tables that count.
const KINDS: [(&str, &str); 25] = [
    (
        "a constraint dropped",
        "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname)
         FROM pg_constraint WHERE conrelid IN ({tables}) AND contype IN ('c', 'f', 'p', 'u', 'x')",
    ),
    (
        "a constraint renamed",
        "SELECT format('ALTER TABLE %s RENAME CONSTRAINT %I TO renamed', conrelid::regclass, conname)
         FROM pg_constraint WHERE conrelid IN ({tables}) AND contype IN ('c', 'f', 'p', 'u', 'x')",
    ),
    (
        "a constraint's comment set",
        "SELECT format('COMMENT ON CONSTRAINT %I ON %s IS ''changed''', conname, conrelid::regclass)
         FROM pg_constraint WHERE conrelid IN ({tables}) AND contype IN ('c', 'f', 'p', 'u', 'x')",
    ),
    (
        "a foreign key's deferrability flipped",
        "SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I %s', conrelid::regclass, conname,
                       CASE WHEN condeferrable THEN 'NOT DEFERRABLE'
                            ELSE 'DEFERRABLE INITIALLY IMMEDIATE' END)
         FROM pg_constraint WHERE contype = 'f' AND conrelid IN ({tables})",
    ),
    (
        "a foreign key deferred initially",
        "SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I DEFERRABLE INITIALLY %s',
                       conrelid::regclass, conname,
                       CASE WHEN condeferred THEN 'IMMEDIATE' ELSE 'DEFERRED' END)
         FROM pg_constraint WHERE contype = 'f' AND conrelid IN ({tables})",
    ),
    (
        "a UNIQUE's deferrability flipped",
        "SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I CASCADE, ADD CONSTRAINT %2$I %3$s',
                       conrelid::regclass, conname,
                       CASE WHEN condeferrable
                            THEN replace(replace(pg_get_constraintdef(oid), ' DEFERRABLE', ''),
                                         ' INITIALLY DEFERRED', '')
                            ELSE pg_get_constraintdef(oid) || ' DEFERRABLE' END)
         FROM pg_constraint WHERE contype = 'u' AND conrelid IN ({tables})",
    ),
    (
        "a UNIQUE's NULLs made equal",
        "SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I CASCADE, ADD CONSTRAINT %2$I %3$s',
                       conrelid::regclass, conname,
                       replace(pg_get_constraintdef(oid), 'UNIQUE (', 'UNIQUE NULLS NOT DISTINCT ('))
         FROM pg_constraint JOIN pg_index ON indexrelid = conindid AND NOT indnullsnotdistinct
         WHERE contype = 'u' AND conrelid IN ({tables})",
    ),
    (
        "an ON DELETE changed",
        "SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I '
                       'FOREIGN KEY (%3$s) REFERENCES %4$s (%5$s) %6$s %7$s',
                       conrelid::regclass, conname,
                       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
                        FROM unnest(conkey) WITH ORDINALITY k (num, place)
                        JOIN pg_attribute ON attrelid = conrelid AND attnum = num),
                       confrelid::regclass,
                       (SELECT string_agg(quote_ident(attname), ', ' ORDER BY place)
                        FROM unnest(confkey) WITH ORDINALITY k (num, place)
                        JOIN pg_attribute ON attrelid = confrelid AND attnum = num),
                       CASE confdeltype WHEN 'a' THEN 'ON DELETE CASCADE' ELSE '' END,
                       CASE WHEN condeferred THEN 'DEFERRABLE INITIALLY DEFERRED'
                            WHEN condeferrable THEN 'DEFERRABLE' ELSE '' END)
         FROM pg_constraint WHERE contype = 'f' AND conrelid IN ({tables})",
    ),
    (
        "the column list of SET NULL dropped",
        "SELECT format('ALTER TABLE %1$s DROP CONSTRAINT %2$I, ADD CONSTRAINT %2$I %3$s',
                       conrelid::regclass, conname,
                       regexp_replace(pg_get_constraintdef(oid), 'SET NULL [(][^)]*[)]', 'SET NULL'))
         FROM pg_constraint
         WHERE contype = 'f' AND confdelsetcols IS NOT NULL AND conrelid IN ({tables})",
    ),
    (
        "an index dropped",
        "SELECT format('DROP INDEX %s', indexrelid::regclass) FROM pg_index
         WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
           AND indrelid IN ({tables})",
    ),
    (
        "an index renamed",
        "SELECT format('ALTER INDEX %s RENAME TO renamed', indexrelid::regclass) FROM pg_index
         WHERE indrelid IN ({tables})",
    ),
    (
        "an index's comment set",
        "SELECT format('COMMENT ON INDEX %s IS ''changed''', indexrelid::regclass) FROM pg_index
         WHERE indrelid IN ({tables})",
    ),
    (
        "a trigger dropped",
        "SELECT format('DROP TRIGGER %I ON %s', tgname, tgrelid::regclass)
         FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ({tables})",
    ),
    (
        "a trigger disabled",
        "SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', tgrelid::regclass, tgname)
         FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ({tables})",
    ),
    (
        "a function emptied",
        "SELECT DISTINCT format('CREATE OR REPLACE FUNCTION %s RETURNS trigger LANGUAGE plpgsql '
                       'AS ''BEGIN RETURN NULL; END''', tgfoid::regprocedure)
         FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ({tables})",
    ),
    (
        "a table's comment changed",
        "SELECT format('COMMENT ON TABLE %s IS ''changed''', c::regclass) FROM ({tables}) t (c)",
    ),
    (
        "a table's storage parameter set",
        "SELECT format('ALTER TABLE %s SET (fillfactor = 41)', c::regclass) FROM ({tables}) t (c)",
    ),
    (
        "a column's comment changed",
        "SELECT format('COMMENT ON COLUMN %s.%I IS ''changed''', attrelid::regclass, attname)
         FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid IN ({tables})",
    ),
    (
        "a default dropped",
        "SELECT format('ALTER TABLE %s ALTER %I DROP DEFAULT', attrelid::regclass, attname)
         FROM pg_attribute WHERE atthasdef AND attgenerated = '' AND attrelid IN ({tables})",
    ),
    (
        "an identity dropped",
        "SELECT format('ALTER TABLE %s ALTER %I DROP IDENTITY', attrelid::regclass, attname)
         FROM pg_attribute WHERE attidentity <> '' AND attrelid IN ({tables})",
    ),
    (
        "a NOT NULL flipped",
        "SELECT format('ALTER TABLE %s ALTER %I %s NOT NULL', attrelid::regclass, attname,
                       CASE WHEN attnotnull THEN 'DROP' ELSE 'SET' END)
         FROM pg_attribute
         WHERE attnum > 0 AND NOT attisdropped AND attidentity = '' AND attrelid IN ({tables})
           AND NOT EXISTS (SELECT 1 FROM pg_index WHERE indrelid = attrelid AND indisprimary
                                                    AND attnum = ANY (indkey::smallint[]))",
    ),
    (
        "a column renamed",
        "SELECT format('ALTER TABLE %s RENAME %I TO renamed', attrelid::regclass, attname)
         FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped AND attrelid IN ({tables})",
    ),
    (
        "a length changed",
        "SELECT format('ALTER TABLE %s ALTER %I TYPE varchar(%s)', attrelid::regclass, attname,
                       atttypmod - 4 + 1)
         FROM pg_attribute
         WHERE atttypid = 'varchar'::regtype AND atttypmod > 4 AND attrelid IN ({tables})
           AND NOT EXISTS (SELECT 1 FROM pg_attribute g WHERE g.attrelid = pg_attribute.attrelid
                           AND g.attgenerated <> '')",
    ),
    (
        "a column added",
        "SELECT format('ALTER TABLE %s ADD added integer', oid::regclass)
         FROM pg_class WHERE oid IN ({tables})",
    ),
    (
        "an enum's value added",
        "SELECT format('ALTER TYPE %s ADD VALUE ''added''', oid::regtype)
         FROM pg_type WHERE typtype = 'e'",
    ),
];
