//! Keys, constraints, indexes, and what people read.

use super::lot::Lot;
use super::model::{Entity, Field, Key, Kind, Member};
use super::names;

/// Draws what stands behind the fields and relations of an entity, and adds it there.
pub fn constraints(lot: &mut Lot, entity: &mut Entity) {
    let mut lines = Vec::new();
    for _ in 0..lot.below(3) {
        lines.extend(match lot.below(10) {
            0..=3 => check(lot, entity),
            4..=6 => unique(lot, entity),
            7..=8 => index(lot, entity),
            _ => exclude(lot, entity),
        });
    }
    if lot.chance(15) {
        let columns: Vec<String> = plain(entity).map(|field| names::quoted(&field.name)).collect();
        let element = lot.any(&columns).map(|column| (column.clone(), lot.chance(40)));
        lines.extend(element.map(|(column, desc)| {
            format!("order by ({column}{})", if desc { " desc" } else { "" })
        }));
    }
    if lot.chance(20) {
        let shown: Vec<&String> = entity.fields.iter().map(|field| &field.name).collect();
        let field = lot.any(&shown).map(|name| format!(" {{{name}}}")).unwrap_or_default();
        let text = names::plain_text(lot);
        let escaped_end = text.ends_with("\\\\\"");
        if !escaped_end {
            lines.push(format!("display {}{field}\"", &text[..text.len() - 1]));
        }
    }
    if lot.chance(12) {
        let plural =
            if lot.chance(50) { format!(" plural {}", names::text(lot)) } else { String::new() };
        lines.push(format!("label {}{plural}", names::text(lot)));
    }
    if lot.chance(6) {
        let odd = ["it's {}", "with space {}", "Mixed{}Case", "back\\\\{}", "{}:a -- */"];
        let stem: String = entity.name.chars().take(15).collect();
        lines.push(format!("table \"{}\"", lot.one(&odd).replace("{}", &stem)));
    }
    if lot.chance(5) {
        lines.push("with (fillfactor = 70)".to_owned());
    }
    let members = lines.into_iter().map(|line| Member { name: None, text: format!("  {line}\n") });
    entity.members.extend(members);
}

/// Fields that can be compared and stand in a key, a UNIQUE or an order.
pub fn plain(entity: &Entity) -> impl Iterator<Item = &Field> {
    entity.fields.iter().filter(|field| {
        matches!(field.kind, Kind::Number | Kind::Text | Kind::Plain | Kind::Moment | Kind::Enum)
            || matches!(field.kind, Kind::Boolean | Kind::NativeEnum)
    })
}

/// A condition that some row satisfies.
fn condition(lot: &mut Lot, entity: &Entity) -> Option<String> {
    let field = lot.any(&entity.fields)?;
    let name = names::quoted(&field.name);
    let plain = match field.kind {
        Kind::Number => {
            let other =
                entity.fields.iter().find(|one| one.kind == Kind::Number && one.name != field.name);
            match (lot.below(6), other) {
                (0, _) => format!("{name} >= 0"),
                (1, _) => format!("{name} between 0 and 100"),
                (2, _) => format!("{name} in (0, 1, 2, 3)"),
                (3, Some(other)) => format!("{name} <= {}", names::quoted(&other.name)),
                (4, _) => format!("not ({name} < -5 or {name} > 5000)"),
                _ => format!("{name} != 13"),
            }
        }
        Kind::Boolean => format!("{name} or not {name}"),
        Kind::Text => match lot.below(6) {
            0 => format!("length({name}) < 70"),
            1 => format!("{name} != \"it's\""),
            2 => format!("{name} like \"%\""),
            3 => format!("lower({name}) != upper({name}) or true"),
            4 => format!("{name} ~ \"^[^%]*$\""),
            _ => format!("{name} not in (\"%s\", \"{{}}\")"),
        },
        Kind::Moment if field.ty.starts_with("timestamptz") => {
            format!("{name} > \"1999-12-31T00:00:00Z\"")
        }
        Kind::Plain if field.ty == "date" => format!("{name} > \"1999-12-31\""),
        Kind::Enum | Kind::NativeEnum => format!("{name} in ({})", field.values.join(", ")),
        Kind::Array if field.ty == "text[]" => format!("cardinality({name}) < 50"),
        Kind::Document => format!("jsonb_typeof({name}) != \"string\""),
        Kind::Range => format!("not isempty({name})"),
        _ => return None,
    };
    Some(if field.nullable && lot.chance(50) {
        format!("{name} is null or {plain}")
    } else {
        plain
    })
}

fn check(lot: &mut Lot, entity: &Entity) -> Option<String> {
    let mut text = condition(lot, entity)?;
    let optional: Vec<String> = entity
        .relations
        .iter()
        .filter(|one| one.to_one && one.optional)
        .map(|one| names::quoted(&one.name))
        .collect();
    if lot.chance(20) {
        text = format!("({text}) {} ({})", lot.one(&["and", "or"]), condition(lot, entity)?);
    } else if optional.len() > 1 && lot.chance(25) {
        let compared = lot.one(&["<= 1", ">= 0", "= 1"]);
        text = format!("num_nonnulls({}) {compared}", optional[..2].join(", "));
    } else if let Some(relation) = lot.any(&optional).filter(|_| lot.chance(20)) {
        text = format!("{relation} is not null or ({text})");
    }
    let message =
        if lot.chance(25) { format!(" message {}", names::text(lot)) } else { String::new() };
    Some(format!("check ({text}){message}{}", named(lot, entity, "ck")))
}

/// Now and then a name of its own.
fn named(lot: &mut Lot, entity: &Entity, kind: &str) -> String {
    let stem: String = entity.name.chars().take(20).flat_map(char::to_lowercase).collect();
    if lot.chance(15) {
        format!(" as {kind}_{}_{stem}_{}", entity.module, lot.below(10_000))
    } else {
        String::new()
    }
}

fn unique(lot: &mut Lot, entity: &Entity) -> Option<String> {
    let mut columns: Vec<(String, bool)> =
        plain(entity).map(|field| (names::quoted(&field.name), field.nullable)).collect();
    let relations = entity.relations.iter().filter(|one| one.to_one);
    columns.extend(relations.map(|one| (names::quoted(&one.name), one.optional)));
    let first = lot.any(&columns)?.clone();
    let second = lot.any(&columns)?.clone();
    let mut chosen = vec![first];
    if second.0 != chosen[0].0 && lot.chance(75) {
        chosen.push(second);
    }
    let nullable = chosen.iter().any(|(_, nullable)| *nullable);
    let mut list: Vec<String> = chosen.into_iter().map(|(name, _)| name).collect();
    let texts: Vec<&Field> =
        entity.fields.iter().filter(|field| field.kind == Kind::Text).collect();
    let mut options = String::new();
    match lot.below(10) {
        0..=1 => {
            let field = lot.any(&texts)?;
            list.retain(|name| *name != names::quoted(&field.name));
            list.push(format!("lower({})", names::quoted(&field.name)));
            if nullable {
                options += " nulls distinct";
            }
        }
        2..=3 => {
            options += &format!(" where ({})", condition(lot, entity)?);
            if nullable {
                options += " nulls distinct";
            }
        }
        4 => {
            options += if nullable { " nulls not distinct deferrable" } else { " deferrable" };
        }
        _ if nullable => options += *lot.one(&[" nulls not distinct", " nulls distinct"]),
        _ => {}
    }
    if lot.chance(20) {
        options += &format!(" message {}", names::text(lot));
    }
    Some(format!("unique ({}){options}{}", list.join(", "), named(lot, entity, "uq")))
}

fn index(lot: &mut Lot, entity: &Entity) -> Option<String> {
    let arrays = entity.fields.iter().find(|one| matches!(one.kind, Kind::Array | Kind::Document));
    if let Some(field) = arrays.filter(|field| field.ty != "integer[][]" && lot.chance(50)) {
        return Some(format!("index using gin ({})", names::quoted(&field.name)));
    }
    let columns: Vec<String> = plain(entity).map(|field| names::quoted(&field.name)).collect();
    let column = lot.any(&columns)?.clone();
    let text = entity.fields.iter().find(|field| field.kind == Kind::Text);
    let mut line = match (lot.below(8), text) {
        (0, _) => format!("index using hash ({column})"),
        (1, Some(text)) => format!("index (lower({}) text_pattern_ops)", names::quoted(&text.name)),
        (2, _) => format!("index ({column} desc nulls last)"),
        (3, _) => {
            let other = lot.one(&columns);
            if *other == column {
                format!("index ({column})")
            } else {
                format!("index ({column}, {other} desc)")
            }
        }
        (4, _) => {
            let other = lot.one(&columns);
            let include =
                if *other == column { String::new() } else { format!(" include ({other})") };
            format!("index ({column}){include}")
        }
        (5, _) => format!("index ({column}) with (fillfactor = 80)"),
        _ => format!("index ({column})"),
    };
    if lot.chance(25) && !line.contains("with (") {
        line += &format!(" where ({})", condition(lot, entity)?);
    }
    Some(format!("{line}{}", named(lot, entity, "ix")))
}

fn exclude(lot: &mut Lot, entity: &Entity) -> Option<String> {
    let field = entity.fields.iter().find(|field| field.kind == Kind::Range)?;
    let deferrable = if lot.chance(30) { " deferrable" } else { "" };
    Some(format!("exclude using gist ({} with &&){deferrable}", names::quoted(&field.name)))
}

/// Now and then a key other than `id`; a member that must stand before the relations that follow.
pub fn key(lot: &mut Lot, entity: &mut Entity) -> Option<Member> {
    let (key, text) = match lot.below(100) {
        0..=4 => (Key::Number, "id integer = identity key"),
        5..=6 => (Key::Other, "id uuid = gen_random_uuid() key"),
        7..=10 => (Key::Other, "slug varchar(20) key"),
        11..=12 => (Key::Number, "number bigint key"),
        13 => (Key::Number, "id smallint = identity key column \"the key\""),
        _ => return None,
    };
    let name = text.split(' ').next().unwrap_or_default();
    let fits = name == "id" || names::take(&mut entity.taken, name);
    entity.key = key;
    fits.then(|| Member { name: Some(name.to_owned()), text: format!("  {text}\n") })
}

/// Now and then a key of several columns, or one that is a relation.
pub fn late_key(lot: &mut Lot, entity: &mut Entity) {
    let mandatory: Vec<String> = entity
        .relations
        .iter()
        .filter(|one| one.to_one && !one.optional && !one.changes)
        .map(|one| names::quoted(&one.name))
        .collect();
    let fields: Vec<String> = plain(entity)
        .filter(|field| !field.nullable && !field.generated)
        .map(|field| names::quoted(&field.name))
        .collect();
    let columns = match lot.below(3) {
        0 if mandatory.len() > 1 => mandatory[..2].to_vec(),
        1 if !mandatory.is_empty() && !fields.is_empty() => {
            vec![mandatory[0].clone(), fields[0].clone()]
        }
        2 if fields.len() > 1 => fields[..2].to_vec(),
        _ if !mandatory.is_empty() => mandatory[..1].to_vec(),
        _ => return,
    };
    entity.key = if columns.len() > 1 { Key::Composite } else { Key::Other };
    let text = format!("  key ({})\n", columns.join(", "));
    entity.members.push(Member { name: None, text });
}
