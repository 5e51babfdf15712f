//! Entities by the name that a person types.

use std::fmt;

use crate::diagnostics::nearest;
use crate::schema::{EntityId, Schema};

use super::render::full_name;

/// Why a name is no entity's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotFound {
    /// No entity has it; perhaps this one was meant.
    Unknown {
        /// What was asked for.
        name: String,
        /// The nearest name there is.
        nearest: Option<String>,
    },
    /// Entities of several modules have it.
    Ambiguous {
        /// What was asked for.
        name: String,
        /// Their full names.
        candidates: Vec<String>,
    },
    /// It is a union's: rows are of its alternatives.
    Union {
        /// What was asked for.
        name: String,
        /// The alternatives' full names.
        alternatives: Vec<String>,
    },
    /// A union splits it into several.
    Split {
        /// What was asked for.
        name: String,
        /// Their full names.
        parts: Vec<String>,
    },
}

/// The entity of a name: `Store`, or `shop.Store`.
///
/// # Errors
/// When no entity has the name, or entities of several modules have it; or it is a union's.
pub fn find(schema: &Schema, name: &str) -> Result<EntityId, NotFound> {
    let named = |entity: &EntityId| {
        schema.entities[*entity].name == name || full_name(schema, *entity) == name
    };
    let found: Vec<EntityId> = schema.entities.ids().filter(named).collect();
    match found[..] {
        [entity] => Ok(entity),
        [] => {
            if let Some(found) = union(schema, name).or_else(|| split(schema, name)) {
                return Err(found);
            }
            let full: Vec<String> =
                schema.entities.ids().map(|entity| full_name(schema, entity)).collect();
            let short = schema.entities.values().iter().map(|entity| entity.name.as_str());
            let same = short.clone().find(|other| other.to_lowercase() == name.to_lowercase());
            let near = same
                .or_else(|| nearest(name, short))
                .or_else(|| nearest(name, full.iter().map(String::as_str)));
            let near = near.map(str::to_owned);
            Err(NotFound::Unknown { name: name.to_owned(), nearest: near })
        }
        _ => Err(NotFound::Ambiguous {
            name: name.to_owned(),
            candidates: found.iter().map(|&entity| full_name(schema, entity)).collect(),
        }),
    }
}

/// That a name is a union's.
fn union(schema: &Schema, name: &str) -> Option<NotFound> {
    let mut unions = schema.unions.values().iter();
    let union = unions.find(|union| {
        let module = &schema.modules[union.module].name;
        union.name == name || format!("{module}.{}", union.name) == name
    })?;
    let alternatives = union.alternatives.iter().map(|it| full_name(schema, it.entity));
    Some(NotFound::Union { name: name.to_owned(), alternatives: alternatives.collect() })
}

/// That a name is that of an entity which was split.
fn split(schema: &Schema, name: &str) -> Option<NotFound> {
    let mut splits = schema.splits.iter();
    let split = splits.find(|split| {
        let module = &schema.modules[split.module].name;
        split.name == name || format!("{module}.{}", split.name) == name
    })?;
    let parts = split.parts.iter().map(|&part| full_name(schema, part));
    Some(NotFound::Split { name: name.to_owned(), parts: parts.collect() })
}

impl fmt::Display for NotFound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotFound::Unknown { name, nearest: Some(nearest) } => {
                write!(f, "there is no entity `{name}`; did you mean `{nearest}`?")
            }
            NotFound::Unknown { name, nearest: None } => write!(
                f,
                "there is no entity `{name}`; `trine impact --all` lists those that there are"
            ),
            NotFound::Ambiguous { name, candidates } => {
                write!(
                    f,
                    "several modules have an entity `{name}`: write {}",
                    candidates.join(" or ")
                )
            }
            NotFound::Split { name, parts } => write!(
                f,
                "`{name}` is one entity for each alternative of its union: ask what a delete of {} does",
                parts.join(" or ")
            ),
            NotFound::Union { name, alternatives } => {
                write!(
                    f,
                    "`{name}` is a union: ask what a delete of {} does",
                    alternatives.join(" or ")
                )
            }
        }
    }
}

impl std::error::Error for NotFound {}
