//! What was expected where reading stopped: from the grammar's rules to words.

use std::fmt;

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};

use super::{Grammar, Rule};

/// What a broken text was to be.
pub enum Kind {
    /// A field.
    Field,
    /// A relation.
    Relation,
    /// A member that begins with a keyword.
    Keyworded(&'static Keyword),
    /// An attribute, `@django(…)`.
    Attribute,
    /// A clause of a relation, on a line of its own.
    Clause,
    /// A value of an enum.
    Value,
}

/// A keyword that begins a member, and what must follow it.
pub struct Keyword {
    word: &'static str,
    opens: &'static str,
}

const KEYWORDS: &[Keyword] = &[
    Keyword { word: "key", opens: "(" },
    Keyword { word: "unique", opens: "(" },
    Keyword { word: "index", opens: "(" },
    Keyword { word: "check", opens: "(" },
    Keyword { word: "exclude", opens: "(" },
    Keyword { word: "order by", opens: "(" },
    Keyword { word: "with", opens: "(" },
    Keyword { word: "display", opens: "\"" },
    Keyword { word: "label", opens: "\"" },
    Keyword { word: "plural", opens: "\"" },
    Keyword { word: "table", opens: "\"" },
];

/// The keywords that begin a member.
pub fn member_keywords() -> impl Iterator<Item = &'static str> {
    KEYWORDS.iter().map(|keyword| keyword.word)
}

/// What makes a word that begins a member a keyword, where it could be one.
pub fn keyword_form(word: &str) -> Option<String> {
    let keyword = KEYWORDS.iter().find(|keyword| keyword.word == word)?;
    let rest = if keyword.opens == "(" { "(…)" } else { "\"…\"" };
    Some(format!("for the keyword, write `{word} {rest}`"))
}

/// The identifier that a text begins with, with its backquotes; may be empty.
pub fn word(text: &str) -> &str {
    let name = text.strip_prefix('`').unwrap_or(text);
    let quote = text.len() - name.len();
    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(name.len());
    let closing = usize::from(quote == 1 && name[end..].starts_with('`'));
    &text[..quote + end + closing]
}

/// What a member was to be; `None` where its first word is no name and no keyword.
pub fn classify(text: &str) -> Option<Kind> {
    if text.starts_with('@') {
        return Some(Kind::Attribute);
    }
    let first = word(text);
    let rest = text[first.len()..].trim_start();
    let opens = rest.starts_with(['(', '"']);
    let keyword = KEYWORDS.iter().find(|keyword| match keyword.word.split_once(' ') {
        Some((order, by)) => first == order && word(rest) == by,
        None => first == keyword.word && (opens || word(rest) == "using"),
    });
    if let Some(keyword) = keyword {
        return Some(Kind::Keyworded(keyword));
    }
    if first.is_empty() || opens {
        return None;
    }
    let relation = rest.starts_with(|c: char| c.is_ascii_digit() || c == '*');
    Some(if relation || rest.contains("<->") { Kind::Relation } else { Kind::Field })
}

impl Keyword {
    fn lists_columns(&self) -> bool {
        ["key", "unique", "index", "order by"].contains(&self.word)
    }
}

impl Kind {
    /// What is being read, for people: "the field `name`".
    pub fn subject(&self, text: &str) -> String {
        match self {
            Kind::Field => format!("the field `{}`", word(text)),
            Kind::Relation => format!("the relation `{}`", word(text)),
            Kind::Keyworded(keyword) => format!("`{}`", keyword.word),
            Kind::Attribute => "the attribute".to_owned(),
            Kind::Clause => "the clause".to_owned(),
            Kind::Value if word(text).is_empty() => "the value".to_owned(),
            Kind::Value => format!("the value `{}`", word(text)),
        }
    }

    fn rule(&self) -> Rule {
        match self {
            Kind::Field => Rule::only_field,
            Kind::Relation => Rule::only_relation,
            Kind::Keyworded(_) | Kind::Attribute => Rule::only_keyworded,
            Kind::Clause => Rule::only_clause,
            Kind::Value => Rule::only_value,
        }
    }
}

/// Where reading stopped, and what was expected there.
pub struct Failure {
    /// The offset in the text.
    pub at: usize,
    /// In words: "`<->`", "a type", "a clause or the end of the line".
    pub expected: String,
    rules: Vec<Rule>,
}

impl Failure {
    /// Whether this rule was tried there.
    pub fn expects(&self, rule: Rule) -> bool {
        self.rules.contains(&rule)
    }

    /// The keywords that could have stood there.
    pub fn candidates(&self) -> Vec<&'static str> {
        self.rules.iter().filter_map(|&rule| keyword(rule)).collect()
    }
}

/// Reads a broken text with the rule of what it was to be.
pub fn read_again(text: &str, kind: &Kind) -> Failure {
    let (mut at, mut rules) = furthest(text, kind.rule());
    at = behind(text, at, 0);
    let first = word(text).len();
    let here = word(&text[at..]);
    // What stands behind a keyword has no rule of its own: reading stopped before the keyword.
    let follows =
        rules.iter().filter(|&&rule| keyword(rule) == Some(here)).find_map(|&rule| follows(rule));
    let mut expected = String::new();
    if at < first || at == 0 {
        (at, expected) = match kind {
            Kind::Keyworded(keyword) => {
                let words = keyword.word.split(' ').count();
                (behind(text, 0, words), behind_keyword(keyword))
            }
            _ if text.starts_with(|c: char| c.is_ascii_digit()) => {
                (0, "a name, which begins with a letter".to_owned())
            }
            Kind::Field => (behind(text, 0, 1), "a type".to_owned()),
            Kind::Relation => (behind(text, 0, 1), "how many (`1`, `0..1` or `*`)".to_owned()),
            Kind::Attribute => {
                (1.min(text.len()), "a target: `postgres`, `sqlalchemy` or `django`".to_owned())
            }
            Kind::Clause => (0, "a clause".to_owned()),
            Kind::Value if first == 0 => (0, "a value's name".to_owned()),
            Kind::Value => {
                (behind(text, 0, 1), "`=`, `label`, `,` or the end of the line".to_owned())
            }
        };
        rules.clear();
    } else if let Some(follows) = follows.filter(|_| !here.is_empty()) {
        at = behind(text, at, 1);
        expected = follows.to_owned();
        rules.clear();
    }
    if let Some((place, what)) = special(text, at, &rules, kind) {
        (at, expected) = (place, what.to_owned());
        rules.clear();
    }
    if expected.is_empty() {
        expected = in_words(&rules, text, at, kind);
    }
    Failure { at, expected, rules }
}

/// Where the rules that were tried do not say what the writer left out.
fn special(text: &str, at: usize, rules: &[Rule], kind: &Kind) -> Option<(usize, &'static str)> {
    let here = word(&text[at..]);
    match kind {
        Kind::Keyworded(keyword) if keyword.word == "exclude" => {
            if here == "with" && rules.contains(&Rule::direction) {
                return Some((behind(text, at, 1), "an operator such as `=` or `&&`"));
            }
            if rules.contains(&Rule::direction) {
                return Some((at, "`with` and an operator"));
            }
            rules.contains(&Rule::operator).then_some((at, "an operator such as `=` or `&&`"))
        }
        Kind::Relation if text[at..].starts_with("..") => {
            Some((at + 2, "a number or `*` behind `..`"))
        }
        // `<-> * on delete`: `on` was read as the name.
        Kind::Relation if ["delete", "update", "orphan"].contains(&here) => {
            let before = text[..at].trim_end();
            let many = before.strip_suffix("on")?.trim_end();
            let sized = many.ends_with(|c: char| c == '*' || c.is_ascii_digit());
            sized.then_some((before.len() - 2, "a name for the way back, or `_`"))
        }
        _ => None,
    }
}

fn behind_keyword(keyword: &Keyword) -> String {
    if keyword.opens == "(" { "`(`".to_owned() } else { "a string in double quotes".to_owned() }
}

/// The place behind so many words from `at` on, where the next token begins.
fn behind(text: &str, at: usize, words: usize) -> usize {
    let skip_spaces = |place: usize| {
        let rest = &text[place..];
        place + rest.len() - rest.trim_start_matches([' ', '\t']).len()
    };
    (0..words).fold(skip_spaces(at), |place, _| skip_spaces(place + word(&text[place..]).len()))
}

/// How far the rule reads, and which rules it tried there.
fn furthest(text: &str, rule: Rule) -> (usize, Vec<Rule>) {
    match Grammar::parse(rule, text) {
        Ok(_) => (text.len(), Vec::new()),
        Err(error) => {
            let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
            let rules = match error.variant {
                ErrorVariant::ParsingError { positives, .. } => positives,
                ErrorVariant::CustomError { .. } => Vec::new(),
            };
            (at.min(text.len()), rules)
        }
    }
}

fn in_words(rules: &[Rule], text: &str, at: usize, kind: &Kind) -> String {
    let mut phrases: Vec<&str> = Vec::new();
    for &rule in rules {
        let phrase = phrase(rule).map(|phrase| match (phrase, kind) {
            ("a modifier", Kind::Relation) => "a clause",
            ("a value", Kind::Keyworded(keyword)) if keyword.lists_columns() => "a column",
            _ => phrase,
        });
        if let Some(phrase) = phrase
            && !phrases.contains(&phrase)
        {
            phrases.push(phrase);
        }
    }
    if let Some(operand) = phrases.iter().find(|phrase| ["a value", "a column"].contains(phrase)) {
        return (*operand).to_owned();
    }
    match open_bracket(&text[..at]) {
        Some("(") => phrases.push("`)`"),
        Some(_) => phrases.push("`]`"),
        None => {}
    }
    match phrases.as_slice() {
        [] => "the end of the line".to_owned(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The bracket that is open at the end of a text.
fn open_bracket(text: &str) -> Option<&'static str> {
    let mut open = Vec::new();
    let mut in_string = false;
    let mut escaped = false;
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'(' => open.push("("),
            b'[' => open.push("["),
            b')' | b']' => {
                open.pop();
            }
            _ => {}
        }
    }
    open.pop()
}

/// What a rule is called when it is missing.
fn phrase(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name => "a name",
        Rule::type_ref | Rule::raw_type | Rule::field => "a type",
        Rule::path => "the name of an entity",
        Rule::integer => "a whole number",
        Rule::number | Rule::literal | Rule::constant | Rule::negative => "a value",
        Rule::prefix | Rule::column_path | Rule::group | Rule::array | Rule::sql => "a value",
        Rule::expr | Rule::line_expr => "a value",
        Rule::string => "a string in double quotes",
        Rule::infix | Rule::is_null | Rule::in_list | Rule::in_word => "an operator",
        Rule::key | Rule::unique_modifier | Rule::on_update | Rule::generated => "a modifier",
        Rule::multiplicity | Rule::relation => "how many (`1`, `0..1` or `*`)",
        Rule::arrow => "`<->`",
        Rule::inverse => "a name for the way back, or `_`",
        Rule::on_delete | Rule::on_orphan | Rule::within | Rule::through | Rule::ordered => {
            "a clause"
        }
        Rule::on_update_cascade | Rule::unique_clause | Rule::by => "a clause",
        Rule::delete_rule => {
            "`cascade`, `set null`, `set default`, `restrict`, `protect` or `unlink`"
        }
        Rule::where_clause | Rule::nulls_distinct | Rule::message | Rule::as_name => "an option",
        Rule::include => "an option",
        Rule::index_element | Rule::order_element => "a column",
        Rule::exclude_element => "a column and its operator",
        Rule::operator => "an operator",
        Rule::within_pair => "the name of a relation",
        Rule::parameter => "a parameter",
        Rule::argument => "an argument such as `mixin: \"…\"`",
        Rule::direction => "`asc` or `desc`",
        Rule::value_label => "`label`, `,` or the end of the line",
        Rule::the_end => "the end of the line",
        _ => return None,
    })
}

/// The keyword that a rule begins with.
fn keyword(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::key => "key",
        Rule::unique_modifier | Rule::unique_clause => "unique",
        Rule::on_update | Rule::on_delete | Rule::on_orphan | Rule::on_update_cascade => "on",
        Rule::generated => "generated",
        Rule::label | Rule::value_label => "label",
        Rule::plural => "plural",
        Rule::column => "column",
        Rule::within => "within",
        Rule::through => "through",
        Rule::ordered => "ordered",
        Rule::deferrable => "deferrable",
        Rule::by => "by",
        Rule::where_clause => "where",
        Rule::nulls_distinct | Rule::nulls_order => "nulls",
        Rule::message => "message",
        Rule::as_name => "as",
        Rule::include => "include",
        Rule::storage => "with",
        Rule::direction => "desc",
        Rule::infix => "and",
        _ => return None,
    })
}

/// What must follow the keyword of a rule that has no rule of its own.
fn follows(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::by | Rule::where_clause | Rule::include | Rule::storage => "`(`",
        Rule::generated => "`=`",
        Rule::nulls_distinct => "`distinct` or `not distinct`",
        _ => return None,
    })
}

/// What stands where something else was expected.
pub enum Token<'t> {
    /// An identifier or a keyword.
    Word(&'t str),
    /// A string literal.
    String(&'t str),
    /// A number, a bracket, an operator, a comma.
    Symbol(&'t str),
    /// Nothing more.
    End,
}

impl Token<'_> {
    /// Its bytes.
    pub fn length(&self) -> usize {
        match self {
            Token::Word(text) | Token::String(text) | Token::Symbol(text) => text.len(),
            Token::End => 0,
        }
    }
}

impl fmt::Display for Token<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Token::Word(text) | Token::Symbol(text) => write!(f, "`{text}`"),
            Token::String(text) if text.chars().count() <= 24 => write!(f, "`{text}`"),
            Token::String(_) => f.write_str("a string"),
            Token::End => f.write_str("the end of the line"),
        }
    }
}

/// The token at an offset of a text.
pub fn token(text: &str, at: usize) -> Token<'_> {
    let rest = &text[at..];
    let word = word(rest);
    let Some(first) = rest.chars().next() else { return Token::End };
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '.')).unwrap_or(rest.len());
        return Token::Symbol(&rest[..end]);
    }
    if !word.is_empty() {
        return Token::Word(word);
    }
    match first {
        '\n' => Token::End,
        '"' => {
            let mut escaped = false;
            let end = rest[1..].find(|c: char| {
                let closes = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                closes
            });
            Token::String(&rest[..end.map_or(rest.len(), |end| end + 2)])
        }
        _ => {
            let symbol = |c: char| "<>-=!~|&+*/%:^".contains(c);
            let end = rest.find(|c: char| !symbol(c)).unwrap_or(rest.len());
            Token::Symbol(&rest[..end.max(first.len_utf8())])
        }
    }
}
