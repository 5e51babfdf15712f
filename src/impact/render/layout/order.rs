//! The order within a rank: sweeps that put each item where its neighbours are on average, and the best of
//! what they came by.

use super::layers::Layered;

/// More sweeps find little.
const SWEEPS: usize = 12;

pub(super) fn order(graph: &mut Layered) {
    let mut best = graph.ranks.clone();
    let mut fewest = crossings(graph);
    let mut place = vec![0.0; graph.items.len()];
    for sweep in 0..SWEEPS {
        if fewest == 0 {
            break;
        }
        let count = graph.ranks.len();
        number(graph, &mut place);
        for step in 1..count {
            let rank = if sweep % 2 == 0 { step } else { count - 1 - step };
            let neighbours = if sweep % 2 == 0 { &graph.left } else { &graph.right };
            let mut keyed: Vec<(f64, usize)> = graph.ranks[rank]
                .iter()
                .map(|&item| (average(&neighbours[item], &place).unwrap_or(place[item]), item))
                .collect();
            // Stable: what is equal stays in its order.
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (at, &(_, item)) in keyed.iter().enumerate() {
                place[item] = at as f64;
                graph.ranks[rank][at] = item;
            }
        }
        let now = crossings(graph);
        if now < fewest {
            fewest = now;
            best.clone_from(&graph.ranks);
        }
    }
    graph.ranks = best;
}

fn number(graph: &Layered, place: &mut [f64]) {
    for rank in &graph.ranks {
        for (at, &item) in rank.iter().enumerate() {
            place[item] = at as f64;
        }
    }
}

fn average(neighbours: &[usize], place: &[f64]) -> Option<f64> {
    let sum: f64 = neighbours.iter().map(|&item| place[item]).sum();
    (!neighbours.is_empty()).then(|| sum / neighbours.len() as f64)
}

/// How many arrows cross between neighbouring ranks: inversions, counted with a tree of sums.
fn crossings(graph: &Layered) -> usize {
    let mut place = vec![0_usize; graph.items.len()];
    for rank in &graph.ranks {
        for (at, &item) in rank.iter().enumerate() {
            place[item] = at;
        }
    }
    let mut crossings = 0;
    for (nth, rank) in graph.ranks.iter().enumerate() {
        let Some(next) = graph.ranks.get(nth + 1) else { break };
        let mut sums = vec![0_usize; next.len() + 1];
        let mut seen = 0;
        for &item in rank {
            let mut ends: Vec<usize> = graph.right[item]
                .iter()
                .filter(|&&to| graph.items[to].rank == nth + 1)
                .map(|&to| place[to])
                .collect();
            ends.sort_unstable();
            for &end in &ends {
                let mut before = 0;
                let mut at = end + 1;
                while at > 0 {
                    before += sums[at];
                    at &= at - 1;
                }
                crossings += seen - before;
            }
            for &end in &ends {
                seen += 1;
                let mut at = end + 1;
                while at <= next.len() {
                    sums[at] += 1;
                    at += at & at.wrapping_neg();
                }
            }
        }
    }
    crossings
}
