//! Names and texts: mostly plain, and now and then what has broken a code generator before.

use std::collections::BTreeSet;

use super::lot::Lot;
use crate::support::hostile;

const PLAIN: &[&str] = &[
    "name", "title", "code", "price", "amount", "state", "note", "rank", "email", "phone", "city",
    "street", "weight", "height", "color", "body", "summary", "starts", "ends", "score", "count",
    "total", "level", "owner", "parent", "child", "store", "item", "line", "place", "shelf",
    "page", "team", "member", "task", "author", "editor", "reader", "topic", "tag", "event",
    "room", "seat", "ticket", "payment", "invoice", "address", "region", "branch", "leaf", "node",
    "head", "tail",
];

/// Words of Trine, SQL, Python, SQLAlchemy and Django that are no names for a careless generator.
const HOSTILE: &[&str] = &[
    "order",
    "key",
    "index",
    "label",
    "check",
    "table",
    "display",
    "unique",
    "plural",
    "exclude",
    "within",
    "through",
    "ordered",
    "deferrable",
    "by",
    "column",
    "generated",
    "select",
    "user",
    "group",
    "default",
    "end",
    "limit",
    "offset",
    "references",
    "primary",
    "constraint",
    "all",
    "analyse",
    "array",
    "both",
    "case",
    "cast",
    "collate",
    "new",
    "old",
    "row",
    "value",
    "list",
    "dict",
    "set",
    "str",
    "int",
    "type",
    "object",
    "print",
    "property",
    "self",
    "cls",
    "super",
    "datetime",
    "date",
    "time",
    "uuid",
    "decimal",
    "models",
    "fields",
    "relationship",
    "mapped",
    "session",
    "base",
    "any",
    "optional",
    "choices",
    "text",
    "func",
    "now",
    "enum",
    "json",
    "field",
    "instance",
    "using",
    "queryset",
    "manager",
    "meta",
    "signals",
    "created",
    "update",
    "values",
    "이름",
    "가격",
    "상점",
    "größe",
    "ñandú",
    "Ωmega",
    "createdAt",
    "HTTPCode",
    "x1",
    "a_1",
    "f_",
    "l",
    "position",
    "ctid_",
    "oid",
    "name_id",
    "count_",
    "match",
    "case_",
    "position_",
    "root",
    "match_args",
];

const CLASSES: &[&str] = &[
    "Store", "Product", "Banner", "Post", "Author", "Book", "Page", "Team", "Player", "Match_",
    "Ticket", "Event", "Venue", "Room", "Guest", "Booking", "Invoice", "Payment", "Account",
    "Person", "Company", "Branch", "Region", "City", "Street", "House", "Car", "Wheel", "Engine",
];

const HOSTILE_CLASSES: &[&str] = &[
    "Order",
    "User",
    "Group",
    "Index",
    "Table",
    "Column",
    "Select",
    "Enum_",
    "List",
    "Dict",
    "Type",
    "Object",
    "Session",
    "Column_",
    "Sequence",
    "Any",
    "Optional",
    "Decimal",
    "UUID",
    "Range",
    "Model",
    "Field",
    "Manager",
    "Migration",
    "Func",
    "Text",
    "Integer",
    "String",
    "Exception",
    "Permission",
    "ContentType",
    "상점",
    "이름",
    "Größe",
    "HTTPRoute",
    "iPhone",
    "Ab1",
    "A",
    "X9y",
    "Json",
    "Date",
    "Time",
    "Identity",
    "Computed",
    "ForeignKey",
    "Warning",
    "Self",
    "Literal",
];

/// Names that stand in one block, as the targets fold them.
pub type Taken = BTreeSet<String>;

/// The name folded as the strictest target would.
fn folded(name: &str) -> String {
    name.chars().filter(|c| *c != '_').flat_map(char::to_lowercase).collect()
}

/// Whether it is free; and takes it.
pub fn take(taken: &mut Taken, name: &str) -> bool {
    taken.insert(folded(name))
}

/// A name of a field, a relation or an accessor that is not taken.
pub fn name(lot: &mut Lot, taken: &mut Taken) -> String {
    for _ in 0..20 {
        let mut name = match lot.below(100) {
            0..=9 => (*lot.one(HOSTILE)).to_owned(),
            10 => "long_".repeat(14) + *lot.one(PLAIN),
            11 => "긴".repeat(30) + *lot.one(PLAIN),
            12..=19 => format!("{}_{}", lot.one(PLAIN), lot.one(PLAIN)),
            _ => (*lot.one(PLAIN)).to_owned(),
        };
        if taken.len() > 12 {
            name = format!("{name}{}", lot.below(90));
        }
        if take(taken, &name) {
            return name;
        }
    }
    let name = format!("n{}", taken.len());
    take(taken, &name);
    name
}

/// A name of an entity, an enum, a mixin or a link that is not taken.
pub fn class(lot: &mut Lot, taken: &mut Taken) -> String {
    for _ in 0..20 {
        let name = match lot.below(100) {
            0..=9 => (*lot.one(HOSTILE_CLASSES)).to_owned(),
            10 => "VeryLong".repeat(8) + *lot.one(CLASSES),
            11..=14 => format!("{}{}", lot.one(CLASSES), lot.one(CLASSES)),
            _ => (*lot.one(CLASSES)).to_owned(),
        };
        if take(taken, &name) {
            return name;
        }
    }
    let name = format!("Class{}", taken.len());
    take(taken, &name);
    name
}

/// The name as it must be written where a keyword could be read.
pub fn quoted(name: &str) -> String {
    let words = ["within", "through", "on", "where", "message", "with"];
    if words.contains(&name) { format!("`{name}`") } else { name.to_owned() }
}

/// A text for people, as a literal of Trine.
pub fn text(lot: &mut Lot) -> String {
    if lot.chance(70) {
        return format!("\"{} {}\"", lot.one(PLAIN), lot.one(PLAIN));
    }
    let texts: Vec<String> = hostile::texts();
    hostile::quote(lot.one::<String>(&texts).as_str())
}

/// A text without braces, which mean something in a `display`.
pub fn plain_text(lot: &mut Lot) -> String {
    text(lot).replace(['{', '}'], "")
}

/// Lines of documentation before something, each with `indent`; mostly none.
pub fn docs(lot: &mut Lot, indent: &str) -> String {
    if !lot.chance(12) {
        return String::new();
    }
    let text = if lot.chance(50) {
        "What it is for.\nAnd what it is not for.".to_owned()
    } else {
        lot.one::<String>(&hostile::texts()).clone()
    };
    text.lines().map(|line| format!("{indent}/// {line}\n")).collect()
}
