//! Programs with unions: rows are made for all of each, whatever the union is stored as.

/// By name: the file, with `{as}` for how its unions are stored.
pub const PROGRAMS: &[(&str, &str)] = &[
    (
        "tasks",
        "entity Person {
  name  varchar(80)
}

entity Group {
  name     varchar(80)
  creator  1 Person <-> * created_groups  on delete protect
}

union Owner = Person | Group  as {as}

entity Task {
  owner     1 Owner <-> * tasks  on delete cascade
  reviewer  0..1 Owner <-> * reviews  on delete set null
}
",
    ),
    (
        "three_alternatives_in_two_unions",
        "entity Card { digits text  unique }
entity Account { iban text  unique }
entity Voucher { code text  unique }

union Means = Card | Account | Voucher  as {as}
union Prize = Voucher | Account  as supertype

entity Payment {
  means   1 Means <-> * payments  on delete restrict
  refund  0..1 Means <-> * refunds  on delete set null
  prize   1 Prize <-> 0..1 payment  on delete cascade
}
",
    ),
    (
        "one_to_one",
        "entity Person { }
entity Group { }

union Owner = Person | Group  as {as}

entity Badge {
  owner  1 Owner <-> 0..1 badge  on delete cascade
  spare  0..1 Owner <-> 0..1 spare_badge  on delete set null
}
",
    ),
    (
        "an_alternative_that_refers_to_the_union",
        "entity Drive { }
entity Folder {
  parent  1 Place <-> * folders  on delete cascade
}

union Place = Drive | Folder  as {as}
",
    ),
    (
        "what_an_alternative_needs_refers_to_the_union",
        "entity Department {
  head  0..1 Owner <-> * headed  on delete set null
}
entity Person { }
entity Group {
  department  1 Department <-> * groups  on delete cascade
}

union Owner = Person | Group  as {as}
",
    ),
    (
        "a_default_that_is_an_alternative",
        "entity Person { }
entity Group { }

union Owner = Group | Person  as {as}

entity Task {
  owner   1 Owner <-> * tasks  on delete cascade
  author  1 Person <-> * written  on delete set default = 1
}
",
    ),
    (
        "one_alternative",
        "entity Person { }

union Owner = Person  as {as}

entity Task {
  owner  1 Owner <-> 0..3 tasks  on delete cascade
}
",
    ),
];
