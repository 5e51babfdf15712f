//! W0201: an index that another index, UNIQUE or key already serves. It costs time at every write, and
//! helps no query.

use crate::diagnostics::{Code, Diagnostic};
use crate::schema::{
    Direction, Entity, EntityKind, Index, IndexElement, IndexKey, MemberId, RelationKind, Schema,
    Unique,
};
use crate::source::Span;

pub(super) fn find(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for entity in super::own_entities(schema) {
        if entity.indexes.is_empty() && entity.uniques.len() < 2 {
            continue;
        }
        let served = all_served(schema, entity);
        for index in &entity.indexes {
            let asked = of_index(index);
            if let Some(other) = served.iter().find(|other| other.makes_redundant(&asked)) {
                found.push(warning(&asked, other, "index"));
            }
        }
        for unique in &entity.uniques {
            let asked = of_unique(unique);
            if let Some(other) = served.iter().find(|other| other.is_the_same_rule(&asked)) {
                found.push(warning(&asked, other, "UNIQUE"));
            }
        }
    }
}

/// What an index serves.
struct Served {
    what: &'static str,
    using: String,
    /// Column or expression, operator class, order: each as a text.
    elements: Vec<String>,
    condition: Option<String>,
    /// Whether it also says that there is only one.
    unique: bool,
    nulls_distinct: bool,
    deferrable: bool,
    include: usize,
    span: Span,
    /// Of two that are equal, the one that stands first is kept; a key and a UNIQUE stand before all.
    order: (u8, u32),
}

impl Served {
    fn makes_redundant(&self, index: &Served) -> bool {
        let same_place = self.span == index.span;
        if same_place || self.using != index.using || index.include > 0 {
            return false;
        }
        if self.condition != index.condition {
            return false;
        }
        let (longer, shorter) = (&self.elements, &index.elements);
        if longer.len() == shorter.len() {
            return longer == shorter && self.order < index.order;
        }
        // Only a B-tree answers for a prefix of itself as well as one of its own would.
        self.using == "btree" && longer.starts_with(shorter)
    }

    fn is_the_same_rule(&self, unique: &Served) -> bool {
        self.unique
            && self.span != unique.span
            && self.order < unique.order
            && self.condition == unique.condition
            && self.elements == unique.elements
            && self.nulls_distinct == unique.nulls_distinct
            && self.deferrable == unique.deferrable
    }
}

fn all_served(schema: &Schema, entity: &Entity) -> Vec<Served> {
    let implied = |what, members: &[MemberId], span| Served {
        what,
        using: "btree".to_owned(),
        elements: members.iter().map(|member| column(*member)).collect(),
        condition: None,
        unique: true,
        nulls_distinct: true,
        deferrable: false,
        include: 0,
        span,
        order: (0, 0),
    };
    let mut served = vec![implied("the primary key", &entity.key, entity.span)];
    for &member in &entity.members {
        if let MemberId::Relation(id) = member
            && let RelationKind::ToOne(to_one) = &schema.relations[id].kind
            && to_one.one_to_one
        {
            let span = schema.relations[id].span;
            served.push(implied("this one-to-one relation", &[member], span));
        }
    }
    if let EntityKind::Link { relation, .. } = entity.kind
        && let Some(many) = schema.many_to_many(relation)
    {
        let ends = [MemberId::Relation(many.source_end), MemberId::Relation(many.target_end)];
        served.push(implied("the two ends", &ends, schema.relations[relation].span));
    }
    served.extend(entity.uniques.iter().map(of_unique));
    served.extend(entity.indexes.iter().map(of_index));
    served
}

fn of_unique(unique: &Unique) -> Served {
    Served {
        what: "this UNIQUE",
        using: "btree".to_owned(),
        elements: unique.elements.iter().map(element).collect(),
        condition: unique.condition.as_ref().map(|condition| condition.shape()),
        unique: true,
        nulls_distinct: unique.nulls_distinct,
        deferrable: unique.deferrable,
        include: 0,
        span: unique.span,
        order: (1, unique.span.start),
    }
}

fn of_index(index: &Index) -> Served {
    Served {
        what: "this index",
        using: index.using.to_string(),
        elements: index.elements.iter().map(element).collect(),
        condition: index.condition.as_ref().map(|condition| condition.shape()),
        unique: false,
        nulls_distinct: true,
        deferrable: false,
        include: index.include.len(),
        span: index.span,
        order: (2, index.span.start),
    }
}

fn column(member: MemberId) -> String {
    format!("{member:?} Ascending None None")
}

fn element(element: &IndexElement) -> String {
    let key = match &element.key {
        IndexKey::Member(member) => format!("{member:?}"),
        IndexKey::Expr(expr) => expr.shape(),
    };
    // NULLS FIRST is what descending means anyway.
    let nulls =
        element.nulls_first.filter(|&first| first != (element.direction == Direction::Descending));
    format!("{key} {:?} {:?} {nulls:?}", element.direction, element.opclass)
}

fn warning(asked: &Served, other: &Served, what: &str) -> Diagnostic {
    let label = if asked.elements.len() == other.elements.len() {
        format!("{} has the same columns", other.what)
    } else {
        format!("{} begins with the same columns", other.what)
    };
    Diagnostic::new(
        Code::W0201,
        asked.span,
        format!("this {what} is redundant"),
        "costs time at every write, and helps no query",
    )
    .also(other.span, label)
    .help("leave it out")
    .fix("leave it out", asked.span, "")
}
