//! The policy of names in the database: what each object is called, and how a long name is cut.

use smol_str::SmolStr;

use crate::naming::snake;
use crate::schema::{EntityId, EntityKind, EnumId, Schema, Split};

use super::QualifiedName;

/// The longest name that PostgreSQL keeps, in bytes (`NAMEDATALEN - 1`).
pub const LONGEST: usize = 63;

/// A name as PostgreSQL can keep it. One over [`LONGEST`] bytes is cut at a character, and closed with a
/// hash of the whole, so that two long names that begin alike stay two.
///
/// ```
/// use trine::relational::names::fit;
///
/// assert_eq!(fit("fk_shop_banner_store"), "fk_shop_banner_store");
/// let long = fit(&"배".repeat(30));
/// assert_eq!(long, format!("{}_{}", "배".repeat(16), &long[49..]));
/// assert_eq!(long.len(), 62);
/// ```
pub fn fit(name: &str) -> SmolStr {
    if name.len() <= LONGEST {
        return SmolStr::new(name);
    }
    let hash = hash(name);
    let kept = clip(name, LONGEST - 1 - hash.len());
    SmolStr::from(format!("{kept}_{hash}"))
}

/// The table of an entity, uncut: the stem of all names below it. `table "…"` replaces it.
pub fn stem(schema: &Schema, entity: EntityId) -> String {
    let entity = &schema.entities[entity];
    match &entity.table {
        Some(name) => name.clone(),
        None => {
            let name = match entity.kind {
                EntityKind::Union(union) => &schema.unions[union].name,
                EntityKind::Declared | EntityKind::External | EntityKind::Link { .. } => {
                    &entity.name
                }
            };
            format!("{}_{}", snake(&schema.modules[entity.module].name), snake(name))
        }
    }
}

/// The schema and the table that an entity names. Only an external entity may name another schema than
/// its module's, as in `table "auth.users"`; it lies on the search path unless it does.
pub fn table(schema: &Schema, entity: EntityId) -> (Option<SmolStr>, SmolStr) {
    let stem = stem(schema, entity);
    let entity = &schema.entities[entity];
    if entity.kind == EntityKind::External {
        return match stem.split_once('.') {
            Some((outer, name)) => (Some(SmolStr::new(outer)), SmolStr::new(name)),
            None => (None, SmolStr::from(stem)),
        };
    }
    (schema.modules[entity.module].postgres_schema.as_deref().map(SmolStr::new), fit(&stem))
}

/// The table that an entity would have if its relation did not split it.
pub fn whole(schema: &Schema, split: &Split) -> QualifiedName {
    let first = split.parts.first().zip(schema.unions[split.union].alternatives.first());
    let named = first.and_then(|(&part, alternative)| {
        let table = schema.entities[part].table.as_deref()?;
        table.strip_prefix(alternative.name.as_str())?.strip_prefix('_')
    });
    let module = &schema.modules[split.module];
    let stem = match named {
        Some(name) => name.to_owned(),
        None => format!("{}_{}", snake(&module.name), snake(&split.name)),
    };
    let schema = module.postgres_schema.as_deref().map(SmolStr::new);
    QualifiedName { schema, name: fit(&stem) }
}

/// The type of an enum: `<module>_<enum>`.
pub fn enum_type(schema: &Schema, id: EnumId) -> SmolStr {
    let found = &schema.enums[id];
    fit(&format!("{}_{}", snake(&schema.modules[found.module].name), snake(&found.name)))
}

/// The primary key, as PostgreSQL itself would call it: `<table>_pkey`, the table's name cut to fit.
pub fn primary_key(table: &str) -> SmolStr {
    SmolStr::from(format!("{}_pkey", clip(table, LONGEST - "_pkey".len())))
}

/// The sequence that PostgreSQL makes for an identity column: `<table>_<column>_seq`, the longer of the
/// two cut until they fit (`makeObjectName` in PostgreSQL's `indexcmds.c`).
pub fn identity_sequence(table: &str, column: &str) -> SmolStr {
    let room = LONGEST - "__seq".len();
    let (mut left, mut right) = (table.len(), column.len());
    while left + right > room {
        if left > right {
            left -= 1;
        } else {
            right -= 1;
        }
    }
    SmolStr::from(format!("{}_{}_seq", clip(table, left), clip(column, right)))
}

/// `fk_<table>_<relation>`
pub fn foreign_key(stem: &str, relation: &str) -> SmolStr {
    fit(&format!("fk_{stem}_{}", snake(relation)))
}

/// `uq_<table>_<columns>`
pub fn unique<'a>(stem: &str, columns: impl IntoIterator<Item = &'a str>) -> SmolStr {
    listed("uq", stem, columns)
}

/// `ck_<table>_<what>`
pub fn check<'a>(stem: &str, what: impl IntoIterator<Item = &'a str>) -> SmolStr {
    listed("ck", stem, what)
}

/// `ix_<table>_<columns>`
pub fn index<'a>(stem: &str, columns: impl IntoIterator<Item = &'a str>) -> SmolStr {
    listed("ix", stem, columns)
}

/// `ex_<table>_<columns>`
pub fn exclude<'a>(stem: &str, columns: impl IntoIterator<Item = &'a str>) -> SmolStr {
    listed("ex", stem, columns)
}

/// `tg_<table>_<what>`, for a trigger and for its function.
pub fn trigger(stem: &str, what: &str) -> SmolStr {
    fit(&format!("tg_{stem}_{what}"))
}

/// `0_tg_<table>_<what>`, for a trigger that must fire before those of foreign keys: triggers fire in the order
/// of their names, and PostgreSQL calls these `RI_ConstraintTrigger_…`.
pub fn first_trigger(stem: &str, what: &str) -> SmolStr {
    fit(&format!("0_tg_{stem}_{what}"))
}

/// What a conversion of a generic relation keeps beside its table: `<table>_<relation>_<what>`.
pub fn conversion(stem: &str, relation: &str, what: &str) -> SmolStr {
    fit(&format!("{stem}_{}_{what}", snake(relation)))
}

fn listed<'a>(kind: &str, stem: &str, parts: impl IntoIterator<Item = &'a str>) -> SmolStr {
    let mut name = format!("{kind}_{stem}");
    for part in parts {
        name.push('_');
        name.push_str(part);
    }
    fit(&name)
}

/// The longest beginning of `text` that has at most `bytes` bytes and ends with a whole character.
fn clip(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// FNV-1a with 64 bits, in the 32 digits `0`–`9` and `a`–`v`: thirteen characters. Written here, since a
/// name must never change with a compiler or a library.
fn hash(text: &str) -> String {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    (0..13)
        .rev()
        .map(|digit| {
            char::from(b"0123456789abcdefghijklmnopqrstuv"[(hash >> (digit * 5)) as usize & 31])
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_63_bytes_stays_and_one_of_64_is_cut() {
        assert_eq!(fit(&"a".repeat(63)), "a".repeat(63));
        assert_eq!(fit(&"a".repeat(64)).len(), 63);
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        for padding in 0..3 {
            let name = format!("{}{}", "x".repeat(padding), "스토어".repeat(20));
            let short = fit(&name);
            assert!(short.len() <= LONGEST);
            assert!(name.starts_with(&short[..short.len() - 14]));
        }
    }

    #[test]
    fn the_hash_never_changes() {
        // FNV's own test vectors: cbf29ce484222325 and af63dc4c8601ec8c.
        assert_eq!(hash(""), "cnskssi2248p5");
        assert_eq!(hash("a"), "auous9i303r4c");
        assert_eq!(fit(&"a".repeat(64)), format!("{}_{}", "a".repeat(49), hash(&"a".repeat(64))));
    }

    #[test]
    fn long_names_that_begin_alike_stay_two() {
        let stem = "a".repeat(70);
        assert_ne!(fit(&format!("{stem}_x")), fit(&format!("{stem}_y")));
    }

    #[test]
    fn the_names_that_postgresql_makes_are_cut_as_it_cuts() {
        // Seen in PostgreSQL 15: CREATE TABLE aaa…(63) (id … IDENTITY PRIMARY KEY).
        let table = "a".repeat(63);
        assert_eq!(primary_key(&table), format!("{}_pkey", "a".repeat(58)));
        assert_eq!(identity_sequence(&table, "id"), format!("{}_id_seq", "a".repeat(56)));
        assert_eq!(identity_sequence("shop_store", "id"), "shop_store_id_seq");
    }
}
