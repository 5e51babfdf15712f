//! A picture as SVG: no font, script or file is needed to show it, and it follows the reader's light or dark
//! scheme. Colour says nothing that lines, signs and words don't say too.

use std::fmt::Write;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::impact::Impact;
use crate::impact::counted::Counts;
use crate::impact::reach::Reach;
use crate::schema::Schema;

use super::layout::{Edge, Layout, PORT, Point, Size, layout};
use super::picture::{Arrow, Box, Picture, picture, whole};
use super::words::Tone;

/// Around everything.
const MARGIN: f64 = 24.0;
/// The title's line.
const TITLE: f64 = 40.0;
/// The legend's line.
const LEGEND: f64 = 44.0;
/// The height of a box with few arrows.
const BOX: f64 = 54.0;
/// Names longer than this are cut.
const LONGEST: usize = 42;

/// The picture of a whole schema.
pub fn whole_svg(schema: &Schema, reaches: &[Reach]) -> String {
    draw(&whole(schema, reaches))
}

/// The picture of an impact.
pub fn svg(schema: &Schema, impact: &Impact, counts: Option<&Counts>) -> String {
    draw(&picture(schema, impact, counts))
}

pub(super) fn draw(picture: &Picture) -> String {
    let boxes = box_sizes(picture);
    let edges: Vec<Edge> = picture
        .arrows
        .iter()
        .map(|arrow| Edge { from: arrow.from, to: arrow.to, label: label_size(arrow) })
        .collect();
    let laid = layout(&boxes, &edges);
    let tones: Vec<Tone> = Tone::ALL
        .into_iter()
        .filter(|&tone| {
            picture.boxes.iter().any(|entity| entity.tone == Some(tone))
                || picture.arrows.iter().any(|arrow| arrow.tone == tone)
        })
        .collect();
    let legend: f64 = tones.iter().map(|&tone| legend_width(tone)).sum();
    let title = text_width(&picture.title, 16.0, true);
    let width = laid.size.width.max(legend).max(title) + 2.0 * MARGIN;
    let height = laid.size.height + 2.0 * MARGIN + TITLE + LEGEND;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" \
         height=\"{h}\" role=\"img\" font-family=\"{FONT}\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n<defs>\n{SIGNS}</defs>\n\
         <rect class=\"paper\" width=\"{w}\" height=\"{h}\" rx=\"12\"/>\n\
         <text class=\"title\" x=\"{x}\" y=\"{y}\">{title}</text>\n",
        w = px(width),
        h = px(height),
        x = px(MARGIN),
        y = px(MARGIN + 14.0),
        title = escaped(&picture.title),
    );
    let _ = writeln!(out, "<g transform=\"translate({} {})\">", px(MARGIN), px(MARGIN + TITLE));
    arrows(&mut out, picture, &laid);
    for (entity, (&at, &size)) in picture.boxes.iter().zip(laid.boxes.iter().zip(&boxes)) {
        entity_box(&mut out, entity, at, size);
    }
    out.push_str("</g>\n");
    let _ =
        writeln!(out, "<g transform=\"translate({} {})\">", px(MARGIN), px(height - MARGIN - 12.0));
    let mut x = 0.0;
    for tone in tones {
        let _ = writeln!(
            out,
            "<path class=\"line {class}\" d=\"M{a} 0H{b}\" marker-end=\"url(#to-{class})\"/>\
             <use href=\"#{class}\" class=\"sign {class}\" x=\"{c}\" y=\"-6\" width=\"12\" \
             height=\"12\"/><text class=\"small\" x=\"{d}\" y=\"4\">{word}</text>",
            class = class(tone),
            a = px(x),
            b = px(x + 30.0),
            c = px(x + 42.0),
            d = px(x + 60.0),
            word = meaning(tone),
        );
        x += legend_width(tone);
    }
    out.push_str("</g>\n</svg>\n");
    out
}

/// The lines first, and the labels upon them.
fn arrows(out: &mut String, picture: &Picture, laid: &Layout) {
    for (arrow, route) in picture.arrows.iter().zip(&laid.routes) {
        let class = class(arrow.tone);
        let _ = writeln!(
            out,
            "<path class=\"line {class}\" d=\"{}\"/><path class=\"line {class}\" d=\"{}\" \
             marker-end=\"url(#to-{class})\"/>",
            curve(&route.start),
            curve(&route.end)
        );
    }
    for (arrow, route) in picture.arrows.iter().zip(&laid.routes) {
        let size = label_size(arrow);
        let (x, y) = (route.label.x, route.label.y);
        let middle = x + size.width / 2.0;
        let _ = writeln!(
            out,
            "<g><title>{full}</title><rect class=\"label {class}\" x=\"{x}\" y=\"{y}\" \
             width=\"{w}\" height=\"{h}\" rx=\"9\"/><text class=\"relation\" x=\"{m}\" \
             y=\"{first}\">{relation}</text><text class=\"rule {class}\" x=\"{m}\" \
             y=\"{second}\">{rule}</text></g>",
            full = escaped(&format!("{}: {}", arrow.relation, arrow.rule)),
            class = class(arrow.tone),
            x = px(x),
            y = px(y),
            w = px(size.width),
            h = px(size.height),
            m = px(middle),
            first = px(y + 15.0),
            second = px(y + 28.0),
            relation = escaped(&cut(&arrow.relation)),
            rule = escaped(&cut(&arrow.rule)),
        );
    }
}

fn entity_box(out: &mut String, entity: &Box, at: Point, size: Size) {
    let class = entity.tone.map_or("plain", class);
    let middle = at.y + (size.height - BOX) / 2.0;
    let _ = write!(
        out,
        "<g><title>{full}</title><rect class=\"box {class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" \
         height=\"{h}\" rx=\"8\"/><text class=\"name\" x=\"{tx}\" y=\"{ty}\">{name}</text>",
        full = escaped(&format!("{}: {}", entity.name, entity.fate)),
        x = px(at.x),
        y = px(at.y),
        w = px(size.width),
        h = px(size.height),
        tx = px(at.x + 14.0),
        ty = px(middle + 23.0),
        name = escaped(&cut(&entity.name)),
    );
    if entity.tone.is_some() {
        let _ = write!(
            out,
            "<use href=\"#{class}\" class=\"sign {class}\" x=\"{}\" y=\"{}\" width=\"12\" \
             height=\"12\"/>",
            px(at.x + 14.0),
            px(middle + 32.0)
        );
    }
    let _ = writeln!(
        out,
        "<text class=\"fate {class}\" x=\"{}\" y=\"{}\">{}</text></g>",
        px(at.x + 14.0 + sign_width(entity)),
        px(middle + 42.0),
        escaped(&cut(&entity.fate))
    );
}

/// How far the sign of an entity moves what is said of it.
fn sign_width(entity: &Box) -> f64 {
    if entity.tone.is_some() { 17.0 } else { 0.0 }
}

/// The sizes of the boxes: as wide as what is said, and high enough for the arrows that leave or arrive.
fn box_sizes(picture: &Picture) -> Vec<Size> {
    let mut ends = vec![(0_u32, 0_u32); picture.boxes.len()];
    for arrow in &picture.arrows {
        ends[arrow.from].0 += if arrow.from == arrow.to { 2 } else { 1 };
        ends[arrow.to].1 += u32::from(arrow.from != arrow.to);
    }
    let size = |(entity, (leave, arrive)): (&Box, &(u32, u32))| {
        let name = text_width(&cut(&entity.name), 15.0, true);
        let fate = text_width(&cut(&entity.fate), 12.0, false) + sign_width(entity);
        let most = f64::from(*leave.max(arrive)).min(40.0);
        let height = (PORT * most + 12.0).max(BOX);
        Size { width: (name.max(fate) + 28.0).max(104.0), height }
    };
    picture.boxes.iter().zip(&ends).map(size).collect()
}

fn label_size(arrow: &Arrow) -> Size {
    let relation = text_width(&cut(&arrow.relation), 12.0, true);
    let rule = text_width(&cut(&arrow.rule), 11.0, false);
    Size { width: relation.max(rule) + 24.0, height: 35.0 }
}

fn legend_width(tone: Tone) -> f64 {
    60.0 + text_width(meaning(tone), 12.0, false) + 24.0
}

/// How wide a text will be, about: no font is at hand. What takes two columns is as wide as it is high.
fn text_width(text: &str, size: f64, bold: bool) -> f64 {
    let narrow = if bold { 0.6 } else { 0.545 };
    let width = |c: char| match c.width().unwrap_or(0) {
        2 => 1.0,
        columns => columns as f64 * narrow,
    };
    size * text.chars().map(width).sum::<f64>()
}

/// A text of at most [`LONGEST`] columns.
fn cut(text: &str) -> String {
    if text.width() <= LONGEST {
        return text.to_owned();
    }
    let mut width = 0;
    let mut out: String = text
        .chars()
        .take_while(|c| {
            width += c.width().unwrap_or(0);
            width < LONGEST
        })
        .collect();
    out.push('…');
    out
}

/// Curves through points, level in each.
fn curve(points: &[Point]) -> String {
    let mut out = String::new();
    for (nth, to) in points.iter().enumerate() {
        let Some(from) = nth.checked_sub(1).map(|before| points[before]) else {
            let _ = write!(out, "M{} {}", px(to.x), px(to.y));
            continue;
        };
        if (from.y - to.y).abs() < 0.05 && (to.x - from.x).abs() > 0.05 {
            let _ = write!(out, "H{}", px(to.x));
            continue;
        }
        let half = (to.x - from.x) / 2.0;
        let _ = write!(
            out,
            "C{} {} {} {} {} {}",
            px(from.x + half),
            px(from.y),
            px(to.x - half),
            px(to.y),
            px(to.x),
            px(to.y)
        );
    }
    out
}

/// A length to a tenth of a pixel.
fn px(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    // No "-0".
    format!("{}", if rounded == 0.0 { 0.0 } else { rounded })
}

/// Text in XML; characters that XML has no place for become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Deleted => "deleted",
        Tone::Unlinked => "unlinked",
        Tone::Written => "written",
        Tone::Refused => "refused",
        Tone::Kept => "kept",
    }
}

fn meaning(tone: Tone) -> &'static str {
    match tone {
        Tone::Deleted => "deleted with it",
        Tone::Unlinked => "links removed, kept",
        Tone::Written => "cleared, kept",
        Tone::Refused => "refuses the delete",
        Tone::Kept => "nothing happens",
    }
}

const FONT: &str = "ui-sans-serif, system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', \
                    'Noto Sans KR', 'Apple SD Gothic Neo', 'Malgun Gothic', Helvetica, Arial, sans-serif";

/// Colours are plain in each scheme: not every program that shows SVG knows variables.
const STYLE: &str = "\
.paper{fill:#fff;stroke:#d1d9e0}.title{font-size:16px;font-weight:600;fill:#1f2328}\
.name{font-size:15px;font-weight:600;fill:#1f2328}.fate,.small{font-size:12px;fill:#59636e}\
.relation,.rule{text-anchor:middle}.relation{font-size:12px;font-weight:600;fill:#1f2328}\
.rule{font-size:11px;fill:#59636e}.box{stroke-width:1.5}.label{fill:#fff;stroke-width:1}\
.line{fill:none;stroke-width:1.5}.sign{fill:none;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}\
.line.deleted{stroke-width:2.5}.line.unlinked{stroke-dasharray:8 4}.line.written{stroke-dasharray:4 4}\
.line.kept{stroke-dasharray:1 4;stroke-linecap:round}.line.refused{stroke-width:2}\
.box.kept,.box.written,.box.unlinked{stroke-dasharray:5 3}\
.deleted{stroke:#d1242f}.unlinked{stroke:#0b7a75}.written{stroke:#b08800}.refused{stroke:#8250df}.kept{stroke:#818b98}\
.box.plain{fill:#f6f8fa;stroke:#59636e}.box.deleted{fill:#ffebe9}.box.unlinked{fill:#e6f6f5}.box.written{fill:#fff8c5}.box.refused{fill:#f5efff}.box.kept{fill:#f6f8fa}\
text.deleted{fill:#b31d28;stroke:none}text.unlinked{fill:#0b6b66;stroke:none}text.written{fill:#7d5f00;stroke:none}\
text.refused{fill:#6639ba;stroke:none}text.kept{fill:#59636e;stroke:none}\
.tip.deleted{fill:#d1242f}.tip.unlinked{fill:#0b7a75}.tip.written{fill:#b08800}.tip.kept{fill:#818b98}\
@media(prefers-color-scheme:dark){\
.paper{fill:#0d1117;stroke:#3d444d}.title,.name,.relation{fill:#f0f6fc}.fate,.small,.rule{fill:#9198a1}.label{fill:#0d1117}\
.deleted{stroke:#f85149}.unlinked{stroke:#39c5bb}.written{stroke:#d29922}.refused{stroke:#a371f7}.kept{stroke:#7d8590}\
.box.plain{fill:#151b23;stroke:#9198a1}.box.deleted{fill:#2d1416}.box.unlinked{fill:#0d2524}.box.written{fill:#272115}.box.refused{fill:#1f1730}.box.kept{fill:#151b23}\
text.deleted{fill:#ff7b72}text.unlinked{fill:#56d4cb}text.written{fill:#e3b341}text.refused{fill:#bc8cff}text.kept{fill:#9198a1}\
.tip.deleted{fill:#f85149}.tip.unlinked{fill:#39c5bb}.tip.written{fill:#d29922}.tip.kept{fill:#7d8590}}";

/// The signs of the effects, and the tips of their arrows.
const SIGNS: &str = "\
<symbol id=\"deleted\" viewBox=\"0 0 12 12\"><path d=\"M2.5 2.5l7 7M9.5 2.5l-7 7\"/></symbol>
<symbol id=\"unlinked\" viewBox=\"0 0 12 12\"><path d=\"M4.5 3H3a3 3 0 0 0 0 6h1.5M7.5 3H9a3 3 0 0 1 0 6H7.5\"/></symbol>
<symbol id=\"written\" viewBox=\"0 0 12 12\"><circle cx=\"6\" cy=\"6\" r=\"4\"/><path d=\"M2 10L10 2\"/></symbol>
<symbol id=\"refused\" viewBox=\"0 0 12 12\"><path d=\"M3.8 1.2h4.4l2.6 2.6v4.4l-2.6 2.6H3.8L1.2 8.2V3.8zM3.8 6h4.4\"/></symbol>
<symbol id=\"kept\" viewBox=\"0 0 12 12\"><path d=\"M2 6.5l2.8 2.8L10 3.2\"/></symbol>
<marker id=\"to-deleted\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" markerWidth=\"11\" markerHeight=\"11\" orient=\"auto\"><path class=\"tip deleted\" d=\"M0 0L10 5L0 10z\"/></marker>
<marker id=\"to-unlinked\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\"><path class=\"tip unlinked\" d=\"M0 0L10 5L0 10z\"/></marker>
<marker id=\"to-written\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" markerWidth=\"9\" markerHeight=\"9\" orient=\"auto\"><path class=\"tip written\" d=\"M0 0L10 5L0 10z\"/></marker>
<marker id=\"to-refused\" viewBox=\"0 0 10 10\" refX=\"8\" refY=\"5\" markerUnits=\"userSpaceOnUse\" markerWidth=\"14\" markerHeight=\"14\" orient=\"auto\"><path class=\"refused\" stroke-width=\"2\" d=\"M4 0V10\"/></marker>
<marker id=\"to-kept\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerUnits=\"userSpaceOnUse\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\"><path class=\"tip kept\" d=\"M0 0L10 5L0 10z\"/></marker>
";
