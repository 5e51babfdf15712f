//! From an entity to all those whose rows go with its own: by cascades, and a union's row with its alternative.

use crate::schema::{EntityId, MemberId, RelationId, Schema};

use super::reached::{Fate, Leads, is_made};
use super::rules::{Effect, effect, incoming, is_differing, is_tie_to_row, takes};

/// The entities whose rows go, and how each is arrived at.
#[derive(Default)]
pub(super) struct Walk {
    /// Nearer ones first; the links that Trine makes are not among them.
    pub entities: Vec<EntityId>,
    /// By entity: how it is arrived at.
    arrivals: Vec<Option<Arrival>>,
    /// Relations whose rules differ by alternative, and by which some rows go.
    differing: Vec<RelationId>,
}

/// What a relation does to its rows.
pub(super) struct Act {
    pub effect: Effect,
    /// The alternatives of whose rows that is said, by their places in the union; none where it is said of all.
    pub of: Vec<usize>,
}

#[derive(Clone)]
struct Arrival {
    place: usize,
    /// The relation by which it was arrived at first: a cascade's, or of a union's row its alternative's. `None`
    /// for the entity that was asked for.
    first: Option<RelationId>,
    /// On how many ways it is arrived at.
    ways: usize,
}

impl Walk {
    /// Begins with the entity that is asked for.
    pub fn new(schema: &Schema, entity: EntityId) -> Walk {
        let mut walk = Walk::default();
        walk.begin(schema, entity);
        walk
    }

    /// Begins anew with another entity; takes time in proportion to what it reaches.
    pub fn begin(&mut self, schema: &Schema, entity: EntityId) {
        self.arrivals.resize(schema.entities.len(), None);
        for entity in self.entities.drain(..) {
            self.arrivals[entity.index()] = None;
        }
        self.differing.clear();
        self.entities.push(entity);
        self.arrivals[entity.index()] = Some(Arrival { place: 0, first: None, ways: 0 });
        let mut place = 0;
        while let Some(&gone) = self.entities.get(place) {
            for (relation, to_one) in incoming(schema, gone) {
                let source = schema.relations[relation].source;
                let cascades = effect(to_one.delete) == Effect::Deleted;
                if cascades && !is_made(schema, source) && self.follows(schema, relation) {
                    self.arrive(source, relation);
                }
            }
            for relation in takes(schema, gone) {
                let row = schema.relations[relation].target;
                if row != entity {
                    self.arrive(row, relation);
                }
            }
            // What refers to a row may go for the sake of its alternative.
            let unions = &schema.entities[gone].alternative_of;
            let rows = unions.iter().filter_map(|&union| schema.unions[union].row).chain([gone]);
            for relation in rows.flat_map(|row| &schema.entities[row].incoming) {
                let acts = self.acts(schema, *relation);
                let cascades = acts.iter().any(|act| act.effect == Effect::Deleted);
                if cascades && is_differing(schema, *relation) && !self.differing.contains(relation)
                {
                    self.differing.push(*relation);
                    self.arrive(schema.relations[*relation].source, *relation);
                }
            }
            place += 1;
        }
        // The row that was asked for goes before its alternative, which then takes no other; but alternatives
        // that go otherwise take their own.
        let taken: usize = (self.entities.iter())
            .flat_map(|&gone| takes(schema, gone).map(move |relation| (gone, relation)))
            .filter(|&(gone, relation)| {
                schema.relations[relation].target == entity && !self.only_by(gone, relation)
            })
            .count();
        if let Some(arrival) = &mut self.arrivals[entity.index()] {
            arrival.ways += taken;
        }
    }

    fn arrive(&mut self, entity: EntityId, relation: RelationId) {
        let next = self.entities.len();
        let arrival = self.arrivals[entity.index()].get_or_insert_with(|| {
            self.entities.push(entity);
            Arrival { place: next, first: Some(relation), ways: 0 }
        });
        arrival.ways += 1;
    }

    fn arrival(&self, entity: EntityId) -> Option<&Arrival> {
        self.arrivals[entity.index()].as_ref()
    }

    /// Whether what refers by a relation is to be looked at when its target goes. A union's row that goes with
    /// its alternative has no other: only from the row that was asked for does the way lead to an alternative.
    pub fn follows(&self, schema: &Schema, relation: RelationId) -> bool {
        !is_tie_to_row(schema, relation)
            || self.entities.first() == Some(&schema.relations[relation].target)
    }

    /// What a relation does to its rows: one thing, or one for each rule of the alternatives that go.
    pub fn acts(&self, schema: &Schema, relation: RelationId) -> Vec<Act> {
        let Some(to_one) = schema.to_one(relation) else { return Vec::new() };
        if !is_differing(schema, relation) {
            return vec![Act { effect: effect(to_one.delete), of: Vec::new() }];
        }
        // The row that was asked for may be of any.
        let any = self.entities.first() == Some(&schema.relations[relation].target);
        let mut acts: Vec<Act> = Vec::new();
        for (nth, (alternative, rule)) in schema.rules_by_alternative(relation).enumerate() {
            if !any && !self.goes(alternative.entity) {
                continue;
            }
            let effect = effect(rule);
            match acts.iter_mut().find(|act| act.effect == effect) {
                Some(act) => act.of.push(nth),
                None => acts.push(Act { effect, of: vec![nth] }),
            }
        }
        acts
    }

    /// Whether rows of an entity go.
    pub fn goes(&self, entity: EntityId) -> bool {
        self.arrival(entity).is_some()
    }

    /// Whether rows of an entity go with others.
    pub fn by_cascade(&self, entity: EntityId) -> bool {
        self.arrival(entity).is_some_and(|arrival| arrival.ways > 0)
    }

    /// Whether rows of an entity go with others, which may be links that Trine makes.
    pub fn loses(&self, schema: &Schema, entity: EntityId) -> bool {
        let ends = |&member: &MemberId| match member {
            MemberId::Relation(end) => self.goes(schema.relations[end].target),
            MemberId::Field(_) => false,
        };
        self.by_cascade(entity)
            || is_made(schema, entity) && schema.entities[entity].members.iter().any(ends)
    }

    /// Whether rows of an entity go by this relation and in no other way.
    pub fn only_by(&self, entity: EntityId, relation: RelationId) -> bool {
        let arrival = self.arrival(entity);
        arrival.is_some_and(|arrival| arrival.first == Some(relation) && arrival.ways == 1)
    }

    /// What becomes of the rows that refer by a relation whose target goes.
    pub fn fate(&self, schema: &Schema, relation: RelationId) -> Fate {
        let stated = &schema.relations[relation];
        let Some(to_one) = schema.to_one(relation) else { return Fate::Stays };
        let cascades =
            |id| schema.to_one(id).is_some_and(|to_one| effect(to_one.delete) == Effect::Deleted);
        let hangs = to_one.within.iter().find(|pair| {
            cascades(pair.here) && cascades(pair.there) && self.only_by(stated.target, pair.there)
        });
        match hangs {
            Some(pair) => Fate::Goes(pair.here),
            // A row that refers by this relation and goes by it is of another alternative.
            None if self.only_by(stated.source, relation) => Fate::Stays,
            None if self.by_cascade(stated.source) => Fate::MayGo,
            None => Fate::Stays,
        }
    }

    /// Where the way goes on that leads to an entity by a relation.
    pub fn leads(&self, relation: RelationId, to: EntityId) -> Leads {
        match self.arrival(to) {
            Some(arrival) if arrival.first == Some(relation) => Leads::To(arrival.place),
            Some(arrival) => Leads::Seen(arrival.place),
            None => Leads::Nowhere,
        }
    }
}
