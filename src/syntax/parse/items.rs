//! Items: what stands at the top level of a file.

use crate::source::Span;
use crate::syntax::tree::{
    Docs, Entity, Enum, EnumStorage, EnumValue, Extension, Fetch, Item, Module, Name, Selection,
    SyntaxTree, Union,
};

use super::{Node, Nodes, Reader, Rule, broken, broken_items, errors, members, text};

/// Fills the tree with everything that a file says.
pub fn file(reader: &mut Reader<'_>, nodes: Nodes<'_>, tree: &mut SyntaxTree) {
    let mut module_unread = false;
    for node in nodes {
        match node.as_rule() {
            Rule::item => item(reader, node, tree),
            Rule::broken_item => module_unread |= broken_item(reader, node, tree),
            _ => {}
        }
    }
    if tree.module.is_none() && !module_unread {
        reader.findings.push(errors::no_module(reader.file, &reader.module));
    }
}

fn item(reader: &mut Reader<'_>, node: Node<'_>, tree: &mut SyntaxTree) {
    let mut docs = None;
    for part in node.into_inner() {
        let item = match part.as_rule() {
            Rule::docs => {
                docs = text::docs(reader, &part);
                continue;
            }
            Rule::module => {
                let module = module(reader, part, docs.take());
                match &tree.module {
                    Some(first) => reader.findings.push(errors::second_module(&module, first)),
                    None => tree.module = Some(module),
                }
                continue;
            }
            Rule::extension => Item::Extension(extension(reader, part, docs.take())),
            Rule::enumeration => Item::Enum(enumeration(reader, part, docs.take())),
            Rule::mixin => Item::Mixin(entity(reader, part, docs.take())),
            Rule::entity => Item::Entity(entity(reader, part, docs.take())),
            Rule::union => Item::Union(union(reader, part, docs.take())),
            _ => Item::Fetch(fetch(reader, part, docs.take())),
        };
        tree.items.push(item);
    }
}

fn module(reader: &mut Reader<'_>, node: Node<'_>, docs: Docs) -> Module {
    let span = trimmed(reader, &node);
    let mut parts = node.into_inner();
    let name = next_name(reader, &mut parts);
    let mut module = Module { docs, name, label: None, attributes: Vec::new(), span };
    for part in parts {
        match part.as_rule() {
            Rule::attribute => module.attributes.push(members::attribute(reader, part)),
            Rule::label_member => {
                let label = members::label(reader, part);
                if let Some(plural) = label.plural {
                    reader.findings.push(errors::plural_of_module(plural.span));
                }
                module.label = label.label.or(module.label);
            }
            _ => broken::in_module(reader, part),
        }
    }
    module
}

fn extension(reader: &mut Reader<'_>, node: Node<'_>, docs: Docs) -> Extension {
    let span = trimmed(reader, &node);
    let part = node.into_inner().next().expect("an extension has a name");
    let name = match part.as_rule() {
        Rule::string => {
            let text = text::string(reader, &part);
            Name { text: text.value.into(), span: text.span }
        }
        _ => text::name(reader, &part),
    };
    Extension { docs, name, span }
}

fn enumeration(reader: &mut Reader<'_>, node: Node<'_>, docs: Docs) -> Enum {
    let span = reader.span(&node);
    let mut parts = node.into_inner();
    let name = next_name(reader, &mut parts);
    let mut this = Enum {
        docs,
        name,
        storage: None,
        values: Vec::new(),
        broken: Vec::new(),
        attributes: Vec::new(),
        span,
    };
    for part in parts {
        match part.as_rule() {
            Rule::native_type => {
                this.storage = Some(EnumStorage::NativeType(reader.span(&part)));
            }
            Rule::type_ref => {
                this.storage = Some(EnumStorage::Type(members::type_ref(reader, part)));
            }
            Rule::enum_value => this.values.push(enum_value(reader, part)),
            Rule::attribute => this.attributes.push(members::attribute(reader, part)),
            _ => this.broken.extend(broken::value(reader, part)),
        }
    }
    this
}

fn enum_value(reader: &mut Reader<'_>, node: Node<'_>) -> EnumValue {
    let (mut docs, mut value, mut label, mut name) = (None, None, None, None);
    let mut span: Option<Span> = None;
    for part in node.into_inner() {
        let here = reader.span(&part);
        match part.as_rule() {
            Rule::docs => {
                docs = text::docs(reader, &part);
                continue;
            }
            Rule::name => name = Some(text::name(reader, &part)),
            Rule::constant => value = Some(text::literal(reader, part)),
            _ => label = Some(text::string_of(reader, part)),
        }
        span = Some(span.map_or(here, |span| span.to(here)));
    }
    let name = name.expect("a value has a name");
    EnumValue { docs, value, label, span: span.unwrap_or(name.span), name }
}

/// An entity or a mixin.
fn entity(reader: &mut Reader<'_>, node: Node<'_>, docs: Docs) -> Entity {
    let span = reader.span(&node);
    let mut parts = node.into_inner().peekable();
    let external = parts.next_if(|part| part.as_rule() == Rule::external);
    let external = external.map(|part| trimmed(reader, &part));
    let name = text::name(reader, &parts.next().expect("an entity has a name"));
    let mut entity = Entity {
        docs,
        external,
        name,
        mixins: Vec::new(),
        members: Vec::new(),
        broken: Vec::new(),
        span,
    };
    while let Some(mixin) = parts.next_if(|part| part.as_rule() == Rule::path) {
        entity.mixins.push(text::path(reader, &mixin));
    }
    members::block(reader, parts, &mut entity);
    entity
}

fn union(reader: &mut Reader<'_>, node: Node<'_>, docs: Docs) -> Union {
    let span = trimmed(reader, &node);
    let mut parts = node.into_inner();
    let name = next_name(reader, &mut parts);
    let mut alternatives = Vec::new();
    let (mut strategy, mut because) = (None, None);
    for part in parts {
        match part.as_rule() {
            Rule::path => alternatives.push(text::path(reader, &part)),
            Rule::name => strategy = Some(text::name(reader, &part)),
            Rule::because => because = Some(text::string_of(reader, part)),
            _ => {}
        }
    }
    let strategy = strategy.expect("a union has a strategy");
    Union { docs, name, alternatives, strategy, because, span }
}

fn fetch(reader: &mut Reader<'_>, node: Node<'_>, docs: Docs) -> Fetch {
    let span = reader.span(&node);
    let mut parts = node.into_inner();
    let name = next_name(reader, &mut parts);
    let entity = text::path(reader, &parts.next().expect("a fetch has an entity"));
    let selections = parts.next().map(|part| selections(reader, part)).unwrap_or_default();
    Fetch { docs, name, entity, selections, span }
}

fn selections(reader: &Reader<'_>, node: Node<'_>) -> Vec<Selection> {
    let selection = |node: Node<'_>| {
        let mut parts = node.into_inner();
        let name = next_name(reader, &mut parts);
        let selections = parts.next().map(|part| selections(reader, part)).unwrap_or_default();
        Selection { name, selections }
    };
    node.into_inner().map(selection).collect()
}

/// Reports an item that can't be read. The members of its block are read all the same, where it was
/// meant to be an entity. Says whether it was meant to be the module.
fn broken_item(reader: &mut Reader<'_>, node: Node<'_>, tree: &mut SyntaxTree) -> bool {
    let mut broken = broken_items::item(reader, node);
    if let Some(block) = broken.block.take() {
        let name = broken.name.clone().unwrap_or(Name { text: "".into(), span: broken.span });
        let mut entity = Entity {
            docs: None,
            external: None,
            name,
            mixins: Vec::new(),
            members: Vec::new(),
            broken: Vec::new(),
            span: broken.span,
        };
        members::block(reader, block.into_inner(), &mut entity);
    }
    tree.broken.extend(broken.name);
    broken.is_module
}

/// The next part, which is a name.
pub fn next_name(reader: &Reader<'_>, parts: &mut Nodes<'_>) -> Name {
    text::name(reader, &parts.next().expect("the rule begins with a name"))
}

/// The span of a node whose rule ends with the line, without what follows its last word.
fn trimmed(reader: &Reader<'_>, node: &Node<'_>) -> Span {
    let start = reader.span(node);
    let last = node.clone().into_inner().last().map(|part| reader.span(&part));
    match last {
        Some(last) if !node.as_str().ends_with('}') => start.at_start().to(last),
        _ => {
            let length = node.as_str().trim_end().len() as u32;
            Span { end: start.end.min(start.start + length), ..start }
        }
    }
}
