//! The syntax tree: what a file says, in the order in which it says it, with the spans of every part.
//!
//! A broken item or member is absent from the tree but for its name, and has a diagnostic instead.
//! Comments and blank lines are kept beside the tree, so that a formatter loses nothing.

use smol_str::SmolStr;

use crate::source::{FileId, Span};

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

/// `extension citext`
#[derive(Debug, Clone)]
pub struct Extension {
    /// The documentation before it.
    pub docs: Docs,
    /// PostgreSQL's name of it; may be a string: `extension "uuid-ossp"`.
    pub name: Name,
    /// The whole.
    pub span: Span,
}

/// `enum NAME as STORAGE { VALUES }`
#[derive(Debug, Clone)]
pub struct Enum {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// What stands after `as`: `type`, or a type such as `char(2)`.
    pub storage: Option<EnumStorage>,
    /// Its values.
    pub values: Vec<EnumValue>,
    /// The names of values that could not be read, so that nobody calls them unknown.
    pub broken: Vec<Name>,
    /// `@target(…)` in its block.
    pub attributes: Vec<Attribute>,
    /// The whole.
    pub span: Span,
}

/// How an enum asks to be stored.
#[derive(Debug, Clone)]
pub enum EnumStorage {
    /// `as type`: a PostgreSQL enum type.
    NativeType(Span),
    /// `as char(2)`, `as text`, `as smallint`
    Type(TypeRef),
}

/// `photo`, `staff = "10" label "사원"`
#[derive(Debug, Clone)]
pub struct EnumValue {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// What is stored, when it is not the name.
    pub value: Option<Literal>,
    /// What people read.
    pub label: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// An entity or a mixin.
#[derive(Debug, Clone)]
pub struct Entity {
    /// The documentation before it.
    pub docs: Docs,
    /// The span of `external`, when it is one.
    pub external: Option<Span>,
    /// Its name.
    pub name: Name,
    /// The mixins after `with`.
    pub mixins: Vec<Path>,
    /// What stands in its block.
    pub members: Vec<Member>,
    /// The names of members that could not be read, so that nobody calls them unknown.
    pub broken: Vec<Name>,
    /// The whole, documentation aside.
    pub span: Span,
}

/// Something in the block of an entity or a mixin.
#[derive(Debug, Clone)]
pub enum Member {
    /// `name varchar(80)`
    Field(Field),
    /// `store 1 Store <-> * banners on delete cascade`
    Relation(Relation),
    /// `key (a, b)`
    Key(KeyMember),
    /// `unique (…)`
    Unique(Unique),
    /// `index (…)`
    Index(Index),
    /// `check (…)`
    Check(Check),
    /// `exclude using gist (…)`
    Exclude(Exclude),
    /// `order by (…)`
    OrderBy(OrderBy),
    /// `display "…"`
    Display(Text),
    /// `label "…"`, with or without `plural "…"`
    Label(LabelMember),
    /// `table "…"`
    Table(Text),
    /// `with (fillfactor = 70)`
    Storage(Storage),
    /// `@django(…)`
    Attribute(Attribute),
}

/// A type as written: `varchar(80)`, `text[]`, `PostKind`, `raw "ltree"`.
#[derive(Debug, Clone)]
pub struct TypeRef {
    /// The name; for `raw "…"` it is `raw`.
    pub name: Path,
    /// The text after `raw`.
    pub raw: Option<Text>,
    /// What stands in parentheses.
    pub arguments: Vec<(i64, Span)>,
    /// How many `[]` follow.
    pub dimensions: u8,
    /// The whole, without `?`.
    pub span: Span,
}

/// `NAME TYPE[?] [= DEFAULT] MODIFIER…`
#[derive(Debug, Clone)]
pub struct Field {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: TypeRef,
    /// The span of `?`.
    pub nullable: Option<Span>,
    /// What stands after `=`.
    pub default: Option<Expr>,
    /// The modifiers, in the order written.
    pub modifiers: Vec<Modifier>,
    /// The whole, documentation aside.
    pub span: Span,
}

/// What may follow a field's type and default.
#[derive(Debug, Clone)]
pub struct Modifier {
    /// Which one.
    pub kind: ModifierKind,
    /// The whole of it.
    pub span: Span,
}

/// The kinds of [`Modifier`].
#[derive(Debug, Clone)]
pub enum ModifierKind {
    /// `key`
    Key,
    /// `unique`, with what may follow it
    Unique(UniqueOptions),
    /// `on update EXPR`; only `now()` has a meaning
    OnUpdate(Expr),
    /// `generated = EXPR`
    Generated(Expr),
    /// `label "…"`
    Label(Text),
    /// `column "…"`
    Column(Text),
    /// `@target(…)`
    Attribute(Attribute),
}

/// What may follow the columns of a UNIQUE.
#[derive(Debug, Clone, Default)]
pub struct UniqueOptions {
    /// `where (…)`
    pub condition: Option<Expr>,
    /// The span of `deferrable`.
    pub deferrable: Option<Span>,
    /// `nulls distinct` (true) or `nulls not distinct` (false).
    pub nulls_distinct: Option<(bool, Span)>,
    /// `message "…"`
    pub message: Option<Text>,
    /// `as NAME`
    pub name: Option<Name>,
}

/// `NAME MULTIPLICITY TARGET <-> MULTIPLICITY INVERSE CLAUSE…`
#[derive(Debug, Clone)]
pub struct Relation {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// How many of the target one source has.
    pub here: Multiplicity,
    /// The entity or union that it points at.
    pub target: Path,
    /// How many sources one target has.
    pub there: Multiplicity,
    /// The accessor on the target.
    pub inverse: Inverse,
    /// The clauses, in the order written.
    pub clauses: Vec<Clause>,
    /// The whole, documentation aside.
    pub span: Span,
}

/// `1`, `0..1`, `*`, `1..*`, `2..5`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Multiplicity {
    /// The fewest.
    pub min: u32,
    /// The most; `None` is `*`.
    pub max: Option<u32>,
    /// Where it stands.
    pub span: Span,
}

/// The name after the second multiplicity.
#[derive(Debug, Clone)]
pub enum Inverse {
    /// `_`: no accessor.
    None(Span),
    /// An accessor; in a mixin the text may hold `{entity}`.
    Name(Name),
}

/// What may follow a relation's ends.
#[derive(Debug, Clone)]
pub struct Clause {
    /// Which one.
    pub kind: ClauseKind,
    /// The whole of it.
    pub span: Span,
}

/// The kinds of [`Clause`].
#[derive(Debug, Clone)]
pub enum ClauseKind {
    /// `on delete RULE`, and over a union `, Group restrict` for alternatives that differ
    OnDelete {
        /// The rule for every alternative that is not named.
        rule: DeleteRule,
        /// Where it stands.
        rule_span: Span,
        /// Rules by alternative.
        alternatives: Vec<(Path, DeleteRule, Span)>,
    },
    /// `on orphan delete`
    OnOrphanDelete,
    /// `on update cascade`
    OnUpdateCascade,
    /// `within A, B = C`
    Within(Vec<WithinPair>),
    /// `through NAME`, `through NAME(a, b)`
    Through {
        /// The link's name.
        name: Path,
        /// The two relations of a declared link.
        ends: Option<(Name, Name)>,
    },
    /// `ordered`
    Ordered,
    /// `deferrable`
    Deferrable,
    /// `by (code)`
    By(Vec<Name>),
    /// `= 1`
    Default(Expr),
    /// `column "…"`
    Column(Text),
    /// `label "…"`
    Label(Text),
    /// `key`
    Key,
    /// `unique`
    Unique,
    /// `@target(…)`
    Attribute(Attribute),
}

/// A delete rule as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeleteRule {
    /// `cascade`
    Cascade,
    /// `set null`
    SetNull,
    /// `set default`
    SetDefault,
    /// `restrict`
    Restrict,
    /// `protect`
    Protect,
    /// `unlink`
    Unlink,
}

/// One pair of `within`: `store`, or `store = shop`.
#[derive(Debug, Clone)]
pub struct WithinPair {
    /// The relation of this entity.
    pub here: Name,
    /// The relation of the target, where its name differs.
    pub there: Option<Name>,
}

/// `key (a, b)`
#[derive(Debug, Clone)]
pub struct KeyMember {
    /// The columns.
    pub columns: Vec<Name>,
    /// The whole.
    pub span: Span,
}

/// `unique (…) …`
#[derive(Debug, Clone)]
pub struct Unique {
    /// Columns and expressions.
    pub elements: Vec<IndexElement>,
    /// What follows them.
    pub options: UniqueOptions,
    /// The whole.
    pub span: Span,
}

/// `index (…) …`
#[derive(Debug, Clone)]
pub struct Index {
    /// `using gin`
    pub using: Option<Name>,
    /// Columns and expressions.
    pub elements: Vec<IndexElement>,
    /// `include (…)`
    pub include: Vec<Name>,
    /// `where (…)`
    pub condition: Option<Expr>,
    /// `with (fillfactor = 70)`
    pub storage: Vec<(Name, Literal)>,
    /// `as NAME`
    pub name: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// One element of an index or a UNIQUE: `name`, `lower(name) text_pattern_ops desc nulls last`.
#[derive(Debug, Clone)]
pub struct IndexElement {
    /// A column's name is an [`ExprKind::Path`].
    pub expr: Expr,
    /// An operator class.
    pub opclass: Option<Name>,
    /// `asc` or `desc`
    pub direction: Option<Direction>,
    /// `nulls first` (true) or `nulls last` (false)
    pub nulls_first: Option<bool>,
    /// The whole.
    pub span: Span,
}

/// `asc`, `desc`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// `check (…) message "…" as NAME`
#[derive(Debug, Clone)]
pub struct Check {
    /// The condition.
    pub condition: Expr,
    /// What people read when it fails.
    pub message: Option<Text>,
    /// `as NAME`
    pub name: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// `exclude using gist (room with =, span with &&) where (…)`
#[derive(Debug, Clone)]
pub struct Exclude {
    /// The access method.
    pub using: Option<Name>,
    /// Elements, each with its operator.
    pub elements: Vec<(IndexElement, Text)>,
    /// `where (…)`
    pub condition: Option<Expr>,
    /// The span of `deferrable`.
    pub deferrable: Option<Span>,
    /// `message "…"`
    pub message: Option<Text>,
    /// `as NAME`
    pub name: Option<Name>,
    /// The whole.
    pub span: Span,
}

/// `order by (position, created_at desc)`
#[derive(Debug, Clone)]
pub struct OrderBy {
    /// The columns.
    pub elements: Vec<(Name, Option<Direction>)>,
    /// The whole.
    pub span: Span,
}

/// `label "…" plural "…"`
#[derive(Debug, Clone)]
pub struct LabelMember {
    /// The singular.
    pub label: Option<Text>,
    /// The plural.
    pub plural: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// `with (fillfactor = 70)`
#[derive(Debug, Clone)]
pub struct Storage {
    /// Parameter and value.
    pub parameters: Vec<(Name, Literal)>,
    /// The whole.
    pub span: Span,
}

/// `@django(mixin: "shop.behaviour.StoreMixin")`
#[derive(Debug, Clone)]
pub struct Attribute {
    /// `postgres`, `sqlalchemy` or `django`, when it is right.
    pub target: Name,
    /// Key and value.
    pub arguments: Vec<(Name, Literal)>,
    /// The whole.
    pub span: Span,
}

/// `union NAME = A | B as STRATEGY`
#[derive(Debug, Clone)]
pub struct Union {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// The alternatives; empty for `*`.
    pub alternatives: Vec<Path>,
    /// The word after `as`.
    pub strategy: Name,
    /// `because "…"`
    pub because: Option<Text>,
    /// The whole.
    pub span: Span,
}

/// `fetch NAME on ENTITY { … }`
#[derive(Debug, Clone)]
pub struct Fetch {
    /// The documentation before it.
    pub docs: Docs,
    /// Its name.
    pub name: Name,
    /// The entity that it starts from.
    pub entity: Path,
    /// What to load.
    pub selections: Vec<Selection>,
    /// The whole.
    pub span: Span,
}

/// `posts { store }`
#[derive(Debug, Clone)]
pub struct Selection {
    /// A field or an accessor.
    pub name: Name,
    /// What to load below it.
    pub selections: Vec<Selection>,
}

/// A literal.
#[derive(Debug, Clone)]
pub struct Literal {
    /// Its value.
    pub kind: LiteralKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of [`Literal`].
#[derive(Debug, Clone, PartialEq)]
pub enum LiteralKind {
    /// A number as written, without its sign if that stands apart: `12`, `0.5`, `1e3`.
    Number(SmolStr),
    /// `"…"`
    String(String),
    /// `true`, `false`
    Boolean(bool),
    /// `null`
    Null,
    /// In attributes only: a bare word.
    Word(SmolStr),
}

/// An expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// Its kind.
    pub kind: ExprKind,
    /// Where it stands, its own parentheses included.
    pub span: Span,
}

/// The kinds of [`Expr`].
#[derive(Debug, Clone)]
pub enum ExprKind {
    /// A literal.
    Literal(LiteralKind),
    /// `price`, `PostKind.photo`, `store.name`
    Path(Vec<Name>),
    /// `lower(name)`
    Call {
        /// The function.
        function: Name,
        /// What it is called with.
        arguments: Vec<Expr>,
    },
    /// `-x`, `not x`
    Unary {
        /// `-` or `not`.
        operator: UnaryOperator,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// Which one.
        operator: BinaryOperator,
        /// Where the operator stands.
        operator_span: Span,
        /// What stands before it.
        left: Box<Expr>,
        /// What stands behind it.
        right: Box<Expr>,
    },
    /// `x is null`, `x is not null`
    IsNull {
        /// What is asked.
        operand: Box<Expr>,
        /// With `not`.
        negated: bool,
    },
    /// `x in (a, b)`, `x not in (a, b)`
    In {
        /// What is looked for.
        operand: Box<Expr>,
        /// Where.
        list: Vec<Expr>,
        /// With `not`.
        negated: bool,
    },
    /// `x between a and b`, `x not between a and b`
    Between {
        /// What is compared.
        operand: Box<Expr>,
        /// The least.
        low: Box<Expr>,
        /// The greatest.
        high: Box<Expr>,
        /// With `not`.
        negated: bool,
    },
    /// `[a, b]`
    Array(Vec<Expr>),
    /// `x::date`
    Cast {
        /// What is cast.
        operand: Box<Expr>,
        /// To what.
        ty: TypeRef,
    },
    /// `sql "…"`: passed to PostgreSQL as it is.
    Sql(String),
}

/// Operators before one operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOperator {
    /// `-`
    Negate,
    /// `not`
    Not,
}

/// Operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOperator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `!=` or `<>`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `like`
    Like,
    /// `not like`
    NotLike,
    /// `ilike`
    ILike,
    /// `not ilike`
    NotILike,
    /// `~`: a POSIX regular expression matches
    Matches,
    /// `~*`: the same, whatever the case
    MatchesIgnoringCase,
    /// `!~`
    NotMatches,
    /// `!~*`
    NotMatchesIgnoringCase,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `||`
    Concatenate,
    /// `@>`
    Contains,
    /// `<@`
    ContainedBy,
    /// `&&`
    Overlaps,
    /// `->`: a JSON element
    JsonGet,
    /// `->>`: a JSON element as text
    JsonGetText,
}
