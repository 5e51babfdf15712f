//! The table of codes: every way in which two databases can differ, a row each.

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($code:ident $title:literal $explanation:literal;)*) => {
        /// A difference's code. The first two digits say which kind of object, the last two what of it: 01
        /// is missing, 02 is there besides, 07 has another name, 08 another comment, 09 is rarer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $(#[doc = $title] $code,)* }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$code,)*];

            /// The code as it is written: `D0203`.
            pub fn name(self) -> &'static str {
                match self { $(Code::$code => stringify!($code),)* }
            }

            /// What differs, in a few words.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title,)* }
            }

            /// What it means, and what to do about it; one paragraph of Markdown.
            pub fn explanation(self) -> &'static str {
                match self { $(Code::$code => $explanation,)* }
            }
        }
    };
}

codes! {
    // Tables
    D0101 "a table is missing"
        "No table has this name. Programs that read or write it fail. A migration was not run, or the table was dropped or renamed by hand.";
    D0102 "a table is there besides"
        "Nobody declared this table. Declare it, drop it, or ignore it by its name when something else owns it.";
    D0103 "a table is of another kind"
        "It is unlogged, partitioned or a partition, inherits, or is not a table at all. An unlogged table is emptied by a crash and is not on a standby.";
    D0104 "a table's storage parameters differ"
        "`fillfactor`, the settings of autovacuum and their like. They change how the table performs, never what it holds.";
    D0105 "a table's columns are in another order"
        "Nothing depends on it but `SELECT *`, `INSERT` without a list of columns, and `COPY`. PostgreSQL can only add a column behind the others, so that this is usual after migrations; ignore it unless you need it.";
    D0107 "a table has another name"
        "A table under another name is alike in everything: it was renamed.";
    D0108 "a table's comment differs"
        "The comment comes from the `///` of the entity.";
    D0109 "something rarer about a table differs"
        "Row security, policies, rules, and what else PostgreSQL keeps about a table; the difference says it in PostgreSQL's words.";
    // Columns
    D0201 "a column is missing"
        "Every query of an ORM names its columns, so that reading a row of this table already fails. A column that was renamed by hand is one that is missing and one besides.";
    D0202 "a column is there besides"
        "Nobody declared this column. If it allows no NULL and has no default, each INSERT of a program that doesn't know it fails.";
    D0203 "a column's type differs"
        "Its name, its length or its precision. Values may be cut, refused, or come back as something else.";
    D0204 "a column allows NULL, or no longer does"
        "Where NULL slipped in, programs meet what the types of their models deny; where it is refused, an INSERT fails.";
    D0205 "a column's default differs"
        "What an INSERT that leaves the column out stores. Both sides are in PostgreSQL's own words, so that another spelling of the same default is no difference.";
    D0206 "a column's identity or generation differs"
        "`GENERATED … AS IDENTITY`, or the expression that a generated column is computed from.";
    D0208 "a column's comment differs"
        "The comment comes from the `///` of the field.";
    D0209 "something rarer about a column differs"
        "Its collation, compression, storage and their like; the difference says it in PostgreSQL's words.";
    // Constraints
    D0301 "a constraint is missing"
        "What the schema promises is no longer enforced: rows that break it may be there already. Look for them before you add it again.";
    D0302 "a constraint is there besides"
        "Nobody declared this constraint. Writes may fail for a reason that no model knows.";
    D0303 "what a constraint is over differs"
        "Its columns, the table and the columns that a foreign key refers to, the operators of an EXCLUDE, or whether NULLs are distinct to a UNIQUE.";
    D0304 "a constraint's condition differs"
        "The condition of a CHECK or an EXCLUDE. Both sides are in PostgreSQL's own words, so that another spelling of the same condition is no difference.";
    D0305 "a constraint is checked at another time"
        "`DEFERRABLE` and `INITIALLY DEFERRED`. Re-ordering rows, or handing them to another parent, needs constraints that wait.";
    D0306 "what a foreign key does on delete or update differs"
        "Deleting or changing a row has another outcome: others go with it that should stay, stay that should go, or refuse it.";
    D0307 "a constraint has another name"
        "It is alike in everything else. Code that looks at the name (to word an error, to drop it in a migration) fails.";
    D0308 "a constraint's comment differs"
        "Trine writes no comments on constraints; somebody else did.";
    D0309 "something rarer about a constraint differs"
        "`NO INHERIT`, `MATCH FULL`, `INCLUDE`, `NOT ENFORCED` and their like; the difference says it in PostgreSQL's words.";
    D0310 "a constraint is not validated"
        "It was added with `NOT VALID`: new rows are checked, and those that were there may break it. `ALTER TABLE … VALIDATE CONSTRAINT …` checks them.";
    // Indexes
    D0401 "an index is missing"
        "Queries and deletes that used it read the whole table; a unique one no longer refuses duplicates.";
    D0402 "an index is there besides"
        "Nobody declared this index. It costs every write a little; a unique one refuses rows for a reason that no model knows.";
    D0403 "what an index is over differs"
        "Its columns and expressions, their directions and operator classes, its access method, INCLUDE, or whether it is unique.";
    D0404 "an index's condition differs"
        "A partial index became full, a full one partial, or another part of the rows is in it. A unique one then refuses more or fewer rows.";
    D0405 "an index's storage parameters differ"
        "`fillfactor`, `fastupdate` and their like. They change how the index performs, never what it finds.";
    D0406 "an index is not valid"
        "`CREATE INDEX CONCURRENTLY` failed half-way: the index costs every write and serves no query. Drop it and make it anew, or `REINDEX INDEX CONCURRENTLY`.";
    D0407 "an index has another name"
        "It is alike in everything else. A migration that drops it by its name fails.";
    D0408 "an index's comment differs"
        "Trine writes no comments on indexes; somebody else did.";
    D0409 "something rarer about an index differs"
        "Its collation, its statistics targets and their like; the difference says it in PostgreSQL's words.";
    // Triggers
    D0501 "a trigger is missing"
        "What it kept (a bound, a time of the last change, a shared parent) is no longer kept: rows that break it may be there already.";
    D0502 "a trigger is there besides"
        "Nobody declared this trigger. It may change or refuse what programs write.";
    D0503 "a trigger fires otherwise"
        "Before or after, for each row or statement, on other events or columns, or under another condition.";
    D0504 "a trigger's function differs"
        "Its body, its settings, its arguments, or which function it is.";
    D0506 "a trigger is disabled, or enabled otherwise"
        "`ALTER TABLE … DISABLE TRIGGER`, often by a bulk load that was cut short. It keeps nothing until it is enabled again.";
    D0507 "a trigger has another name"
        "It is alike in everything else. Triggers of one event fire in the order of their names.";
    D0508 "a trigger's comment differs"
        "Trine writes no comments on triggers; somebody else did.";
    D0509 "something rarer about a trigger differs"
        "What else PostgreSQL keeps about it; the difference says it in PostgreSQL's words.";
    // Types
    D0601 "a type is missing"
        "The enum type that columns should have is not there.";
    D0602 "a type is there besides"
        "Nobody declared this type; often it is what a renamed enum left behind.";
    D0603 "an enum type's values differ"
        "A value that is missing can't be stored; one that is there besides is one that no program knows; their order is that of `ORDER BY`.";
    D0607 "a type has another name"
        "A type under another name is alike in everything: it was renamed.";
    D0608 "a type's comment differs"
        "The comment comes from the `///` of the enum.";
    // Sequences
    D0701 "a sequence is missing"
        "What takes numbers from it fails.";
    D0702 "a sequence is there besides"
        "Nobody declared this sequence; often it is what a `serial` column left behind.";
    D0703 "a sequence differs"
        "Its type, its bounds, its increment, or the column that owns it.";
    D0707 "a sequence has another name"
        "A sequence under another name is alike in everything: it was renamed.";
    D0708 "a sequence's comment differs"
        "Trine writes no comments on sequences; somebody else did.";
    // What tables and types lie in, and are made of
    D0801 "a schema is missing"
        "The tables and types that lie in it can't be there either.";
    D0802 "a schema is there besides"
        "Nobody declared this schema, or what is in it.";
    D0901 "an extension is missing"
        "The types and operator classes that it brings are not there. `CREATE EXTENSION` makes it, where its files are installed.";
    D0902 "an extension is there besides"
        "Nobody declared this extension. The types and functions that it brings are the database's own affair.";
    // What a schema never declares
    D1001 "another object is missing"
        "A view, a domain, a function: something that no schema declares, and that is there before only.";
    D1002 "another object is there besides"
        "A view, a domain, a function that no trigger calls: something that no schema can declare yet. Ignore it by its name when it belongs there.";
    D1003 "another object differs"
        "A view, a domain or a function says something else.";
    D1008 "another object's comment differs"
        "The comment of a view, a domain or a function.";
    D1009 "something rarer about the database differs"
        "What PostgreSQL keeps about the database itself; the difference says it in PostgreSQL's words.";
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Code {
    type Err = ();

    fn from_str(name: &str) -> Result<Code, ()> {
        Code::ALL.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name)).ok_or(())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}
