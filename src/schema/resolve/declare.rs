//! The first look at a program: its modules, and what each declares.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization;

use crate::diagnostics::Diagnostic;
use crate::naming;
use crate::schema::{
    Entity, EntityKind, Enum, EnumStorage, Extension, FieldType, Module, ModuleId, Schema, Strategy,
};
use crate::source::{Sources, Span};
use crate::syntax::{SyntaxTree, tree};

use super::names::{Declared, ModuleNames, Names};
use super::{attributes, errors};

/// Everything that the files declare, by kind. Entities and enums stand in the order of their ids.
#[derive(Debug, Default)]
pub(crate) struct Declarations<'a> {
    /// Modules and the names in them.
    pub names: Names,
    /// By entity id; a link that Trine makes has none.
    pub entities: Vec<Declaration<'a, tree::Entity>>,
    /// By the number in [`Declared::Mixin`].
    pub mixins: Vec<Declaration<'a, tree::Entity>>,
    /// By enum id.
    pub enums: Vec<Declaration<'a, tree::Enum>>,
    /// What modules say of themselves, a file at a time.
    pub modules: Vec<Declaration<'a, tree::Module>>,
    /// Whether something could not be read, so that what is not used may only seem so.
    pub unread: bool,
}

/// An item, and the module that it stands in.
#[derive(Debug)]
pub(crate) struct Declaration<'a, T> {
    /// Its module.
    pub module: ModuleId,
    /// What is written.
    pub tree: &'a T,
}

/// Collects what the files declare, and gives each entity and each enum its id.
pub(crate) fn declare<'a>(
    sources: &Sources,
    trees: &'a [SyntaxTree],
    schema: &mut Schema,
    found: &mut Vec<Diagnostic>,
) -> Declarations<'a> {
    let mut declarations = Declarations::default();
    let files: Vec<ModuleId> =
        trees.iter().map(|tree| module_of_file(sources, tree, &mut declarations, schema)).collect();
    for (tree, &module) in trees.iter().zip(&files) {
        for item in &tree.items {
            declare_item(item, module, &mut declarations, schema, found);
        }
        declarations.unread |= !tree.broken.is_empty();
        for name in &tree.broken {
            let names = &mut declarations.names.modules[module.index()];
            names.items.entry(name.text.clone()).or_insert((Declared::Broken, name.span));
        }
    }
    let modules = schema.modules.iter().map(|(_, module)| (&module.name, module.span));
    fold(modules, naming::snake, found);
    declarations
}

fn module_of_file<'a>(
    sources: &Sources,
    tree: &'a SyntaxTree,
    declarations: &mut Declarations<'a>,
    schema: &mut Schema,
) -> ModuleId {
    let (name, span) = match &tree.module {
        Some(module) => (module.name.text.clone(), module.name.span),
        None => {
            declarations.unread = true;
            let stem = naming::module(sources.get(tree.file).stem());
            (stem.into(), Span::new(tree.file, 0, 0))
        }
    };
    let id = *declarations.names.by_name.entry(name.clone()).or_insert_with(|| {
        declarations.names.modules.push(ModuleNames { name: name.clone(), ..Default::default() });
        schema.modules.push(Module {
            name,
            docs: None,
            label: None,
            postgres_schema: None,
            span,
            entities: Vec::new(),
            enums: Vec::new(),
        })
    });
    if let Some(tree) = &tree.module {
        declarations.modules.push(Declaration { module: id, tree });
    }
    id
}

fn declare_item<'a>(
    item: &'a tree::Item,
    module: ModuleId,
    declarations: &mut Declarations<'a>,
    schema: &mut Schema,
    found: &mut Vec<Diagnostic>,
) {
    match item {
        tree::Item::Extension(extension) => declare_extension(extension, module, schema, found),
        tree::Item::Enum(tree) => {
            let id = schema.enums.next_id();
            if declare_name(&tree.name, Declared::Enum(id), module, declarations, found) {
                schema.enums.push(new_enum(tree, module));
                schema.modules[module].enums.push(id);
                declarations.enums.push(Declaration { module, tree });
            }
        }
        tree::Item::Mixin(tree) => {
            let place = Declared::Mixin(declarations.mixins.len());
            declarations.unread |= !tree.broken.is_empty();
            if declare_name(&tree.name, place, module, declarations, found) {
                declarations.mixins.push(Declaration { module, tree });
            }
        }
        tree::Item::Entity(tree) => {
            let id = schema.entities.next_id();
            declarations.unread |= !tree.broken.is_empty();
            if declare_name(&tree.name, Declared::Entity(id), module, declarations, found) {
                schema.entities.push(new_entity(tree, module));
                schema.modules[module].entities.push(id);
                declarations.entities.push(Declaration { module, tree });
            }
        }
        tree::Item::Union(tree) => {
            declarations.unread |= Strategy::named(&tree.strategy.text).is_none();
            declare_name(&tree.name, Declared::Union, module, declarations, found);
        }
        tree::Item::Fetch(tree) => found.push(errors::fetch_not_compiled(tree)),
    }
}

fn declare_name(
    name: &tree::Name,
    declared: Declared,
    module: ModuleId,
    declarations: &mut Declarations<'_>,
    found: &mut Vec<Diagnostic>,
) -> bool {
    let names = &mut declarations.names.modules[module.index()];
    match names.items.entry(name.text.clone()) {
        Entry::Occupied(first) => {
            found.push(errors::declared_twice(name, first.get().1, &names.name));
            false
        }
        Entry::Vacant(place) => {
            place.insert((declared, name.span));
            names.order.push(name.text.clone());
            true
        }
    }
}

fn declare_extension(
    extension: &tree::Extension,
    module: ModuleId,
    schema: &mut Schema,
    found: &mut Vec<Diagnostic>,
) {
    let name = &extension.name.text;
    attributes::check_name(name, extension.name.span, found);
    match schema.extensions.iter_mut().find(|known| known.name == *name) {
        Some(known) if known.modules.contains(&module) => {}
        Some(known) => known.modules.push(module),
        None => schema.extensions.push(Extension {
            name: name.clone(),
            modules: vec![module],
            span: extension.name.span,
        }),
    }
}

/// Reports each of the names that is another than an earlier one, and the same once it is cased.
pub(crate) fn fold<'n>(
    names: impl Iterator<Item = (&'n SmolStr, Span)>,
    case: fn(&str) -> String,
    found: &mut Vec<Diagnostic>,
) {
    let mut seen: HashMap<String, (&SmolStr, Span)> = HashMap::with_capacity(names.size_hint().0);
    for (name, span) in names {
        match seen.entry(case(name).nfkc().collect()) {
            Entry::Vacant(place) => {
                place.insert((name, span));
            }
            Entry::Occupied(first) if first.get().0 == name => {}
            Entry::Occupied(first) => {
                found.push(errors::folded_together((name, span), *first.get(), first.key()));
            }
        }
    }
}

fn new_enum(tree: &tree::Enum, module: ModuleId) -> Enum {
    Enum {
        module,
        name: tree.name.text.clone(),
        docs: text(&tree.docs),
        storage: EnumStorage::Checked(FieldType::scalar(crate::schema::Scalar::Text)),
        values: Vec::new(),
        span: tree.name.span,
    }
}

fn new_entity(tree: &tree::Entity, module: ModuleId) -> Entity {
    let kind = if tree.external.is_some() { EntityKind::External } else { EntityKind::Declared };
    empty_entity(tree.name.text.clone(), module, kind, text(&tree.docs), tree.name.span)
}

/// An entity without members.
pub(crate) fn empty_entity(
    name: SmolStr,
    module: ModuleId,
    kind: EntityKind,
    docs: Option<String>,
    span: Span,
) -> Entity {
    Entity {
        module,
        name,
        kind,
        docs,
        label: None,
        plural: None,
        display: None,
        table: None,
        members: Vec::new(),
        key: Vec::new(),
        uniques: Vec::new(),
        indexes: Vec::new(),
        checks: Vec::new(),
        excludes: Vec::new(),
        order_by: Vec::new(),
        storage: Vec::new(),
        incoming: Vec::new(),
        alternative_of: Vec::new(),
        union_relations: Vec::new(),
        union_links: Vec::new(),
        django_mixins: Vec::new(),
        django_model: None,
        sqlalchemy_mixins: Vec::new(),
        span,
    }
}

/// The value of an optional text.
pub(crate) fn text(text: &Option<tree::Text>) -> Option<String> {
    text.as_ref().map(|text| text.value.clone())
}
