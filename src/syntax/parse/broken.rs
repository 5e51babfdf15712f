//! Members and values that can't be read: they are read again here, to say what they were to be, what
//! was expected, and where.

use smol_str::SmolStr;

use crate::diagnostics::{Code, Diagnostic, nearest};
use crate::source::Span;
use crate::syntax::tree::Name;

use super::expected::{self, Failure, Kind, Token};
use super::{Node, Reader, Rule, text};

/// A member that can't be read.
pub struct BrokenMember {
    /// Its name, as far as it has one.
    pub name: Option<Name>,
    /// Whether it is rather a part of the member before it.
    pub continues: bool,
}

/// Reports a member that can't be read.
pub fn member(reader: &mut Reader<'_>, node: Node<'_>) -> BrokenMember {
    let node = node.into_inner().last().expect("a broken member has its text");
    let place = Place::of(reader, &node);
    let continues = continues(place.text);
    let name = place.name(reader);
    if !place.damaged {
        let found = if continues { stray_clause(&place) } else { place.diagnose() };
        reader.findings.push(found);
    }
    BrokenMember { name: name.filter(|_| !continues), continues }
}

/// Reports what can't be read in a module's block.
pub fn in_module(reader: &mut Reader<'_>, node: Node<'_>) {
    let node = node.into_inner().last().expect("a broken member has its text");
    let place = Place::of(reader, &node);
    if !place.damaged {
        let message = "the block of a module holds only `label \"…\"` and `@target(…)`";
        reader.findings.push(Diagnostic::new(Code::E0101, place.span, message, "neither"));
    }
}

/// Reports an enum's value that can't be read, and gives its name.
pub fn value(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Name> {
    let mut place = Place::of(reader, &node);
    if place.text == "," {
        let message = "two commas, and no value between them";
        let found = Diagnostic::new(Code::E0101, place.span, message, "one too many");
        reader.findings.push(found.fix("remove it", place.span, ""));
        return None;
    }
    place.text = place.text.trim_end_matches(',').trim_end();
    if !place.damaged {
        reader.findings.push(place.diagnose_as(&Kind::Value));
    }
    place.name(reader)
}

/// A broken text, and where it stands.
pub struct Place<'p> {
    /// The text, without spaces at its end.
    pub text: &'p str,
    /// Where it stands.
    pub span: Span,
    /// Whether something in it or beside it has its diagnostic already.
    pub damaged: bool,
}

impl<'p> Place<'p> {
    /// The place of a node.
    pub fn of(reader: &Reader<'_>, node: &Node<'p>) -> Place<'p> {
        let span = reader.span(node);
        // What the end of the file lacks, the node has got, but not the file.
        let text = node.as_str();
        let text = text[..text.len().min(span.range().len())].trim_end();
        let damaged = reader.is_damaged(span);
        Place { text, span: Span { end: span.start + text.len() as u32, ..span }, damaged }
    }

    /// The span of a range of the text.
    pub fn at(&self, start: usize, length: usize) -> Span {
        let start = self.span.start + start as u32;
        Span { start, end: start + length as u32, ..self.span }
    }

    /// The name that the text begins with.
    pub fn name(&self, reader: &Reader<'_>) -> Option<Name> {
        let word = expected::word(self.text);
        let span = Span { file: reader.file, ..self.at(0, word.len()) };
        let is_name = word.starts_with(|first: char| !first.is_ascii_digit());
        is_name.then(|| Name { text: text::bare_name(word), span })
    }

    fn diagnose(&self) -> Diagnostic {
        let word = expected::word(self.text);
        match expected::classify(self.text) {
            Some(kind) => self.diagnose_as(&kind),
            None if word.is_empty() => {
                let token = expected::token(self.text, 0);
                let message =
                    format!("expected a field, a relation or another member, found {token}");
                let span = self.at(0, token.length());
                Diagnostic::new(Code::E0101, span, message, "begins no member")
            }
            None => {
                let message = format!("`{word}` begins no member");
                let span = self.at(0, word.len());
                let keyword = nearest(word, expected::member_keywords());
                let found = Diagnostic::new(Code::E0101, span, message, "not a keyword");
                match keyword {
                    Some(keyword) => suggest(found, span, keyword),
                    None => found.help(
                        "a field is written `NAME TYPE`; a keyword stands before `(` or a string",
                    ),
                }
            }
        }
    }

    fn diagnose_as(&self, kind: &Kind) -> Diagnostic {
        let failure = expected::read_again(self.text, kind);
        let token = expected::token(self.text, failure.at);
        let span = self.at(failure.at, token.length());
        let subject = kind.subject(self.text);
        let message =
            format!("{subject} can't be read: expected {}, found {token}", failure.expected);
        let label = format!("expected {}", failure.expected);
        let found = Diagnostic::new(Code::E0101, span, message, label);
        self.mend(found, kind, &failure, &token)
    }

    /// Adds what to do about it, where that can be known.
    fn mend(
        &self,
        found: Diagnostic,
        kind: &Kind,
        failure: &Failure,
        token: &Token<'_>,
    ) -> Diagnostic {
        let span = found.primary();
        match token {
            Token::Symbol(symbol) if failure.expects(Rule::arrow) => {
                let found = found.help("a relation joins its two ends by `<->`");
                match *symbol {
                    "->" | "<-" | "--" | "-" | "<>" | "<=>" | "=>" => {
                        found.fix("write `<->`", span, "<->")
                    }
                    _ => found,
                }
            }
            Token::Symbol(":") if matches!(kind, Kind::Field) => {
                let found = found.help("a field is written `NAME TYPE`, without a colon");
                if self.text[failure.at + 1..].starts_with(' ') {
                    found.fix("remove the colon", span, "")
                } else {
                    found
                }
            }
            Token::Symbol(",") if failure.at + 1 == self.text.len() => {
                found.note("A member ends with its line.").fix("remove the comma", span, "")
            }
            Token::Symbol("==") => {
                found.help("equality is written `=`").fix("write `=`", span, "=")
            }
            Token::Symbol(number)
                if failure.expects(Rule::generated)
                    && number.starts_with(|c: char| c.is_ascii_digit()) =>
            {
                found.help(format!("a length stands in parentheses: `({number})`"))
            }
            Token::Word(word) => self.mend_word(found, kind, failure, word),
            _ if matches!(kind, Kind::Field) => self.mend_keyword(found),
            _ => found,
        }
    }

    fn mend_word(
        &self,
        found: Diagnostic,
        kind: &Kind,
        failure: &Failure,
        word: &str,
    ) -> Diagnostic {
        let span = found.primary();
        if failure.expects(Rule::delete_rule) {
            return self.mend_delete_rule(found, failure.at);
        }
        let second = expected::word(self.text[failure.at + word.len()..].trim_start());
        if word == "on" && !second.is_empty() {
            let start =
                self.text[failure.at + 2..].find(second).map_or(0, |gap| failure.at + 2 + gap);
            let span = self.at(start, second.len());
            return match nearest(second, ["delete", "update", "orphan"]) {
                Some(meant) => {
                    let mut found = suggest(repoint(found, span), span, meant);
                    found.message =
                        found.message.replace("found `on`", &format!("found `on {second}`"));
                    found
                }
                None => found,
            };
        }
        let candidates = failure.candidates();
        match nearest(word, candidates.iter().copied()) {
            Some(meant) => suggest(found, span, meant),
            None => match kind {
                Kind::Field if self.text[failure.at + word.len()..].starts_with('(') => {
                    let insert = span.at_start();
                    found.help("a default is written `= VALUE`").fix(
                        "write `=` before it",
                        insert,
                        "= ",
                    )
                }
                Kind::Field => {
                    let found = self.mend_keyword(found);
                    self.mend_sql(found, failure.at, word, second)
                }
                _ => found,
            },
        }
    }

    fn mend_delete_rule(&self, found: Diagnostic, at: usize) -> Diagnostic {
        const RULES: [&str; 6] =
            ["cascade", "set null", "set default", "restrict", "protect", "unlink"];
        let first = expected::word(&self.text[at..]);
        let behind = &self.text[at + first.len()..];
        let second = expected::word(behind.trim_start());
        let both = at + first.len() + behind.len() - behind.trim_start().len() + second.len() - at;
        let candidates = [(first.len(), first.to_owned()), (both, format!("{first} {second}"))];
        for (length, written) in candidates.into_iter().rev() {
            if let Some(meant) = nearest(&written, RULES) {
                let span = self.at(at, length);
                return suggest(repoint(found, span), span, meant);
            }
        }
        match first.to_ascii_lowercase().as_str() {
            "set" => found.help("write `set null` or `set default`"),
            "no" => found.help("`restrict` is PostgreSQL's NO ACTION"),
            "delete" => found.help("`cascade` deletes this row with its target"),
            _ => found,
        }
    }

    /// A keyword was read as a field's name, since nothing behind it says otherwise.
    fn mend_keyword(&self, found: Diagnostic) -> Diagnostic {
        match expected::keyword_form(expected::word(self.text)) {
            Some(form) => found.help(form),
            None => found,
        }
    }

    /// Habits of those who write SQL.
    fn mend_sql(&self, found: Diagnostic, at: usize, word: &str, second: &str) -> Diagnostic {
        match word.to_ascii_lowercase().as_str() {
            "not" if second.eq_ignore_ascii_case("null") => {
                let length = self.text[at..].len().min(
                    self.text[at..].to_ascii_lowercase().find("null").map_or(3, |place| place + 4),
                );
                found.note("A field is NOT NULL unless `?` stands behind its type.").fix(
                    "remove `not null`",
                    self.at(at, length),
                    "",
                )
            }
            "null" => found.help("`?` directly behind the type allows NULL"),
            "default" => found.fix("write `=`", self.at(at, word.len()), "="),
            "primary" => found.help("`key` behind a field makes it the primary key"),
            "references" | "foreign" => {
                found.help("a relation is written `NAME 1 TARGET <-> * INVERSE  on delete RULE`")
            }
            "check" | "index" | "exclude" => {
                found.help(format!("`{word} (…)` stands on a line of its own"))
            }
            "with" | "without" => found.help("the types are `timestamptz` and `timetz`"),
            "precision" => found.help("the type is `float8`"),
            "varying" => found.help("the type is `varchar(n)`"),
            _ => found,
        }
    }
}

/// Whether a line is a clause that belongs to a member before it.
fn continues(text: &str) -> bool {
    let first = expected::word(text);
    let second = expected::word(text[first.len()..].trim_start());
    first == "on"
        && ["delete", "update", "orphan"]
            .iter()
            .any(|&word| second == word || nearest(second, [word]).is_some())
        || ["ordered", "deferrable"].contains(&first)
            && !matches!(second, "" | "text" | "integer" | "boolean")
        || continues_a_list(text)
}

/// Whether a line is the `where (…)` or the `message "…"` of what stands before it.
fn continues_a_list(text: &str) -> bool {
    let first = expected::word(text);
    let rest = text[first.len()..].trim_start();
    first == "where" && rest.starts_with('(') || first == "message" && rest.starts_with('"')
}

fn stray_clause(place: &Place<'_>) -> Diagnostic {
    let first = expected::word(place.text);
    let behind = &place.text[first.len()..];
    let gap = behind.len() - behind.trim_start().len();
    let second = expected::word(behind.trim_start());
    if first == "on"
        && let Some(meant) = nearest(second, ["delete", "update", "orphan"])
    {
        let span = place.at(first.len() + gap, second.len());
        let message = format!("a relation has no clause `on {second}`");
        return suggest(Diagnostic::new(Code::E0101, span, message, "not known"), span, meant);
    }
    if continues_a_list(place.text) {
        let span = place.at(0, first.len());
        let message = format!("nothing before this line takes a `{first}`");
        return Diagnostic::new(Code::E0101, span, message, "belongs to nothing").help(
            match first {
                "where" => "`where (…)` stands behind a `unique`, an `index` or an `exclude`",
                _ => "`message \"…\"` stands behind a `unique`, a `check` or an `exclude`",
            },
        );
    }
    let failure = expected::read_again(place.text, &Kind::Clause);
    if failure.expects(Rule::delete_rule) {
        let token = expected::token(place.text, failure.at);
        let message = format!("expected {}, found {token}", failure.expected);
        let span = place.at(failure.at, token.length());
        let found = Diagnostic::new(Code::E0101, span, message, "no delete rule");
        return place.mend_delete_rule(found, failure.at);
    }
    let clause = if first == "on" { format!("on {second}") } else { first.to_owned() };
    let message = format!("`{clause}` belongs to the relation before it");
    Diagnostic::new(Code::E0101, place.span, message, "stands alone")
        .note("A relation goes on with the next line, but not after an empty one.")
        .help("write it behind its relation, or on the line directly below")
}

/// Makes `span` the place that the finding is about.
fn repoint(mut found: Diagnostic, span: Span) -> Diagnostic {
    found.labels[0].span = span;
    found
}

/// Says what was probably meant.
pub fn suggest(found: Diagnostic, span: Span, meant: &str) -> Diagnostic {
    found.did_you_mean(span, meant)
}

/// The text of a name for the list of what is broken.
pub fn name_at(reader: &Reader<'_>, word: &str, start: u32) -> Option<Name> {
    let span = Span::new(reader.file, start as usize, start as usize + word.len());
    let text: SmolStr = text::bare_name(word);
    (!text.is_empty()).then_some(Name { text, span })
}
