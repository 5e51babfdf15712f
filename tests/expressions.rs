//! Expressions by example: what SQL they become, and what is refused.

use trine::relational::{Database, lower};
use trine::schema::resolve;
use trine::source::Sources;
use trine::target::{Options, Target};

/// An entity with a field of every kind; `{}` is where a case says something.
const FILE: &str = "module shop
extension citext

enum Kind { photo, reel, carousel = \"c\" }
enum Level as smallint { low = 1, high = 2 }
enum State as type { open, closed }

entity Owner {
  code  varchar(10)  key
}

entity Row {
  a        integer
  b        integer?
  small    smallint
  big      bigint
  price    numeric(12, 2)
  ratio    float8
  name     varchar(80)
  note     text?
  email    citext
  active   boolean
  hidden   boolean?
  kind     Kind
  level    Level
  state    State
  day      date
  till     date?
  at       timestamptz
  local    timestamp
  clock    time
  span     interval
  tags     text[]
  numbers  bigint[]
  data     jsonb
  raw_json json
  during   tstzrange
  counts   int4range
  key_id   uuid
  bytes    bytea
  address  inet
  search   tsvector
  place    point
  tree     raw \"ltree\"
  order    integer
  owner    1 Owner <-> * rows  on delete cascade
  other    0..1 Owner <-> * other_rows  on delete set null
  {}
}
";

fn sources(member: &str) -> Sources {
    let mut sources = Sources::new();
    sources.add("shop.trine", FILE.replace("{}", member));
    sources
}

/// The codes and messages of the errors of a member.
fn errors(member: &str) -> Vec<String> {
    let options = Options { targets: vec![Target::Postgres], ..Options::default() };
    trine::check(&sources(member), &options)
        .iter()
        .filter(|found| found.code.name().starts_with('E'))
        .map(|found| format!("{} {}", found.code, found.message))
        .collect()
}

fn database(member: &str) -> Database {
    let sources = sources(member);
    let trees: Vec<_> =
        sources.iter().map(|(file, _)| trine::syntax::parse(&sources, file).0).collect();
    let (schema, _) = resolve(&sources, &trees, &[Target::Postgres]);
    lower(&schema).database
}

/// The SQL of a CHECK on the row.
#[track_caller]
fn condition(expression: &str) -> String {
    let member = format!("check ({expression}) as the_check");
    let found = errors(&member);
    assert!(found.is_empty(), "{expression}: {found:#?}");
    let database = database(&member);
    let mut checks = database.tables.iter().flat_map(|(_, table)| &table.checks);
    let check = checks.find(|check| check.name.ends_with("the_check"));
    check.expect("the check is there").condition.0.clone()
}

#[track_caller]
fn check_sql(cases: &[(&str, &str)]) {
    for (expression, sql) in cases {
        assert_eq!(condition(expression), *sql, "of {expression}");
    }
}

#[track_caller]
fn check_errors(cases: &[(&str, &str)]) {
    for (member, code) in cases {
        let found = errors(member);
        assert!(
            found.len() == 1 && found[0].starts_with(code),
            "{member}: wanted one {code}, got {found:#?}"
        );
    }
}

#[track_caller]
fn check_fine(members: &[&str]) {
    for member in members {
        let found = errors(member);
        assert!(found.is_empty(), "{member}: {found:#?}");
    }
}

#[test]
fn parentheses_stand_where_postgresql_needs_them() {
    check_sql(&[
        ("a > 0 and b > 0 or active", "a > 0 AND b > 0 OR active"),
        ("a > 0 and (b > 0 or active)", "a > 0 AND (b > 0 OR active)"),
        ("not (a = 1 or b = 1)", "NOT (a = 1 OR b = 1)"),
        ("not active", "NOT active"),
        ("(a + b) * 2 > 1", "(a + b) * 2 > 1"),
        ("a + b * 2 > 1", "a + b * 2 > 1"),
        ("a - (b - 1) > 1", "a - (b - 1) > 1"),
        ("a - b - 1 > 1", "a - b - 1 > 1"),
        ("-(-a) > -1", "-(-a) > -1"),
        ("a - -1 > 0", "a - -1 > 0"),
        ("(a > 0) = (b > 0)", "(a > 0) = (b > 0)"),
        ("(a > 0) is not null", "(a > 0) IS NOT NULL"),
        ("a + 1 is not null", "a + 1 IS NOT NULL"),
        ("a between 1 and b + 2", "a BETWEEN 1 AND b + 2"),
        ("a in (1, 2) and a not in (3, b)", "a IN (1, 2) AND a NOT IN (3, b)"),
        ("(a + b)::bigint > 1", "(a + b)::bigint > 1"),
        ("-a::bigint < 1", "-a::bigint < 1"),
        ("(name || 'x') like 'a%'".replace('\'', "\"").as_str(), "name || 'x' LIKE 'a%'"),
        ("order >= 0", "\"order\" >= 0"),
        ("sql \"a > 0 or b > 0\" and active", "(a > 0 or b > 0) AND active"),
        ("sql \"a > 0 or b > 0\"", "a > 0 or b > 0"),
    ]);
}

#[test]
fn literals_take_the_type_that_they_meet() {
    check_sql(&[
        ("name != \"\"", "name <> ''"),
        ("email = \"A@b.c\"", "email = 'A@b.c'::citext"),
        ("day >= \"2024-02-29\"", "day >= '2024-02-29'::date"),
        ("\"2024-02-29\" <= day", "'2024-02-29'::date <= day"),
        ("span > \"1 day\"", "span > '1 day'::interval"),
        ("day + \"1 day\" > till", "day + '1 day'::interval > till"),
        ("data @> \"{\\\"a\\\": 1}\"", "data @> '{\"a\": 1}'::jsonb"),
        ("data ->> \"a\" = \"b\"", "data ->> 'a' = 'b'"),
        ("tags @> [\"a\", \"it's\"]", "tags @> ARRAY['a', 'it''s']::text[]"),
        ("tags != []", "tags <> '{}'::text[]"),
        ("numbers && [1, 2]", "numbers && ARRAY[1, 2]::bigint[]"),
        ("kind = photo", "kind = 'photo'"),
        ("carousel != kind", "'c' <> kind"),
        ("kind in (photo, Kind.reel, \"c\")", "kind IN ('photo', 'reel', 'c')"),
        ("level = high", "level = 2"),
        ("state = open", "state = 'open'::shop_state"),
        ("coalesce(note, \"x\") != \"y\"", "coalesce(note, 'x') <> 'y'"),
        ("owner != other", "owner_id <> other_id"),
        ("owner != \"x\"", "owner_id <> 'x'"),
        ("name ~ \"^\\\\d+$\"", "name ~ '^\\d+$'"),
        ("tree = \"a.b\"", "tree = 'a.b'::ltree"),
        ("name != \"two\\nlines\"", "name <> E'two\\nlines'"),
    ]);
}

#[test]
fn calls_are_written_as_postgresql_writes_them() {
    check_sql(&[
        ("day <= current_date", "day <= current_date"),
        ("position(\"@\", email) > 1", "position('@' IN email) > 1"),
        ("num_nonnulls(b, other) >= 0", "num_nonnulls(b, other_id) >= 0"),
        ("left(name, 1) = upper(left(name, 1))", "left(name, 1) = upper(left(name, 1))"),
        ("lower(during) < at", "lower(during) < at"),
        ("date_part(\"year\", day) >= 2000", "date_part('year', day) >= 2000"),
        ("round(price, 1) = price", "round(price, 1) = price"),
        ("jsonb_typeof(data) = \"object\"", "jsonb_typeof(data) = 'object'"),
    ]);
}

#[test]
fn operands_must_go_together() {
    check_errors(&[
        ("check (a = \"x\")", "E0302"),
        ("check (name = 1)", "E0302"),
        ("check (name > a)", "E0302"),
        ("check (active + 1 > 0)", "E0302"),
        ("check (a like \"x\")", "E0302"),
        ("check (a = null)", "E0302"),
        ("check (raw_json = \"{}\")", "E0302"),
        ("check (data @> tags)", "E0302"),
        ("check (place = place)", "E0302"),
        ("check (kind = state)", "E0302"),
        ("check (day = \"2023-02-29\")", "E0302"),
        ("check (owner.code = \"x\")", "E0302"),
        ("check (lower(a) = \"x\")", "E0302"),
        ("check (coalesce(a, name) = 1)", "E0302"),
        ("check (tags = [1])", "E0302"),
        ("check (day = tags)", "E0302"),
        ("check (round(ratio, 2) = 1)", "E0302"),
    ]);
}

#[test]
fn names_and_calls_must_be_known() {
    check_errors(&[
        ("check (prise > 0)", "E0204"),
        ("check (kind = foto)", "E0204"),
        ("check (kind = Kind.foto)", "E0204"),
        ("check (kind = Kinds.photo)", "E0204"),
        ("check (kind = \"foto\")", "E0204"),
        ("check (len(name) > 0)", "E0304"),
        ("check (lowr(name) = name)", "E0304"),
        ("check (lower(name, name) = name)", "E0305"),
        ("check (left(name) = name)", "E0305"),
        ("check (coalesce() = name)", "E0305"),
        ("check (name)", "E0306"),
        ("check (a and active)", "E0306"),
        ("check (null)", "E0306"),
        ("index (a) where (b)", "E0306"),
        ("check (not a)", "E0306"),
    ]);
}

#[test]
fn every_mistake_of_an_expression_is_said_at_once() {
    assert_eq!(errors("check (prise > 0 and foo(a) = 1 and name)").len(), 3);
}

#[test]
fn indexes_and_generated_fields_hold_still() {
    check_errors(&[
        ("index (a) where (at > now())", "E0310"),
        ("index (date_trunc(\"day\", at))", "E0310"),
        ("index (to_tsvector(note))", "E0310"),
        ("index (at::date)", "E0310"),
        ("index (at::text)", "E0310"),
        ("index (concat(name, note))", "E0310"),
        ("unique (a) where (day < current_date)", "E0310"),
        ("index (a) where (day < at)", "E0310"),
        ("g timestamptz generated = at + \"1 day\"", "E0310"),
        ("g uuid generated = gen_random_uuid()", "E0310"),
        ("check (random() < 0.5)", "E0310"),
        ("g integer generated = h  \n  h integer generated = a", "E0311"),
        ("g integer = 1 generated = a", "E0311"),
        ("g timestamptz generated = at on update now()", "E0311"),
        ("g integer on update now()", "E0311"),
        ("g integer generated = name", "E0302"),
    ]);
    check_fine(&[
        "check (day <= current_date)",
        "index (a) where (day < \"2024-01-01\")",
        "index (date_trunc(\"day\", local))",
        "index (date_trunc(\"day\", timezone(\"UTC\", at)))",
        "index using gin (to_tsvector(\"english\", note))",
        "index (to_tsvector(\"english\", note))",
        "index (lower(name), a desc)",
        "index (kind::text)",
        "g integer generated = a + coalesce(b, 0)",
        "g text generated = lower(email)",
        "g tsvector generated = setweight(to_tsvector(\"english\", name), \"A\") || search",
    ]);
}

#[test]
fn defaults_are_values_of_their_type() {
    check_errors(&[
        ("g integer = 0.5", "E0301"),
        ("g integer = \"1\"", "E0301"),
        ("g smallint = 40000", "E0301"),
        ("g smallint = -32769", "E0301"),
        ("g numeric(5, 2) = 1000", "E0301"),
        ("g numeric(5, 2) = 0.125", "E0301"),
        ("g text = 1", "E0301"),
        ("g text = name", "E0301"),
        ("g text = nane", "E0204"),
        ("g varchar(3) = \"long\"", "E0301"),
        ("g date = \"today\"", "E0301"),
        ("g date = \"2023-02-29\"", "E0301"),
        ("g timestamptz = \"2024-01-01T00:00:00\"", "E0301"),
        ("g uuid = \"x\"", "E0301"),
        ("g uuid = now()", "E0301"),
        ("g jsonb = \"draft\"", "E0301"),
        ("g jsonb = true", "E0301"),
        ("g boolean = \"true\"", "E0301"),
        ("g boolean = 1", "E0301"),
        ("g text[] = \"{}\"", "E0301"),
        ("g text[] = [1]", "E0301"),
        ("g text = []", "E0301"),
        ("g varchar(2)[] = [\"abc\"]", "E0301"),
        ("g integer? = null", "E0301"),
        ("g Kind = foto", "E0204"),
        ("g Kind = Level.low", "E0301"),
        ("g bit(3) = \"01\"", "E0301"),
        ("g integer = foo()", "E0304"),
    ]);
    check_fine(&[
        "g integer = -2147483648",
        "g numeric(5, 2) = 999.99",
        "g numeric = 1e10",
        "g float8 = 0.5",
        "g varchar(3) = \"스토어\"",
        "g date = current_date",
        "g date = now()",
        "g timestamptz = now() + \"30 days\"",
        "g timestamptz = \"2024-01-01T00:00:00+09:00\"",
        "g uuid = gen_random_uuid()",
        "g jsonb = \"{}\"",
        "g boolean = false",
        "g text[] = []",
        "g Kind = photo",
        "g Kind = Kind.photo",
        "g Kind = \"c\"",
        "g Kind[] = [photo, reel]",
        "g State = open",
        "g inet = \"::1\"",
        "g interval = \"1 day\"",
        "g text = current_user",
        "g text = sql \"current_database()\"",
        "g raw \"ltree\" = \"a.b\"",
    ]);
}

#[test]
fn types_have_the_arguments_that_they_take() {
    check_errors(&[
        ("g varchar(0)", "E0303"),
        ("g varchar(10485761)", "E0303"),
        ("g numeric(1001)", "E0303"),
        ("g numeric(5, 1001)", "E0303"),
        ("g timestamptz(7)", "E0303"),
        ("g integer(4)", "E0308"),
        ("g text(80)", "E0308"),
        ("g char", "E0308"),
        ("g numeric(1, 2, 3)", "E0308"),
        ("g varchar(1, 2)", "E0308"),
        ("g Kind(1)", "E0308"),
        ("g serial", "E0202"),
        ("g strin", "E0202"),
        ("g Owner", "E0202"),
        ("g hstore", "E0309"),
        ("index using gin (name gin_trgm_ops)", "E0309"),
        ("exclude using gist (a with =, during with &&)", "E0309"),
        ("index using gist (key_id)", "E0309"),
        ("index using gin (a)", "E0309"),
        ("index (raw_json)", "E0414"),
        ("index using hash (place)", "E0414"),
        ("unique (place)", "E0414"),
        ("g text = \"a\\0b\"", "E0312"),
        ("g text label \"a\\u{0}b\"", "E0312"),
    ]);
    check_fine(&[
        "g varchar",
        "g numeric",
        "g numeric(3, -2)",
        "g numeric(2, 4)",
        "g timestamptz(3)",
        "g interval",
        "g citext",
        "exclude using gist (counts with &&, during with &&)",
    ]);
}

/// The condition of a CHECK in Django's models, in one line.
#[track_caller]
fn django(expression: &str) -> String {
    let mut sources = Sources::new();
    let file = format!(
        "module shop\nentity Row {{\n  a integer\n  b integer?\n  name text\n  \
         active boolean\n  check ({expression}) as the_check\n}}\n"
    );
    sources.add("shop.trine", file);
    let options = Options { targets: vec![Target::Django], ..Options::default() };
    let compilation = trine::compile(&sources, &options);
    let models = compilation.files.iter().find(|(_, file)| file.path.ends_with("models.py"));
    let text = &models.expect("the models are there").1.contents;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let rest = text.split("condition=").nth(1).expect("a CHECK has a condition");
    let end = rest.find("name=\"the_check\"").expect("the CHECK has its name");
    let condition = rest[..end].trim_end_matches([' ', ',']);
    condition.replace("( ", "(").replace(" )", ")")
}

#[test]
fn django_reads_lookups_where_they_say_the_same() {
    let cases = [
        ("a > 0 and a <= 10", "models.Q(a__gt=0, a__lte=10)"),
        ("a > 0 or active", "models.Q(a__gt=0) | models.Q(active=True)"),
        ("not active", "models.Q(active=False)"),
        ("a != 1", "~models.Q(a=1)"),
        // The negation of a `Q` would be true for NULL.
        ("b != 1", "models.Q(~lookups.Exact(models.F(\"b\"), 1))"),
        ("b is null", "models.Q(b__isnull=True)"),
        ("a in (1, 2)", "models.Q(a__in=[1, 2])"),
        ("a between 1 and 2", "models.Q(a__range=(1, 2))"),
        ("name like \"a%\"", "models.Q(name__startswith=\"a\")"),
        ("a = b", "models.Q(a=models.F(\"b\"))"),
        ("a > b + 1", "models.Q(a__gt=models.F(\"b\") + 1)"),
        ("length(name) > 2", "models.Q(lookups.GreaterThan(functions.Length(\"name\"), 2))"),
        // Django's integer field would cut the fraction.
        ("a < 1.5", "models.Q(lookups.LessThan(models.F(\"a\"), models.Value(Decimal(\"1.5\"))))"),
    ];
    for (expression, python) in cases {
        assert_eq!(django(expression), python, "of {expression}");
    }
}
