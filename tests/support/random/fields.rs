//! Fields, and the enums and types that they have.

use super::lot::Lot;
use super::model::{Entity, Enum, Field, Kind, Member};
use super::names;

/// How a type is written, its kind, and defaults that fit it, if some are usual.
type Written = (&'static str, Kind, &'static [&'static str]);

/// Types, each with how likely it is.
const TYPES: &[(usize, Written)] = &[
    (8, ("integer", Kind::Number, &["0", "7", "-2147483648", "1 + 2"])),
    (3, ("bigint", Kind::Number, &["9223372036854775807"])),
    (2, ("smallint", Kind::Number, &["1"])),
    (5, ("numeric(12, 2)", Kind::Number, &["0", "0.10"])),
    (1, ("numeric", Kind::Number, &["0.1"])),
    (1, ("numeric(5, -2)", Kind::Number, &["100"])),
    (1, ("real", Kind::Number, &["0.5"])),
    (2, ("float8", Kind::Number, &["1e10"])),
    (4, ("boolean", Kind::Boolean, &["true", "false"])),
    (12, ("text", Kind::Text, &["TEXT", "\"\"", "lower(\"ABC\")"])),
    (8, ("varchar(80)", Kind::Text, &["TEXT", "\"x\""])),
    (1, ("varchar", Kind::Text, &["\"\""])),
    (1, ("char(3)", Kind::Text, &["\"abc\""])),
    (3, ("uuid", Kind::Plain, &["gen_random_uuid()"])),
    (1, ("bytea", Kind::Plain, &["\"\\\\x00ff\""])),
    (3, ("date", Kind::Plain, &["current_date", "\"2026-02-28\""])),
    (1, ("time(3)", Kind::Plain, &["\"12:30\""])),
    (1, ("timetz", Kind::Other, &[])),
    (5, ("timestamptz", Kind::Moment, &["now()"])),
    (1, ("timestamptz(3)", Kind::Moment, &["now()"])),
    (1, ("timestamp", Kind::Moment, &["localtimestamp"])),
    (1, ("interval", Kind::Plain, &["\"1 day\""])),
    (3, ("jsonb", Kind::Document, &["\"{}\"", "\"[1, null]\""])),
    (1, ("json", Kind::Other, &["\"{}\""])),
    (1, ("inet", Kind::Plain, &["\"127.0.0.1\""])),
    (1, ("cidr", Kind::Plain, &["\"10.0.0.0/8\""])),
    (1, ("macaddr", Kind::Plain, &[])),
    (1, ("macaddr8", Kind::Plain, &[])),
    (1, ("bit(4)", Kind::Plain, &["\"0101\""])),
    (1, ("varbit(8)", Kind::Plain, &[])),
    (1, ("money", Kind::Other, &[])),
    (1, ("int4range", Kind::Range, &[])),
    (1, ("numrange", Kind::Range, &[])),
    (2, ("tstzrange", Kind::Range, &[])),
    (1, ("daterange", Kind::Range, &[])),
    (1, ("int8multirange", Kind::Other, &[])),
    (1, ("tsvector", Kind::Other, &[])),
    (1, ("xml", Kind::Other, &[])),
    (1, ("point", Kind::Other, &[])),
    (1, ("polygon", Kind::Other, &[])),
    (3, ("text[]", Kind::Array, &["[]"])),
    (1, ("integer[][]", Kind::Array, &[])),
    (1, ("raw \"ltree\"", Kind::Ltree, &[])),
    (1, ("citext", Kind::Citext, &["TEXT"])),
    (1, ("hstore", Kind::Hstore, &[])),
];

/// A field with whatever may stand behind it; `enums` are those that its module may name.
pub fn field(lot: &mut Lot, entity: &mut Entity, enums: &[Enum]) -> Member {
    let name = names::name(lot, &mut entity.taken);
    let written = names::quoted(&name);
    let (mut ty, mut kind, mut defaults): (String, Kind, Vec<String>) = {
        let (ty, kind, defaults) = lot.weighed(TYPES);
        ((*ty).to_owned(), *kind, defaults.iter().map(|one| (*one).to_owned()).collect())
    };
    // Extensions cost time in every database, so they are rarer than other types.
    if matches!(kind, Kind::Ltree | Kind::Citext | Kind::Hstore) && lot.chance(80) {
        (ty, kind, defaults) = ("text".to_owned(), Kind::Text, Vec::new());
    }
    let mut values = Vec::new();
    if let Some(one) = lot.any(enums).filter(|_| lot.chance(20)).cloned() {
        let qualified = format!("{}.{}", one.module, one.name);
        ty = if one.module == entity.module { one.name.clone() } else { qualified };
        kind = if one.native { Kind::NativeEnum } else { Kind::Enum };
        defaults = vec![one.values[0].clone(), format!("{}.{}", one.name, one.values[0])];
        if one.module != entity.module {
            defaults.truncate(1);
        }
        values = one.values.clone();
        if lot.chance(5) {
            (ty, kind, defaults) = (format!("{ty}[]"), Kind::Other, Vec::new());
        }
    }
    let nullable = lot.chance(20);
    let mut line = format!("{written} {ty}{}", if nullable { "?" } else { "" });
    let mut generated = false;
    let source = entity.fields.iter().find(|field| !field.generated && field.kind == kind);
    if let Some(source) =
        source.filter(|_| lot.chance(10) && matches!(ty.as_str(), "integer" | "text"))
    {
        let other = names::quoted(&source.name);
        let computed = if kind == Kind::Text { "lower(OTHER || \"x\")" } else { "OTHER" };
        line += &format!(" generated = {}", computed.replace("OTHER", &other));
        generated = kind == Kind::Text || source.ty == "integer";
        if !generated {
            line = format!("{written} {ty}{}", if nullable { "?" } else { "" });
        }
    } else if !defaults.is_empty() && lot.chance(30) {
        let default = lot.one(&defaults).replace("TEXT", &short_text(lot));
        line += &format!(" = {default}");
        if kind == Kind::Moment && lot.chance(40) && default != "localtimestamp" {
            line += " on update now()";
        }
    }
    let mut unique = false;
    let singular = matches!(kind, Kind::Number | Kind::Text | Kind::Plain | Kind::Moment);
    if singular && !generated && lot.chance(12) {
        let options: &[&str] = match nullable {
            true => &["nulls distinct", "nulls not distinct", "nulls not distinct deferrable"],
            false => &["", "", "deferrable", "message \"taken\""],
        };
        let option = lot.one(options);
        unique = !option.contains("deferrable") && !nullable;
        line += &format!(" unique {option}");
    }
    if lot.chance(10) {
        line += &format!(" label {}", names::text(lot));
    }
    if lot.chance(4) {
        line += &format!(" column {}", column(lot, &name));
    }
    let docs = names::docs(lot, "  ");
    entity.fields.push(Field { name: name.clone(), ty, kind, nullable, unique, generated, values });
    Member { name: Some(name), text: format!("{docs}  {}\n", line.trim_end()) }
}

/// A column's name of the user's own, mostly odd; Django can't have `%`, `"` or `$` in one.
pub fn column(lot: &mut Lot, name: &str) -> String {
    let stem: String = name.chars().take(20).collect();
    match lot.below(6) {
        0 => format!("\"{stem} with space\""),
        1 => format!("\"it's {stem}\""),
        2 => format!("\"Mixed{stem}Case\""),
        3 => format!("\"back\\\\{stem}\""),
        4 => format!("\"{stem}:a -- */\""),
        _ => format!("\"{stem}_col\""),
    }
}

/// A text that fits into `varchar(80)`.
fn short_text(lot: &mut Lot) -> String {
    loop {
        let text = names::text(lot);
        if text.chars().count() < 60 {
            return text;
        }
    }
}

/// An enum of that module.
pub fn enumeration(lot: &mut Lot, module: &str, name: String) -> Enum {
    let mut taken = names::Taken::new();
    let count = 1 + lot.below(4);
    let values: Vec<String> = (0..count).map(|_| names::name(lot, &mut taken)).collect();
    let values: Vec<String> = values.iter().map(|value| names::quoted(value)).collect();
    let storage = *lot.weighed(&[
        (5, ""),
        (2, " as char(2)"),
        (2, " as smallint"),
        (2, " as type"),
        (1, " as varchar(200)"),
        (1, " as integer"),
    ]);
    let mut text = format!("{}enum {name}{storage} {{\n", names::docs(lot, ""));
    for (number, value) in values.iter().enumerate() {
        let stored = match storage {
            " as char(2)" => format!(" = \"{}\"", number + 10),
            " as smallint" | " as integer" => format!(" = {}", number as i64 * 3 - 2),
            _ if lot.chance(20) => format!(" = \"{number} it's\""),
            _ => String::new(),
        };
        let label =
            if lot.chance(25) { format!(" label {}", names::text(lot)) } else { String::new() };
        text += &format!("{}  {value}{stored}{label}\n", names::docs(lot, "  "));
    }
    text += "}\n";
    Enum { module: module.to_owned(), name, native: storage == " as type", values, text }
}
