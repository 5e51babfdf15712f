//! Ways to change a database, one thing at a time.

/// Each query gives one statement for each thing of its kind that can be changed, whatever the database.
/// `{tables}` stands for the tables that count.
pub const EVERYWHERE: [(&str, &str); 23] = [
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
];

/// Changes of `live.sql`.
pub const LIVE: &[&str] = &[
    // Schemas, types.
    "COMMENT ON SCHEMA shop IS NULL",
    "CREATE SCHEMA another",
    "DROP SCHEMA shop CASCADE",
    "ALTER SCHEMA shop RENAME TO mall",
    "ALTER TYPE kind ADD VALUE 'added' BEFORE 'it''s'",
    "ALTER TYPE kind RENAME VALUE 'plain' TO 'ordinary'",
    "COMMENT ON TYPE kind IS 'other'",
    "DROP TYPE shop.nothing",
    "ALTER DOMAIN positive DROP NOT NULL",
    "ALTER DOMAIN positive DROP CONSTRAINT positive",
    "ALTER DOMAIN positive SET DEFAULT 2",
    "COMMENT ON DOMAIN positive IS 'more than nothing'",
    "ALTER TYPE pair ADD ATTRIBUTE third integer CASCADE",
    "CREATE TYPE another AS (a integer)",
    "CREATE TYPE another AS RANGE (SUBTYPE = text)",
    // Functions.
    "DROP FUNCTION unused()",
    "COMMENT ON FUNCTION total(text) IS NULL",
    "ALTER FUNCTION total(text) IMMUTABLE",
    "CREATE OR REPLACE FUNCTION total(a text) RETURNS integer LANGUAGE sql STABLE AS 'SELECT 1'",
    "CREATE FUNCTION total() RETURNS integer LANGUAGE sql RETURN 1",
    "ALTER PROCEDURE shop.nothing SECURITY DEFINER",
    "DROP AGGREGATE longest(text)",
    // Sequences.
    "ALTER SEQUENCE alone INCREMENT BY 2",
    "ALTER SEQUENCE alone AS integer",
    "ALTER SEQUENCE alone RENAME TO lonely",
    "ALTER SEQUENCE alone OWNED BY parent.behind",
    "ALTER SEQUENCE shop.odd NO CYCLE",
    "ALTER SEQUENCE shop.odd CACHE 1",
    "COMMENT ON SEQUENCE shop.odd IS NULL",
    "ALTER SEQUENCE parent_counted_seq OWNED BY NONE",
    "ALTER SEQUENCE parent_counted_seq OWNED BY parent.big",
    "ALTER SEQUENCE parent_id_seq CYCLE",
    "ALTER SEQUENCE parent_id_seq RENAME TO other_seq",
    "ALTER SEQUENCE fast_id_seq MAXVALUE 1000",
    "CREATE SEQUENCE another",
    // Tables.
    "ALTER TABLE parent RENAME TO mother",
    "ALTER TABLE child SET SCHEMA shop",
    "ALTER TABLE child SET UNLOGGED",
    "ALTER TABLE fast SET LOGGED",
    "ALTER TABLE fast REPLICA IDENTITY DEFAULT",
    "ALTER TABLE parent SET (toast.autovacuum_enabled = true)",
    "ALTER TABLE parent RESET (fillfactor)",
    "ALTER TABLE heir NO INHERIT parent",
    "ALTER TABLE typed NOT OF",
    "CREATE TABLE another ()",
    "DROP TABLE nothing",
    // Columns.
    "ALTER TABLE parent ADD added integer",
    "ALTER TABLE parent DROP behind",
    "ALTER TABLE parent ALTER id SET GENERATED BY DEFAULT",
    "ALTER TABLE parent ALTER \"quoted \"\"name\"\" %s\" TYPE varchar(20) COLLATE \"C\"",
    "ALTER TABLE parent ALTER made TYPE timestamptz(2)",
    "ALTER TABLE parent ALTER data SET STORAGE MAIN",
    "ALTER TABLE parent ALTER data SET COMPRESSION pglz",
    "ALTER TABLE parent ALTER name SET STATISTICS 7",
    "ALTER TABLE parent ALTER rate RESET (n_distinct)",
    "ALTER TABLE parent ALTER doubled DROP EXPRESSION",
    "ALTER TABLE parent ALTER name SET DEFAULT 'it''s a \\ (paren)'",
    "COMMENT ON COLUMN parent.\"quoted \"\"name\"\" %s\" IS E'two\\nmore lines'",
    // Constraints.
    "ALTER TABLE parent VALIDATE CONSTRAINT later",
    "ALTER TABLE child VALIDATE CONSTRAINT unchecked",
    "COMMENT ON CONSTRAINT mine ON parent IS NULL",
    "ALTER TABLE parent DROP CONSTRAINT mine, ADD CONSTRAINT mine CHECK (counted > 0)",
    "ALTER TABLE child DROP CONSTRAINT whole,
        ADD CONSTRAINT whole FOREIGN KEY (x, y) REFERENCES key2 (x, y) ON DELETE CASCADE",
    "ALTER TABLE child DROP CONSTRAINT whole,
        ADD CONSTRAINT whole FOREIGN KEY (y, x) REFERENCES key2 (x, y) MATCH FULL ON DELETE CASCADE",
    "ALTER TABLE child DROP CONSTRAINT part, ADD CONSTRAINT part FOREIGN KEY (y, x) REFERENCES key2
        ON DELETE SET DEFAULT (x) ON UPDATE RESTRICT",
    "ALTER TABLE child DROP CONSTRAINT part, ADD CONSTRAINT part FOREIGN KEY (y, x) REFERENCES key2
        ON DELETE SET DEFAULT (y) ON UPDATE CASCADE",
    "ALTER TABLE key2 SET WITHOUT CLUSTER",
    "ALTER TABLE key2 REPLICA IDENTITY USING INDEX key2_pkey",
    "ALTER INDEX wide SET (fillfactor = 81)",
    "COMMENT ON INDEX wide IS NULL",
    "ALTER TABLE parent DROP CONSTRAINT wide, ADD CONSTRAINT wide UNIQUE NULLS NOT DISTINCT (name, kind)
        INCLUDE (rate) WITH (fillfactor = 80) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE parent DROP CONSTRAINT wide, ADD CONSTRAINT wide UNIQUE (name, kind)
        INCLUDE (rate, made) WITH (fillfactor = 80) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE key2 DROP CONSTRAINT key2_pkey CASCADE, ADD PRIMARY KEY (y, x) INCLUDE (z) DEFERRABLE",
    "ALTER TABLE key2 DROP CONSTRAINT key2_pkey CASCADE, ADD PRIMARY KEY (x, y) INCLUDE (z)",
    "ALTER TABLE spans DROP CONSTRAINT apart, ADD CONSTRAINT apart EXCLUDE USING gist
        (during WITH =, (box(at, at)) WITH &&) WHERE (NOT isempty(during)) DEFERRABLE",
    "ALTER TABLE spans DROP CONSTRAINT apart, ADD CONSTRAINT apart EXCLUDE USING gist
        (during WITH &&, (box(at, at)) WITH &&) WHERE (isempty(during)) DEFERRABLE",
    "ALTER TABLE spans DROP CONSTRAINT apart, ADD CONSTRAINT apart EXCLUDE USING gist
        (during WITH &&, (box(at, at)) WITH &&) WHERE (NOT isempty(during)) DEFERRABLE INITIALLY DEFERRED",
    "ALTER TABLE spans DROP CONSTRAINT apart, ADD CONSTRAINT apart EXCLUDE USING spgist
        (during WITH &&) WHERE (NOT isempty(during)) DEFERRABLE",
    // Indexes.
    "DROP INDEX many; CREATE INDEX many ON parent (kind, made NULLS FIRST, rate DESC NULLS LAST,
        upper(name) COLLATE \"C\" text_pattern_ops, ((data ->> 'a')), (rate + 1) DESC)
        INCLUDE (bits, behind) WITH (deduplicate_items = off) WHERE rate > 0 AND name <> ')'",
    "DROP INDEX many; CREATE INDEX many ON parent (kind DESC, made NULLS FIRST, rate DESC NULLS LAST,
        upper(name) COLLATE \"C\", ((data ->> 'a')), (rate + 1) DESC)
        INCLUDE (bits, behind) WITH (deduplicate_items = off) WHERE rate > 0 AND name <> ')'",
    "DROP INDEX many; CREATE INDEX many ON parent (kind DESC, made NULLS FIRST, rate DESC NULLS LAST,
        upper(name) COLLATE \"POSIX\" text_pattern_ops, ((data ->> 'a')), (rate + 1) DESC)
        INCLUDE (bits, behind) WITH (deduplicate_items = off) WHERE rate > 0 AND name <> ')'",
    "DROP INDEX many; CREATE INDEX many ON parent (kind DESC, made NULLS FIRST, rate DESC NULLS LAST,
        upper(name) COLLATE \"C\" text_pattern_ops, ((data ->> 'b')), (rate + 1) DESC)
        INCLUDE (bits, behind) WITH (deduplicate_items = off) WHERE rate > 0 AND name <> ')'",
    "DROP INDEX many; CREATE INDEX many ON parent (kind DESC, made NULLS FIRST, rate DESC NULLS LAST,
        upper(name) COLLATE \"C\" text_pattern_ops, ((data ->> 'a')), (rate + 1) DESC)
        INCLUDE (behind, bits) WITH (deduplicate_items = off) WHERE rate > 0 AND name <> ')'",
    "DROP INDEX many; CREATE INDEX many ON parent (kind DESC, made NULLS FIRST, rate DESC NULLS LAST,
        upper(name) COLLATE \"C\" text_pattern_ops, ((data ->> 'a')), (rate + 1) DESC)
        INCLUDE (bits, behind) WITH (deduplicate_items = off) WHERE rate > 0",
    "ALTER INDEX many RESET (deduplicate_items)",
    "DROP INDEX in_json; CREATE INDEX in_json ON parent USING gin (data)",
    "DROP INDEX varchar_as_char; CREATE INDEX varchar_as_char ON parent (\"quoted \"\"name\"\" %s\")",
    "DROP INDEX once; CREATE UNIQUE INDEX once ON parent (lower(name))",
    "DROP INDEX once; CREATE INDEX once ON parent (lower(name)) NULLS NOT DISTINCT",
    "DROP INDEX by_hash; CREATE INDEX by_hash ON parent (name)",
    "DROP INDEX spatial; CREATE INDEX spatial ON parent
        USING gist (to_tsvector('simple', name) tsvector_ops (siglen = 101))",
    "DROP INDEX collated; CREATE INDEX collated ON parent (code)",
    "ALTER INDEX blocks SET (pages_per_range = 9)",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'plain'::regclass",
    "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'wide'::regclass",
    "DROP INDEX kept_one",
    // Views, rules, row security, statistics.
    "DROP VIEW names",
    "CREATE OR REPLACE VIEW names AS SELECT id, name, total(name) FROM parent WHERE rate >= 0",
    "ALTER VIEW names SET (security_barrier = true)",
    "COMMENT ON VIEW names IS 'other'",
    "CREATE VIEW another AS SELECT 1 AS one",
    "ALTER MATERIALIZED VIEW kept RESET (fillfactor)",
    "DROP RULE ignored ON child",
    "ALTER TABLE child DISABLE RULE ignored",
    "CREATE OR REPLACE RULE ignored AS ON DELETE TO child WHERE old.y IS NULL DO INSTEAD NOTHING",
    "ALTER TABLE child DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE child NO FORCE ROW LEVEL SECURITY",
    "ALTER POLICY seen ON child TO PUBLIC",
    "ALTER POLICY seen ON child USING (x > 1)",
    "ALTER POLICY seen ON child WITH CHECK (y > 1)",
    "DROP POLICY seen ON child",
    "DROP STATISTICS related",
    "ALTER STATISTICS related SET STATISTICS 5",
    // Partitions.
    "ALTER TABLE parted DETACH PARTITION parted_2020",
    "ALTER TABLE parted DETACH PARTITION parted_2020;
        ALTER TABLE parted ATTACH PARTITION parted_2020 FOR VALUES FROM ('2020-01-01') TO ('2020-12-31')",
    "CREATE TABLE parted_2021 PARTITION OF parted FOR VALUES FROM ('2021-01-01') TO ('2022-01-01')",
    "DROP TABLE listed; CREATE TABLE listed (word text) PARTITION BY LIST (upper(word));
        CREATE TABLE listed_a PARTITION OF listed FOR VALUES IN ('a', NULL)",
    // Triggers.
    "ALTER TABLE parent ENABLE TRIGGER whole",
    "ALTER TABLE child ENABLE REPLICA TRIGGER late",
    "ALTER TABLE child DISABLE TRIGGER ALL",
    "ALTER TABLE key2 DISABLE TRIGGER ALL",
    "ALTER FUNCTION keep() SECURITY INVOKER",
    "ALTER FUNCTION keep() RESET search_path",
    "ALTER FUNCTION keep() SET work_mem = '5MB'",
    "ALTER FUNCTION keep() COST 7",
    "ALTER FUNCTION keep() STABLE",
    "COMMENT ON FUNCTION keep() IS NULL",
    "COMMENT ON TRIGGER \"odd WHEN (\" ON parent IS NULL",
    "ALTER TRIGGER builtin ON child RENAME TO other",
    "ALTER FUNCTION keep() RENAME TO hold",
    "DROP TRIGGER of_view ON names",
    "CREATE OR REPLACE TRIGGER emptied AFTER TRUNCATE ON parent EXECUTE FUNCTION keep()",
    "CREATE OR REPLACE TRIGGER emptied BEFORE INSERT ON parent EXECUTE FUNCTION keep()",
    "CREATE OR REPLACE TRIGGER builtin AFTER UPDATE ON child FOR EACH ROW
        EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE OR REPLACE TRIGGER builtin BEFORE UPDATE ON child FOR EACH STATEMENT
        EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE OR REPLACE TRIGGER builtin BEFORE UPDATE OF x ON child FOR EACH ROW
        EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE OR REPLACE TRIGGER builtin BEFORE UPDATE ON child FOR EACH ROW WHEN (old.x = new.x)
        EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE OR REPLACE TRIGGER builtin BEFORE UPDATE ON child FOR EACH ROW EXECUTE FUNCTION keep()",
    "CREATE OR REPLACE TRIGGER whole AFTER UPDATE ON parent REFERENCING OLD TABLE AS before
        FOR EACH STATEMENT EXECUTE FUNCTION keep(); ALTER TABLE parent DISABLE TRIGGER whole",
    "CREATE OR REPLACE TRIGGER \"odd WHEN (\" BEFORE INSERT OR DELETE OR UPDATE OF name, rate ON parent
        FOR EACH ROW WHEN (pg_trigger_depth() < 1) EXECUTE FUNCTION keep('a', 'it''s', 'back\\slash')",
    "DROP TRIGGER late ON child; CREATE CONSTRAINT TRIGGER late AFTER INSERT ON child FROM parent
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (new.x IS DISTINCT FROM 1)
        EXECUTE FUNCTION keep(); ALTER TABLE child ENABLE ALWAYS TRIGGER late",
    "DROP TRIGGER late ON child; CREATE CONSTRAINT TRIGGER late AFTER INSERT ON child FROM key2
        DEFERRABLE FOR EACH ROW WHEN (new.x IS DISTINCT FROM 1)
        EXECUTE FUNCTION keep(); ALTER TABLE child ENABLE ALWAYS TRIGGER late",
];

/// Changes of `live.sql` that PostgreSQL 18 knows, of a table `late (a integer NOT NULL, b integer)`.
pub const SINCE_18: &[&str] = &[
    "ALTER TABLE late ADD CONSTRAINT small CHECK (a < 9) NOT ENFORCED",
    "ALTER TABLE late ADD doubled integer GENERATED ALWAYS AS (a * 2) VIRTUAL",
    "ALTER TABLE late ADD CONSTRAINT there NOT NULL b NOT VALID",
    "ALTER TABLE late ADD CONSTRAINT there NOT NULL b NO INHERIT",
    "COMMENT ON CONSTRAINT late_a_not_null ON late IS 'always'",
    "ALTER TABLE late ADD FOREIGN KEY (a) REFERENCES key2 (z) NOT ENFORCED",
];

/// Pairs of statements, each run on `live.sql`, after which the databases differ.
pub const PAIRS_SINCE_18: &[(&str, &str)] = &[
    (
        "ALTER TABLE late ADD doubled integer GENERATED ALWAYS AS (a * 2) VIRTUAL",
        "ALTER TABLE late ADD doubled integer GENERATED ALWAYS AS (a * 2) STORED",
    ),
    (
        "ALTER TABLE late ADD CONSTRAINT small CHECK (a < 9) NOT ENFORCED",
        "ALTER TABLE late ADD CONSTRAINT small CHECK (a < 9) NOT VALID",
    ),
    (
        "CREATE TABLE another (during tsrange, word tsrange, CONSTRAINT sole UNIQUE (word, during))",
        "CREATE TABLE another (during tsrange, word tsrange,
            CONSTRAINT sole UNIQUE (word, during WITHOUT OVERLAPS))",
    ),
    (
        "CREATE TABLE first (during tsrange, word tsrange, PRIMARY KEY (word, during WITHOUT OVERLAPS));
         CREATE TABLE second (during tsrange, word tsrange, CONSTRAINT it FOREIGN KEY (word, PERIOD during)
            REFERENCES first (word, PERIOD during))",
        "CREATE TABLE first (during tsrange, word tsrange, PRIMARY KEY (word, during WITHOUT OVERLAPS));
         CREATE TABLE second (during tsrange, word tsrange)",
    ),
    (
        "ALTER TABLE late ADD CONSTRAINT there NOT NULL b NOT VALID",
        "ALTER TABLE late ADD CONSTRAINT there NOT NULL b",
    ),
];
