//! Where boxes and arrows stand: layers from left to right, so that a delete runs the way one reads.
//!
//! After Sugiyama, Tagawa and Toda (1981): circles are broken, boxes get layers, arrows that pass a layer
//! get a place in it, places are put in an order with few crossings, and then moved toward their neighbours.
//! A label is a place of its own between two layers, so no two of them can lie upon each other. The same
//! graph always gives the same picture.

mod layers;
mod order;
mod pack;
mod place;

pub(super) use place::PORT;

/// Width and height.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Size {
    pub width: f64,
    pub height: f64,
}

/// A point, in pixels from the upper left.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Point {
    pub x: f64,
    pub y: f64,
}

/// An arrow to be laid out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    pub from: usize,
    pub to: usize,
    pub label: Size,
}

/// Where everything stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub size: Size,
    /// By box: its upper left.
    pub boxes: Vec<Point>,
    /// By arrow.
    pub routes: Vec<Route>,
}

/// The way of an arrow.
#[derive(Debug, Clone, Default)]
pub(super) struct Route {
    /// From the box that it leaves to the label, as points to be joined by curves that are level in each.
    pub start: Vec<Point>,
    /// The upper left of the label.
    pub label: Point,
    /// From the label to the box that it points at.
    pub end: Vec<Point>,
}

/// Lays out a graph: its parts that are not joined stand beside each other.
pub(super) fn layout(boxes: &[Size], edges: &[Edge]) -> Layout {
    let parts = pack::parts(boxes.len(), edges);
    let laid: Vec<(Layout, &pack::Part)> =
        parts.iter().map(|part| (connected(boxes, edges, part), part)).collect();
    pack::pack(boxes.len(), edges.len(), laid)
}

/// Lays out a graph whose boxes are all joined.
fn connected(boxes: &[Size], edges: &[Edge], part: &pack::Part) -> Layout {
    let sizes: Vec<Size> = part.boxes.iter().map(|&place| boxes[place]).collect();
    let own: Vec<Edge> = part.own_edges(edges);
    let mut layered = layers::layers(&sizes, &own);
    order::order(&mut layered);
    place::place(&sizes, &own, &layered)
}
