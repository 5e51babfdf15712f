//! CHECKs for which values are hard to come by: those that rows are made for, and those of which it is said
//! that they are not.

/// By name: the members of an entity, whose rows can all be made.
pub const COVERED: &[(&str, &str)] = &[
    ("a_range", "a integer\n check (a between 5 and 9)"),
    ("a_narrow_range_that_is_unique", "a integer unique\n check (a between 7 and 14)"),
    ("one_value", "a integer\n check (a = 4711)"),
    ("two_columns_in_order", "a timestamptz\n b timestamptz\n check (b < a)"),
    ("days_in_order", "starts date\n ends date\n check (starts < ends and ends < starts + 3)"),
    ("exactly_one", "a text?\n b text?\n c integer?\n check (num_nonnulls(a, b, c) = 1)"),
    ("all_or_none", "a text?\n b text?\n check ((a is null) = (b is null))"),
    (
        "what_an_enum_asks_for",
        "kind Kind\n size integer?\n check (kind != Kind.high or size > 100)\n check (kind != Kind.low or size is null) as low_has_none",
    ),
    ("a_length", "a varchar(40)\n check (char_length(a) = 17)"),
    ("a_least_length", "a text\n check (char_length(a) >= 300)"),
    ("capitals", "a varchar(3)\n check (a ~ \"^[A-Z]{3}$\")"),
    ("a_code", "a text  unique\n check (a ~ \"^[A-Z]{2}-\\\\d{4}(/[a-f]+)?$\")"),
    ("a_prefix", "a text  unique\n check (a like \"https://%.org/_%\")"),
    ("an_address", "a text  unique\n check (position(\"@\", a) > 1 and a = lower(a))"),
    ("a_list", "a varchar(5)\n check (a in (\"red\", \"green\"))"),
    ("arithmetic", "a integer\n b integer\n check (a + b = 100)"),
    (
        "a_product",
        "price numeric(10, 2)\n pieces integer\n total numeric(12, 2)\n check (total = price * pieces)",
    ),
    ("a_multiple", "a integer  unique\n check (a % 7 = 3)"),
    ("half_steps", "a numeric(3, 1)\n check (a >= 1 and a <= 10 and a * 2 = trunc(a * 2))"),
    ("a_share", "a float8\n check (a > 0 and a < 1)"),
    ("below_nothing", "a integer\n check (a < 0)"),
    ("a_far_day", "a date\n check (a >= \"2031-05-05\" and a <= \"2031-05-06\")"),
    ("a_past_day", "a date\n check (sql \"a < '1999-12-31'::date\")"),
    ("a_document", "a jsonb\n check (jsonb_typeof(a) = \"object\" and a -> \"kind\" is not null)"),
    ("a_count_of_elements", "a text[]\n check (cardinality(a) >= 2)"),
    ("a_key", "code varchar(8)  key\n check (code !~ \"^\\\\d\")"),
    ("what_is_computed", "a integer\n b integer  generated = a * 2\n check (b between 20 and 60)"),
    ("sql_alone", "a integer\n b integer\n check (sql \"a > b AND b > 1000\")"),
    ("truth", "a boolean\n b boolean\n check (a and not b)"),
    ("unique_pairs_of_few", "a Kind\n b Kind\n unique (a, b)\n check (a != b)"),
    ("unlike_its_neighbour", "a text\n b text\n check (a = b)"),
    ("a_time", "a time\n b time\n check (b < a)"),
    ("a_span", "a daterange\n check (lower(a) is null)"),
];

/// By name: the members of an entity, and a part of what is said of it.
pub const UNCOVERED: &[(&str, &str, &str)] = &[
    ("never", "a integer\n check (a < 5 and a > 10)", "CHECK ck_cases_entry_a"),
    (
        "a_riddle",
        "a text\n check (sql \"md5(a) = 'd41d8cd98f00b204e9800998ecf84270'\")",
        "CHECK ck_cases_entry_check",
    ),
    ("a_type_of_its_own", "a raw \"pg_snapshot\"", "no value is known for a"),
];

/// A program around the members: rows are made for what refers to the entity, too.
pub fn program(members: &str) -> String {
    format!(
        "module cases\n\nenum Kind {{ low, mid, high }}\n\nentity Entry {{\n {members}\n}}\n\n\
         entity Other {{\n  name  text\n}}\n\n\
         entity Note {{\n  entry  1 Entry <-> * notes  on delete cascade\n\
         \x20 other  0..1 Other <-> * notes  on delete set null\n}}\n"
    )
}

/// CHECKs that count how often they are read, over rows of which most can't be made.
pub const ASKED: &[(&str, &str)] = &[
    (
        "a key that is a relation",
        "entity Store {}
         entity Index {}
         entity Banner { page 1 Page <-> * banners  on delete cascade }
         entity Page {
           store  1 Store <-> * pages  on delete cascade  key
           author  1 Author <-> * written  on delete cascade
           check (sql \"store_id > 0 and nextval('asked') > 0\")
         }
         union Author = Index | Banner | Page  as supertype",
    ),
    (
        "a UNIQUE over a relation and a field of few values",
        "enum Kind { new, paid, void }
         entity Team {}
         entity Desk {}
         entity City {}
         entity Invoice {
           kind  Kind
           team  0..1 Team <-> * invoices  on delete cascade
           payment  0..1 Payment <-> * invoices  on delete cascade
           city  1 Payment <-> * _  on delete cascade
           desk  1 Desk <-> 1..* invoices  on delete cascade
           unique (team, kind)  nulls not distinct
           check (sql \"coalesce(team_id, 1) > 0 and nextval('asked') > 0\")
         }
         union Payment = Invoice | City  as supertype",
    ),
];
