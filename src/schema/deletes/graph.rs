//! A directed graph over the places `0..n`, whose edges are relations.

use std::collections::VecDeque;

use crate::schema::RelationId;

/// An edge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Edge {
    pub from: usize,
    pub to: usize,
    /// What makes it.
    pub relation: RelationId,
}

/// A graph, its edges sorted by where they begin.
pub(crate) struct Graph {
    pub edges: Vec<Edge>,
    /// By place: where its edges begin in `edges`; one more at the end.
    starts: Vec<usize>,
}

/// Strongly connected components; one that is reached from another has the smaller number.
pub(crate) struct Components {
    /// By place: its component.
    pub of: Vec<usize>,
    /// By component: its places, in order.
    pub members: Vec<Vec<usize>>,
}

impl Graph {
    pub fn new(len: usize, mut edges: Vec<Edge>) -> Graph {
        edges.sort_by_key(|edge| (edge.from, edge.to, edge.relation));
        let mut starts = vec![0; len + 1];
        for edge in &edges {
            starts[edge.from + 1] += 1;
        }
        for place in 0..len {
            starts[place + 1] += starts[place];
        }
        Graph { edges, starts }
    }

    pub fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub fn from(&self, place: usize) -> &[Edge] {
        &self.edges[self.starts[place]..self.starts[place + 1]]
    }

    /// Tarjan's algorithm with a stack of its own: a chain of entities may be long.
    pub fn components(&self) -> Components {
        const UNSEEN: usize = usize::MAX;
        let len = self.len();
        let mut index = vec![UNSEEN; len];
        let mut low = vec![0; len];
        let mut waiting = vec![false; len];
        let mut stack = Vec::new();
        let mut of = vec![UNSEEN; len];
        let mut members: Vec<Vec<usize>> = Vec::new();
        let mut next = 0;
        for root in 0..len {
            if index[root] != UNSEEN {
                continue;
            }
            let mut calls = vec![(root, 0)];
            while let Some((place, edge)) = calls.pop() {
                if edge == 0 {
                    index[place] = next;
                    low[place] = next;
                    next += 1;
                    stack.push(place);
                    waiting[place] = true;
                } else {
                    let child = self.from(place)[edge - 1].to;
                    low[place] = low[place].min(low[child]);
                }
                let mut at = edge;
                let mut descended = false;
                while let Some(found) = self.from(place).get(at) {
                    at += 1;
                    if index[found.to] == UNSEEN {
                        calls.push((place, at));
                        calls.push((found.to, 0));
                        descended = true;
                        break;
                    }
                    if waiting[found.to] {
                        low[place] = low[place].min(index[found.to]);
                    }
                }
                if !descended && low[place] == index[place] {
                    let mut component = Vec::new();
                    while let Some(member) = stack.pop() {
                        waiting[member] = false;
                        of[member] = members.len();
                        component.push(member);
                        if member == place {
                            break;
                        }
                    }
                    component.sort_unstable();
                    members.push(component);
                }
            }
        }
        Components { of, members }
    }

    /// The edges of a shortest way; empty when both are the same, or there is none.
    pub fn path(&self, from: usize, to: usize) -> Vec<Edge> {
        if from == to { Vec::new() } else { self.way(from, to, |_| true) }
    }

    /// The edges of a shortest circle through a place, along places that `within` allows; empty when
    /// there is none.
    pub fn circle(&self, through: usize, within: impl Fn(usize) -> bool) -> Vec<Edge> {
        self.way(through, through, within)
    }

    fn way(&self, from: usize, to: usize, within: impl Fn(usize) -> bool) -> Vec<Edge> {
        let mut arrived: Vec<Option<Edge>> = vec![None; self.len()];
        let mut queue = VecDeque::from([from]);
        while let Some(place) = queue.pop_front() {
            for edge in self.from(place) {
                if arrived[edge.to].is_some() || !within(edge.to) {
                    continue;
                }
                arrived[edge.to] = Some(*edge);
                if edge.to != to {
                    queue.push_back(edge.to);
                    continue;
                }
                let mut way = vec![*edge];
                let mut at = edge.from;
                while at != from {
                    let Some(edge) = arrived[at] else { break };
                    way.push(edge);
                    at = edge.from;
                }
                way.reverse();
                return way;
            }
        }
        Vec::new()
    }
}
