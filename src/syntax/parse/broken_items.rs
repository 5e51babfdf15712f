//! Items that can't be read: which one was meant, and where its first line went wrong.

use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::tree::Name;

use super::broken::{Place, name_at, suggest};
use super::{Node, Reader, Rule, expected};

/// An item that can't be read.
pub struct BrokenItem<'p> {
    /// Its name, as far as it has one.
    pub name: Option<Name>,
    /// Whether it was to be `module …`.
    pub is_module: bool,
    /// Its block, where that holds members.
    pub block: Option<Node<'p>>,
    /// Its first line.
    pub span: Span,
}

const KEYWORDS: [&str; 8] =
    ["module", "extension", "enum", "mixin", "entity", "external", "union", "fetch"];

/// How each item is written.
fn form(keyword: &str) -> &'static str {
    match keyword {
        "module" => "a module is written `module NAME`, alone on its line",
        "extension" => "an extension is written `extension NAME`, alone on its line",
        "enum" => "an enum is written `enum NAME { VALUE, … }`, with `as TYPE` before its block",
        "mixin" => "a mixin is written `mixin NAME { … }`",
        "external" => "a table of something else is written `external entity NAME { … }`",
        "union" => "a union is written `union NAME = A | B as STRATEGY`",
        "fetch" => "a fetch is written `fetch NAME on ENTITY { … }`",
        _ => "an entity is written `entity NAME { … }`, with `with MIXIN, …` before its block",
    }
}

/// Reports an item that can't be read.
pub fn item<'p>(reader: &mut Reader<'_>, node: Node<'p>) -> BrokenItem<'p> {
    let whole = reader.span(&node);
    let (mut head, mut block) = (None, None);
    for part in node.into_inner() {
        match part.as_rule() {
            Rule::broken_head => head = Some(part),
            Rule::broken_block => block = Some(part),
            _ => {}
        }
    }
    let Some(head) = head else {
        if !reader.is_damaged(whole) {
            let span = Span { end: whole.start + 1, ..whole };
            let found =
                Diagnostic::new(Code::E0102, span, "a block without its item", "whose block?");
            reader.findings.push(found.help("write `entity NAME` before it"));
        }
        return BrokenItem { name: None, is_module: false, block: None, span: whole };
    };
    let place = Place::of(reader, &head);
    let head = Head { text: place.text, has_block: block.is_some() };
    let meant = head.keyword();
    let name = head.name().and_then(|(word, at)| name_at(reader, word, place.span.start + at));
    if !place.damaged {
        reader.findings.push(diagnose(&place, &head, meant));
    }
    let has_members = matches!(meant, Some("entity" | "mixin" | "external"));
    BrokenItem {
        name,
        is_module: meant == Some("module"),
        block: block.filter(|_| has_members),
        span: place.span,
    }
}

/// The first line of an item, up to its block.
struct Head<'p> {
    text: &'p str,
    has_block: bool,
}

impl<'p> Head<'p> {
    /// The words of the line, with their offsets.
    fn words(&self) -> impl Iterator<Item = (&'p str, u32)> + use<'p> {
        let text = self.text;
        let mut at = 0;
        std::iter::from_fn(move || {
            at += text[at..].find(|c: char| c.is_alphanumeric() || c == '_' || c == '`')?;
            let word = expected::word(&text[at..]);
            let word = if word.is_empty() { &text[at..at + 1] } else { word };
            let place = at;
            at += word.len();
            Some((word, place as u32))
        })
    }

    /// The keyword that the line begins with, or that was meant.
    fn keyword(&self) -> Option<&'static str> {
        let first = expected::word(self.text);
        KEYWORDS.into_iter().find(|&keyword| keyword == first).or_else(|| {
            let meant = nearest(first, KEYWORDS)?;
            KEYWORDS.into_iter().find(|&keyword| keyword == meant)
        })
    }

    /// The item's name, and where it stands.
    fn name(&self) -> Option<(&'p str, u32)> {
        let mut words = self.words();
        words.next()?;
        let second = words.next()?;
        if self.keyword() == Some("external") { words.next() } else { Some(second) }
    }
}

fn diagnose(place: &Place<'_>, head: &Head<'_>, meant: Option<&'static str>) -> Diagnostic {
    let first = expected::word(place.text);
    let Some(keyword) = meant else {
        let token = expected::token(place.text, 0);
        let message = format!("expected an item, found {token}");
        let found =
            Diagnostic::new(Code::E0102, place.at(0, token.length()), message, "begins no item");
        return match foreign(first) {
            Some(help) => found.help(help),
            None => found.help(format!("items begin with {}", listed(&KEYWORDS))),
        };
    };
    if first != keyword {
        let span = place.at(0, first.len());
        let message = format!("`{first}` begins no item");
        return suggest(
            Diagnostic::new(Code::E0102, span, message, "not a keyword"),
            span,
            keyword,
        );
    }
    let stop = stop(keyword, head);
    let token = expected::token(place.text, stop.at);
    let found_token = match (&token, head.has_block) {
        (expected::Token::End, true) => "`{`".to_owned(),
        _ => token.to_string(),
    };
    let span = place.at(stop.at, token.length());
    let subject = match head.name() {
        Some((name, _)) => format!("the {} `{name}`", noun(keyword)),
        None => format!("the {}", noun(keyword)),
    };
    let message =
        format!("{subject} can't be read: expected {}, found {found_token}", stop.expected);
    let found = Diagnostic::new(Code::E0102, span, message, format!("expected {}", stop.expected));
    match stop.meant {
        Some(meant) => suggest(found, span, meant),
        None => found.help(form(keyword)),
    }
}

/// Words that begin the same thing in other languages.
fn foreign(word: &str) -> Option<&'static str> {
    Some(match word.to_ascii_lowercase().as_str() {
        "model" | "table" | "class" | "struct" | "type" | "create" => form("entity"),
        "import" | "use" | "include" => {
            "all files of a project are one program; write `module.Entity` for what is elsewhere"
        }
        _ => return None,
    })
}

fn noun(keyword: &str) -> &str {
    if keyword == "external" { "external entity" } else { keyword }
}

fn listed(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Where a head stops making sense.
struct Stop {
    at: usize,
    expected: &'static str,
    meant: Option<&'static str>,
}

/// Goes along a head whose keyword is right.
fn stop(keyword: &'static str, head: &Head<'_>) -> Stop {
    let mut walk = Walk { text: head.text, at: 0 };
    walk.word();
    if keyword == "external" && walk.peek() != "entity" {
        return walk.stop("`entity`", &["entity"]);
    } else if keyword == "external" {
        walk.word();
    }
    if walk.word().is_empty() {
        return walk.stop("a name", &[]);
    }
    match keyword {
        "module" | "extension" => walk.stop("the end of the line", &[]),
        "enum" => {
            if walk.peek() == "as" {
                walk.word();
                if walk.word().is_empty() {
                    return walk.stop("a type, or `type`", &[]);
                }
                return walk.stop("`{`", &[]);
            }
            walk.stop("`as` or `{`", &["as"])
        }
        "union" => {
            if !walk.symbol("=") {
                return walk.stop("`=`", &[]);
            }
            loop {
                if !walk.symbol("*") && walk.path().is_empty() {
                    return walk.stop("the name of an entity", &[]);
                }
                if !walk.symbol("|") {
                    break;
                }
            }
            if walk.peek() != "as" {
                return walk.stop("`|` or `as`", &["as"]);
            }
            walk.word();
            if walk.word().is_empty() {
                return walk.stop("how it is stored, such as `arc`", &[]);
            }
            if walk.peek() != "because" {
                return walk.stop("`because` or the end of the line", &["because"]);
            }
            walk.word();
            walk.stop("a string in double quotes", &[])
        }
        "fetch" => {
            if walk.peek() != "on" {
                return walk.stop("`on`", &["on"]);
            }
            walk.word();
            if walk.path().is_empty() {
                return walk.stop("the name of an entity", &[]);
            }
            walk.stop(if head.has_block { "names in its block" } else { "`{`" }, &[])
        }
        _ => {
            if walk.peek() != "with" {
                return walk.stop("`with` or `{`", &["with"]);
            }
            walk.word();
            loop {
                if walk.path().is_empty() {
                    return walk.stop("the name of a mixin", &[]);
                }
                if !walk.symbol(",") {
                    return walk.stop("`,` or `{`", &[]);
                }
            }
        }
    }
}

struct Walk<'p> {
    text: &'p str,
    at: usize,
}

impl<'p> Walk<'p> {
    fn rest(&self) -> &'p str {
        &self.text[self.at..]
    }

    fn peek(&self) -> &'p str {
        expected::word(self.rest())
    }

    fn take(&mut self, length: usize) {
        self.at += length;
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn word(&mut self) -> &'p str {
        let word = self.peek();
        self.take(word.len());
        word
    }

    fn path(&mut self) -> &'p str {
        let word = self.word();
        if !word.is_empty() && self.symbol(".") {
            return self.word();
        }
        word
    }

    fn symbol(&mut self, symbol: &str) -> bool {
        let stands = self.rest().starts_with(symbol);
        if stands {
            self.take(symbol.len());
        }
        stands
    }

    fn stop(&self, expected: &'static str, words: &[&'static str]) -> Stop {
        let meant = nearest(self.peek(), words.iter().copied());
        let meant = words.iter().copied().find(|&word| Some(word) == meant);
        Stop { at: self.at, expected, meant }
    }
}
