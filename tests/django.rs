//! What the Django target writes for a line of the language, as excerpts of its files.

use trine::source::Sources;
use trine::target::{DjangoOptions, DjangoVersion, OnDelete, Options, Slot, Target};

/// The text of a file of the app `shop`, whose schema is `text`.
fn file(text: &str, django: DjangoOptions, path: &str) -> String {
    filled(text, Options { django, ..Options::default() }, path)
}

/// The same, for a project with slots.
fn filled(text: &str, options: Options, path: &str) -> String {
    let mut sources = Sources::new();
    sources.add("shop.trine", format!("module shop\n{text}"));
    let options = Options { targets: vec![Target::Django], ..options };
    let compilation = trine::compile(&sources, &options);
    let found = compilation.files.iter().find(|(_, file)| file.path == format!("shop/{path}"));
    let Some((_, file)) = found else {
        panic!("no shop/{path}: {:?}", compilation.diagnostics);
    };
    file.contents.clone()
}

/// The models contain every one of these lines, in order.
fn check(text: &str, django: DjangoOptions, path: &str, expected: &[&str]) {
    let written = file(text, django, path);
    let mut rest = written.as_str();
    for line in expected {
        let Some(at) = rest.find(line) else { panic!("no {line:?} in order in:\n{written}") };
        rest = &rest[at + line.len()..];
    }
}

fn models(text: &str, expected: &[&str]) {
    check(text, DjangoOptions::default(), "models.py", expected);
}

fn in_database(version: Option<DjangoVersion>) -> DjangoOptions {
    DjangoOptions { version, on_delete: OnDelete::Database }
}

const PARENT: &str = "entity Parent { name text }\n";

#[test]
fn a_foreign_key_leaves_constraint_and_index_to_the_ddl() {
    models(
        &format!("{PARENT}entity Child {{\n parent 1 Parent <-> * children on delete cascade\n}}"),
        &[
            "parent = models.ForeignKey(\n        Parent,\n        on_delete=models.CASCADE,",
            "related_name=\"children\",\n        db_constraint=False,\n        db_index=False,",
            "database.Index(fields=(\"parent\",), name=\"ix_shop_child_parent_id\")",
        ],
    );
}

#[test]
fn a_relation_that_may_refer_to_nothing_says_so_with_a_default_as_well() {
    // With a plain value, mypy takes `region` for a Region in every row.
    models(
        "entity Region { name text }\n\
         entity Task {\n region 0..1 Region <-> * tasks = 1 on delete set null\n\
         place 1 Region <-> * places = 1 on delete cascade\n}",
        &["db_default=models.Value(1),", "db_default=1,"],
    );
}

#[test]
fn a_model_that_stands_below_is_named_by_a_string() {
    models(
        "entity Child {\n parent 1 Parent <-> * children on delete cascade\n}\nentity Parent { name text }",
        &["models.ForeignKey(\n        \"Parent\","],
    );
}

#[test]
fn a_column_is_named_only_where_django_would_call_it_otherwise() {
    models(
        "entity Thing {\n a text column \"b\"\n c text\n}",
        &["a = models.TextField(db_column=\"b\")\n", "c = models.TextField()\n"],
    );
}

#[test]
fn what_the_database_makes_is_not_asked_of_a_form() {
    models(
        "entity Thing {\n made timestamptz = now()\n n integer = 3\n}",
        &[
            "made = models.DateTimeField(db_default=database.Now(), editable=False)\n",
            "n = models.IntegerField(db_default=3)\n",
        ],
    );
}

#[test]
fn display_becomes_a_string_whatever_stands_in_it() {
    models(
        "entity Thing {\n a text\n display \"\\\"{a}\\\" \\\\ {a}\"\n}",
        &["def __str__(self) -> str:", "return f'\"{self.a}\" \\\\ {self.a}'\n"],
    );
}

#[test]
fn the_users_mixin_comes_first() {
    models(
        "entity Thing {\n a text\n @django(mixin: \"shop.behaviour.ThingMixin\")\n}",
        &["from shop.behaviour import ThingMixin\n", "class Thing(ThingMixin, models.Model):\n"],
    );
}

#[test]
fn a_field_that_hides_a_module_renames_the_import() {
    models(
        "entity Thing {\n models text\n b integer\n check (b > 0)\n}",
        &[
            "from django.db import models as models_\n",
            "models = models_.TextField()\n",
            "b = models_.IntegerField()\n",
            "condition=models_.Q(b__gt=0)",
        ],
    );
}

const REFUSED: &str = "
entity Shop { name text }
entity Item { name text\n shop 1 Shop <-> * items on delete cascade }
entity Line {\n item 1 Item <-> * lines on delete restrict\n}
entity Photo {\n shop 1 Shop <-> * photos on delete cascade\n}";

#[test]
fn python_carries_out_the_rules_by_djangos_own_names() {
    let written = file(REFUSED, DjangoOptions::default(), "models.py");
    assert!(written.contains("on_delete=models.RESTRICT,"), "{written}");
    assert!(!written.contains("InDatabase"), "{written}");
    assert!(!written.contains("Refusable"), "{written}");
}

#[test]
fn the_database_carries_out_the_rules_and_is_watched_where_it_may_refuse() {
    check(
        REFUSED,
        in_database(None),
        "models.py",
        &[
            "class Shop(database.Refusable):",
            "class Item(database.Refusable):",
            "on_delete=database.InDatabase(models.CASCADE),",
            // It decides whether an item may go, so its own delete is asked about as well.
            "class Line(database.Refusable):",
            "on_delete=database.InDatabase(models.RESTRICT),",
            "class Photo(models.Model):",
            "on_delete=models.DO_NOTHING,",
        ],
    );
}

#[test]
fn django_6_1_has_names_for_what_the_database_does() {
    check(
        REFUSED,
        in_database(Some(DjangoVersion::V6_1)),
        "models.py",
        &[
            "class Item(database.Refusable):",
            "on_delete=models.DB_CASCADE,",
            "on_delete=database.InDatabase(models.RESTRICT),",
            "on_delete=models.DB_CASCADE,",
        ],
    );
}

#[test]
fn a_row_does_not_protect_what_goes_along_with_it() {
    let text = "entity Person { boss 0..1 Person <-> * staff on delete protect }\n\
                entity Desk { owner 1 Person <-> * desks on delete protect }";
    let rule = "on_delete=database.protect_from_others,";
    check(text, DjangoOptions::default(), "models.py", &[rule, "on_delete=models.PROTECT,"]);
    let person = "on_delete=database.InDatabase(database.protect_from_others),";
    check(text, in_database(None), "models.py", &[person, "InDatabase(models.PROTECT),"]);
    let text = "entity Ship { crew 1 Crew <-> * ships on delete cascade }\n\
                entity Crew { ship 0..1 Ship <-> * crews on delete protect }";
    check(text, DjangoOptions::default(), "models.py", &["on_delete=models.CASCADE,", rule]);
}

#[test]
fn rules_that_differ_by_alternative_are_said_for_each() {
    let program = |strategy: &str, rules: &str| {
        format!(
            "entity Person {{ name text }}
             entity Group {{ name text }}
             union Owner = Person | Group as {strategy}
             entity Task {{ owner 0..1 Owner <-> * tasks on delete {rules} }}"
        )
    };
    let rules = "{\"person\": models.CASCADE, \"group\": models.RESTRICT}";
    for strategy in ["link", "supertype", "inheritance"] {
        let text = program(strategy, "cascade, Group restrict");
        let python = format!("on_delete=database.ByAlternative(\n            {rules}\n        ),");
        check(&text, DjangoOptions::default(), "models.py", &[&python]);
        let database = [
            "on_delete=database.InDatabase(",
            "database.ByAlternative(",
            rules,
            "related_name=\"tasks\"",
        ];
        check(&text, in_database(Some(DjangoVersion::V6_1)), "models.py", &database);
        // Nothing refuses, and the database does it all.
        let text = program(strategy, "cascade, Group set null");
        check(
            &text,
            in_database(None),
            "models.py",
            &["owner_ref", "on_delete=models.DO_NOTHING,"],
        );
        assert!(!file(&text, in_database(None), "models.py").contains("ByAlternative"));
    }
    // The collector comes to a task from its owner, not by the row.
    let text = program("supertype", "cascade, Group set null");
    let owner = ["unions.SupertypeField(", "on_delete={\"person\": models.CASCADE},"];
    check(&text, DjangoOptions::default(), "models.py", &owner);
}

#[test]
fn the_database_writes_what_django_would_write_too_early() {
    let django = DjangoOptions::default;
    // Nothing is checked when a reference is cleared.
    let text = "entity Node { parent 0..1 Node <-> * children on delete set null }";
    check(text, django(), "models.py", &["on_delete=models.SET_NULL,"]);
    // Its default may be taken, or gone, when a row is written that the delete takes as well.
    let text = "entity Node { parent 0..1 Node <-> * children = 1 on delete set default }";
    check(text, django(), "models.py", &["on_delete=database.InDatabase(models.SET_DEFAULT),"]);
    // No delete takes both.
    let text = "entity Team { name text }\n\
                entity Person { team 1 Team <-> 0..1 lead = 1 on delete set default }";
    check(text, django(), "models.py", &["on_delete=models.SET_DEFAULT,", "default=1,"]);
    // Two rows that refer to nothing would be one too many, and one of them goes.
    let text = "entity Shop { name text }\n\
                entity Shelf { shop 1 Shop <-> * shelves on delete cascade }\n\
                entity Ware {\n shop 1 Shop <-> * wares on delete cascade\n\
                 shelf 0..1 Shelf <-> * wares on delete set null\n\
                 unique (shelf) nulls not distinct\n}";
    check(text, django(), "models.py", &["on_delete=database.InDatabase(models.SET_NULL),"]);
    // What hangs from a shop goes after it, lest the ware is gone before its shelf is.
    check(text, django(), "models.py", &["on_delete=database.cascade_top_down,"]);
    assert!(!file(text, in_database(None), "models.py").contains("top_down"));
    // A tag refers to its label within the shop that the label loses, and goes with the shop.
    let text = "entity Shop { name text }\n\
                entity Label { shop 0..1 Shop <-> * labels on delete set null }\n\
                entity Tag {\n shop 1 Shop <-> * tags on delete cascade\n\
                 label 0..1 Label <-> * tags on delete restrict within shop\n}";
    check(text, django(), "models.py", &["on_delete=database.InDatabase(models.SET_NULL),"]);
}

#[test]
fn a_migration_depends_on_the_app_of_an_external_model() {
    let text = "external entity User {\n table \"auth_user\"\n id integer key\n \
                @django(model: \"settings.AUTH_USER_MODEL\")\n}\n\
                entity Note {\n author 1 User <-> * notes on delete cascade\n}";
    check(
        text,
        DjangoOptions::default(),
        "migrations/0001_initial.py",
        &[
            "from django.conf import settings\n",
            "migrations.swappable_dependency(settings.AUTH_USER_MODEL),",
            "to=settings.AUTH_USER_MODEL,",
        ],
    );
}

#[test]
fn a_slot_is_a_relation_to_the_model_that_fills_it() {
    let text = "external entity User {\n table \"auth_user\"\n id integer key\n \
                @django(model: \"settings.AUTH_USER_MODEL\")\n}\n\
                entity Company { name text }\n\
                union Buyer = User | Company as slot\n\
                entity Order { buyer 1 Buyer <-> * orders on delete restrict }";
    for (alternative, model, union) in [
        ("User", "settings.AUTH_USER_MODEL", "Buyer = models.Model"),
        ("Company", "Company", "Buyer = Company"),
    ] {
        let slot = Slot {
            module: "shop".to_owned(),
            union: "Buyer".to_owned(),
            alternative: alternative.to_owned(),
        };
        let options = Options { slots: vec![slot], ..Options::default() };
        let written = filled(text, options, "models.py");
        let relation = format!("buyer = models.ForeignKey(\n        {model},\n");
        assert!(written.contains(&relation) && written.contains(union), "{written}");
        assert!(!written.contains("unions"), "{written}");
    }
}

#[test]
fn statements_cannot_end_their_literal() {
    let text = "/// \"\"\" and \\ and %s\nentity Thing {\n a text\n}";
    check(
        text,
        DjangoOptions::default(),
        "migrations/0001_initial.py",
        &["FORWARD = \"\"\"\n", "\\\"\\\"\\\" and ", "\"\"\"\n\nREVERSE = \"\"\"\n"],
    );
}

#[test]
fn only_a_migration_is_written_once() {
    let mut sources = Sources::new();
    sources.add("shop.trine", "module shop\nentity Thing { a text }");
    let options = Options { targets: vec![Target::Django], ..Options::default() };
    for (_, file) in trine::compile(&sources, &options).files {
        assert_eq!(file.once, file.path.ends_with("0001_initial.py"), "{}", file.path);
    }
}

#[test]
fn a_type_that_another_module_makes_first_has_its_schema() {
    let mut sources = Sources::new();
    sources.add("shop.trine", "module shop\nentity A { mood moods.Mood }");
    let moods = "module moods { @postgres(schema: \"feelings\") }\nenum Mood as type { sad }";
    sources.add("moods.trine", moods);
    let options = Options { targets: vec![Target::Django], ..Options::default() };
    let compilation = trine::compile(&sources, &options);
    let path = "shop/migrations/0001_initial.py";
    let (_, file) = compilation.files.iter().find(|(_, file)| file.path == path).expect(path);
    let schema = file.contents.find("CREATE SCHEMA IF NOT EXISTS feelings;").expect("the schema");
    let ty = file.contents.find("CREATE TYPE feelings.moods_mood").expect("the type");
    assert!(schema < ty);
}

#[test]
fn a_trigger_for_the_rules_of_a_later_module_has_its_schema() {
    let mut sources = Sources::new();
    let text = "module crew\nentity A { a text }\nentity B { b text }\nunion Owner = A | B as link";
    sources.add("crew.trine", text);
    let text = "module shop { @postgres(schema: \"till\") }\n\
                entity Task { owner 1 crew.Owner <-> * tasks on delete restrict, B cascade }";
    sources.add("shop.trine", text);
    let options = Options { targets: vec![Target::Django], ..Options::default() };
    let compilation = trine::compile(&sources, &options);
    let path = "crew/migrations/0001_initial.py";
    let (_, file) = compilation.files.iter().find(|(_, file)| file.path == path).expect(path);
    let schema = file.contents.find("CREATE SCHEMA IF NOT EXISTS till;").expect("the schema");
    let function = file.contents.find("CREATE FUNCTION till.").expect("the trigger's function");
    assert!(schema < function);
}

#[test]
fn two_parents_of_the_target_that_are_one_here_are_checked_once() {
    models(
        "entity Store { name text }\n\
         entity Product {\n store 1 Store <-> * products on delete cascade\n \
         maker 1 Store <-> * made on delete cascade\n}\n\
         entity Banner {\n store 0..1 Store <-> * banners on delete cascade\n \
         product 1 Product <-> * banners on delete cascade within store, store = maker\n}",
        &["condition=models.Q(store__isnull=False),"],
    );
}

#[test]
fn an_attribute_hides_a_class_of_its_name_from_what_stands_below_it() {
    let text = "entity 상점 { 이름 text }\n\
                entity 상품 {\n 상점 1 상점 <-> * 상품들 on delete cascade\n\
                 둘째 0..1 상점 <-> * _ on delete set null\n}";
    let lines = ["상점 = models.ForeignKey(", "상점,", "둘째 = models.ForeignKey(", "\"상점\","];
    check(text, DjangoOptions::default(), "models.py", &lines);
    let text = "enum 상태 { 대기, 완료 }\n\
                entity 주문 {\n 상태 상태 = 대기\n 둘째 상태 = 완료\n}";
    let lines = [
        "상태 = models.TextField(choices=상태, db_default=상태.대기)",
        "choices=[(\"대기\", \"대기\"), (\"완료\", \"완료\")], db_default=\"완료\"",
        "condition=models.Q(둘째__in=상태.values), name=",
    ];
    check(text, DjangoOptions::default(), "models.py", &lines);
    let text = "entity 상점 { 이름 text }\n\
                entity 쪽 { 상점 * 소유 <-> * 쪽들 on delete unlink }\n\
                union 소유 = 상점 | 쪽 as link";
    check(text, DjangoOptions::default(), "models.py", &["{\"상점\": 상점, \"쪽\": \"쪽\"}"]);
}
