//! What a picture of an impact shows, before anything is laid out: boxes for entities, arrows for relations.

use std::collections::{HashMap, HashSet};

use crate::impact::counted::Counts;
use crate::impact::reach::Reach;
use crate::impact::reached::is_made;
use crate::impact::rules::{Effect, effect, in_words, is_tie_to_row, word};
use crate::impact::{Fate, Impact, Leads};
use crate::schema::{EntityId, RelationKind, Schema};

use super::words::{
    GOES_WITH_IT, Names, Tone, entity_name, grouped, relation_name, short_name, tone,
};

/// Boxes and arrows.
#[derive(Debug, Clone, Default)]
pub(super) struct Picture {
    pub title: String,
    pub boxes: Vec<Box>,
    pub arrows: Vec<Arrow>,
}

/// An entity.
#[derive(Debug, Clone)]
pub(super) struct Box {
    pub name: String,
    /// What becomes of its rows: `deleted`.
    pub fate: String,
    /// `None` where nothing happens yet.
    pub tone: Option<Tone>,
}

/// What a delete of `from` does to `to`.
#[derive(Debug, Clone)]
pub(super) struct Arrow {
    pub from: usize,
    pub to: usize,
    /// The relation: `Banner.store`.
    pub relation: String,
    /// Its rule: `cascade`.
    pub rule: String,
    pub tone: Tone,
}

/// What a picture of one entity's impact shows.
pub(super) fn picture(schema: &Schema, impact: &Impact, counts: Option<&Counts>) -> Picture {
    let names = Names::new(schema, impact);
    let mut drawing = Drawing {
        places: HashMap::new(),
        picture: Picture {
            title: format!("What deleting a {} does", names.entity(impact.entity())),
            ..Picture::default()
        },
        names,
    };
    let mut tones = vec![Tone::Deleted; impact.deleted.len()];
    for (place, _) in impact.union_links(schema) {
        tones[place] = Tone::Unlinked;
    }
    for (place, deleted) in impact.deleted.iter().enumerate() {
        let what = if tones[place] == Tone::Unlinked { "links removed" } else { "deleted" };
        let fate = match counts {
            Some(counts) => format!("{} {what}", grouped(counts.deleted[place])),
            None => what.to_owned(),
        };
        drawing.entity(deleted.entity, fate, tones[place]);
    }
    let mut linked = HashSet::new();
    for (place, deleted) in impact.deleted.iter().enumerate() {
        for (nth, branch) in deleted.branches.iter().enumerate() {
            let count = counts.map(|counts| &counts.branches[place][nth]);
            let number = |what: &str| match count {
                Some(count) => format!("{} {what}", grouped(count.rows)),
                None => what.to_owned(),
            };
            let tone = tone(schema, branch);
            let source = schema.relations[branch.relation].source;
            // A link whose two ends go is drawn once.
            if let Some(end) = branch.link.filter(|_| branch.unlinks(schema))
                && !linked.insert((end.many, branch.bound.map(|bound| bound.counted)))
            {
                continue;
            }
            let (other, fate) = match (branch.link, branch.effect) {
                (Some(end), _) if branch.unlinks(schema) && branch.bound.is_some() => {
                    (schema.relations[end.other].target, "unlinked, may refuse".to_owned())
                }
                (Some(end), _) if branch.unlinks(schema) => {
                    (schema.relations[end.other].target, "kept, unlinked".to_owned())
                }
                (_, Effect::Restricted | Effect::Protected) => (source, "refuses".to_owned()),
                (_, Effect::Defaulted) => (source, "set to default".to_owned()),
                (_, Effect::Cleared | Effect::Deleted) => (source, "cleared".to_owned()),
            };
            let to = drawing.entity(other, fate, tone);
            let from = drawing.entity(deleted.entity, String::new(), tones[place]);
            let delete = branch.rule(schema).map_or("", word);
            let (relation, rule) = match (branch.link, schema.tie(branch.relation)) {
                (Some(end), _) if branch.unlinks(schema) => {
                    let rule = match branch.bound {
                        Some(bound) => format!("unlinked: keeps at least {}", bound.min),
                        None => "unlinked".to_owned(),
                    };
                    (drawing.names.relation(end.many), number(&rule))
                }
                (_, Some(union)) => (drawing.names.union(union), number(GOES_WITH_IT)),
                (_, None) => {
                    let relation = drawing.names.relation(branch.relation);
                    let rule = match branch.fate {
                        Fate::Goes(_) => format!("{delete}: goes anyhow"),
                        Fate::Stays | Fate::MayGo => delete.to_owned(),
                    };
                    (relation, number(&rule))
                }
            };
            drawing.picture.arrows.push(Arrow { from, to, relation, rule, tone });
        }
    }
    for (place, deleted) in impact.deleted.iter().enumerate() {
        for (nth, target) in deleted.targets.iter().enumerate() {
            let entity = schema.relations[target.relation].target;
            if target.takes != Leads::Nowhere {
                let to = drawing.entity(entity, "deleted".to_owned(), Tone::Deleted);
                let from = drawing.entity(deleted.entity, String::new(), tones[place]);
                let relation = drawing.names.by_target(target);
                let rule = match counts {
                    Some(counts) => {
                        format!("{} {GOES_WITH_IT}", grouped(counts.targets[place][nth].taken))
                    }
                    None => GOES_WITH_IT.to_owned(),
                };
                let tone = Tone::Deleted;
                drawing.picture.arrows.push(Arrow { from, to, relation, rule, tone });
                continue;
            }
            let bound = target.bound.is_some();
            // What the entity itself refers to is always of interest; farther ones where they refuse.
            if !bound && (place > 0 || target.goes) {
                continue;
            }
            let tone = if bound { Tone::Refused } else { Tone::Kept };
            let fate = if bound { "may refuse" } else { "kept" };
            let to = drawing.entity(entity, fate.to_owned(), tone);
            let from = drawing.entity(deleted.entity, String::new(), tones[place]);
            let relation = drawing.names.relation(target.relation);
            let rule = match target.bound {
                Some(bound) => format!("keeps at least {}", bound.min),
                None => "refers to it".to_owned(),
            };
            drawing.picture.arrows.push(Arrow { from, to, relation, rule, tone });
        }
    }
    drawing.picture
}

/// What a picture of a whole schema shows: what each relation does when its target is deleted.
pub(super) fn whole(schema: &Schema, reaches: &[Reach]) -> Picture {
    let mut picture = Picture {
        title: "What a delete does: from each entity to those that refer to it".to_owned(),
        ..Picture::default()
    };
    let mut numbers: Vec<Option<usize>> = vec![None; schema.entities.len()];
    let mut reach_of: Vec<Option<&Reach>> = vec![None; schema.entities.len()];
    for reach in reaches {
        reach_of[reach.entity.index()] = Some(reach);
    }
    for (entity, reach) in reach_of.iter().enumerate() {
        let Some(reach) = reach else { continue };
        numbers[entity] = Some(picture.boxes.len());
        let fate = match (reach.deleted, reach.refusals) {
            (0, 0) => "takes nothing with it".to_owned(),
            (0, _) => "may be refused".to_owned(),
            (deleted, 0) => format!("takes {deleted} more with it"),
            (deleted, _) => format!("takes {deleted} more, may be refused"),
        };
        picture.boxes.push(Box { name: short_name(schema, reach.entity), fate, tone: None });
    }
    for (entity, _) in schema.entities.iter().filter(|(id, _)| schema.union_of_row(*id).is_some()) {
        numbers[entity.index()] = Some(picture.boxes.len());
        let name = short_name(schema, entity);
        picture.boxes.push(Box { name, fate: "goes with its alternative".to_owned(), tone: None });
    }
    for (relation, stated) in schema.relations.iter() {
        let ends = (numbers[stated.target.index()], numbers[stated.source.index()]);
        if let ((Some(target), Some(source)), Some(union)) = (ends, schema.tie(relation)) {
            // The row goes with the alternative, whichever of the two refers.
            let takes = is_tie_to_row(schema, relation);
            let (from, to) = if takes { (source, target) } else { (target, source) };
            picture.arrows.push(Arrow {
                from,
                to,
                relation: format!("union {}", schema.unions[union].name),
                rule: GOES_WITH_IT.to_owned(),
                tone: Tone::Deleted,
            });
            continue;
        }
        let (rule, tone) = match &stated.kind {
            RelationKind::ToOne(to_one) => {
                let tones = to_one.rules().iter().map(|&rule| match effect(rule) {
                    Effect::Deleted => Tone::Deleted,
                    Effect::Cleared | Effect::Defaulted => Tone::Written,
                    Effect::Restricted | Effect::Protected => Tone::Refused,
                });
                let tone = tones.max_by_key(|&tone| weight(tone)).unwrap_or(Tone::Kept);
                (in_words(schema, relation, word), tone)
            }
            RelationKind::ManyToMany(many) => {
                if !is_made(schema, many.link) {
                    continue;
                }
                ("unlink".to_owned(), Tone::Unlinked)
            }
        };
        if let (Some(from), Some(to)) = ends {
            let source = entity_name(schema, stated.source);
            let relation = format!("{source}.{}", relation_name(schema, relation));
            picture.arrows.push(Arrow { from, to, relation, rule, tone });
        }
    }
    picture
}

struct Drawing<'a> {
    names: Names<'a>,
    places: HashMap<EntityId, usize>,
    picture: Picture,
}

impl Drawing<'_> {
    /// The box of an entity; the one that it has, unless what is said now weighs more.
    fn entity(&mut self, entity: EntityId, fate: String, tone: Tone) -> usize {
        let boxes = &mut self.picture.boxes;
        let place = *self.places.entry(entity).or_insert_with(|| {
            boxes.push(Box {
                name: self.names.entity(entity),
                fate: fate.clone(),
                tone: Some(Tone::Kept),
            });
            boxes.len() - 1
        });
        let here = &mut self.picture.boxes[place];
        if here.tone.is_none_or(|said| weight(tone) > weight(said)) {
            here.tone = Some(tone);
            here.fate = fate;
        }
        place
    }
}

/// What is said of an entity when several things happen to its rows.
fn weight(tone: Tone) -> u8 {
    match tone {
        Tone::Kept => 0,
        Tone::Unlinked => 1,
        Tone::Written => 2,
        Tone::Refused => 3,
        Tone::Deleted => 4,
    }
}
