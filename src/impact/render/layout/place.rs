//! Coordinates: ranks beside each other, items as near to their neighbours as their order allows, and the
//! points through which arrows run.

use super::layers::Layered;
use super::{Edge, Layout, Point, Route, Size};

/// Between one rank and the next.
const ACROSS: f64 = 26.0;
/// Between an item and the one below it.
const DOWN: f64 = 14.0;
/// Between the places at which arrows leave or reach a box.
pub(in super::super) const PORT: f64 = 12.0;
const SWEEPS: usize = 40;

pub(super) fn place(boxes: &[Size], edges: &[Edge], graph: &Layered) -> Layout {
    let middle = middles(graph);
    let (lefts, widths, width) = columns(graph);
    let height = graph
        .items
        .iter()
        .zip(&middle)
        .map(|(item, middle)| middle + item.size.height / 2.0)
        .fold(0.0, f64::max);
    let corner = |item: usize| Point {
        x: lefts[graph.items[item].rank]
            + (widths[graph.items[item].rank] - graph.items[item].size.width) / 2.0,
        y: middle[item] - graph.items[item].size.height / 2.0,
    };
    let ports = Ports::new(boxes, edges, graph, &middle);
    let mut layout = Layout {
        size: Size { width, height },
        boxes: (0..boxes.len()).map(corner).collect(),
        routes: Vec::with_capacity(edges.len()),
    };
    for (nth, edge) in edges.iter().enumerate() {
        let (chain, label) = &graph.chains[nth];
        let reversed = graph.reversed[nth];
        let (first, last) = if reversed { (edge.to, edge.from) } else { (edge.from, edge.to) };
        let label = chain[*label];
        let size = graph.items[label].size;
        let at = corner(label);
        let level = middle[label];
        let leave = Point { x: corner(first).x + boxes[first].width, y: ports.right[nth] };
        if first == last {
            let back = Point { x: leave.x, y: leave.y + PORT };
            layout.routes.push(Route {
                start: vec![leave, Point { x: at.x, y: level - 6.0 }],
                label: at,
                end: vec![Point { x: at.x, y: level + 6.0 }, back],
            });
            continue;
        }
        let pass = |&item: &usize| {
            let (left, width) = (lefts[graph.items[item].rank], widths[graph.items[item].rank]);
            [Point { x: left, y: middle[item] }, Point { x: left + width, y: middle[item] }]
        };
        let cut = chain.iter().position(|&item| item == label).unwrap_or(0);
        let mut start = vec![leave];
        start.extend(chain[..cut].iter().flat_map(pass));
        start.push(Point { x: at.x, y: level });
        let mut end = vec![Point { x: at.x + size.width, y: level }];
        end.extend(chain[cut + 1..].iter().flat_map(pass));
        end.push(Point { x: corner(last).x, y: ports.left[nth] });
        if reversed {
            start.reverse();
            end.reverse();
            std::mem::swap(&mut start, &mut end);
        }
        layout.routes.push(Route { start, label: at, end });
    }
    layout
}

/// By rank: where it begins, and how wide it is; and the width of all.
fn columns(graph: &Layered) -> (Vec<f64>, Vec<f64>, f64) {
    let widest = |rank: &Vec<usize>| {
        rank.iter().map(|&item| graph.items[item].size.width).fold(0.0, f64::max)
    };
    let widths: Vec<f64> = graph.ranks.iter().map(widest).collect();
    let mut lefts = Vec::with_capacity(widths.len());
    let mut x = 0.0;
    for width in &widths {
        lefts.push(x);
        x += width + ACROSS;
    }
    (lefts, widths, (x - ACROSS).max(0.0))
}

/// The middle of each item, from the top.
fn middles(graph: &Layered) -> Vec<f64> {
    let mut middle = vec![0.0; graph.items.len()];
    for rank in &graph.ranks {
        let mut y = 0.0;
        for &item in rank {
            let height = graph.items[item].size.height;
            middle[item] = y + height / 2.0;
            y += height + DOWN;
        }
    }
    let count = graph.ranks.len();
    for sweep in 0..SWEEPS {
        for step in 0..count {
            let rank = if sweep % 2 == 0 { step } else { count - 1 - step };
            settle(graph, rank, &mut middle);
        }
    }
    let top = graph
        .items
        .iter()
        .zip(&middle)
        .map(|(item, middle)| middle - item.size.height / 2.0)
        .fold(f64::INFINITY, f64::min);
    for middle in &mut middle {
        *middle -= top;
    }
    middle
}

/// Moves the items of a rank toward their neighbours, as far as their order and sizes allow: the least sum
/// of squares, found by pooling neighbours that would pass each other.
fn settle(graph: &Layered, rank: usize, middle: &mut [f64]) {
    struct Pool {
        /// The sum of what its items wish, and of their weights.
        wish: f64,
        weight: f64,
        items: usize,
    }
    let items = &graph.ranks[rank];
    // How far each item's middle is below the first one's, when all stand as close as they may.
    let mut offsets = Vec::with_capacity(items.len());
    let mut offset = 0.0;
    for (at, &item) in items.iter().enumerate() {
        if at > 0 {
            let above = graph.items[items[at - 1]].size.height;
            offset += (above + graph.items[item].size.height) / 2.0 + DOWN;
        }
        offsets.push(offset);
    }
    let mut pools: Vec<Pool> = Vec::new();
    for (&item, offset) in items.iter().zip(&offsets) {
        let neighbours = graph.left[item].iter().chain(&graph.right[item]);
        let (mut sum, mut weight) = (0.0, 0.0);
        for &other in neighbours {
            // Arrows that pass a layer should not bend.
            let heavy = graph.items[item].edge.is_some() && graph.items[other].edge.is_some();
            let own = if heavy { 8.0 } else { 1.0 };
            sum += own * middle[other];
            weight += own;
        }
        let (wish, weight) =
            if weight == 0.0 { (middle[item], 0.1) } else { (sum / weight, weight) };
        let mut pool = Pool { wish: (wish - offset) * weight, weight, items: 1 };
        while let Some(above) = pools.last()
            && above.wish / above.weight > pool.wish / pool.weight
        {
            pool.wish += above.wish;
            pool.weight += above.weight;
            pool.items += above.items;
            pools.pop();
        }
        pools.push(pool);
    }
    let mut at = 0;
    for pool in pools {
        for _ in 0..pool.items {
            middle[items[at]] = pool.wish / pool.weight + offsets[at];
            at += 1;
        }
    }
}

/// Where each arrow leaves the box at its left, and reaches the one at its right.
struct Ports {
    right: Vec<f64>,
    left: Vec<f64>,
}

impl Ports {
    fn new(boxes: &[Size], edges: &[Edge], graph: &Layered, middle: &[f64]) -> Ports {
        let mut ports = Ports { right: vec![0.0; edges.len()], left: vec![0.0; edges.len()] };
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); boxes.len()];
        let mut arriving: Vec<Vec<usize>> = vec![Vec::new(); boxes.len()];
        for (nth, edge) in edges.iter().enumerate() {
            let (first, last) =
                if graph.reversed[nth] { (edge.to, edge.from) } else { (edge.from, edge.to) };
            leaving[first].push(nth);
            if first != last {
                arriving[last].push(nth);
            }
        }
        let of = |nth: usize, last: bool| {
            let chain = &graph.chains[nth].0;
            if last { middle[chain[chain.len() - 1]] } else { middle[chain[0]] }
        };
        for (place, size) in boxes.iter().enumerate() {
            for (there, last, found) in [
                (&mut leaving[place], false, &mut ports.right),
                (&mut arriving[place], true, &mut ports.left),
            ] {
                there.sort_by(|&a, &b| of(a, last).total_cmp(&of(b, last)));
                // An arrow from a box to itself has two ends here.
                let loops = |nth: usize| !last && edges[nth].from == edges[nth].to;
                let ends: usize = there.iter().map(|&nth| 1 + usize::from(loops(nth))).sum();
                let room = (size.height - 16.0).max(0.0);
                let step = PORT.min(room / ends.saturating_sub(1).max(1) as f64);
                let mut y = middle[place] - step * (ends.max(1) - 1) as f64 / 2.0;
                for &nth in there.iter() {
                    found[nth] = y;
                    y += step * if loops(nth) { 2.0 } else { 1.0 };
                }
            }
        }
        ports
    }
}
