//! The only room that sees pest: text in, tree and diagnostics out.
//!
//! [`scan`] looks at every byte once and leaves balanced text; the grammar in `grammar/trine.pest` cuts
//! it into pairs; the rest of this room makes the tree of them. What the grammar could not read is read
//! again in `errors`, which words what was expected.

mod broken;
mod broken_items;
mod errors;
mod expected;
mod expressions;
mod findings;
mod items;
mod members;
mod relations;
mod scan;
mod text;

use pest::Parser as _;
use pest::iterators::{Pair, Pairs};

use crate::diagnostics::Diagnostic;
use crate::naming;
use crate::source::{FileId, Sources, Span};

use super::tree::{SyntaxTree, Trivia};
pub use expected::keyword_form;
use findings::Findings;

/// The parser that pest makes of the grammar.
#[derive(pest_derive::Parser)]
#[grammar = "../grammar/trine.pest"]
struct Grammar;

type Node<'p> = Pair<'p, Rule>;
type Nodes<'p> = Pairs<'p, Rule>;

/// Reads one file. Never fails: what can't be read is left out, and has a diagnostic.
///
/// ```
/// let mut sources = trine::source::Sources::new();
/// let file = sources.add("shop.trine", "module shop\n\nentity Store {\n  name  varchar(80)\n}\n");
/// let (tree, diagnostics) = trine::syntax::parse(&sources, file);
/// assert!(diagnostics.is_empty());
/// assert_eq!(tree.module.expect("the file names its module").name.text, "shop");
/// ```
pub fn parse(sources: &Sources, file: FileId) -> (SyntaxTree, Vec<Diagnostic>) {
    let source = &sources.get(file).text;
    let module = naming::module(sources.get(file).stem());
    let scan = scan::scan(file, source);
    let mut reader = Reader {
        file,
        module,
        length: source.len(),
        text: &scan.text,
        damage: scan.damage,
        findings: scan.findings,
        trivia: scan.trivia,
    };
    let mut tree = SyntaxTree {
        file,
        module: None,
        items: Vec::new(),
        broken: Vec::new(),
        trivia: Vec::new(),
    };
    match Grammar::parse(Rule::file, &scan.text) {
        Ok(mut nodes) => {
            let file = nodes.next().expect("a parse that succeeds gives its own rule");
            items::file(&mut reader, file.into_inner(), &mut tree);
        }
        Err(error) => reader.findings.push(errors::unreadable(file, source, &error)),
    }
    tree.trivia = reader.trivia;
    tree.trivia.sort_by_key(|trivia| trivia.span);
    (tree, reader.findings.finish())
}

/// What the functions that make the tree share.
struct Reader<'t> {
    file: FileId,
    /// What the file's module could be called, when it does not say.
    module: String,
    length: usize,
    text: &'t str,
    damage: Vec<Span>,
    findings: Findings,
    trivia: Vec<Trivia>,
}

impl Reader<'_> {
    /// Where a node stands. A bracket that the end of the file lacks has no place in the file.
    fn span(&self, node: &Node<'_>) -> Span {
        let span = node.as_span();
        Span::new(self.file, span.start().min(self.length), span.end().min(self.length))
    }

    /// Whether something within or beside the span was blanked out, and reported.
    fn is_damaged(&self, span: Span) -> bool {
        let blank = [' ', '\t', '\r'];
        let start = self.text[..span.start as usize].trim_end_matches(blank).len() as u32;
        let behind = &self.text[span.end as usize..];
        let end = span.end + (behind.len() - behind.trim_start_matches(blank).len()) as u32;
        let place = self.damage.partition_point(|damage| damage.end < start);
        self.damage.get(place).is_some_and(|damage| damage.start <= end)
    }
}
