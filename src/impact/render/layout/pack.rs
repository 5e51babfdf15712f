//! Parts of a graph that are not joined: each is laid out by itself, and they stand in rows.

use super::{Edge, Layout, Point, Size};

/// Between one part and the next.
const BETWEEN: f64 = 40.0;

/// Boxes and arrows that hang together, by their numbers in the whole.
#[derive(Debug, Clone, Default)]
pub(super) struct Part {
    pub boxes: Vec<usize>,
    pub edges: Vec<usize>,
    /// By box of the whole: its number here.
    numbers: std::collections::HashMap<usize, usize>,
}

impl Part {
    /// The part's arrows, with its own numbers.
    pub fn own_edges(&self, edges: &[Edge]) -> Vec<Edge> {
        let own = |&nth: &usize| Edge {
            from: self.numbers[&edges[nth].from],
            to: self.numbers[&edges[nth].to],
            ..edges[nth]
        };
        self.edges.iter().map(own).collect()
    }
}

/// The parts, in the order of their first boxes.
pub(super) fn parts(count: usize, edges: &[Edge]) -> Vec<Part> {
    let mut above: Vec<usize> = (0..count).collect();
    fn top(above: &mut [usize], mut place: usize) -> usize {
        while above[place] != place {
            above[place] = above[above[place]];
            place = above[place];
        }
        place
    }
    for edge in edges {
        let (a, b) = (top(&mut above, edge.from), top(&mut above, edge.to));
        above[a.max(b)] = a.min(b);
    }
    let mut parts: Vec<Part> = Vec::new();
    let mut of: Vec<usize> = vec![usize::MAX; count];
    for place in 0..count {
        let root = top(&mut above, place);
        if of[root] == usize::MAX {
            of[root] = parts.len();
            parts.push(Part::default());
        }
        of[place] = of[root];
        let part = &mut parts[of[root]];
        part.numbers.insert(place, part.boxes.len());
        part.boxes.push(place);
    }
    for (nth, edge) in edges.iter().enumerate() {
        parts[of[edge.from]].edges.push(nth);
    }
    parts
}

/// Puts the parts into rows, larger ones first, so that the whole is a little wider than high.
pub(super) fn pack(boxes: usize, edges: usize, mut parts: Vec<(Layout, &Part)>) -> Layout {
    let mut whole = Layout {
        boxes: vec![Point::default(); boxes],
        routes: vec![super::Route::default(); edges],
        ..Layout::default()
    };
    parts.sort_by(|(a, _), (b, _)| b.size.height.total_cmp(&a.size.height));
    let area: f64 = parts
        .iter()
        .map(|(part, _)| (part.size.width + BETWEEN) * (part.size.height + BETWEEN))
        .sum();
    let widest = parts.iter().map(|(part, _)| part.size.width).fold(0.0, f64::max);
    let room = widest.max((area * 1.6).sqrt());
    let (mut x, mut y, mut row) = (0.0, 0.0, 0.0_f64);
    for (layout, part) in parts {
        if x > 0.0 && x + layout.size.width > room {
            x = 0.0;
            y += row + BETWEEN;
            row = 0.0;
        }
        let moved = |point: Point| Point { x: point.x + x, y: point.y + y };
        for (&place, &corner) in part.boxes.iter().zip(&layout.boxes) {
            whole.boxes[place] = moved(corner);
        }
        for (&nth, route) in part.edges.iter().zip(layout.routes) {
            whole.routes[nth] = super::Route {
                start: route.start.into_iter().map(moved).collect(),
                label: moved(route.label),
                end: route.end.into_iter().map(moved).collect(),
            };
        }
        whole.size = Size {
            width: whole.size.width.max(x + layout.size.width),
            height: whole.size.height.max(y + layout.size.height),
        };
        x += layout.size.width + BETWEEN;
        row = row.max(layout.size.height);
    }
    whole
}
