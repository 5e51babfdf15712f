//! Layers: every box gets one, and every arrow places in those that it passes.

use super::{Edge, Size};

/// An arrow that passes more layers than this goes straight on behind its label: the places that it would
/// need grow with the square of a long chain.
const LONGEST: usize = 6;

/// Something with a place in a rank. Boxes stand in even ranks, labels in odd ones.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub rank: usize,
    pub size: Size,
    /// The arrow, unless it is a box.
    pub edge: Option<usize>,
}

/// A graph in ranks.
#[derive(Debug, Clone, Default)]
pub(super) struct Layered {
    /// Boxes first, by their numbers.
    pub items: Vec<Item>,
    /// By item: its neighbours in ranks to the left, and to the right.
    pub left: Vec<Vec<usize>>,
    pub right: Vec<Vec<usize>>,
    /// By rank: its items from top to bottom.
    pub ranks: Vec<Vec<usize>>,
    /// By arrow: its items from left to right, and which of them is the label.
    pub chains: Vec<(Vec<usize>, usize)>,
    /// By arrow: whether it runs from right to left.
    pub reversed: Vec<bool>,
}

pub(super) fn layers(boxes: &[Size], edges: &[Edge]) -> Layered {
    let reversed = break_circles(boxes.len(), edges);
    let ends: Vec<(usize, usize)> = edges
        .iter()
        .zip(&reversed)
        .map(|(edge, &reversed)| if reversed { (edge.to, edge.from) } else { (edge.from, edge.to) })
        .collect();
    let layer = longest_ways(boxes.len(), &ends);
    let mut graph = Layered { reversed, ..Layered::default() };
    for (&size, &layer) in boxes.iter().zip(&layer) {
        graph.add(Item { rank: 2 * layer, size, edge: None });
    }
    for (nth, (edge, &(from, to))) in edges.iter().zip(&ends).enumerate() {
        let (first, last) = (2 * layer[from] + 1, (2 * layer[to]).max(2 * layer[from] + 2) - 1);
        let span = (last - first) / 2;
        let label = if span > LONGEST { first } else { first + span / 2 * 2 };
        let last = if span > LONGEST { first } else { last };
        let mut chain = Vec::new();
        let mut before = from;
        for rank in first..=last {
            let size = if rank == label { edge.label } else { Size { width: 0.0, height: 6.0 } };
            let item = graph.add(Item { rank, size, edge: Some(nth) });
            graph.join(before, item);
            chain.push(item);
            before = item;
        }
        if from != to {
            graph.join(before, to);
        }
        graph.chains.push((chain, label - first));
    }
    graph
}

impl Layered {
    fn add(&mut self, item: Item) -> usize {
        let place = self.items.len();
        while self.ranks.len() <= item.rank {
            self.ranks.push(Vec::new());
        }
        self.ranks[item.rank].push(place);
        self.items.push(item);
        self.left.push(Vec::new());
        self.right.push(Vec::new());
        place
    }

    fn join(&mut self, left: usize, right: usize) {
        self.right[left].push(right);
        self.left[right].push(left);
    }
}

/// Which arrows must run backwards so that the rest has no circle: those that a walk, depth first from
/// the first box, finds leading back. Arrows from a box to itself stay.
fn break_circles(count: usize, edges: &[Edge]) -> Vec<bool> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (nth, edge) in edges.iter().enumerate() {
        out[edge.from].push(nth);
    }
    let mut reversed = vec![false; edges.len()];
    let mut state = vec![State::New; count];
    for root in 0..count {
        if state[root] != State::New {
            continue;
        }
        state[root] = State::Open;
        let mut calls = vec![(root, 0)];
        while let Some((place, at)) = calls.pop() {
            let Some(&nth) = out[place].get(at) else {
                state[place] = State::Done;
                continue;
            };
            calls.push((place, at + 1));
            let to = edges[nth].to;
            match state[to] {
                State::Open if to != place => reversed[nth] = true,
                State::New => {
                    state[to] = State::Open;
                    calls.push((to, 0));
                }
                State::Open | State::Done => {}
            }
        }
    }
    reversed
}

/// The layer of each box: the length of the longest way to it.
fn longest_ways(count: usize, ends: &[(usize, usize)]) -> Vec<usize> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut waiting = vec![0_usize; count];
    for &(from, to) in ends.iter().filter(|(from, to)| from != to) {
        out[from].push(to);
        waiting[to] += 1;
    }
    let mut layer = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|&place| waiting[place] == 0).collect();
    while let Some(place) = ready.pop() {
        for &to in &out[place] {
            layer[to] = layer[to].max(layer[place] + 1);
            waiting[to] -= 1;
            if waiting[to] == 0 {
                ready.push(to);
            }
        }
    }
    layer
}
