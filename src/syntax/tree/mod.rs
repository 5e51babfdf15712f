//! The syntax tree: what a file says, in the order in which it says it, with the spans of every part.
//!
//! A broken item or member is absent from the tree but for its name, and has a diagnostic instead.
//! Comments and blank lines are kept beside the tree, so that a formatter loses nothing.

mod expressions;
mod items;
mod members;
mod relations;

use smol_str::SmolStr;

use crate::source::{FileId, Span};

pub use expressions::*;
pub use items::*;
pub use members::*;
pub use relations::*;

/// One file.
#[derive(Debug, Clone)]
pub struct SyntaxTree {
    /// The file.
    pub file: FileId,
    /// `module NAME`, which every file has once.
    pub module: Option<Module>,
    /// Everything else at the top level.
    pub items: Vec<Item>,
    /// The names of items that could not be read, so that nobody calls them unknown.
    pub broken: Vec<Name>,
    /// Comments and blank lines, by place.
    pub trivia: Vec<Trivia>,
}

/// What has no meaning, but must survive formatting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trivia {
    /// Comment or blank line.
    pub kind: TriviaKind,
    /// Where it stands, without the line feed.
    pub span: Span,
}

/// The kinds of [`Trivia`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriviaKind {
    /// `// …` alone on its line.
    Comment,
    /// `// …` behind something else on its line.
    TrailingComment,
    /// One or more empty lines in a row.
    BlankLines,
}

/// A name as written; backquotes are taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name, in NFC.
    pub text: SmolStr,
    /// Where it stands, backquotes included.
    pub span: Span,
}

/// A name that may be of another module: `Banner`, `storefront.Banner`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// What stands before the dot.
    pub module: Option<Name>,
    /// The name itself.
    pub name: Name,
}

impl From<Name> for Path {
    fn from(name: Name) -> Path {
        Path { module: None, name }
    }
}

impl Path {
    /// From the first part to the last.
    pub fn span(&self) -> Span {
        self.module.as_ref().map_or(self.name.span, |module| module.span.to(self.name.span))
    }
}

/// A string literal, with its escapes resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The value.
    pub value: String,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// The lines of `///` before something, each without its slashes and one following space, joined by
/// line feeds.
pub type Docs = Option<Text>;

/// `module NAME`, and optionally a block of `label` and `@target(…)`.
#[derive(Debug, Clone)]
pub struct Module {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// `label "…"` in its block.
    pub label: Option<Text>,
    /// `@target(…)` in its block.
    pub attributes: Vec<Attribute>,
    /// The whole.
    pub span: Span,
}

/// Something at the top level.
#[derive(Debug, Clone)]
pub enum Item {
    /// `extension NAME`
    Extension(Extension),
    /// `enum NAME { … }`
    Enum(Enum),
    /// `mixin NAME { … }`
    Mixin(Entity),
    /// `entity NAME { … }` or `external entity NAME { … }`
    Entity(Entity),
    /// `union NAME = …`
    Union(Union),
    /// `fetch NAME on ENTITY { … }`
    Fetch(Fetch),
}
