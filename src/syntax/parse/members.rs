//! What stands in the block of an entity or a mixin.

use crate::diagnostics::Diagnostic;
use crate::source::Span;
use crate::syntax::tree::{
    Attribute, Check, Direction, Docs, Entity, Exclude, Expr, Field, Index, IndexElement,
    KeyMember, LabelMember, Literal, Member, Modifier, ModifierKind, Name, OrderBy, Storage, Text,
    TypeRef, Unique, UniqueOptions,
};

use super::{Node, Nodes, Reader, Rule, broken, errors, expressions, items, relations, text};

/// Adds the members of a block to their entity.
pub fn block<'p>(
    reader: &mut Reader<'_>,
    nodes: impl Iterator<Item = Node<'p>>,
    entity: &mut Entity,
) {
    for node in nodes {
        if node.as_rule() == Rule::member {
            member(reader, node, entity);
        } else {
            broken_member(reader, node, entity);
        }
    }
}

fn broken_member(reader: &mut Reader<'_>, node: Node<'_>, entity: &mut Entity) {
    let broken = broken::member(reader, node);
    if broken.continues {
        // A clause that can't be read, on a line of its own: what it belongs to is not whole.
        let last = entity.members.pop_if(|last| matches!(last, Member::Relation(_)));
        if let Some(Member::Relation(relation)) = last {
            entity.broken.push(relation.name);
        }
    } else {
        entity.broken.extend(broken.name);
    }
}

fn member(reader: &mut Reader<'_>, node: Node<'_>, entity: &mut Entity) {
    let mut parts = node.into_inner();
    let mut first = parts.next().expect("a member has a part");
    let mut docs_node = None;
    if first.as_rule() == Rule::docs {
        docs_node = Some(first);
        first = parts.next().expect("a member is more than its docs");
    }
    if first.as_rule() == Rule::name {
        let docs = docs_node.and_then(|node| text::docs(reader, &node));
        let name = text::name(reader, &first);
        let body = parts.next().expect("a name is followed by a field or a relation");
        match declared(reader, body, docs, name.clone()) {
            Some(member) => entity.members.push(member),
            None => entity.broken.push(name),
        }
        return;
    }
    if let Some(docs) = docs_node {
        errors::docs_of_nothing(reader, &docs);
    }
    entity.members.extend(keyworded(reader, first));
}

fn declared(reader: &mut Reader<'_>, body: Node<'_>, docs: Docs, name: Name) -> Option<Member> {
    if body.as_rule() == Rule::relation {
        relations::relation(reader, body, docs, name).map(Member::Relation)
    } else {
        field(reader, body, docs, name).map(Member::Field)
    }
}

fn keyworded(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Member> {
    Some(match node.as_rule() {
        Rule::unique_member => Member::Unique(unique(reader, node)?),
        Rule::index_member => Member::Index(index(reader, node)?),
        Rule::check_member => Member::Check(check(reader, node)?),
        Rule::order_by => Member::OrderBy(order_by(reader, node)),
        Rule::label_member => Member::Label(label(reader, node)),
        Rule::display => Member::Display(text::string_of(reader, node)),
        Rule::key_member => Member::Key(key(reader, node)),
        Rule::table => Member::Table(text::string_of(reader, node)),
        Rule::attribute => Member::Attribute(attribute(reader, node)),
        Rule::exclude => Member::Exclude(exclude(reader, node)?),
        _ => {
            let span = reader.span(&node);
            Member::Storage(Storage { parameters: parameters(reader, node.into_inner()), span })
        }
    })
}

// ── Fields ──

fn field(reader: &mut Reader<'_>, node: Node<'_>, docs: Docs, name: Name) -> Option<Field> {
    let span = name.span.to(reader.span(&node));
    let mut parts = node.into_inner().peekable();
    let ty = type_ref(reader, parts.next().expect("a field has a type"));
    let nullable = parts.next_if(|part| part.as_rule() == Rule::nullable);
    let nullable = nullable.map(|part| reader.span(&part));
    let default = match parts.next_if(|part| part.as_rule() == Rule::line_expr) {
        Some(part) => Some(expressions::expression(reader, part)?),
        None => None,
    };
    let mut modifiers = Vec::new();
    for part in parts {
        let span = reader.span(&part);
        modifiers.push(Modifier { kind: modifier(reader, part)?, span });
    }
    Some(Field { docs, name, ty, nullable, default, modifiers, span })
}

fn modifier(reader: &mut Reader<'_>, node: Node<'_>) -> Option<ModifierKind> {
    Some(match node.as_rule() {
        Rule::key => ModifierKind::Key,
        Rule::unique_modifier => {
            let mut options = UniqueOptions::default();
            for option in node.into_inner() {
                unique_option(reader, option, &mut options)?;
            }
            ModifierKind::Unique(options)
        }
        Rule::on_update => ModifierKind::OnUpdate(only_expression(reader, node)?),
        Rule::generated => ModifierKind::Generated(only_expression(reader, node)?),
        Rule::label => ModifierKind::Label(text::string_of(reader, node)),
        Rule::column => ModifierKind::Column(text::string_of(reader, node)),
        _ => ModifierKind::Attribute(attribute(reader, node)),
    })
}

/// `varchar(80)`, `text[]`, `PostKind`, `raw "ltree"`
pub fn type_ref(reader: &mut Reader<'_>, node: Node<'_>) -> TypeRef {
    let span = reader.span(&node);
    let mut parts = node.into_inner();
    let first = parts.next().expect("a type has a name");
    let (name, raw) = if first.as_rule() == Rule::raw_type {
        let start = reader.span(&first).at_start();
        let name = Name { text: "raw".into(), span: Span { end: start.start + 3, ..start } };
        (name.into(), Some(text::string_of(reader, first)))
    } else {
        (text::path(reader, &first), None)
    };
    let mut ty = TypeRef { name, raw, arguments: Vec::new(), dimensions: 0, span };
    for part in parts {
        if part.as_rule() == Rule::integer {
            let span = reader.span(&part);
            // What is too large for a number here is too large for every type, which is said there.
            let far = if part.as_str().starts_with('-') { i64::MIN } else { i64::MAX };
            let value = part.as_str().parse().unwrap_or(far);
            ty.arguments.push((value, span));
        } else {
            let count = part.as_str().bytes().filter(|&byte| byte == b'[').count();
            ty.dimensions = u8::try_from(count).unwrap_or(u8::MAX);
        }
    }
    ty
}

// ── Keys, constraints and indexes ──

fn key(reader: &Reader<'_>, node: Node<'_>) -> KeyMember {
    let span = reader.span(&node);
    KeyMember { columns: names(reader, node.into_inner()), span }
}

/// The names of a list.
pub fn names(reader: &Reader<'_>, nodes: Nodes<'_>) -> Vec<Name> {
    nodes.map(|node| text::name(reader, &node)).collect()
}

fn unique(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Unique> {
    let span = reader.span(&node);
    let mut unique = Unique { elements: Vec::new(), options: UniqueOptions::default(), span };
    for part in node.into_inner() {
        if part.as_rule() == Rule::index_element {
            unique.elements.push(index_element(reader, part)?);
        } else {
            unique_option(reader, part, &mut unique.options)?;
        }
    }
    Some(unique)
}

fn unique_option(
    reader: &mut Reader<'_>,
    node: Node<'_>,
    options: &mut UniqueOptions,
) -> Option<()> {
    let span = reader.span(&node);
    let twice = match node.as_rule() {
        Rule::where_clause => {
            options.condition.replace(only_expression(reader, node)?).map(|old| old.span)
        }
        Rule::deferrable => options.deferrable.replace(span),
        Rule::nulls_distinct => {
            let distinct = !node.as_str().contains("not");
            options.nulls_distinct.replace((distinct, span)).map(|old| old.1)
        }
        Rule::message => options.message.replace(text::string_of(reader, node)).map(|old| old.span),
        _ => options.name.replace(as_name(reader, node)).map(|old| old.span),
    };
    once(reader, span, twice);
    Some(())
}

fn index(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Index> {
    let span = reader.span(&node);
    let mut index = Index {
        using: None,
        elements: Vec::new(),
        include: Vec::new(),
        condition: None,
        storage: Vec::new(),
        name: None,
        span,
    };
    for part in node.into_inner() {
        let span = reader.span(&part);
        let twice = match part.as_rule() {
            Rule::using => index.using.replace(using(reader, part)).map(|old| old.span),
            Rule::index_element => {
                index.elements.push(index_element(reader, part)?);
                None
            }
            Rule::include => {
                index.include.extend(names(reader, part.into_inner()));
                None
            }
            Rule::where_clause => {
                index.condition.replace(only_expression(reader, part)?).map(|old| old.span)
            }
            Rule::storage => {
                index.storage.extend(parameters(reader, part.into_inner()));
                None
            }
            _ => index.name.replace(as_name(reader, part)).map(|old| old.span),
        };
        once(reader, span, twice);
    }
    Some(index)
}

fn index_element(reader: &mut Reader<'_>, node: Node<'_>) -> Option<IndexElement> {
    let mut span = reader.span(&node);
    let mut parts = node.into_inner();
    let expr = expressions::expression(reader, parts.next()?)?;
    span.start = expr.span.start;
    let mut element =
        IndexElement { expr, opclass: None, direction: None, nulls_first: None, span };
    for part in parts {
        match part.as_rule() {
            Rule::opclass => element.opclass = Some(text::name(reader, &part)),
            Rule::direction => element.direction = Some(direction(&part)),
            _ => element.nulls_first = Some(part.as_str().ends_with("first")),
        }
    }
    Some(element)
}

fn direction(node: &Node<'_>) -> Direction {
    if node.as_str() == "desc" { Direction::Descending } else { Direction::Ascending }
}

fn check(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Check> {
    let span = reader.span(&node);
    let mut parts = node.into_inner();
    let condition = expressions::expression(reader, parts.next()?)?;
    let mut check = Check { condition, message: None, name: None, span };
    for part in parts {
        let span = reader.span(&part);
        let twice = if part.as_rule() == Rule::message {
            check.message.replace(text::string_of(reader, part)).map(|old| old.span)
        } else {
            check.name.replace(as_name(reader, part)).map(|old| old.span)
        };
        once(reader, span, twice);
    }
    Some(check)
}

fn exclude(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Exclude> {
    let span = reader.span(&node);
    let mut exclude = Exclude {
        using: None,
        elements: Vec::new(),
        condition: None,
        deferrable: None,
        message: None,
        name: None,
        span,
    };
    for part in node.into_inner() {
        let span = reader.span(&part);
        let twice = match part.as_rule() {
            Rule::using => exclude.using.replace(using(reader, part)).map(|old| old.span),
            Rule::exclude_element => {
                let mut parts = part.into_inner();
                let element = index_element(reader, parts.next()?)?;
                let operator = parts.next()?;
                let span = reader.span(&operator);
                let operator = Text { value: operator.as_str().to_owned(), span };
                exclude.elements.push((element, operator));
                None
            }
            Rule::where_clause => {
                exclude.condition.replace(only_expression(reader, part)?).map(|old| old.span)
            }
            Rule::deferrable => exclude.deferrable.replace(span),
            Rule::message => {
                exclude.message.replace(text::string_of(reader, part)).map(|old| old.span)
            }
            _ => exclude.name.replace(as_name(reader, part)).map(|old| old.span),
        };
        once(reader, span, twice);
    }
    Some(exclude)
}

fn order_by(reader: &Reader<'_>, node: Node<'_>) -> OrderBy {
    let span = reader.span(&node);
    let element = |node: Node<'_>| {
        let mut parts = node.into_inner();
        let name = items::next_name(reader, &mut parts);
        (name, parts.next().map(|part| direction(&part)))
    };
    OrderBy { elements: node.into_inner().map(element).collect(), span }
}

// ── The rest ──

/// `label "…" plural "…"`
pub fn label(reader: &mut Reader<'_>, node: Node<'_>) -> LabelMember {
    let span = reader.span(&node);
    let mut member = LabelMember { label: None, plural: None, span };
    for part in node.into_inner() {
        if part.as_rule() == Rule::label {
            member.label = Some(text::string_of(reader, part));
        } else {
            member.plural = Some(text::string_of(reader, part));
        }
    }
    member
}

/// `@django(mixin: "…")`
pub fn attribute(reader: &mut Reader<'_>, node: Node<'_>) -> Attribute {
    let span = reader.span(&node);
    let mut parts = node.into_inner();
    let target = items::next_name(reader, &mut parts);
    Attribute { target, arguments: parameters(reader, parts), span }
}

/// Pairs of a name and a literal.
fn parameters(reader: &mut Reader<'_>, nodes: Nodes<'_>) -> Vec<(Name, Literal)> {
    let parameter = |node: Node<'_>| {
        let mut parts = node.into_inner();
        let name = items::next_name(reader, &mut parts);
        (name, text::literal(reader, parts.next().expect("a parameter has a value")))
    };
    nodes.map(parameter).collect()
}

fn using(reader: &Reader<'_>, node: Node<'_>) -> Name {
    items::next_name(reader, &mut node.into_inner())
}

fn as_name(reader: &Reader<'_>, node: Node<'_>) -> Name {
    items::next_name(reader, &mut node.into_inner())
}

/// The expression of a node that holds nothing else.
fn only_expression(reader: &mut Reader<'_>, node: Node<'_>) -> Option<Expr> {
    expressions::expression(reader, node.into_inner().next()?)
}

/// An option may stand once.
fn once(reader: &mut Reader<'_>, span: Span, first: Option<Span>) {
    if let Some(first) = first {
        let found: Diagnostic = errors::option_twice(span, first);
        reader.findings.push(found);
    }
}
